"""The weights of the blocks, learnt from who likes what.

A ranking is good when the films that the same people like stand high (co-ratings), and the other
films of the same saga too (the name of the saga is never a feature). Weights are fitted by the
listwise softmax loss (ListNet, Cao et al. 2007) on both, cross-validated over users: they are
taken only where they rank better than the defaults for users whom the fit has not seen.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from index.association import association_vectors
from index.blocks import ASSOCIATION, Layout
from index.evaluation import metrics
from index.evaluation.split import split_users
from index.evaluation.truth import Truth, find_truth
from index.facts import FilmFacts
from index.features import Features
from index.pool import Pool, gather
from index.ratings import Ints
from index.store import Floats

SAGA_LOSSES = (0.02, 0.08)
"""How much a saga's loss counts beside that of co-ratings; which one, users held out decide."""

STEPS = (0.3, 0.6, 1.0)
"""How far to go from the defaults to what was fitted, since few users fit little; as above."""

SAGA_FLOOR = {"alone": 0.83, "rated": 0.79}
"""Saga recall below which weights are not taken, however well they rank otherwise."""

SEEDS_NEEDED = 100
"""Films with enough likes below which there is nothing to learn from."""

SEEDS_AT_MOST = 1000
TEMPERATURE, FLATTEST, STEEPEST = 40.0, -6.0, 5.0
"""Where the fit begins, and the bounds of a weight's logarithm: the sum of the weights is the
inverse temperature of the softmax."""

ROUNDS = 60

Numbers = NDArray[np.float64]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lesson:
    """Films, their pools, and how much each film of a pool should stand high.

    `wanted`, shape (seeds, pool), adds up to 1 for every seed.
    """

    pool: Pool
    wanted: Floats

    @classmethod
    def of(cls, pool: Pool, good: NDArray[np.bool_]) -> "Lesson":
        """What is `good` in each pool, equally; seeds without anything good teach nothing."""
        some = good.any(axis=1)
        wanted = good[some] / good[some].sum(axis=1, keepdims=True)
        return cls(pool.of(pool.seeds[some]), wanted.astype(np.float32))


@dataclass(frozen=True)
class Quality:
    """How weights rank in pools, for users held out: nDCG@10, and saga recall@5 (1 without any)."""

    ndcg: float
    saga: float


@dataclass(frozen=True)
class Learnt:
    """Weights of the blocks, and how they and the defaults rank for users held out."""

    layout: Layout
    learnt: bool
    quality: dict[str, Quality]

    def held_out(self) -> dict[str, float]:
        """nDCG@10 for users held out, as an index's quality: with their likes, and without."""
        names = {"alone": "ndcg", "rated": "ndcg_rated"}
        return {names[part]: round(found.ndcg, 4) for part, found in self.quality.items()}


def learn_weights(features: Features, facts: FilmFacts) -> Learnt:
    """The layout of `features` with weights for these films and users.

    The defaults stay where there are too few ratings, or they rank better for users held out.
    """
    school = School.open(features, facts)
    if school is None:
        logger.info("weights_default reason=too_few_ratings")
        return Learnt(features.layout, False, {})
    alone, plain = school.choose(rated=False)
    rated, hybrid = school.choose(rated=True)
    layout = features.layout.weighing(alone, rated)
    return Learnt(layout, layout != features.layout, {"alone": plain, "rated": hybrid})


@dataclass(frozen=True)
class School:
    """What there is to learn from: pools, sagas, and two halves of the users."""

    layout: Layout
    pool: Pool
    sagas: Ints
    whole: Truth
    halves: tuple[Truth, Truth]
    likes: tuple[Floats, Floats]
    """Association vectors of each half, shape (films, dim)."""

    @classmethod
    def open(cls, features: Features, facts: FilmFacts) -> "School | None":
        """From the films and their ratings; None where those are too few."""
        films = len(features)
        split = split_users(facts.ratings)
        whole, *halves = (
            find_truth(part.likes(films)) for part in (facts.ratings, split.train, split.test)
        )
        if any(len(truth.seeds) < SEEDS_NEEDED for truth in halves):
            return None
        sagas = metrics.saga_codes(facts.sagas)
        seeds = np.union1d(_some(whole.seeds), _some(np.flatnonzero(sagas >= 0)))
        return cls(
            features.layout,
            gather(features, seeds),
            sagas,
            whole,
            (halves[0], halves[1]),
            (association_vectors(split.train, films), association_vectors(split.test, films)),
        )

    def choose(self, rated: bool) -> tuple[dict[str, float], Quality]:
        """The weights that rank best for users held out, and how well that is."""
        default = {
            block.name: block.rated_weight if rated else block.weight
            for block in self.layout.blocks
        }
        names = [name for name in default if rated or name != ASSOCIATION.name]
        start = np.array([default[name] for name in names])
        start /= start.sum()
        halves, saga = [self._lesson(half, rated) for half in (0, 1)], self._saga_lesson()
        floor = SAGA_FLOOR["rated" if rated else "alone"]
        best, chosen = self._mark(halves, (start, start), names), None
        for share in SAGA_LOSSES:
            # each half is ranked by what was fitted to the other
            fits = [fit([(half, 1.0), (saga, share)], names, start) for half in halves[::-1]]
            for step in STEPS:
                found = self._mark(halves, [start + step * (w - start) for w in fits], names)
                logger.info("weights rated=%s saga=%s step=%s %s", rated, share, step, found)
                if _better(found, best, floor):
                    best, chosen = found, (share, step)
        if chosen is None:
            return default, best
        share, step = chosen
        lessons = [(half, 0.5) for half in halves] if rated else [(self._lesson(None, False), 1.0)]
        fitted = fit([*lessons, (saga, share)], names, start)
        weights = (start + step * (fitted - start)).round(4).tolist()
        return dict(zip(names, weights, strict=True)), best

    def _lesson(self, half: int | None, rated: bool) -> Lesson:
        """Truth of one half of the users (or of all), association of the other half's likes."""
        truth = self.whole if half is None else self.halves[half]
        asked, mine, place = np.intersect1d(truth.seeds, self.pool.seeds, return_indices=True)[:3]
        pool = self.pool.of(asked)
        if rated and half is not None:
            pool = pool.replacing(ASSOCIATION.name, self.likes[1 - half])
        good = (pool.rows[:, :, None] == truth.films[mine][:, None, :]).any(axis=2)
        return Lesson.of(pool, good)

    def _saga_lesson(self) -> Lesson:
        pool = self.pool.of(self.pool.seeds[self.sagas[self.pool.seeds] >= 0])
        return Lesson.of(pool, self.sagas[pool.rows] == self.sagas[pool.seeds][:, None])

    def _mark(
        self, lessons: Sequence[Lesson], weights: Sequence[Numbers], names: list[str]
    ) -> Quality:
        """Mean over the lessons, each ranked by the weights that go with it."""
        ndcg, saga = [], []
        own = self._saga_lesson()
        for lesson, weight in zip(lessons, weights, strict=True):
            ndcg.append(_ndcg(lesson, _scores(lesson.pool, names, weight)))
            tops = _top(own.pool, _scores(own.pool, names, weight), metrics.SAGA_AT)
            saga += metrics.saga_recall(tops, own.pool.seeds, self.sagas).tolist()
        return Quality(float(np.mean(ndcg)), float(np.mean(saga)) if saga else 1.0)


def fit(lessons: Sequence[tuple[Lesson, float]], names: list[str], start: Numbers) -> Numbers:
    """Weights, adding up to 1, of the least loss over `lessons`, each counting its share."""
    tables = [
        (_table(lesson.pool, names), lesson.wanted, share)
        for lesson, share in lessons
        if len(lesson.wanted)
    ]

    def loss(logs: Numbers) -> tuple[float, Numbers]:
        weights = np.exp(logs)
        total, slope = 0.0, np.zeros(len(logs))
        for alike, wanted, share in tables:
            scores = alike @ weights.astype(np.float32)
            scores -= scores.max(axis=1, keepdims=True)
            odds = np.exp(scores)
            sums = odds.sum(axis=1, keepdims=True)
            missed = odds / sums - wanted
            total += share * float((wanted * (np.log(sums) - scores)).sum()) / len(wanted)
            slope += share * np.tensordot(missed, alike, axes=2) / len(wanted)
        return total, slope * weights

    begin = np.log(np.maximum(start * TEMPERATURE, 0.01))
    bounds = [(FLATTEST, STEEPEST)] * len(start)
    best = minimize(
        loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ROUNDS}
    )
    weights = np.exp(best.x)
    return np.asarray(weights / weights.sum())


def _better(found: Quality, best: Quality, floor: float) -> bool:
    """Whether `found` is to be taken: sagas that hold together first, then co-ratings."""
    if found.saga < floor:
        return found.saga > best.saga
    return best.saga < floor or found.ndcg > best.ndcg


def _some(seeds: Ints) -> Ints:
    """At most SEEDS_AT_MOST of them, the same in every run, ascending."""
    if len(seeds) <= SEEDS_AT_MOST:
        return seeds
    return np.sort(np.random.default_rng(0).choice(seeds, SEEDS_AT_MOST, replace=False))


def _table(pool: Pool, names: list[str]) -> Floats:
    return np.ascontiguousarray(pool.alike[:, :, [pool.names.index(name) for name in names]])


def _scores(pool: Pool, names: list[str], weights: Numbers) -> Floats:
    return np.asarray(_table(pool, names) @ weights.astype(np.float32))


def _top(pool: Pool, scores: Floats, k: int) -> Ints:
    return np.take_along_axis(pool.rows, np.argsort(-scores, axis=1, kind="stable")[:, :k], axis=1)


def _ndcg(lesson: Lesson, scores: Floats) -> float:
    order = np.argsort(-scores, axis=1, kind="stable")[:, : metrics.AT]
    found = np.take_along_axis(lesson.wanted > 0, order, axis=1)
    discount = 1 / np.log2(np.arange(2, metrics.AT + 2))
    return float((found @ discount).mean() / discount.sum())
