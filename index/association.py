"""Films liked by the same people, as vectors: what users' ratings say beside the content.

Liking is graded: a rating of 1 or less counts 0 and one of 5 counts 1, since on few users the
ratings in between say more than a cut at 4. Two films are associated by how much more they are
liked together than their popularity alone explains, in cosine form and shrunk where few liked
both; the largest eigenvectors of that table smooth it and make it searchable by inner product (as
latent semantic analysis does with terms, Deerwester et al. 1990).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import eigsh

from index.ratings import Ratings
from index.store import Floats

DIM = 64
SHRINKAGE = 5.0
"""Liked-together counts up to about this are mistrusted: k together weigh k / (k + 5)."""

DOUBT, IGNORANCE = 10.0, 2.0
"""A film of n likes has a vector of squared length n / (n + DOUBT), and is weighed as one that is
rated by n / (n + IGNORANCE): the first holds back what few likes say, the second the weights that
count on likes at all."""

PARTNERS, FILMS_AT_ONCE = 300, 128
"""Associations kept of a film, so that memory grows with the films and not with their square; and
films looked at together: 128 × 45,000 pairs are 0.2 GB at most."""

DISLIKED, LOVED = 1.0, 5.0


def graded_likes(ratings: Floats) -> Floats:
    """How much each rating (0.5 to 5) is a like, from 0 to 1."""
    likes = np.clip((ratings - DISLIKED) / (LOVED - DISLIKED), 0, 1)
    return np.asarray(likes, dtype=np.float32)


def association(likes: sparse.csr_matrix) -> sparse.csr_matrix:
    """Positive association of films liked together, shape (films, films), symmetric.

    `likes`: graded, shape (users, films). With k the graded likes in common, n_i each film's own
    and n the users: max(k - n_i n_j / n, 0) / sqrt(n_i n_j) * k / (k + SHRINKAGE). A pair is left
    out where neither is among the PARTNERS strongest of the other.
    """
    users, films = likes.shape
    liked = np.asarray(likes.sum(axis=0), dtype=np.float64).ravel()
    by_film = likes.T.tocsr()
    some = np.flatnonzero(liked)
    parts = [sparse.csr_matrix((0, films))]
    for start in range(0, len(some), FILMS_AT_ONCE):
        rows = some[start : start + FILMS_AT_ONCE]
        pairs = (by_film[rows] @ likes).tocoo()
        left, right, together = rows[pairs.row], pairs.col, pairs.data.astype(np.float64)
        by_chance = liked[left] * liked[right] / max(users, 1)
        excess = np.maximum(together - by_chance, 0) / np.sqrt(liked[left] * liked[right])
        strength = np.where(left == right, 0, excess * together / (together + SHRINKAGE))
        cells = sparse.csr_matrix((strength, (pairs.row, right)), shape=(len(rows), films))
        parts.append(_strongest(cells))
    table = sparse.vstack(parts, format="csr")
    ones = np.ones(len(some)), (some, np.arange(len(some)))
    whole = sparse.csr_matrix(ones, shape=(films, len(some))) @ table
    return sparse.csr_matrix(whole.maximum(whole.T))


def _strongest(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """The PARTNERS highest of every row, those above 0."""
    for row in range(table.shape[0]):
        mine = table.data[table.indptr[row] : table.indptr[row + 1]]
        if len(mine) > PARTNERS:
            mine[mine < np.partition(mine, -PARTNERS)[-PARTNERS]] = 0
    table.eliminate_zeros()
    return table


def association_vectors(ratings: Ratings, films: int) -> Floats:
    """Vectors of `films` films whose inner product says that the same people like them.

    Shape (films, DIM), float32; length below 1, the shorter the less evidence there is, and zero
    for a film that no one liked or that shares its admirers with no other: there the score is
    content alone. All zero where the ratings tie no two films together, as with a single user.
    """
    table = association(_likes(ratings, films))
    rated = np.flatnonzero(np.diff(table.indptr))
    vectors = np.zeros((films, DIM), dtype=np.float32)
    if not len(rated):
        return vectors
    factors = _factors(table[rated][:, rated])
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    liked = _liked(ratings, films)[rated]
    trust = np.sqrt(liked / (liked + DOUBT))[:, None]
    vectors[rated, : factors.shape[1]] = factors / np.maximum(lengths, 1e-12) * trust
    return vectors


def evidence(ratings: Ratings, films: int) -> Floats:
    """How much the ratings say of each film, from 0 to 1: n graded likes count n / (n + 2)."""
    liked = _liked(ratings, films)
    return np.asarray(liked / (liked + IGNORANCE), dtype=np.float32)


def _liked(ratings: Ratings, films: int) -> NDArray[np.float64]:
    """Graded likes of each film."""
    return np.asarray(_likes(ratings, films).sum(axis=0), dtype=np.float64).ravel()


def _likes(ratings: Ratings, films: int) -> sparse.csr_matrix:
    """Graded likes, shape (users, films)."""
    users, place = np.unique(ratings.users, return_inverse=True)
    cells = (graded_likes(ratings.values), (place, ratings.rows))
    return sparse.csr_matrix(cells, shape=(len(users), films))


def _factors(table: sparse.csr_matrix) -> NDArray[np.float64]:
    """Rows of the symmetric `table` in at most DIM numbers; the same in every run.

    By its positive eigenvalues: a film is not associated with itself, so the table has negative
    ones too, which singular vectors would take for strength.
    """
    films = table.shape[0]
    if films <= DIM:  # eigsh wants fewer factors than rows
        strength, factors = np.linalg.eigh(table.toarray())
    else:
        start = np.ones(films)
        strength, factors = eigsh(table.astype(np.float64), k=DIM, which="LA", v0=start)
    return np.asarray(factors * np.sqrt(np.maximum(strength, 0)))
