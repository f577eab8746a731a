import numpy as np
import pytest
from scipy import sparse

from index.blocks import default_layout
from index.facts import FilmFacts
from index.features import Features, build_features
from index.neighbour_lists import COMMON, FilmLists, nearest_ranks_within
from index.neighbours import Comparer, nearest_ranks, rows_of, scores_of
from tests.fakes import HashEncoder, film_vectors

LAYOUT = default_layout()
TIMES = 20
K = 20


@pytest.fixture(scope="module")
def compare(facts: FilmFacts) -> Comparer:
    """The sample's films over and over, each time with other texts and years: 5,800 films."""
    one = build_features(facts, film_vectors(len(facts.titles)), LAYOUT)
    texts = [f"{n % 7} {text}" for n in range(TIMES) for text in facts.texts()]
    dense = {name: np.tile(rows, (TIMES, 1)) for name, rows in one.dense.items()}
    vectors = HashEncoder().encode(texts)
    dense["texto"][:, : vectors.shape[1]] = vectors.astype(np.float16)
    rng = np.random.default_rng(6)
    for name in ("anio", "renombre"):
        dense[name] = dense[name][rng.permutation(len(texts))]
    names = {name: sparse.vstack([rows] * TIMES).tocsr() for name, rows in one.sparse.items()}
    return Comparer(Features(LAYOUT, dense, names, np.tile(one.evidence, TIMES)))


@pytest.fixture(scope="module")
def exact(compare: Comparer) -> np.ndarray:
    return nearest_ranks(compare, K)


def found_of(expected: np.ndarray, found: np.ndarray, k: int) -> float:
    """Share of the `k` nearest of all films that are found."""
    pairs = zip(rows_of(expected)[:, :k], rows_of(found)[:, :k], strict=True)
    return float(np.mean([len(np.intersect1d(*pair)) / k for pair in pairs]))


def test_compared_with_all_the_lists_are_those_of_a_full_comparison_but_for_last_digits(
    compare: Comparer, exact: np.ndarray
) -> None:
    found = nearest_ranks_within(compare, K, compared=len(compare))
    np.testing.assert_allclose(scores_of(found), scores_of(exact), atol=2e-6)
    assert found_of(exact, found, K) > 0.999


def test_compared_with_a_third_nearly_all_of_the_nearest_are_found(
    compare: Comparer, exact: np.ndarray
) -> None:
    found = nearest_ranks_within(compare, K, compared=len(compare) // 3)
    assert found_of(exact, found, 5) > 0.97 and found_of(exact, found, K) > 0.95


def test_no_film_is_its_own_neighbour_and_none_stands_twice(compare: Comparer) -> None:
    rows = rows_of(nearest_ranks_within(compare, K, compared=1000))
    assert not (rows == np.arange(len(rows))[:, None]).any()
    assert all(len(set(mine)) == K for mine in rows.tolist())


def test_every_film_is_in_one_list_and_is_told_once(compare: Comparer) -> None:
    told: list[int] = []
    nearest_ranks_within(compare, K, told.append, compared=1000)
    lists = FilmLists.of(compare)
    assert np.sort(np.concatenate(list(lists.parts()))).tolist() == list(range(len(compare)))
    assert sum(told) == len(compare)


def test_two_builds_find_the_same(compare: Comparer) -> None:
    first, again = (nearest_ranks_within(compare, K, compared=1000) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_who_shares_a_rare_name_is_compared_from_whatever_list(compare: Comparer) -> None:
    lists = FilmLists.of(compare, compared=1)
    rows = lists.order[lists.starts[0] : lists.starts[1]][:50]
    near = rows_of(lists.nearest(rows, K))
    assert (~np.isin(near, lists.order[lists.starts[0] : lists.starts[1]])).any()


def test_names_of_more_films_than_that_are_common(compare: Comparer) -> None:
    lists = FilmLists.of(compare)
    films_with = np.bincount(compare.all_names.indices, minlength=compare.all_names.shape[1])
    assert lists.common.columns.tolist() == np.flatnonzero(films_with > COMMON).tolist() != []
    assert lists.rare.nnz + (lists.common.held != 0).sum() == compare.all_names.nnz
