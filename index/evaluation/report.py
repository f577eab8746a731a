"""What an evaluation found, as data, JSON and Markdown; `page.py` makes a page of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from index.evaluation.catalogues import SIMULATED, SIMULATED_ES, Catalogues
from index.evaluation.metrics import CONFIDENCE, RESAMPLES
from index.evaluation.results import Metric, Plot, Result, shown, value_of
from index.evaluation.sections import Grid, Section
from index.evaluation.users_report import UsersPart

REPORT_FORMAT = 1

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

PLOTTED = ("ndcg", "saga", "coverage_share", "diversity")


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
class Report:
    """Everything an evaluation found; `users` and `catalogues` where they were looked at."""

    provenance: Provenance
    sizes: Sizes
    bootstrap_seed: int
    results: tuple[Result, ...]
    users: UsersPart | None = None
    catalogues: Catalogues | None = None

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
            "results": [result.as_data() for result in self.results],
            "users": self.users and self.users.as_data(),
            "catalogues": self.catalogues and self.catalogues.as_data(),
        }
        return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def as_markdown(self) -> str:
        """The report for documents and terminals."""
        parts = ["# Recommendation quality", *(f"**{text}**" for text in self.warnings())]
        parts += [self.resumen(), self.circumstances(), *self.made_with()]
        parts += [grid.as_markdown(level=2) for grid in self.grids()]
        parts.append("\n".join(f"- **{m.title}**: {m.meaning}." for m in METRICS))
        parts += [section.as_markdown() for section in self.sections()]
        return "\n\n".join(parts) + "\n"

    def grids(self) -> list[Grid]:
        """The metrics of the rankings of films, and their ratios to each reference."""
        marked, compared = self.provenance.under_test, [m for m in METRICS if m.compared]
        rows = [
            [result.name, *(shown(result.metrics[m.key], m.decimals) for m in METRICS)]
            for result in self.results
        ]
        grids = [Grid(["Ranking", *(m.title for m in METRICS)], rows, marked, "Metrics")]
        for reference in self.references():
            rows = [
                [result.name, *(shown(result.ratios[reference][m.key], 2) for m in compared)]
                for result in self.results
            ]
            head = ["Ranking", *(m.title for m in compared)]
            grids.append(Grid(head, rows, marked, f"Times {reference}"))
        return grids

    def plots(self) -> list[Plot]:
        """Those of the rankings of films."""
        marked = self.provenance.under_test
        return [Plot(m, self.results, marked) for m in METRICS if m.key in PLOTTED]

    def sections(self) -> list[Section]:
        """The parts after the rankings of films."""
        return [part.section() for part in (self.users, self.catalogues) if part]

    def warnings(self) -> list[str]:
        """What has to be known before any figure is read."""
        simulated = self.catalogues is not None and self.catalogues.simulated
        return [f"{SIMULATED}."] if simulated else []

    def resumen(self) -> str:
        """The summary in Spanish: one sentence, and one more where ratings are simulated."""
        told = [self._best_told(), *([SIMULATED_ES] if self.warnings() else [])]
        return " ".join(told)

    def _best_told(self) -> str:
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


def _spanish(number: float, decimals: int) -> str:
    return f"{number:.{decimals}f}".replace(".", ",")
