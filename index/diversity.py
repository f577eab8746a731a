"""Recommendations that differ from one another, and not too many of one saga.

Maximal marginal relevance (Carbonell & Goldstein 1998): one after the other, the film is taken
that has the best score less its likeness to what was taken already.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.profile import FAME
from index.search_space import Shares, Space
from index.store import Floats, Rows

NO_SAGA = -1

CONTEXT = frozenset({"anio", "idioma"})


@dataclass(frozen=True)
class Taken:
    """Places of films in the pool, in the order taken, and their likeness to those before."""

    places: list[int]
    alike: list[float]


def take(
    scores: Shares,
    sagas: Rows,
    k: int,
    diversity: float,
    at_most: int | None,
    likeness: Callable[[int], Floats],
) -> Taken:
    """At most `k` films of a pool that stands by score, best first.

    `likeness(place)` is that of one film to each of the pool, 1 to itself; it counts `diversity`
    where the score counts the rest. `at_most` so many films of one of `sagas` are taken, if any.
    Equals are taken in the order of the pool.
    """
    taken = Taken([], [])
    free = np.ones(len(scores), dtype=bool)
    nearest = np.zeros(len(scores))
    count: Counter[int] = Counter()
    while len(taken.places) < k and free.any():
        worth = (1 - diversity) * scores - diversity * nearest
        place = int(np.argmax(np.where(free, worth, -np.inf)))
        taken.places.append(place)
        taken.alike.append(float(nearest[place]))
        free[place] = False
        saga = int(sagas[place])
        count[saga] += 1
        if at_most is not None and saga != NO_SAGA and count[saga] >= at_most:
            free &= sagas != saga
        if diversity:
            nearest = np.maximum(nearest, likeness(place))
    return taken


class Likeness:
    """How alike the films of a pool are, from 0 to 1, by the blocks that the search weighs.

    By what they are about and who made them: that two films are well known, or of one year or
    language, does not make one stand for the other. The
    weighted sum of blocks is divided by the films' lengths, so that a film is 1 to itself even
    where it lacks blocks.
    """

    def __init__(self, space: Space, rows: NDArray[np.int64], weights: Shares) -> None:
        kept = np.array([block.name not in FAME | CONTEXT for block in space.layout.blocks])
        roots = np.sqrt(weights * kept)
        self._dense = space.vectors.at(rows) * space.layout.across(roots)
        places, self._owner = space.names.table.places(rows)
        self._columns = space.names.table.indices[places]
        self._names = space.names.table.data[places] * roots[space.names.block_of[self._columns]]
        self._ends = np.searchsorted(self._owner, np.arange(len(rows) + 1))
        self._of_name = np.zeros(space.names.table.columns)
        squares = (self._dense**2).sum(axis=1) + self._added(self._names**2)
        self._lengths = np.sqrt(np.maximum(squares, 1e-12))

    def __call__(self, place: int) -> Floats:
        """Likeness of the film at `place` to each of the pool, shape (pool,)."""
        mine = slice(self._ends[place], self._ends[place + 1])
        self._of_name[self._columns[mine]] = self._names[mine]
        shared = self._added(self._of_name[self._columns] * self._names)
        self._of_name[self._columns[mine]] = 0
        # not by BLAS: its threads would meet for each of many small products
        whole = np.einsum("ij,j->i", self._dense, self._dense[place]) + shared
        alike = whole / (self._lengths * self._lengths[place])
        return np.asarray(np.clip(alike, 0, 1), dtype=np.float32)

    def _added(self, values: Shares) -> Shares:
        found = np.bincount(self._owner, values, minlength=len(self._dense))
        return np.asarray(found, dtype=np.float64)
