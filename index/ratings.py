"""The ratings of a data version, as arrays: who rated which film of the catalogue, and how."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import sparse

from index.likes import LIKED

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


NO_RATINGS = Ratings(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))


def read_ratings(folder: Path, movie_ids: Ints) -> Ratings:
    """The ratings of the data version at `folder`; `movie_ids` are the catalogue's, ascending."""
    table = pq.ParquetFile(folder / "ratings.parquet").read(["user_id", "movie_id", "rating"])
    films = table["movie_id"].to_numpy()
    known = np.isin(films, movie_ids)
    users, values = table["user_id"].to_numpy()[known], table["rating"].to_numpy()[known]
    return Ratings(users, np.searchsorted(movie_ids, films[known]), values)
