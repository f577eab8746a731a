"""The films of highest score, exactly, without comparing the vectors of most of them in full.

The threshold algorithm (Fagin, Lotem & Naor 2003) with two lists: FAISS says which films are
nearest by vector, and what names and text add is known of all films. No film that FAISS left out
has more from its vector than the last that it gave; only those to whom the rest adds enough to
make up for it have to be looked at.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.store import Among, Floats, Rows, VectorIndex

NEAREST_TIMES, NEAREST_AT_LEAST = 4, 2000
"""Films asked of FAISS for each one wanted: fewer leave more to look at, more take it longer."""

ENGINE_AT_LEAST = 500
"""The same of an engine, which takes longer for more."""

FEW = 1000
"""So many films are looked at one by one; for more, all are compared."""

SLACK = np.float32(1e-5)
"""Beyond what single precision may be off by."""


def highest(
    vectors: VectorIndex,
    query: Floats | None,
    beside: Floats,
    free: NDArray[np.bool_],
    k: int,
    among: Among | None = None,
) -> tuple[Rows, Floats]:
    """Rows of the `k` best of the films that are `free`, best first, ties by row; their scores.

    A film's score is the inner product of its vector with `query` plus what it has `beside`;
    `beside` and `free` have shape (films,). All that are free are `among` those that a filter lets
    through, where there is one. Exact where `vectors` are; with an engine some may be missed.
    """
    rows = np.flatnonzero(free)
    if query is None or not query.any():
        return ordered(rows, beside[rows], k)
    if len(rows) > FEW:
        some = _candidates(vectors, query, beside, free, k, among)
        if some is not None:
            return ordered(*some, k)
    found = vectors.products(query, rows) + beside[rows]
    return ordered(rows, found, k)


def _candidates(
    vectors: VectorIndex,
    query: Floats,
    beside: Floats,
    free: NDArray[np.bool_],
    k: int,
    among: Among | None,
) -> tuple[Rows, Floats] | None:
    """Films among which the best must be, and their scores; None where that would be too many."""
    least_asked = NEAREST_AT_LEAST if vectors.exact else ENGINE_AT_LEAST
    wanted = min(max(NEAREST_TIMES * k, least_asked), len(vectors))
    near, found = vectors.top(query, wanted, among)
    bound = found[-1] if len(near) == wanted else -np.inf
    left = free.copy()
    left[near] = False
    found, near = found[free[near]], near[free[near]]
    scores = found + beside[near]
    if len(near) < k:
        return None
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    others = np.flatnonzero(left & (beside + bound >= least - SLACK))
    if len(others) > FEW:
        if vectors.exact:
            return None
        others = others[np.argpartition(-beside[others], FEW)[:FEW]]
    more = vectors.products(query, others) + beside[others]
    return np.concatenate((near, others)), np.concatenate((scores, more))


def ordered(rows: NDArray[Any], scores: NDArray[Any], k: int) -> tuple[Rows, Floats]:
    """The `k` of `rows` whose `scores` are highest, best first, ties by row; their scores."""
    if k < 1:
        return rows[:0], scores[:0]
    if k < len(scores):
        # all that equal the k-th stay in, so that ties are cut by row and not by chance
        kept = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]
