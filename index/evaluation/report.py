"""What an evaluation found, as data, JSON and Markdown; `page.py` makes a page of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
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
    train_users: int
    test_users: int
    test_share: float
    split_seed: int
    counts: dict[str, int] = field(default_factory=dict)
    """Rows of the data version by table, and users."""
    encoders: Sequence[str] = ()
    """What texts were made vectors by."""
    packages: dict[str, str] = field(default_factory=dict)
    """Versions by name."""
    under_test: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    """The rankings that the others are there to be compared with, and how each weighs its blocks:
    for films that nobody rated and, where that differs, for films that many did."""
    caveat: str = ""


@dataclass(frozen=True)
class Sizes:
    """How many films there are, and how many were asked about."""

    films: int
    truth_seeds: int
    saga_seeds: int
    all_seeds: int


@dataclass(frozen=True)
class Result:
    """What one ranking reached: estimates by metric, and ratios by ranking compared with.

    None where no film was asked about: without collections, there is no saga recall.
    """

    name: str
    metrics: dict[str, Estimate | None]
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
        parts += self.made_with()
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
        best = max(self.results, key=lambda result: value_of(result.metrics["ndcg"]))
        numbers = [_spanish(number, 3) for number in best.metrics["ndcg"] or ()]
        ratios = {name: of["ndcg"] for name, of in best.ratios.items() if name != best.name}
        times = [
            f"{_spanish(ratio.value, 1)} veces el de «{name}»"
            for name, ratio in ratios.items()
            if ratio
        ]
        return (
            f"Resumen: de {len(self.results)} formas de recomendar, la que mejor acierta es "
            f"«{best.name}», con un nDCG@10 de {numbers[0]} (intervalo del 95 %: de {numbers[1]} a "
            f"{numbers[2]}){''.join(f', {text}' for text in times)}."
        )

    def circumstances(self) -> str:
        """What the figures rest on."""
        about, sizes = self.provenance, self.sizes
        return (
            f"Data version {about.data_version}{self._counted()}. "
            f"Users: {about.train_users:,} to learn from, {about.test_users:,} to test on "
            f"(share {about.test_share:g}, seed of the split {about.split_seed}). "
            f"{sizes.films:,} films, all of them ranked; {sizes.truth_seeds:,} asked about have a "
            f"truth, {sizes.saga_seeds:,} a collection, {sizes.all_seeds:,} in all. In brackets, "
            f"{CONFIDENCE:.0%} intervals by percentile bootstrap over the films asked about "
            f"({RESAMPLES:,} resamples, seed {self.bootstrap_seed})."
        )

    def made_with(self) -> list[str]:
        """What else a reader of the figures has to know, a paragraph each."""
        about = self.provenance
        packages = ", ".join(f"{name} {version}" for name, version in about.packages.items())
        encoders = f"; texts encoded by {' and '.join(about.encoders)}" if about.encoders else ""
        return [
            *([f"{about.caveat}."] if about.caveat else []),
            *([f"Made with {packages}{encoders}."] if packages else []),
        ]

    def _counted(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in self.provenance.counts.items())
        return f" ({counts})" if counts else ""


def value_of(estimate: Estimate | None) -> float:
    """The value alone, 0 where there is none."""
    return estimate.value if estimate else 0.0


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
    metrics = {key: estimate and estimate._asdict() for key, estimate in result.metrics.items()}
    return {"name": result.name, "metrics": metrics, "ratios": ratios}


def _spanish(number: float, decimals: int) -> str:
    return f"{number:.{decimals}f}".replace(".", ",")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
