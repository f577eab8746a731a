"""How good lists are, seed by seed, and how sure that is.

Every metric takes `tops`: the rows of the films recommended, best first, shape (seeds, k).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from index.evaluation.truth import Reals
from index.ratings import Ints

AT, SAGA_AT = 10, 5
RESAMPLES, CONFIDENCE = 1000, 0.95
CHUNK = 100


class Estimate(NamedTuple):
    """A value and its percentile bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """A value over all seeds, and the same value over every resample of them."""

    value: float
    samples: Reals

    def estimate(self) -> Estimate:
        """The value with its 95 % interval."""
        return Estimate(self.value, *_interval(self.samples))

    def ratio(self, to: "Measured") -> Estimate | None:
        """How many times `to` this is; None where `to` is zero.

        Both are taken over the same resamples, so what makes seeds hard for both cancels out.
        """
        usable = to.samples > 0
        if to.value <= 0 or not usable.any():
            return None
        return Estimate(
            self.value / to.value, *_interval(self.samples[usable] / to.samples[usable])
        )


def resamples(seeds: int, seed: int, times: int = RESAMPLES) -> NDArray[np.float32]:
    """How often each resample, drawn with replacement, holds each seed; (times, seeds)."""
    random = np.random.default_rng(seed)
    drawn = np.zeros((times, seeds), dtype=np.float32)
    for counts in drawn if seeds else []:
        counts[:] = np.bincount(random.integers(0, seeds, size=seeds), minlength=seeds)
    return drawn


def mean(values: Reals, drawn: NDArray[np.float32]) -> Measured:
    """The mean over seeds, 0 where there are none."""
    if not len(values):
        return Measured(0.0, np.zeros(len(drawn)))
    samples = drawn @ values.astype(np.float64) / len(values)
    return Measured(float(values.mean()), np.asarray(samples, dtype=np.float64))


def ndcg(tops: Ints, truth: Ints) -> Reals:
    """nDCG@10 of each seed: 1 where all ten are partners, a hit weighing 1 / log2(1 + place).

    A film is a partner or not. Equal to scikit-learn's; in Jarvelin & Kekalainen (2002) the second
    place weighs as much as the first.
    """
    discount = 1 / np.log2(np.arange(2, AT + 2))
    gained = _hits(tops[:, :AT], truth) @ discount[: tops[:, :AT].shape[1]]
    return np.asarray(gained / discount[: truth.shape[1]].sum(), dtype=np.float64)


def recall(tops: Ints, truth: Ints) -> Reals:
    """Recall@10 of each seed: partners among the first ten, out of as many as fit in ten."""
    found = _hits(tops[:, :AT], truth).sum(axis=1)
    return np.asarray(found / min(AT, truth.shape[1]), dtype=np.float64)


def saga_codes(sagas: Sequence[str | None]) -> Ints:
    """A number for each film's collection; -1 for a film without, or alone in one."""
    names = np.array([name or "" for name in sagas], dtype=object)
    _, codes, sizes = np.unique(names.astype(str), return_inverse=True, return_counts=True)
    shared = (names != "") & (sizes[codes] > 1)
    return np.where(shared, codes, -1).astype(np.int64)


def saga_recall(tops: Ints, seeds: Ints, codes: Ints) -> Reals:
    """Others of the seed's collection in the first five, out of as many as fit there."""
    own = codes[seeds]
    sizes = np.bincount(codes[codes >= 0], minlength=int(codes.max(initial=0)) + 1)
    found = (codes[tops[:, :SAGA_AT]] == own[:, None]).sum(axis=1)
    return np.asarray(found / np.minimum(SAGA_AT, sizes[own] - 1), dtype=np.float64)


def popularity_bias(tops: Ints, truth: Ints, votes: Ints) -> Reals:
    """Mean log10(1 + votes) of the films recommended less that of the seed's partners.

    0 is as well known as what people like together; +1 is ten times as many votes, -1 a tenth.
    """
    fame = np.log10(1.0 + votes)
    return np.asarray(fame[tops].mean(axis=1) - fame[truth].mean(axis=1), dtype=np.float64)


def diversity(tops: Ints, genres: Sequence[Sequence[str]]) -> Reals:
    """1 less the mean Jaccard similarity of genres over all pairs of a list.

    0 where all have the same genres, 1 where no two share any. A film without genres shares none.
    """
    names = sorted({name for film in genres for name in film})
    column = {name: place for place, name in enumerate(names)}
    has = np.zeros((len(genres), max(len(names), 1)), dtype=np.float32)
    for row, film in enumerate(genres):
        has[row, [column[name] for name in film]] = 1
    first, second = np.triu_indices(tops.shape[1], 1)
    if not len(first):
        return np.zeros(len(tops))
    values = [_variety(has[top], first, second) for top in tops]
    return np.asarray(values, dtype=np.float64)


def coverage(tops: Ints, drawn: NDArray[np.float32]) -> Measured:
    """How many distinct films the lists of all seeds hold together.

    A resample holds only some 63 % of the seeds and so fewer films: the resampled counts are
    moved by the difference of their mean to the value, and the interval tells their spread.
    """
    films, columns = np.unique(tops, return_inverse=True)
    if not len(films):
        return Measured(0.0, np.zeros(len(drawn)))
    lists = np.repeat(np.arange(len(tops)), tops.shape[1])
    cells = (np.ones(tops.size, np.float32), (lists, columns.ravel()))
    holds = sparse.csr_matrix(cells, shape=(len(tops), len(films)))
    parts = [drawn[start : start + CHUNK] @ holds for start in range(0, len(drawn), CHUNK)]
    counts = np.concatenate([(part > 0).sum(axis=1) for part in parts])
    return Measured(float(len(films)), counts - counts.mean() + len(films))


def _hits(tops: Ints, truth: Ints) -> NDArray[np.bool_]:
    """Whether each film recommended is among its seed's partners; shape of `tops`."""
    found: NDArray[np.bool_] = (tops[:, :, None] == truth[:, None, :]).any(axis=2)
    return found


def _variety(has: NDArray[np.float32], first: Ints, second: Ints) -> float:
    shared = has @ has.T
    sizes = has.sum(axis=1)
    together = shared[first, second]
    either = sizes[first] + sizes[second] - together
    return 1.0 - float((together / np.maximum(either, 1)).mean())


def _interval(samples: Reals) -> tuple[float, float]:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(samples, [tail, 1 - tail])
    return float(low), float(high)
