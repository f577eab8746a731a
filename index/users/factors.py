"""Matrix factorisation: what users who rate alike say of films, beside biases and content.

scikit-surprise's SVD (Funk's, by stochastic gradient descent), fitted to what the biases leave
unexplained. Decision 0016 says why this library.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from surprise import SVD, Trainset

from index.store import Floats
from index.users.rated import Rated

SEED = 0
AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Shape:
    """How the factors are fitted; the names are scikit-surprise's."""

    n_factors: int
    n_epochs: int
    reg_all: float
    lr_all: float


@dataclass(frozen=True)
class Factors:
    """One vector a user, one a film; zero where nothing was rated. Shape (…, n_factors)."""

    users: Floats
    films: Floats

    def of(self, rated: Rated) -> Floats:
        """Inner product of user and film of each rating, shape (ratings,)."""
        found = np.empty(len(rated), np.float32)
        for start in range(0, len(rated), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            users, films = self.users[rated.users[part]], self.films[rated.rows[part]]
            found[part] = np.einsum("ij,ij->i", users, films)
        return found


class _Columns(Trainset):  # type: ignore[misc]
    """Ratings as the library reads them, out of arrays.

    Its own way, lists of tuples, takes 400 bytes a rating.
    """

    def __init__(self, rated: Rated, films: NDArray[np.intp], targets: Floats, known: int) -> None:
        users = len(rated.user_ids)
        super().__init__({}, {}, users, known, len(rated), (-5, 5), {}, {})
        self._columns = rated.users, films, targets

    def all_ratings(self) -> Iterator[tuple[int, int, float]]:
        """See Trainset."""
        users, films, targets = self._columns
        for start in range(0, len(users), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            yield from zip(
                users[part].tolist(), films[part].tolist(), targets[part].tolist(), strict=True
            )


def fit_factors(rated: Rated, targets: Floats, films: int, shape: Shape) -> Factors:
    """Factors whose inner products come near `targets`, shape (ratings,); the same in every run."""
    known, places = np.unique(rated.rows, return_inverse=True)
    model = SVD(
        n_factors=shape.n_factors,
        n_epochs=shape.n_epochs,
        reg_all=shape.reg_all,
        lr_all=shape.lr_all,
        biased=False,
        random_state=SEED,
    )
    model.fit(_Columns(rated, places, targets, len(known)))
    of_films = np.zeros((films, shape.n_factors), np.float32)
    of_films[known] = model.qi
    of_users = model.pu.astype(np.float32)
    # who rated nothing would keep the random numbers that the library begins with
    of_users[np.bincount(rated.users, minlength=len(rated.user_ids)) == 0] = 0
    return Factors(of_users, of_films)
