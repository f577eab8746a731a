"""What a good answer is: the films that the same people like, beyond chance."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from index.ratings import Ints

LIKES_NEEDED, LIKED_TOGETHER, PARTNERS = 5, 2, 20
CHUNK = 256

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """The films asked about, ascending, and for each its partners, the most associated first."""

    seeds: Ints
    """Rows of the catalogue, shape (seeds,)."""
    films: Ints
    """Rows of the catalogue, shape (seeds, partners)."""


def find_truth(
    likes: sparse.csr_matrix,
    partners: int = PARTNERS,
    likes_needed: int = LIKES_NEEDED,
    liked_together: int = LIKED_TOGETHER,
) -> Truth:
    """The `partners` films most associated with each film, by log-likelihood ratio.

    `likes` has a row a user and a column a film. Asked about are films with `likes_needed` likes;
    partners are liked by `liked_together` users who like the film, more than chance would have
    it, ties by row. Films with fewer partners than asked for are left out.
    """
    counts = np.asarray(likes.sum(axis=0)).ravel().astype(np.int64)
    asked = np.flatnonzero(counts >= likes_needed)
    columns = likes.tocsc()
    seeds, films = [], []
    for start in range(0, len(asked), CHUNK):
        rows = asked[start : start + CHUNK]
        together = (columns[:, rows].T @ likes).tocoo()
        kept = (rows[together.row] != together.col) & (together.data >= liked_together)
        place, partner = together.row[kept], together.col[kept].astype(np.int64)
        both = together.data[kept].astype(np.int64)
        found = _strongest(rows[place], partner, both, counts, likes.shape[0], partners)
        seeds.append(found.seeds)
        films.append(found.films)
    if not seeds:
        return Truth(np.empty(0, np.int64), np.empty((0, partners), np.int64))
    return Truth(np.concatenate(seeds), np.concatenate(films))


def log_likelihood_ratio(both: Any, first: Any, second: Any, users: int) -> Reals:
    """How surely two films are liked together (or apart) beyond chance: Dunning (1993).

    `both` users like both films, `first` and `second` like each, out of `users`; 0 says that the
    one tells nothing of the other. Twice the difference of the entropies of the 2 x 2 table.
    """
    k11 = np.asarray(both, dtype=np.float64)
    k12, k21 = first - k11, second - k11
    k22 = users - k11 - k12 - k21
    cells = _information(k11, k12, k21, k22)
    rows = _information(k11 + k12, k21 + k22)
    columns = _information(k11 + k21, k12 + k22)
    return np.asarray(2 * (cells - rows - columns), dtype=np.float64)


def _strongest(
    seeds: Ints, films: Ints, both: Ints, counts: Ints, users: int, partners: int
) -> Truth:
    """The first `partners` films of every seed that has as many, out of pairs."""
    attracted = both * users > counts[seeds] * counts[films]
    seeds, films, both = seeds[attracted], films[attracted], both[attracted]
    strength = log_likelihood_ratio(both, counts[seeds], counts[films], users)
    # rounded, so that equal tables tie whichever way they were added up
    order = np.lexsort((films, -np.round(strength, 9), seeds))
    seeds, films = seeds[order], films[order]
    unique, first, size = np.unique(seeds, return_index=True, return_counts=True)
    enough = size >= partners
    chosen = first[enough, None] + np.arange(partners)
    return Truth(unique[enough], films[chosen])


def _information(*cells: Reals) -> Reals:
    """Sum of x log x over the cells, less that of their total."""
    total = np.sum(cells, axis=0)
    logs = [_x_log_x(cell) for cell in cells]
    return np.asarray(np.sum(logs, axis=0) - _x_log_x(total), dtype=np.float64)


def _x_log_x(x: Reals) -> Reals:
    return np.asarray(x * np.log(np.where(x > 0, x, 1.0)), dtype=np.float64)
