"""Nearest films brought up to date: only films that changed are compared, with all others.

For every film more neighbours are kept than are served, and a floor: every film of a higher score
is among them. Films that changed or went leave the lists, and those that came or changed enter
wherever they rank above the floor, so that the lists stay those of a full build, both ways. A
list that lost too many is sought anew.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.neighbour_lists import LISTED_FROM, nearest_ranks_within
from index.neighbours import (
    NONE,
    ROUNDED,
    ROUNDING,
    ROW_BITS,
    TOP,
    Comparer,
    Rank,
    nearest_ranks,
    ranked,
    rows_of,
)
from index.ratings import Ints

SPARE = 60
"""Neighbours kept beyond those served: a day's changes take one or two out of a hundred."""

WORTH_IT = 0.3
"""Share of films changed from which comparing all with all is no slower."""

SOUGHT_AT_ONCE = 128
CHANGED_AT_ONCE = 2048
"""Films sought anew, and films that changed, in one step: 4096 × 2048 scores are 34 MB."""


@dataclass(frozen=True)
class Kept:
    """Ranks of the nearest films of each, shape (films, served + SPARE), ascending.

    `floor`, shape (films,): the lowest rank that may be missing is beyond it; NONE where none is.
    """

    ranks: Rank
    floor: Rank

    @classmethod
    def of(cls, ranks: Rank) -> "Kept":
        """From the nearest of a full comparison."""
        films = len(ranks)
        if ranks.shape[1] >= films - 1:
            return cls(ranks, np.full(films, NONE))
        return cls(ranks, _beyond(ranks[:, -1]))


def kept_of_all(
    compare: Comparer, served: int, advance: Callable[[int], None] = lambda n: None
) -> Kept:
    """What a full comparison gives: of all films, or of lists of them where they are too many."""
    if len(compare) > LISTED_FROM:
        return Kept.of(nearest_ranks_within(compare, served + SPARE, advance))
    return Kept.of(nearest_ranks(compare, served + SPARE, advance))


def updated(
    before: Kept,
    rows: Ints,
    compare: Comparer,
    served: int,
    advance: Callable[[int], None] = lambda n: None,
) -> Kept:
    """The lists of the films of `compare`, of which those at `rows` (>= 0) are unchanged.

    `rows`, shape (films,): the row that each film had `before`, ascending; -1 for one that is new
    or changed. `advance` is told how many films were done.
    """
    changed = np.flatnonzero(rows < 0)
    films = len(rows)
    if len(changed) >= WORTH_IT * films or films - 1 <= served + SPARE:
        return kept_of_all(compare, served, advance)
    width = served + SPARE
    ranks, floor = np.full((films, width), NONE), np.full(films, NONE)
    _carry_over(before, rows, ranks, floor)
    advance(films // 2)
    for start in range(0, len(changed), CHANGED_AT_ONCE):
        _enter(ranks, floor, compare, changed[start : start + CHANGED_AT_ONCE], rows >= 0)
    enough = (ranks < floor[:, None]).sum(axis=1) >= served
    anew = np.flatnonzero((rows < 0) | ~enough)
    for start in range(0, len(anew), SOUGHT_AT_ONCE):
        some = anew[start : start + SOUGHT_AT_ONCE]
        ranks[some] = compare.nearest(some, width)
        floor[some] = _beyond(ranks[some, -1])
    advance(films - films // 2)
    return Kept(ranks, floor)


def _carry_over(before: Kept, rows: Ints, ranks: Rank, floor: Rank) -> None:
    """Fill in the lists of unchanged films, less the films that changed or went."""
    same = np.flatnonzero(rows >= 0)
    now = np.full(len(before.floor), -1)
    now[rows[same]] = same
    for start in range(0, len(same), CHANGED_AT_ONCE):
        some = same[start : start + CHANGED_AT_ONCE]
        old = before.ranks[rows[some]]
        there = np.minimum(rows_of(old), len(now) - 1)
        still = (old != NONE) & (now[there] >= 0)
        renamed = (old >> ROW_BITS << ROW_BITS) | now[there]
        left = np.sort(np.where(still, renamed, NONE), axis=1)
        ranks[some, : left.shape[1]] = left[:, : ranks.shape[1]]
        floor[some] = before.floor[rows[some]]


def _enter(
    ranks: Rank, floor: Rank, compare: Comparer, changed: Ints, same: NDArray[np.bool_]
) -> None:
    """Put `changed` films into the lists of the `same` films wherever they rank above the floor."""
    least = np.where(floor == NONE, -np.inf, (TOP - (floor >> ROW_BITS)) / 10**ROUNDED)
    for part, queries, shared, scores in compare.against(changed):
        high = scores >= (least[part] - ROUNDING)[:, None]
        film, place = np.nonzero(high & same[part][:, None])
        exact = compare.pair_products(queries[film], changed[place]) + shared[film, place]
        found = ranked(changed[place], exact)
        film += part.start
        above = found < floor[film]
        _merge(ranks, floor, film[above], found[above])


def _merge(ranks: Rank, floor: Rank, film: Ints, found: Rank) -> None:
    """Add what was `found`, a rank for each `film` (ascending), to the lists."""
    if not len(film):
        return
    which, starts, counts = np.unique(film, return_index=True, return_counts=True)
    width = ranks.shape[1]
    more = np.full((len(which), int(counts.max())), NONE)
    more[
        np.repeat(np.arange(len(which)), counts), np.arange(len(film)) - np.repeat(starts, counts)
    ] = found
    both = np.sort(np.hstack([ranks[which], more]), axis=1)
    ranks[which] = both[:, :width]
    lost = both[:, width] != NONE
    # what no longer fits may be missing from now on
    floor[which[lost]] = np.minimum(floor[which[lost]], _beyond(both[lost, width - 1]))


def _beyond(ranks: Rank) -> Rank:
    """The first rank of the score of each: others of that score may have been left out."""
    return np.asarray(ranks >> ROW_BITS << ROW_BITS)
