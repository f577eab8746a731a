"""Who rated what, in the order that a model of users is fitted in: user by user, film by film."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.ratings import Ints, Ratings
from index.store import Floats

LOWEST, HIGHEST = 0.5, 5.0
"""The scale of ratings."""


@dataclass(frozen=True)
class Rated:
    """Ratings sorted by user and film; `users` are places in `user_ids`, `rows` films' rows."""

    user_ids: Ints
    users: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Floats

    @classmethod
    def of(cls, ratings: Ratings) -> "Rated":
        """From the ratings of a data version, in any order."""
        user_ids, users = np.unique(ratings.users, return_inverse=True)
        order = np.lexsort((ratings.rows, users))
        return cls(
            user_ids,
            users[order].astype(np.int32),
            ratings.rows[order].astype(np.int32),
            ratings.values[order].astype(np.float32),
        )

    def __len__(self) -> int:
        return len(self.users)

    @property
    def starts(self) -> Ints:
        """Where each user's ratings begin, and at last where they end: shape (users + 1,)."""
        return np.searchsorted(self.users, np.arange(len(self.user_ids) + 1))

    def where(self, chosen: NDArray[np.bool_]) -> "Rated":
        """The ratings where `chosen` is true; all users keep their places."""
        return Rated(self.user_ids, self.users[chosen], self.rows[chosen], self.values[chosen])

    def of_users(self, places: Ints) -> "Rated":
        """The ratings of some users, with places of their own; `places` ascending."""
        kept = np.isin(self.users, places)
        users = np.searchsorted(places, self.users[kept]).astype(np.int32)
        return Rated(self.user_ids[places], users, self.rows[kept], self.values[kept])
