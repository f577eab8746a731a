"""The seam to whatever searches vectors; `ExactIndex` is the reference and the fake."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[Any]


@dataclass(frozen=True)
class Hit:
    """A film and its inner product with the query; higher is nearer."""

    movie_id: int
    score: float


@dataclass(frozen=True)
class Among:
    """The films that may be found: `rows`, shape (films,), says which, and that is final.

    `years` (first and last, both included; None for no bound) and `languages` (of the original;
    empty for all) tell an engine that holds these facts where not to look at all.
    """

    rows: NDArray[np.bool_]
    years: tuple[int | None, int | None] = (None, None)
    languages: tuple[str, ...] = ()


class VectorIndex(Protocol):
    """Vectors of films, one a movie_id, searched by inner product."""

    def __len__(self) -> int:
        """How many films there are."""

    def vectors(self, movie_ids: list[int]) -> Floats:
        """Stored vectors, shape (movie_ids, dim), as they were rounded; KeyError if unknown."""

    def at(self, rows: Rows) -> Floats:
        """As `vectors`, by row: the place of each film in the order that they were given in."""

    def products(self, query: Floats, rows: Rows | None = None) -> Floats:
        """Inner product of `query`, shape (dim,), with each film, or with those at `rows`."""

    def top(self, query: Floats, k: int, among: Among | None = None) -> tuple[Rows, Floats]:
        """As `nearest`: rows and inner products of `k` films, highest first, ties by chance.

        Only films that are `among` those given; fewer than `k` where there are fewer. Exact if
        `exact`, else an engine may miss some.
        """

    @property
    def exact(self) -> bool:
        """Whether `top` compares all films, rather than ask an engine."""

    def nearest(self, query: Floats, k: int) -> list[Hit]:
        """At most `k` hits for `query`, shape (dim,): highest first, ties by movie_id."""


class ExactIndex:
    """Every vector compared, in numpy: slow and right."""

    def __init__(self, movie_ids: NDArray[np.int64], vectors: Floats) -> None:
        self._ids = movie_ids
        self._row = {int(movie_id): row for row, movie_id in enumerate(movie_ids)}
        # rounded as the FAISS index rounds, so that both give the same scores
        self._vectors = vectors.astype(np.float16).astype(np.float32)

    def __len__(self) -> int:
        return len(self._ids)

    def vectors(self, movie_ids: list[int]) -> Floats:
        """See VectorIndex."""
        return self._vectors[[self._row[movie_id] for movie_id in movie_ids]]

    def at(self, rows: Rows) -> Floats:
        """See VectorIndex."""
        return self._vectors[rows]

    def products(self, query: Floats, rows: Rows | None = None) -> Floats:
        """See VectorIndex."""
        return (self._vectors if rows is None else self._vectors[rows]) @ query

    @property
    def exact(self) -> bool:
        """See VectorIndex."""
        return True

    def top(self, query: Floats, k: int, among: Among | None = None) -> tuple[Rows, Floats]:
        """See VectorIndex."""
        found = self.products(query)
        if among is not None:
            found = np.where(among.rows, found, -np.inf)
        order = np.argsort(-found)[:k]
        order = order[np.isfinite(found[order])]
        return order, found[order]

    def nearest(self, query: Floats, k: int) -> list[Hit]:
        """See VectorIndex."""
        return ranked(self._ids, self._vectors @ query, k)


def ranked(movie_ids: NDArray[np.int64], scores: Floats, k: int) -> list[Hit]:
    """The `k` best of these, highest score first, ties by movie_id."""
    order = np.lexsort((movie_ids, -scores))[: max(k, 0)]
    return [Hit(int(movie_ids[row]), float(scores[row])) for row in order]
