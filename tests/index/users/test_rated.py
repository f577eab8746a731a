import numpy as np
import pytest

from index.users.rated import MOST_LIKED, Rated, liked_of
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


@pytest.mark.parametrize(
    ("values", "liked"),
    [
        ([3, 4, 5, 4.5, 1], [12, 13, 11]),
        ([3, 1, 3.5, 2, 0.5], [12, 10, 13]),  # none from 4 up: those from the mean, 2, up
        ([2, 2, 2, 2, 2], [10, 11, 12, 13, 14]),
        ([], []),
    ],
    ids=["from four up", "from the own mean up", "all alike", "none"],
)
def test_films_liked_are_the_best_rated_first(values: list[float], liked: list[int]) -> None:
    rows = np.arange(10, 10 + len(values), dtype=np.int32)
    assert liked_of(rows, np.array(values, np.float32)).tolist() == liked


def test_of_many_films_liked_the_best_speak() -> None:
    values = np.full(3 * MOST_LIKED, 4, np.float32)
    values[-MOST_LIKED // 2 :] = 5
    liked = liked_of(np.arange(len(values), dtype=np.int32), values)
    assert len(liked) == MOST_LIKED
    assert set(range(len(values) - MOST_LIKED // 2, len(values))) <= set(liked.tolist())
