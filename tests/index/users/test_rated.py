import numpy as np

from index.users.rated import Rated
from tests.index.users.worlds import rated_of

ENTRIES = [(7, 3, 1.0), (2, 9, 4.0), (7, 1, 5.0), (4, 0, 3.0), (2, 5, 2.5)]


def told(rated: Rated) -> list[tuple[int, int, float]]:
    ids = rated.user_ids[rated.users].tolist()
    return list(zip(ids, rated.rows.tolist(), rated.values.tolist(), strict=True))


def test_ratings_are_sorted_by_user_and_film() -> None:
    rated = rated_of(ENTRIES)
    assert told(rated) == sorted(ENTRIES)
    assert rated.user_ids.tolist() == [2, 4, 7]
    assert rated.starts.tolist() == [0, 2, 3, 5]


def test_of_some_ratings_all_users_keep_their_places() -> None:
    some = rated_of(ENTRIES).where(np.array([False, False, True, False, True]))
    assert told(some) == [(4, 0, 3.0), (7, 3, 1.0)]
    assert some.starts.tolist() == [0, 0, 1, 2]


def test_of_some_users_all_ratings_stay() -> None:
    some = rated_of(ENTRIES).of_users(np.array([0, 2]))
    assert told(some) == [entry for entry in sorted(ENTRIES) if entry[0] != 4]
    assert some.users.tolist() == [0, 0, 1, 1]
