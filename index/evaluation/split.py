"""Ratings, and the users they are split into: those learnt from and those tested on."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import sparse

LIKED = 4.0
"""A rating from here up says that the user likes the film."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ratings:
    """Who rated which film how, one entry a rating; `rows` are rows of the catalogue."""

    users: Ints
    rows: Ints
    values: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.users)

    def of(self, chosen: NDArray[np.bool_]) -> "Ratings":
        """The ratings where `chosen` is true."""
        return Ratings(self.users[chosen], self.rows[chosen], self.values[chosen])

    def count_users(self) -> int:
        """How many people rated."""
        return len(np.unique(self.users))

    def likes(self, films: int) -> sparse.csr_matrix:
        """1 where a user likes a film, shape (users who rated, films), users in ascending order."""
        users, place = np.unique(self.users, return_inverse=True)
        liked = self.values >= LIKED
        ones = np.ones(int(liked.sum()), dtype=np.float32)
        cells = (ones, (place[liked], self.rows[liked]))
        matrix = sparse.csr_matrix(cells, shape=(len(users), films))
        matrix.data[:] = 1.0  # a film rated twice is liked once
        return matrix


@dataclass(frozen=True)
class Split:
    """Ratings of disjoint users: what is learnt from `train` has never seen who is in `test`."""

    train: Ratings
    test: Ratings
    seed: int


def read_ratings(folder: Path, movie_ids: Ints) -> Ratings:
    """The ratings of the data version at `folder`; `movie_ids` are the catalogue's, ascending."""
    table = pq.ParquetFile(folder / "ratings.parquet").read(["user_id", "movie_id", "rating"])
    films = table["movie_id"].to_numpy()
    known = np.isin(films, movie_ids)
    users, values = table["user_id"].to_numpy()[known], table["rating"].to_numpy()[known]
    return Ratings(users, np.searchsorted(movie_ids, films[known]), values)


def split_users(ratings: Ratings, test_share: float = 0.5, seed: int = 0) -> Split:
    """Every user wholly in train or in test, about `test_share` of them in test.

    The side depends on the user's id and `seed` alone: not on the order of the ratings, nor on
    who else rated.
    """
    users, place = np.unique(ratings.users, return_inverse=True)
    lots = np.array([_lot(user, seed) for user in users.tolist()], dtype=np.float64)
    tested = (lots < test_share)[place]
    return Split(ratings.of(~tested), ratings.of(tested), seed)


def _lot(user: int, seed: int) -> float:
    """A number from 0 to 1 drawn for a user, the same in every run."""
    digest = hashlib.sha256(f"{seed}/{user}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
