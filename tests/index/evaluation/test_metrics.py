import math

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from index.evaluation import metrics
from index.evaluation.metrics import Measured


def lists(seeds: int, k: int, films: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.array([random.permutation(films)[:k] for _ in range(seeds)])


def test_ndcg_is_the_one_of_scikit_learn() -> None:
    tops, truth = lists(200, 10, 60, 1), lists(200, 20, 60, 2)
    for row, top in enumerate(tops):
        relevance, score = np.zeros((1, 60)), np.zeros((1, 60))
        relevance[0, truth[row]] = 1
        score[0, top] = np.arange(10, 0, -1)
        ours = metrics.ndcg(tops[row : row + 1], truth[row : row + 1])[0]
        assert ours == pytest.approx(ndcg_score(relevance, score, k=10), abs=1e-12)


def test_ndcg_by_hand() -> None:
    tops = np.array([[5, 0, 6, 7, 8, 9, 10, 11, 12, 13]])
    ideal = sum(1 / math.log2(place + 1) for place in (1, 2, 3))
    assert metrics.ndcg(tops, np.array([[0, 1, 2]]))[0] == pytest.approx((1 / math.log2(3)) / ideal)
    truth = np.array([[5, 0, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]])
    assert metrics.ndcg(tops, truth)[0] == pytest.approx(1)


def test_recall_counts_partners_out_of_as_many_as_fit() -> None:
    tops = np.array([[0, 1, 2, 30, 31, 32, 33, 34, 35, 36]])
    assert metrics.recall(tops, np.arange(20)[None, :])[0] == pytest.approx(0.3)
    assert metrics.recall(tops, np.array([[0, 1, 2, 3]]))[0] == pytest.approx(0.75)


def test_saga_recall_divides_by_the_others_of_the_saga_at_most_five() -> None:
    sagas = ["Alien"] * 3 + ["Carry On"] * 8 + ["Alone", None, ""]
    codes = metrics.saga_codes(sagas)
    assert (codes[-3:] == -1).all() and len(set(codes[:11].tolist())) == 2
    tops = np.array([[1, 12, 13, 11, 5, 2], [4, 5, 6, 7, 8, 9], [0, 11, 12, 13, 5, 1]])
    found = metrics.saga_recall(tops, np.array([0, 3, 5]), codes)
    np.testing.assert_allclose(found, [1 / 2, 1, 1 / 5])  # the sixth place does not count


def test_popularity_bias_counts_in_powers_of_ten() -> None:
    votes = np.array([99, 9999, 0])
    bias = metrics.popularity_bias(np.array([[1], [0], [2]]), np.array([[0], [0], [0]]), votes)
    np.testing.assert_allclose(bias, [2, 0, -2])


def test_diversity_is_one_less_the_shared_genres_of_pairs() -> None:
    genres = [["a", "b"], ["a"], ["c"], ["a", "b"], [], []]
    tops = np.array([[0, 3], [0, 1], [0, 2], [4, 5]])
    np.testing.assert_allclose(metrics.diversity(tops, genres), [0, 0.5, 1, 1])
    three = metrics.diversity(np.array([[0, 1, 2]]), genres)
    np.testing.assert_allclose(three, [1 - 0.5 / 3])


def test_coverage_counts_distinct_films_and_its_interval_holds_the_value() -> None:
    tops = lists(300, 10, 400, 3)
    covered = metrics.coverage(tops, metrics.resamples(300, 0))
    value, low, high = covered.estimate()
    assert value == len(np.unique(tops)) and low <= value <= high
    same = np.repeat(tops[:1], 300, axis=0)
    assert metrics.coverage(same, metrics.resamples(300, 0)).estimate() == (10, 10, 10)


def test_the_interval_holds_the_mean_and_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(0).normal(5, 2, 1000)
    value, low, high = metrics.mean(values, metrics.resamples(1000, 0)).estimate()
    assert value == pytest.approx(values.mean()) and low < value < high
    assert high - low == pytest.approx(2 * 1.96 * values.std() / math.sqrt(1000), rel=0.1)


def test_resamples_are_the_same_in_every_run_and_as_large_as_the_sample() -> None:
    first = metrics.resamples(50, 4)
    np.testing.assert_array_equal(first, metrics.resamples(50, 4))
    assert first.shape == (1000, 50) and (first.sum(axis=1) == 50).all()
    assert (first != metrics.resamples(50, 5)).any()


def test_a_ratio_is_taken_over_the_same_resamples() -> None:
    values = np.random.default_rng(0).random(100)
    drawn = metrics.resamples(100, 0)
    ratio = metrics.mean(values * 3, drawn).ratio(metrics.mean(values, drawn))
    assert ratio == pytest.approx((3, 3, 3))


def test_there_is_no_ratio_to_nothing() -> None:
    nothing = Measured(0.0, np.zeros(1000))
    assert Measured(1.0, np.ones(1000)).ratio(nothing) is None


def test_no_seeds_measure_nothing() -> None:
    none = np.empty((0, 10), dtype=np.int64)
    drawn = metrics.resamples(0, 0)
    assert metrics.coverage(none, drawn).estimate() == (0, 0, 0)
    assert metrics.mean(metrics.ndcg(none, none), drawn).estimate() == (0, 0, 0)
