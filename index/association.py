"""Films liked by the same people, as vectors: what users' ratings say beside the content.

Liking is graded: a rating of 2 or less counts 0 and one of 5 counts 1, since on few users the
ratings in between say more than a cut at 4. Two films are associated by how much more they are
liked together than their popularity alone explains, in cosine form and shrunk where few liked
both; a truncated singular value decomposition of that table smooths it and makes it searchable
by inner product (as latent semantic analysis does with terms, Deerwester et al. 1990).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from index.ratings import Ratings
from index.store import Floats

DIM = 64
SHRINKAGE = 5.0
"""Liked-together counts up to about this are mistrusted: k together weigh k / (k + 5)."""

DISLIKED, LOVED = 2.0, 5.0


def graded_likes(ratings: Floats) -> Floats:
    """How much each rating (0.5 to 5) is a like, from 0 to 1."""
    likes = np.clip((ratings - DISLIKED) / (LOVED - DISLIKED), 0, 1)
    return np.asarray(likes, dtype=np.float32)


def association(likes: sparse.csr_matrix) -> sparse.csr_matrix:
    """Positive association of every two films liked together, shape (films, films), symmetric.

    `likes`: graded, shape (users, films). With k the graded likes in common, n_i each film's own
    and n the users: max(k - n_i n_j / n, 0) / sqrt(n_i n_j) * k / (k + SHRINKAGE).
    """
    users = likes.shape[0]
    liked = np.asarray(likes.sum(axis=0), dtype=np.float64).ravel()
    pairs = (likes.T @ likes).tocoo()
    apart = pairs.row != pairs.col
    left, right = pairs.row[apart], pairs.col[apart]
    together = pairs.data[apart].astype(np.float64)
    by_chance = liked[left] * liked[right] / max(users, 1)
    excess = np.maximum(together - by_chance, 0) / np.sqrt(liked[left] * liked[right])
    strength = excess * together / (together + SHRINKAGE)
    some = strength > 0
    return sparse.csr_matrix(
        (strength[some], (left[some], right[some])), shape=(likes.shape[1],) * 2
    )


def association_vectors(ratings: Ratings, films: int) -> Floats:
    """Vectors of `films` films whose inner product says that the same people like them.

    Shape (films, DIM), float32; length below 1, the
    shorter the less evidence there is, and zero for a film that no one liked or that shares its
    admirers with no other: there the score is content alone. All zero where the ratings tie no
    two films together, as with a single user.
    """
    users, place = np.unique(ratings.users, return_inverse=True)
    cells = (graded_likes(ratings.values), (place, ratings.rows))
    likes = sparse.csr_matrix(cells, shape=(len(users), films))
    table = association(likes)
    rated = np.flatnonzero(np.diff(table.indptr))
    vectors = np.zeros((films, DIM), dtype=np.float32)
    if not len(rated):
        return vectors
    factors = _factors(table[rated][:, rated])
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    evidence = np.asarray(likes.sum(axis=0), dtype=np.float64).ravel()[rated]
    trust = np.sqrt(evidence / (evidence + SHRINKAGE))[:, None]
    scaled = factors / np.maximum(lengths, 1e-12) * trust
    vectors[rated, : factors.shape[1]] = scaled
    # rounded as FAISS stores them, so that build and service compute the same score
    return vectors.astype(np.float16).astype(np.float32)


def _factors(table: sparse.csr_matrix) -> NDArray[np.float64]:
    """Rows of the symmetric `table` in at most DIM numbers; the same in every run."""
    films = table.shape[0]
    if films <= DIM:  # svds wants fewer factors than rows
        left, strength, _ = np.linalg.svd(table.toarray())
    else:
        left, strength, _ = svds(table.astype(np.float64), k=DIM, v0=np.ones(films))
    return np.asarray(left * np.sqrt(strength))
