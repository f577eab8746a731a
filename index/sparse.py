"""Sets of names as sparse unit vectors."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Weighted = Sequence[tuple[str, float]]
"""Names of one film with their weights within it."""


@dataclass(frozen=True)
class Rarity:
    """How rare names are: of `films` films, how many have each of `names`, which are sorted."""

    names: list[str]
    films_with: NDArray[np.int64]
    films: int

    @classmethod
    def of(cls, films: Sequence[Weighted]) -> "Rarity":
        """As it is among these films."""
        frequency = Counter(name for film in films for name in {name for name, _ in film})
        names = sorted(frequency)
        counts = np.array([frequency[name] for name in names], dtype=np.int64)
        return cls(names, counts, len(films))

    def weights(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Inverse document frequency of each name, as in Salton & Buckley (1988), smoothed.

        A name that is not known here is as rare as one that no film has.
        """
        known = dict(zip(self.names, self.films_with.tolist(), strict=True))
        counts = np.array([known.get(name, 0) for name in names], dtype=np.float64)
        return np.asarray(np.log((1 + self.films) / (1 + counts)) + 1)


def by_rarity(films: Sequence[Weighted], rarity: Rarity | None = None) -> sparse.csr_matrix:
    """One unit row a film: each name's weight times its inverse document frequency.

    By `rarity`, or as rare as names are among these films. Shape (films, names), float32; columns
    are the names of these films in sorted order. A film without names has an empty row.
    """
    present = sorted({name for film in films for name, _ in film})
    weights = (rarity or Rarity.of(films)).weights(present)
    column = {name: place for place, name in enumerate(present)}
    indices = np.array([column[name] for film in films for name, _ in film], dtype=np.int32)
    own = np.array([weight for film in films for _, weight in film], dtype=np.float64)
    ends = np.cumsum([0, *map(len, films)], dtype=np.int64)
    data = (own * weights[indices]).astype(np.float32)
    shape = (len(films), len(present))
    matrix = sparse.csr_matrix((data, indices, ends.astype(np.int32)), shape=shape)
    matrix.sum_duplicates()
    return _unit_rows(matrix)


def plain(films: Iterable[Sequence[str]]) -> list[Weighted]:
    """Every name once, with weight 1."""
    return [[(name, 1.0) for name in dict.fromkeys(film)] for film in films]


def _unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    scaled = sparse.diags(1.0 / lengths) @ matrix
    return sparse.csr_matrix(scaled, dtype=np.float32)
