"""An evaluation: rankings and truth in, a report out."""

import logging
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from contracts.progress import Advance, track
from index.evaluation import metrics
from index.evaluation.baselines import FIXED, TFIDF_OVERVIEW
from index.evaluation.metrics import Estimate, Measured
from index.evaluation.rankers import Ranker
from index.evaluation.report import METRICS, Provenance, Report, Sizes
from index.evaluation.results import Result
from index.evaluation.truth import Reals, Truth
from index.facts import FilmFacts
from index.ratings import Ints

logger = logging.getLogger(__name__)

STEP = 256
REFERENCES = (TFIDF_OVERVIEW, FIXED)

Drawn = NDArray[np.float32]


class _Exam:
    """The films asked about, the answers hoped for, and the resamples all rankings share."""

    def __init__(
        self, truth: Truth, facts: FilmFacts, sagas: Sequence[str | None], seed: int
    ) -> None:
        self.truth, self.facts = truth, facts
        self.codes = metrics.saga_codes(sagas)
        self.saga_seeds = np.flatnonzero(self.codes >= 0)
        self.seeds = np.union1d(truth.seeds, self.saga_seeds)
        self._with_truth = np.searchsorted(self.seeds, truth.seeds)
        self._with_saga = np.searchsorted(self.seeds, self.saga_seeds)
        self._drawn_truth = metrics.resamples(len(truth.seeds), seed)
        self._drawn_saga = metrics.resamples(len(self.saga_seeds), seed)
        self._drawn = metrics.resamples(len(self.seeds), seed)

    def mark(self, tops: Ints) -> dict[str, Measured | None]:
        """Every metric of the lists made for `seeds`; None where none of them speaks of it."""
        known, partners = tops[self._with_truth], self.truth.films
        sagas = metrics.saga_recall(tops[self._with_saga], self.saga_seeds, self.codes)
        fame = metrics.popularity_bias(known, partners, self.facts.votes)
        films = metrics.coverage(tops, self._drawn)
        whole = max(len(self.facts.titles), 1)
        return {
            "ndcg": _mean(metrics.ndcg(known, partners), self._drawn_truth),
            "recall": _mean(metrics.recall(known, partners), self._drawn_truth),
            "saga": _mean(sagas, self._drawn_saga),
            "coverage": films,
            "coverage_share": Measured(films.value / whole, films.samples / whole),
            "popularity": _mean(fame, self._drawn_truth),
            "diversity": metrics.mean(metrics.diversity(tops, self.facts.genres), self._drawn),
        }

    def sizes(self) -> Sizes:
        """How many films there are, and were asked about."""
        asked = len(self.truth.seeds), len(self.saga_seeds), len(self.seeds)
        return Sizes(len(self.facts.titles), *asked)


def evaluate(
    rankers: Sequence[Ranker],
    truth: Truth,
    facts: FilmFacts,
    sagas: Sequence[str | None],
    provenance: Provenance,
    seed: int = 0,
) -> Report:
    """Mark every ranking on the same films and the same resamples of them.

    `sagas` is the name of each film's collection, used for marking alone. Ratios are against the
    rankings named in REFERENCES, as far as they are among `rankers`. `seed` is the bootstrap's.
    """
    exam = _Exam(truth, facts, sagas, seed)
    marks: dict[str, dict[str, Measured | None]] = {}
    with track(len(rankers) * len(exam.seeds), "Evaluating rankings") as advance:
        for ranker in rankers:
            if ranker.name in marks:
                raise ValueError(f"two rankings are called {ranker.name}")
            start = time.perf_counter()
            marks[ranker.name] = exam.mark(_ask(ranker, exam, advance))
            took = time.perf_counter() - start
            logger.info("ranking_evaluated name=%r seconds=%.1f", ranker.name, took)
    results = tuple(_result(name, marks) for name in marks)
    return Report(provenance, exam.sizes(), seed, results)


def _ask(ranker: Ranker, exam: _Exam, advance: Advance) -> Ints:
    """The lists of a ranking for all films asked about, held to what a Ranker promises."""
    k = min(metrics.AT, max(len(exam.facts.titles) - 1, 1))
    tops = np.empty((len(exam.seeds), k), dtype=np.int64)
    for start in range(0, len(exam.seeds), STEP):
        rows = exam.seeds[start : start + STEP]
        tops[start : start + STEP] = ranker.top(rows, k)
        advance(len(rows))
    ordered = np.sort(tops, axis=1)
    if (tops == exam.seeds[:, None]).any() or (ordered[:, 1:] == ordered[:, :-1]).any():
        raise ValueError(f"{ranker.name} recommends a film for itself, or a film twice")
    return tops


def _mean(values: Reals, drawn: Drawn) -> Measured | None:
    return metrics.mean(values, drawn) if len(values) else None


def _ratio(own: Measured | None, to: Measured | None) -> Estimate | None:
    return own.ratio(to) if own and to else None


def _result(name: str, marks: dict[str, dict[str, Measured | None]]) -> Result:
    own = marks[name]
    compared = [metric.key for metric in METRICS if metric.compared]
    return Result(
        name,
        {key: measured.estimate() if measured else None for key, measured in own.items()},
        {
            reference: {key: _ratio(own[key], marks[reference][key]) for key in compared}
            for reference in REFERENCES
            if reference in marks
        },
    )
