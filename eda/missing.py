"""What is missing: empty cells of each table, and the zeros that stand for unknown."""

from dataclasses import dataclass

import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from eda.charts import ACCENT, MAIN, ranking, ranking_height
from eda.tables import Data
from eda.wording import number, part, percent, same, say

ZEROS = {"movies": ("budget", "revenue", "return", "runtime", "vote_average")}
"""Columns where 0 stands for unknown, by table (of `return`, that one of the
two amounts is; of `vote_average`, that nobody voted)."""

NAMES = {
    "movies": Sentence("Películas", "Films"),
    "credits": Sentence("Repartos y dirección", "Credits"),
    "keywords": Sentence("Palabras clave", "Keywords"),
    "titles": Sentence("Títulos de plataformas", "Titles of platforms"),
    "ratings": Sentence("Valoraciones", "Ratings"),
}
DRAWN = ("movies", "titles")


@dataclass(frozen=True)
class Gap:
    """What one column lacks."""

    column: str
    empty: int
    zeros: int
    rows: int

    @property
    def share(self) -> float:
        """The share of rows whose value is not known."""
        return (self.empty + self.zeros) / self.rows if self.rows else 0.0


def empty_cells(column: pd.Series) -> pd.Series:
    """Which cells are null, an empty text or an empty list."""
    if column.dtype != object:
        return column.isna()
    return column.map(lambda cell: cell is None or len(cell) == 0).astype(bool)


def find_gaps(name: str, frame: pd.DataFrame) -> list[Gap]:
    """What each column of the table `name` lacks, most first."""
    gaps = []
    for column in frame.columns:
        zeros = int((frame[column] == 0).sum()) if column in ZEROS.get(name, ()) else 0
        gaps.append(Gap(column, int(empty_cells(frame[column]).sum()), zeros, len(frame)))
    return sorted(gaps, key=lambda gap: (-gap.share, gap.column))


def films_without(data: Data, table: str, column: str) -> int:
    """How many films have no row in `table`, or nothing in its `column`."""
    frame: pd.DataFrame = getattr(data, table)
    known = set(frame["movie_id"][~empty_cells(frame[column])])
    return int((~data.movies["movie_id"].isin(known)).sum())


def missing_section(data: Data) -> Section:
    """The section on missing values."""
    blocks: list[Block] = [Paragraph(INTRO), Bullets(_findings(data))]
    for name, title in NAMES.items():
        frame: pd.DataFrame = getattr(data, name)
        if frame.empty:
            told = say("La tabla «{t}» está vacía.", "The table “{t}” is empty.", t=title)
            blocks.append(Paragraph(told))
            continue
        gaps = find_gaps(name, frame)
        if name in DRAWN:
            blocks.append(_figure(name, title, gaps))
        blocks.append(_table(title, gaps))
    return Section("faltantes", Sentence("Valores faltantes", "Missing values"), blocks)


INTRO = Sentence(
    "Un valor falta cuando la celda está vacía (nula, texto vacío o lista vacía) y también cuando "
    "un cero ocupa el lugar de lo desconocido: nadie rueda con presupuesto 0 ni dura 0 minutos.",
    "A value is missing when its cell is empty (null, empty text or empty list), and also when a "
    "zero stands for the unknown: no film is shot for 0 dollars or lasts 0 minutes.",
)


def _findings(data: Data) -> list[Sentence]:
    films = len(data.movies)
    money = data.movies[["budget", "revenue"]] > 0
    without = {key: films_without(data, *where) for key, where in LINKED.items()}
    return [
        say(
            "Solo {n} de {all} películas ({p}) tienen presupuesto y recaudación conocidos.",
            "Only {n} of {all} films ({p}) have both a known budget and a known revenue.",
            n=int(money.all(axis=1).sum()),
            all=films,
            p=part(int(money.all(axis=1).sum()), films),
        ),
        say(
            "Sin reparto: {cast} películas ({pc}); sin dirección: {dirs} ({pd}); "
            "sin palabras clave: {keys} ({pk}).",
            "Without cast: {cast} films ({pc}); without director: {dirs} ({pd}); "
            "without keywords: {keys} ({pk}).",
            cast=without["cast"],
            pc=part(without["cast"], films),
            dirs=without["directors"],
            pd=part(without["directors"], films),
            keys=without["keywords"],
            pk=part(without["keywords"], films),
        ),
    ]


LINKED = {
    "cast": ("credits", "cast"),
    "directors": ("credits", "directors"),
    "keywords": ("keywords", "keywords"),
}
"""What other tables tell of a film."""


def _figure(name: str, title: Sentence, gaps: list[Gap]) -> Figure:
    shown = [gap for gap in gaps if gap.share > 0]
    spec = ranking(
        [same(gap.column) for gap in shown],
        [round(gap.share * 100, 3) for gap in shown],
        [_hover(gap) for gap in shown],
        Sentence("% de filas sin valor conocido", "% of rows without a known value"),
        marker={"color": [ACCENT if gap.zeros > gap.empty else MAIN for gap in shown]},
        xaxis={"range": [0, 100]},
    )
    caption = Sentence(
        "En rojo, las columnas donde lo que falta son sobre todo ceros.",
        "In red, the columns where what is missing are mostly zeros.",
    )
    told = say("Valores faltantes: {t}", "Missing values: {t}", t=title)
    return Figure(f"faltantes-{name}", told, caption, spec, ranking_height(len(shown)))


def _hover(gap: Gap) -> Sentence:
    return say(
        "{c}: falta en {p} ({e} vacíos, {z} ceros)",
        "{c}: missing in {p} ({e} empty, {z} zeros)",
        c=gap.column,
        p=percent(gap.share),
        e=gap.empty,
        z=gap.zeros,
    )


def _table(title: Sentence, gaps: list[Gap]) -> Table:
    rows = [
        [same(g.column), number(g.empty), number(g.zeros), number(g.rows), percent(g.share)]
        for g in gaps
    ]
    head = [
        Sentence("Columna", "Column"),
        Sentence("Vacíos", "Empty"),
        Sentence("Ceros por desconocido", "Zeros for unknown"),
        Sentence("Filas", "Rows"),
        Sentence("Falta", "Missing"),
    ]
    caption = say("{t}: todas las columnas", "{t}: all columns", t=title)
    return Table(caption, head, rows, folded=len(rows) > 5)
