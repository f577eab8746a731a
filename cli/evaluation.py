"""`cartelera evaluate`: what it does, and the short table it prints."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from contracts.errors import DataError

if TYPE_CHECKING:
    from index.evaluation.report import Report

HEAD = ("nDCG@10", "recall@10", "saga@5", "films", "bias", "diversity")
TIMES = ("x TF-IDF", "x fixed")
"""nDCG@10, as many times that of the rankings that all are compared with."""

COLUMNS = ("ndcg", "recall", "saga", "coverage", "popularity", "diversity")


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
    """The figures alone, without intervals, a line a ranking."""
    about, sizes = report.provenance, report.sizes
    told = (
        f"data {about.data_version}: {about.train_users:,} users to learn from, "
        f"{about.test_users:,} to test on; {sizes.truth_seeds:,} films with a truth, "
        f"{sizes.saga_seeds:,} of a collection"
    )
    lines = [_line("", *HEAD, *TIMES[: len(report.references())])]
    for result in report.results:
        figures = [result.metrics[key] for key in COLUMNS]
        figures += [result.ratios[name]["ndcg"] for name in report.references()]
        decimals = (3, 3, 3, 0, 2, 3, *(2 for _ in report.references()))
        cells = [
            "-" if estimate is None else f"{estimate.value:,.{places}f}"
            for estimate, places in zip(figures, decimals, strict=True)
        ]
        lines.append(_line(result.name, *cells))
    return "\n".join([told, *lines])


def _line(name: str, *cells: str) -> str:
    return (f"{name:<24}" + "".join(f"{cell:>10}" for cell in cells)).rstrip()
