"""What an evaluation found, as data, JSON and Markdown; `page.py` makes a page of it."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from index.evaluation.metrics import CONFIDENCE, RESAMPLES, Estimate

REPORT_FORMAT = 1


@dataclass(frozen=True)
class Metric:
    """A column of the report."""

    key: str
    title: str
    meaning: str
    decimals: int
    compared: bool
    """Whether a ratio of it says anything."""


METRICS = (
    Metric("ndcg", "nDCG@10", "partners among the first ten, the first places weighing most; "
           "over films with a truth", 3, True),
    Metric("recall", "Recall@10", "partners among the first ten, out of ten; over films with a "
           "truth", 3, True),
    Metric("saga", "Saga recall@5", "other films of the same collection among the first five, out "
           "of five or as many as there are; over films of a collection", 3, True),
    Metric("coverage", "Films recommended", "distinct films in the lists of all films asked "
           "about; the interval tells the spread over resamples, moved onto the value", 0, True),
    Metric("coverage_share", "Share of the catalogue", "the same, out of all films", 4, False),
    Metric("popularity", "Popularity bias", "mean log10(1 + votes) of the films recommended less "
           "that of the truth's partners: 0 as well known, +1 ten times the votes; over films "
           "with a truth", 2, False),
    Metric("diversity", "Diversity", "1 less the mean Jaccard similarity of genres over the pairs "
           "of a list of ten; over all films asked about", 3, True),
)  # fmt: skip


@dataclass(frozen=True)
class Provenance:
    """What was evaluated on what."""

    data_version: str
    index_version: str
    train_users: int
    test_users: int
    test_share: float
    split_seed: int


@dataclass(frozen=True)
class Sizes:
    """How many films there are, and how many were asked about."""

    films: int
    truth_seeds: int
    saga_seeds: int
    all_seeds: int


@dataclass(frozen=True)
class Result:
    """What one ranking reached: estimates by metric, and ratios by ranking compared with."""

    name: str
    metrics: dict[str, Estimate]
    ratios: dict[str, dict[str, Estimate | None]]


@dataclass(frozen=True)
class Report:
    """Everything an evaluation found."""

    provenance: Provenance
    sizes: Sizes
    bootstrap_seed: int
    results: tuple[Result, ...]

    def references(self) -> list[str]:
        """The rankings others are compared with."""
        return list(self.results[0].ratios) if self.results else []

    def as_json(self) -> str:
        """The report for programs; estimates are objects of value, low and high."""
        whole: dict[str, Any] = {
            "format": REPORT_FORMAT,
            "confidence": CONFIDENCE,
            "resamples": RESAMPLES,
            "bootstrap_seed": self.bootstrap_seed,
            "provenance": asdict(self.provenance),
            "sizes": asdict(self.sizes),
            "metrics": [asdict(metric) for metric in METRICS],
            "results": [_result(result) for result in self.results],
        }
        return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def as_markdown(self) -> str:
        """The report for documents and terminals."""
        parts = ["# Recommendation quality", self.resumen(), self.circumstances()]
        parts.append("## Metrics\n\n" + _table(["Ranking", *(m.title for m in METRICS)], [
            [result.name, *(shown(result.metrics[m.key], m.decimals) for m in METRICS)]
            for result in self.results
        ]))  # fmt: skip
        for reference in self.references():
            compared = [m for m in METRICS if m.compared]
            rows = [
                [result.name, *(shown(result.ratios[reference][m.key], 2) for m in compared)]
                for result in self.results
            ]
            heading = f"## Times {_cell(reference)}\n\n"
            parts.append(heading + _table(["Ranking", *(m.title for m in compared)], rows))
        parts.append("\n".join(f"- **{m.title}**: {m.meaning}." for m in METRICS))
        return "\n\n".join(parts) + "\n"

    def resumen(self) -> str:
        """The one sentence in Spanish."""
        if not self.results or not self.sizes.truth_seeds:
            return "Resumen: no hay películas con bastantes valoraciones para evaluar."
        best = max(self.results, key=lambda result: result.metrics["ndcg"].value)
        value = best.metrics["ndcg"]
        numbers = [f"{number:.3f}".replace(".", ",") for number in value]
        return (
            f"Resumen: de {len(self.results)} formas de recomendar, la que mejor acierta es "
            f"«{best.name}», con un nDCG@10 de {numbers[0]} (intervalo del 95 %: de {numbers[1]} a "
            f"{numbers[2]})."
        )

    def circumstances(self) -> str:
        """What the figures rest on."""
        about, sizes = self.provenance, self.sizes
        return (
            f"Data version {about.data_version}, index version {about.index_version}. "
            f"Users: {about.train_users:,} to learn from, {about.test_users:,} to test on "
            f"(share {about.test_share:g}, seed of the split {about.split_seed}). "
            f"{sizes.films:,} films, all of them ranked; {sizes.truth_seeds:,} asked about have a "
            f"truth, {sizes.saga_seeds:,} a collection, {sizes.all_seeds:,} in all. In brackets, "
            f"{CONFIDENCE:.0%} intervals by percentile bootstrap over the films asked about "
            f"({RESAMPLES:,} resamples, seed {self.bootstrap_seed})."
        )


def shown(estimate: Estimate | None, decimals: int) -> str:
    """'0.071 [0.066, 0.077]', or a dash where there is nothing to tell."""
    if estimate is None:
        return "–"
    value, low, high = (f"{number:,.{decimals}f}" for number in estimate)
    return f"{value} [{low}, {high}]"


def _result(result: Result) -> dict[str, Any]:
    ratios = {
        reference: {key: ratio and ratio._asdict() for key, ratio in of.items()}
        for reference, of in result.ratios.items()
    }
    metrics = {key: estimate._asdict() for key, estimate in result.metrics.items()}
    return {"name": result.name, "metrics": metrics, "ratios": ratios}


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
