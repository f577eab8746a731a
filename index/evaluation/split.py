"""Users and sagas split in two: those learnt from and those tested on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.ratings import Ratings


@dataclass(frozen=True)
class Split:
    """Ratings of disjoint users: what is learnt from `train` has never seen who is in `test`."""

    train: Ratings
    test: Ratings
    seed: int


def split_users(ratings: Ratings, test_share: float = 0.5, seed: int = 0) -> Split:
    """Every user wholly in train or in test, about `test_share` of them in test.

    The side depends on the user's id and `seed` alone: not on the order of the ratings, nor on
    who else rated.
    """
    users, place = np.unique(ratings.users, return_inverse=True)
    lots = np.array([_lot(user, seed) for user in users.tolist()], dtype=np.float64)
    tested = (lots < test_share)[place]
    return Split(ratings.of(~tested), ratings.of(tested), seed)


def split_sagas(
    sagas: Sequence[str | None], test_share: float = 0.5, seed: int = 0
) -> tuple[list[str | None], list[str | None]]:
    """The saga of every film twice, to learn from and to test on: each saga in one of them.

    In the other its films have none. Weights learn from sagas, so they are tested on others.
    """
    tested = {name for name in set(sagas) if name is not None and _lot(name, seed) < test_share}
    train = [None if name in tested else name for name in sagas]
    return train, [name if name in tested else None for name in sagas]


def _lot(user: int | str, seed: int) -> float:
    """A number from 0 to 1 drawn for a user or a saga, the same in every run."""
    digest = hashlib.sha256(f"{seed}/{user}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
