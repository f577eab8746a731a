"""`cartelera evaluate`: what it does, and the short table it prints."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from contracts.errors import DataError

if TYPE_CHECKING:
    from index.evaluation.catalogues import Catalogues
    from index.evaluation.metrics import Estimate
    from index.evaluation.report import Report
    from index.evaluation.users_report import UsersPart

HEAD = ("nDCG@10", "recall@10", "saga@5", "films", "bias", "diversity")
TIMES = ("x TF-IDF", "x fixed")
"""nDCG@10, as many times that of the rankings that all are compared with."""

COLUMNS = ("ndcg", "recall", "saga", "coverage", "popularity", "diversity")

USER_HEAD = ("nDCG@10", "recall@10", "films", "share")
USER_TIMES = ("x liked", "x factors")
"""nDCG@10, as many times that of the most liked films, and of factors alone."""

USER_COLUMNS = ("ndcg", "recall", "coverage", "coverage_share")
CATALOGUE_HEAD = ("titles", "films", "matched", "rate", "newest")


def evaluate_rankings(
    var: Path, out: Path | None, seed: int, test_share: float, model: str, precision: str
) -> None:
    """Mark Cartelera's rankings beside the usual ones, and write the report."""
    try:
        from index.embeddings import Encoders
        from index.encoders.encoder import load_encoder
        from index.encoders.multilingual import MultilingualEncoder
        from index.evaluation import job
    except ImportError as exc:
        raise DataError(
            f"the package {exc.name} is missing: install cartelera with the extra 'evaluate', "
            "as in pip install '.[evaluate]'"
        ) from exc

    if precision not in ("fast", "exact"):
        raise DataError(f"--precision is 'fast' or 'exact', not {precision!r}")
    material = job.read_material(var / "data", seed, test_share)
    folder = out or var / "evaluation" / f"{material.data.version}-{seed}"
    job.make_folder(folder)
    cache = var / "cache"
    plot = load_encoder(model, precision, cache / "models")  # type: ignore[arg-type]
    encoders = Encoders(plot, MultilingualEncoder())
    report = job.examine(material, encoders, cache / "embeddings")
    paths = job.write_report(report, folder)
    typer.echo(as_table(report))
    for path in paths:
        typer.echo(f"written: {path}")


def as_table(report: "Report") -> str:
    """The figures alone, without intervals: rankings of films, rankings for users, catalogues."""
    parts = [
        report.warnings(),
        _films(report),
        _users(report.users),
        _catalogues(report.catalogues),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _films(report: "Report") -> list[str]:
    about, sizes = report.provenance, report.sizes
    told = (
        f"data {about.data_version}: {about.train_users:,} users to learn from, "
        f"{about.test_users:,} to test on; {sizes.truth_seeds:,} films with a truth, "
        f"{sizes.saga_seeds:,} of a collection"
    )
    lines = [told, _line("", *HEAD, *TIMES[: len(report.references())])]
    for result in report.results:
        figures = [result.metrics[key] for key in COLUMNS]
        figures += [result.ratios[name]["ndcg"] for name in report.references()]
        decimals = (3, 3, 3, 0, 2, 3, *(2 for _ in report.references()))
        lines.append(_line(result.name, *_cells(figures, decimals)))
    return lines


def _users(part: "UsersPart | None") -> list[str]:
    """The rankings for a person, and how well ratings are expected."""
    if part is None:
        return []
    counts, lines = part.counts, [part.lacking]
    if not part.lacking:
        told = (
            f"one person's films: {counts.asked:,} of all {counts.users:,} users, "
            f"{counts.held_out:,} of {counts.ratings:,} ratings held out"
        )
        lines = [told, _line("", *USER_HEAD, *USER_TIMES)]
    for result in part.results:
        figures = [result.metrics[key] for key in USER_COLUMNS]
        figures += [result.ratios[name]["ndcg"] for name in part.references()]
        lines.append(_line(result.name, *_cells(figures, (3, 3, 0, 4, 2, 2))))
    if part.tuned and part.tuned["rmse_by_fold"]:
        folds = {"RMSE by fold": "rmse_by_fold", "RMSE of biases alone": "rmse_of_biases_by_fold"}
        lines += [
            _line(name, *(f"{value:.4f}" for value in part.tuned[key]))
            for name, key in folds.items()
        ]
    return lines


def _catalogues(found: "Catalogues | None") -> list[str]:
    """How many films of each streaming catalogue are matched."""
    if found is None or not found.platforms:
        return []
    rows = [own.cells() for own in found.platforms]
    return [_line("", *CATALOGUE_HEAD), *(_line(*row) for row in rows)]


def _cells(figures: "Iterable[Estimate | None]", decimals: Iterable[int]) -> list[str]:
    return [
        "-" if estimate is None else f"{estimate.value:,.{places}f}"
        for estimate, places in zip(figures, decimals, strict=True)
    ]


def _line(name: str, *cells: str) -> str:
    return (f"{name:<24}" + "".join(f" {cell:>9}" for cell in cells)).rstrip()
