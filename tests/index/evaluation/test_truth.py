import math

import numpy as np
import pytest
from scipy import sparse

from index.evaluation import truth
from index.evaluation.truth import find_truth, log_likelihood_ratio


def likes(users: list[list[int]], films: int) -> sparse.csr_matrix:
    matrix = np.zeros((len(users), films), dtype=np.float32)
    for row, liked in enumerate(users):
        matrix[row, liked] = 1
    return sparse.csr_matrix(matrix)


def test_two_films_always_liked_together_have_the_ratio_computed_by_hand() -> None:
    # 2 of 4 users like both, 2 neither: 2 * 4 * ln 2
    assert log_likelihood_ratio(2, 2, 2, 4) == pytest.approx(8 * math.log(2))


def test_the_ratio_is_the_g_statistic_of_the_table() -> None:
    observed = [[10, 20], [5, 65]]
    expected = [[30 * 15 / 100, 30 * 85 / 100], [70 * 15 / 100, 70 * 85 / 100]]
    g = 2 * sum(
        o * math.log(o / e)
        for row, other in zip(observed, expected, strict=True)
        for o, e in zip(row, other, strict=True)
    )
    assert log_likelihood_ratio(10, 30, 15, 100) == pytest.approx(g)


def test_independent_films_have_no_ratio() -> None:
    assert log_likelihood_ratio(1, 2, 2, 4) == pytest.approx(0, abs=1e-12)


def test_the_most_associated_film_comes_first() -> None:
    # film 0 always with 1, often with 2; four users like something else
    users = [[0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1], [0, 1], [3], [3], [3], [2, 3]]
    found = find_truth(likes(users, 4), partners=2)
    assert found.seeds.tolist() == [0, 1]
    assert found.films.tolist() == [[1, 2], [0, 2]]


def test_equally_associated_films_come_by_row() -> None:
    users = [[0, 1, 2, 3]] * 5 + [[4]] * 5
    found = find_truth(likes(users, 5), partners=3)
    assert found.seeds.tolist() == [0, 1, 2, 3]
    assert found.films.tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]


def test_films_with_few_likes_or_few_partners_are_left_out() -> None:
    users = [[0, 1, 2]] * 4 + [[0, 1]] + [[3]] * 5
    found = find_truth(likes(users, 4), partners=2)
    assert found.seeds.tolist() == [0, 1]  # 2 has four likes, 3 no partner
    assert find_truth(likes(users, 4), partners=3).films.shape == (0, 3)


def test_films_liked_together_once_or_less_than_by_chance_are_no_partners() -> None:
    once = [[0, 1]] + [[0]] * 4 + [[1]] * 4 + [[2]] * 90
    assert len(find_truth(likes(once, 3), partners=1).seeds) == 0
    rarely = [[0, 1]] * 2 + [[0]] * 8 + [[1]] * 8
    assert len(find_truth(likes(rarely, 2), partners=1).seeds) == 0


def test_chunks_do_not_change_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    matrix = sparse.csr_matrix((random.random((60, 40)) < 0.3).astype(np.float32))
    whole = find_truth(matrix, partners=5)
    monkeypatch.setattr(truth, "CHUNK", 7)
    parts = find_truth(matrix, partners=5)
    assert len(whole.seeds) > 20
    np.testing.assert_array_equal(whole.seeds, parts.seeds)
    np.testing.assert_array_equal(whole.films, parts.films)


def test_no_likes_give_an_empty_truth() -> None:
    assert find_truth(likes([], 3)).films.shape == (0, 20)
