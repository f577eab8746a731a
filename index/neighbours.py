"""The films nearest to each film, by the whole score: exactly, or among candidates where films
are too many to compare each with all.

A score is rounded to six decimals, and computed so that it depends on its two films alone and not
on which others are compared beside them: names in single precision, one after the other; vectors
in double, whose last bits no rounding lets through. So lists that are brought up to date film by
film (`index.neighbour_update`) are those of a full build.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from index.features import Features
from index.ratings import Ints
from index.store import Floats

ROWS_AT_ONCE = 128
"""Films compared with all others in one step: 128 × 45,000 scores are 23 MB."""

THREADS = 2

ROUNDED = 6
"""Decimals that tell scores apart."""

ROUNDING = 1e-5
"""Beyond what single precision is off by, for scores up to 1."""

Rank = NDArray[np.int64]
"""A film and its score in one number: the lower, the higher the score, then the lower the row."""

ROW_BITS = 32
TOP = np.int64(2 * 10**ROUNDED)
"""In millionths, above what any score can be."""

NONE = np.iinfo(np.int64).max
"""The rank of no film."""


@dataclass(frozen=True)
class Neighbours:
    """For each film (row) the rows of its nearest films, best first, and their scores."""

    rows: NDArray[np.int32]
    scores: Floats

    @classmethod
    def of(cls, ranks: Rank) -> "Neighbours":
        """From ranks, shape (films, k), ascending."""
        return cls(rows_of(ranks).astype(np.int32), scores_of(ranks))


def ranked(rows: NDArray[np.int64], scores: NDArray[np.float64]) -> Rank:
    """The rank of each film at `rows` by its score, of the same shape."""
    millionths = np.rint(scores * 10**ROUNDED).astype(np.int64)
    return np.asarray(((TOP - millionths) << ROW_BITS) | rows)


def rows_of(ranks: Rank) -> NDArray[np.int64]:
    """The row in each rank."""
    return np.asarray(ranks & ((1 << ROW_BITS) - 1))


def scores_of(ranks: Rank) -> Floats:
    """The score in each rank."""
    return np.asarray((TOP - (ranks >> ROW_BITS)) / 10**ROUNDED, dtype=np.float32)


def nearest_films(
    features: Features, k: int, advance: Callable[[int], None] = lambda n: None
) -> Neighbours:
    """The `k` nearest films of every film, shape (films, k); fewer where there are fewer films.

    Highest score first, ties by row; a film is never its own neighbour. `advance` is told how
    many films were done. Cost grows with the square of the number of films.
    """
    return Neighbours.of(nearest_ranks(Comparer(features), k, advance))


def nearest_ranks(
    compare: "Comparer", k: int, advance: Callable[[int], None] = lambda n: None
) -> Rank:
    """As `nearest_films`, as ranks: shape (films, k), int64."""
    films = len(compare)
    k = max(min(k, films - 1), 0)
    ranks = np.empty((films, k), dtype=np.int64)
    if k == 0:
        return ranks

    def fill(start: int) -> int:
        rows = np.arange(start, min(start + ROWS_AT_ONCE, films))
        ranks[rows] = compare.nearest(rows, k)
        return len(rows)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in pool.map(fill, range(0, films, ROWS_AT_ONCE)):
            advance(done)
    return ranks


class Comparer:
    """Gives the scores of films as they ask, each with the weights of its own evidence."""

    def __init__(self, features: Features) -> None:
        self._features = features
        self.vectors = features.vectors()
        self._weights = features.layout.weight_rows(features.evidence).astype(np.float32)
        self._place = {block.name: place for place, block in enumerate(features.layout.blocks)}
        self.block_of_number = np.concatenate(
            [np.full(block.dim, self._place[block.name]) for block in features.layout.blocks]
        ).astype(np.int64)

    def __len__(self) -> int:
        return len(self.vectors)

    def scores(self, rows: slice | Ints) -> Floats:
        """Of the films at `rows`, as queries, with all: shape (rows, films). Last bits may vary."""
        shared = self.names(rows) @ self._names_across
        scores = self.queries(rows) @ self.vectors.T
        for row in range(len(scores)):
            span = slice(shared.indptr[row], shared.indptr[row + 1])
            scores[row, shared.indices[span]] += shared.data[span]
        return np.asarray(scores, dtype=np.float32)

    def nearest(self, rows: Ints, k: int) -> Rank:
        """Ranks of the `k` films nearest to each at `rows`, ascending: shape (rows, k)."""
        shared = self.names(rows) @ self._names_across
        queries = self.queries(rows)
        scores = queries @ self.vectors.T
        best = np.empty((len(rows), k), np.int64)
        for place, row in enumerate(rows.tolist()):
            span = slice(shared.indptr[place], shared.indptr[place + 1])
            beside = np.zeros(len(self), np.float32)
            beside[shared.indices[span]] = shared.data[span]
            found = scores[place] + beside
            found[row] = -np.inf
            edge = np.partition(found, len(found) - k)[len(found) - k]
            near = np.flatnonzero(found >= edge - ROUNDING)
            near = near[near != row]
            exact = self.products(queries[place], near) + beside[near]
            best[place] = np.sort(ranked(near, exact))[:k]
        return best

    def products(self, query: Floats, rows: Ints) -> NDArray[np.float64]:
        """Inner products of a weighted `query`, shape (dim,), with films, in double precision."""
        return np.asarray(self.vectors[rows].astype(np.float64) @ query.astype(np.float64))

    def pair_products(self, queries: Floats, rows: Ints) -> NDArray[np.float64]:
        """As `products`, of each query with one film: `queries` of shape (rows, dim)."""
        exact = queries.astype(np.float64), self.vectors[rows].astype(np.float64)
        return np.asarray(np.einsum("nd,nd->n", *exact))

    def queries(self, rows: slice | Ints) -> Floats:
        """The vectors of films as they ask: each block times its weight, shape (rows, dim)."""
        return np.asarray(self.vectors[rows] * self._weights[rows][:, self.block_of_number])

    def names(self, rows: slice | Ints) -> sparse.csr_matrix:
        """The names of films as they ask, all blocks side by side: shape (rows, names)."""
        own = self._weights[rows]
        return sparse.hstack(
            [
                sparse.diags(own[:, self._place[name]]) @ names[rows]
                for name, names in self._features.sparse.items()
            ],
            format="csr",
        )

    def against(self, rows: Ints) -> Iterator[tuple[slice, Floats, sparse.csr_matrix, Floats]]:
        """Every film, some at a time, asking for those at `rows` alone.

        Gives which films, their queries, the names they share (films, rows), and the scores.
        """
        across = self.all_names[rows].T.tocsr()
        others = np.ascontiguousarray(self.vectors[rows].T)
        for start in range(0, len(self), AT_ONCE):
            part = slice(start, min(start + AT_ONCE, len(self)))
            queries = self.queries(part)
            shared = np.asarray((self.names(part) @ across).toarray())
            yield part, queries, shared, queries @ others + shared

    def name_weights(self, rows: Ints) -> Floats:
        """What each block counts for films that ask, shape (rows, blocks)."""
        return self._weights[rows]

    def mean_weights(self) -> NDArray[np.float64]:
        """What each block counts for all films together, shape (blocks,)."""
        return np.asarray(self._weights.mean(axis=0, dtype=np.float64))

    def mean_of(self, rows: Ints) -> Floats:
        """The mean vector of films, shape (dim,)."""
        return np.asarray(self.vectors[rows].mean(axis=0))

    @cached_property
    def all_names(self) -> sparse.csr_matrix:
        """The names of all films, all blocks side by side: shape (films, names)."""
        return sparse.hstack(list(self._features.sparse.values()), format="csr")

    @cached_property
    def block_of_name(self) -> Ints:
        """The place of the block that each column of `all_names` is of."""
        sizes = {name: rows.shape[1] for name, rows in self._features.sparse.items()}
        return np.concatenate([np.full(size, self._place[name]) for name, size in sizes.items()])

    @cached_property
    def _names_across(self) -> sparse.csr_matrix:
        return self.all_names.T.tocsr()


AT_ONCE = 4096
"""Films that ask for a few others in one step."""


def comparer(features: Features) -> Callable[[slice | Ints], Floats]:
    """What gives the scores of a chunk of films (as queries) with all, shape (chunk, films)."""
    return Comparer(features).scores


def highest(scores: Floats, k: int) -> NDArray[np.int64]:
    """Columns of the `k` highest scores of each row, highest first, ties by column.

    Scores tie when they are equal to the sixth decimal: equal films may differ in the last bit by
    where they lie in the matrix.
    """
    best = np.empty((len(scores), k), dtype=np.int64)
    edges = np.partition(scores, -k, axis=1)[:, -k]
    for row, edge in enumerate(edges):
        near = np.flatnonzero(scores[row] >= edge - 10.0**-ROUNDED)
        rounded = np.round(scores[row, near], ROUNDED)
        best[row] = near[np.argsort(-rounded, kind="stable")[:k]]
    return best
