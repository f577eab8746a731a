"""For some films, the films that any block would rank high, and how alike each block finds them.

What weights are learnt on: a whole catalogue a film would not fit in memory, and most of it no
weights would ever bring to the top.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.features import Features
from index.ratings import Ints
from index.store import Floats

POOL = 800
"""Films compared with each."""

SEEDS_AT_ONCE = 32
"""Films whose similarities with all others are in memory at a time: 32 × 45,000 × 12 numbers."""

FAME = "renombre"
FAME_BESIDE = (0.2, 1.0)
"""How much renown is added to each other block when it ranks alone: a block by itself brings
films to the top that nobody knows, which no sensible weights would."""


@dataclass(frozen=True)
class Pool:
    """`alike[i, j, b]`: how alike block `b` finds the film `seeds[i]` and the film `rows[i, j]`.

    Shapes (seeds,), (seeds, pool) and (seeds, pool, blocks); blocks in the order of `names`.
    """

    names: list[str]
    seeds: Ints
    rows: Ints
    alike: Floats

    def of(self, seeds: Ints) -> "Pool":
        """The part for `seeds`, which must be among these."""
        places = np.searchsorted(self.seeds, seeds)
        return Pool(self.names, seeds, self.rows[places], self.alike[places])

    def replacing(self, name: str, vectors: Floats) -> "Pool":
        """With one block made of other `vectors`, one a film of the catalogue."""
        alike = self.alike.copy()
        place = self.names.index(name)
        for i, seed in enumerate(self.seeds):
            alike[i, :, place] = vectors[self.rows[i]] @ vectors[seed]
        return Pool(self.names, self.seeds, self.rows, alike)


def gather(features: Features, seeds: Ints, size: int = POOL) -> Pool:
    """The pool of every film in `seeds`, rows of the catalogue in ascending order."""
    names = [block.name for block in features.layout.blocks]
    size = min(size, len(features) - 1)
    rows = np.empty((len(seeds), size), np.int64)
    alike = np.empty((len(seeds), size, len(names)), np.float32)
    steps = [*range(0, len(seeds), SEEDS_AT_ONCE), len(seeds)]
    for start, stop in pairwise(steps):
        every = _alike(features, seeds[start:stop])
        for place, seed in enumerate(seeds[start:stop].tolist(), start):
            mine = every[:, place - start]
            rows[place] = chosen = _promising(mine, seed, names.index(FAME), size)
            alike[place] = mine[:, chosen].T
    return Pool(names, seeds, rows, alike)


def _alike(features: Features, seeds: Ints) -> Floats:
    """Similarity of `seeds` with all films by every block, shape (blocks, seeds, films)."""
    every = np.empty((len(features.layout.blocks), len(seeds), len(features)), np.float32)
    for place, block in enumerate(features.layout.blocks):
        if block.name in features.dense:
            rows = features.dense[block.name]
            every[place] = rows[seeds] @ rows.T
        else:
            names = features.sparse[block.name]
            every[place] = (names[seeds] @ names.T).toarray()
    return every


def _promising(mine: Floats, seed: int, fame: int, size: int) -> NDArray[np.int64]:
    """The `size` films that come highest in the ranking of any block, ascending."""
    films = mine.shape[1]
    others = [place for place in range(len(mine)) if place != fame]
    rankings = [mine[place] + share * mine[fame] for place in others for share in FAME_BESIDE]
    rankings.append(mine[others].sum(axis=0) + mine[fame])
    depth = min(size, films - 1)
    best = np.full(films, films, np.int64)
    for scores in rankings:
        top = np.argpartition(-scores, depth)[: depth + 1]
        top = top[np.argsort(-scores[top], kind="stable")]
        best[top] = np.minimum(best[top], np.arange(depth + 1))
    best[seed] = films + 1
    return np.sort(np.argsort(best, kind="stable")[:size])
