"""`cartelera comparar`: what changed from one version of the index, and its data, to another."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.options import DEFAULT_VAR, Var
from contracts.errors import DataError, VersionError
from contracts.versions import PREVIOUS, Manifest, current_version, open_version

if TYPE_CHECKING:
    from refresh.comparison import Comparison, Side
    from refresh.contents_compared import Missing
    from refresh.thresholds import Measured

WIDTH = 120
"""Characters a line where nobody's terminal says how many."""

TABLES = {
    "movies": "Películas",
    "credits": "Repartos",
    "keywords": "Palabras clave",
    "titles": "Títulos de plataformas",
    "ratings": "Valoraciones",
    "aliases": "Otros títulos",
}
CATEGORIES = {
    "genres": "Géneros",
    "languages": "Idiomas",
    "countries": "Países",
    "companies": "Productoras (50)",
    "platforms": "Plataformas",
    "age_ratings": "Edades",
}
MADE = {
    "encoder": "codificador de textos",
    "multilingual_encoder": "codificador multilingüe",
    "learnt_on": "catálogo del que aprendió",
    "rules": "modo de construirlo",
}
FIRST = 3
"""Columns and names given of each kind."""
GAPS, LEAST = 5, 0.001
"""Columns given of those that lack more or fewer values, by this share at least."""


def comparar(
    var: Var = DEFAULT_VAR,
    desde: Annotated[
        str, typer.Option("--desde", help="Version of the index; the one before if absent.")
    ] = "",
    hasta: Annotated[
        str, typer.Option("--hasta", help="Version of the index; the one published if absent.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="All figures, as one JSON object.")
    ] = False,
) -> None:
    """Tell what changed between two versions, and which thresholds that passes."""
    try:
        from refresh.comparison import compare
        from refresh.limits import Limits
        from refresh.thresholds import measured
    except ImportError as exc:
        raise DataError(
            f"the package {exc.name} is missing: install cartelera with the extra 'refresh', "
            "as in pip install '.[refresh]'"
        ) from exc

    before, after = _versions(var, desde, hasta)
    limits = Limits()
    found = compare(_side(var, before), _side(var, after))
    judged = measured(found, limits)
    if as_json:
        typer.echo(_json(before, after, found, judged))
    else:
        _show(f"{_told(before)} → {_told(after)}", found, judged)


def _versions(var: Path, before: str, after: str) -> tuple[Manifest, Manifest]:
    """Manifests of both versions of the index; raises VersionError where one is not there."""
    from index.blocks import INDEX_FORMAT, INDEX_KIND

    root = var / "index"
    after = after or current_version(root) or ""
    if not after:
        raise VersionError(f"nothing has been published in {root}; build it first")
    try:
        before = before or (root / PREVIOUS).read_text().strip()
    except OSError as exc:
        raise VersionError(f"{root} has no earlier version to compare with") from exc
    old, new = (open_version(root, each, INDEX_KIND, INDEX_FORMAT) for each in (before, after))
    return old[1], new[1]


def _side(var: Path, index: Manifest) -> "Side":
    """Folders of an index and of the data that it was made of, their checksums checked."""
    from contracts.columns import DATA_FORMAT
    from refresh.comparison import Side

    data, _ = open_version(var / "data", index.inputs.get("data", ""), "data", DATA_FORMAT)
    return Side(data, var / "index" / index.version)


def _told(index: Manifest) -> str:
    return f"índice {index.version} (datos {index.inputs.get('data', '')})"


def _json(before: Manifest, after: Manifest, found: "Comparison", judged: "list[Measured]") -> str:
    import orjson

    told: dict[str, Any] = {
        name: {"index": side.version, "data": side.inputs.get("data")}
        for name, side in (("before", before), ("after", after))
    }
    told["thresholds"] = {
        each.name: {
            "figure": round(each.figure, 6),
            "limit": each.limit,
            "where": each.where,
            "passed": each.passed,
        }
        for each in judged
    }
    return orjson.dumps(told | found.as_dict(), option=orjson.OPT_INDENT_2).decode()


def _show(title: str, found: "Comparison", judged: "list[Measured]") -> None:
    out = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDTH)
    out.print(title, soft_wrap=True)
    for part in (
        _tables(found),
        *_gaps(found.missing),
        _categories(found),
        *_blocks(found),
        _thresholds(judged),
    ):
        out.print()
        out.print(part)
    if passed := [each.name for each in judged if each.passed]:
        allow = " ".join(f"--allow {name}" for name in passed)
        out.print(f"\nUn refresh no publicaría este cambio sin {allow}.", style="red")
    else:
        out.print("\nNingún umbral se pasa.", style="green")


def _tables(found: "Comparison") -> Table:
    head = ("Tabla", "Antes", "Después", "Nuevas", "Quitadas", "Cambiadas", "Sobre todo en")
    table = _table(head, right=range(1, 6))
    for name, change in found.tables.items():
        rows = (change.before, change.after, change.added, change.removed, change.changed)
        most = [f"{column} ({_number(n)})" for column, n in list(change.columns.items())[:FIRST]]
        table.add_row(TABLES[name], *map(_number, rows), ", ".join(most))
    return table


def _gaps(missing: "dict[str, Missing]") -> list[Table]:
    """The columns that lack other shares of their values than before, if any do."""
    moved = sorted(missing.items(), key=lambda item: -abs(item[1].rise))[:GAPS]
    table = _table(("Valores que faltan", "Antes", "Después"), right=(1, 2))
    for name, gap in moved:
        if abs(gap.rise) >= LEAST:
            table.add_row(name, _percent(gap.before), _percent(gap.after))
    return [table] if table.row_count else []


def _categories(found: "Comparison") -> Table:
    table = _table(("Frecuencias", "Distancia", "Aparecen", "Desaparecen"), right=(1,))
    shifts = {CATEGORIES[name]: shift for name, shift in found.categories.items()}
    for name, shift in (shifts | {"Palabras": found.vocabulary.words}).items():
        names = (", ".join(list(each)[:FIRST]) for each in (shift.appeared, shift.vanished))
        table.add_row(name, _figure(shift.distance), *names)
    return table


def _blocks(found: "Comparison") -> list[Table | str]:
    if found.index is None:
        return []
    head = ("Bloque", "Lo tenían", "Lo tienen", "Centroide", "El de las que están en ambas")
    table = _table(head, right=range(1, 5))
    for name, block in found.index.blocks.items():
        shares = _percent(block.before), _percent(block.after)
        table.add_row(name, *shares, _figure(block.centroid), _figure(block.centroid_of_both))
    churn = found.index.churn
    told = (
        f"Entre las cinco más parecidas cambió el {_percent(churn.share)}, en el "
        f"{_percent(churn.changed)} de {_number(churn.films)} películas; de las "
        f"{_number(churn.best_known)} más conocidas, el {_percent(churn.best_known_share)}, "
        f"en el {_percent(churn.best_known_changed)}."
    )
    made = ", ".join(MADE.get(name, name) for name in found.index.made_otherwise)
    return [table, told, *([f"El índice tiene otro: {made}."] if made else [])]


def _thresholds(judged: "list[Measured]") -> Table:
    table = _table(("Umbral", "Medido", "Límite", "", "Dónde"), right=(1, 2))
    for each in judged:
        mark = "pasado" if each.passed else ""
        style = "red" if each.passed else None
        cells = (each.name, _figure(each.figure), _figure(each.limit), mark, each.where)
        table.add_row(*cells, style=style)
    return table


def _table(head: Iterable[str], right: Iterable[int]) -> Table:
    table, places = Table(box=None, pad_edge=False), set(right)
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place in places else "left")
    return table


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %".replace(".", ",")


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}".replace(".", ",")
