import numpy as np
import pytest

from index.likes import MOST_LIKED, liked_of


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
