"""A user's taste: how the content of what was rated says what others of like content are worth.

Kernel ridge regression for each user (Saunders, Gammerman & Vovk 1998): what the biases leave of
a rating is a weighted sum of the film's likeness to the films that the user rated. Likeness is
that of similar films, block by block, by the weights of a film that nobody rated; so a taste is a
mix of films, and its reasons are told like those of any other mix.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from threadpoolctl import threadpool_limits

from contracts.progress import Advance
from index.features import Features
from index.store import Floats
from index.users.rated import Rated

MOST_FILMS = 2000
"""Films of one user that are looked at: of more, an even sample, since time grows with the cube."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class ContentLikeness:
    """Likeness of films by content, as a service finds it; rows scaled by the blocks' weights."""

    dense: Floats
    names: sparse.csr_matrix

    @classmethod
    def of(cls, features: Features) -> "ContentLikeness":
        """From an index's features and the weights of its layout."""
        weights = features.layout.weights(0.0)
        roots = {name: np.float32(np.sqrt(weight)) for name, weight in weights.items()}
        dense = [rows * roots[name] for name, rows in features.dense.items() if roots[name]]
        names = [rows * roots[name] for name, rows in features.sparse.items() if roots[name]]
        films = len(features)
        return cls(
            np.hstack(dense).astype(np.float32),
            sparse.hstack(names or [sparse.csr_matrix((films, 1))], format="csr"),
        )

    def between(self, rows: NDArray[np.int32], others: NDArray[np.int32]) -> Matrix:
        """Likeness of each of `rows` to each of `others`, shape (rows, others)."""
        names = self.names[rows] @ self.names[others].T
        dense = self.dense[rows] @ self.dense[others].T
        return np.asarray(dense + names.toarray(), dtype=np.float64)

    def among(self, rows: NDArray[np.int32]) -> Matrix:
        """Likeness of each of `rows` to each, shape (rows, rows)."""
        return self.between(rows, rows)


def weights_for(alike: Matrix, errors: Matrix, doubt: float) -> Matrix:
    """Weights of the films rated, whose likenesses then come near `errors`; the same shape.

    `alike`, shape (films, films); `errors`, shape (films, cases). The higher the doubt, the less
    is read into them.
    """
    surely = alike + doubt * np.eye(len(alike))  # positive definite
    factored = cho_factor(surely, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factored, errors, check_finite=False))


def fit_taste(
    rated: Rated, errors: Floats, likeness: ContentLikeness, doubt: float, advance: Advance
) -> Floats:
    """Weight of each rating in its user's taste, shape (ratings,); 0 beyond MOST_FILMS."""
    weights = np.zeros(len(rated), np.float32)
    with one_thread():
        for part in by_user(rated):
            alike = likeness.among(rated.rows[part])
            weights[part] = weights_for(alike, errors[part, None].astype(np.float64), doubt)[:, 0]
            advance(1)
    return weights


def one_thread() -> threadpool_limits:
    """Context for thousands of small matrices: more threads would wait for one another."""
    return threadpool_limits(1, user_api="blas")


def by_user(rated: Rated) -> Iterator[NDArray[np.int64]]:
    """Places of each user's ratings that are looked at, user by user."""
    starts: Sequence[int] = rated.starts.tolist()
    for first, last in zip(starts[:-1], starts[1:], strict=True):
        if last - first <= MOST_FILMS:
            yield np.arange(first, last)
        else:
            yield np.linspace(first, last - 1, MOST_FILMS).astype(np.int64)
