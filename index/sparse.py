"""Sets of names as sparse unit vectors."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse

Weighted = Sequence[tuple[str, float]]
"""Names of one film with their weights within it."""


def by_rarity(films: Sequence[Weighted]) -> sparse.csr_matrix:
    """One unit row a film: each name's weight times its inverse document frequency.

    Shape (films, names), float32; columns are the names in sorted order. A film without names
    has an empty row. Inverse document frequency as in Salton & Buckley (1988), smoothed.
    """
    frequency = Counter(name for film in films for name in {name for name, _ in film})
    column = {name: place for place, name in enumerate(sorted(frequency))}
    rarity = {name: np.log((1 + len(films)) / (1 + n)) + 1 for name, n in frequency.items()}
    indptr, indices, data = [0], [], []
    for film in films:
        for name, weight in film:
            indices.append(column[name])
            data.append(weight * rarity[name])
        indptr.append(len(indices))
    shape = (len(films), len(column))
    matrix = sparse.csr_matrix(
        (
            np.asarray(data, dtype=np.float32),
            np.asarray(indices, dtype=np.int32),
            np.asarray(indptr, dtype=np.int32),
        ),
        shape=shape,
    )
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
