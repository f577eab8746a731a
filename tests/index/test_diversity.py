"""Maximal marginal relevance and sagas: on a made-up pool, then over the search."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from contracts.versions import open_current
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.diversity import CONTEXT, NO_SAGA, Likeness, take
from index.profile import FAME
from index.search import POOL_AT_LEAST, FilmSearch, Query, Variety
from index.similar import SimilarFilms

SCORES = np.array([0.9, 0.8, 0.7, 0.6])
SAGAS = np.array([1, 1, NO_SAGA, NO_SAGA])
ALIKE = np.array([[1, 0.9, 0.1, 0], [0.9, 1, 0.1, 0], [0.1, 0.1, 1, 0.5], [0, 0, 0.5, 1]])


def taken(k: int, diversity: float, at_most: int | None = None) -> tuple[list[int], list[float]]:
    found = take(SCORES, SAGAS, k, diversity, at_most, lambda place: ALIKE[place])
    return found.places, found.alike


def test_what_is_like_a_film_taken_before_comes_later() -> None:
    assert taken(4, 0.5) == ([0, 2, 3, 1], [0, 0.1, 0.5, 0.9])


def test_without_diversity_the_order_is_that_of_the_pool() -> None:
    assert taken(4, 0) == ([0, 1, 2, 3], [0, 0, 0, 0])


def test_with_all_diversity_the_first_film_is_still_the_best() -> None:
    assert taken(2, 1)[0] == [0, 3]


def test_no_more_of_a_saga_than_asked_for() -> None:
    assert taken(4, 0, at_most=1)[0] == [0, 2, 3]
    assert taken(4, 0, at_most=2)[0] == [0, 1, 2, 3]


def test_films_of_no_saga_are_not_counted_as_one() -> None:
    assert taken(4, 0.5, at_most=1)[0] == [0, 2, 3]


@pytest.fixture(scope="module")
def search(sample_var: Path) -> FilmSearch:
    folder, manifest = open_current(sample_var / "index", INDEX_KIND, INDEX_FORMAT)
    return FilmSearch(SimilarFilms.load(folder, manifest).space, 0)


def likeness(search: FilmSearch, rows: np.ndarray) -> np.ndarray:
    alike = Likeness(search.space, rows, search.space.weights_of(np.array([0]))[0])
    return np.array([alike(place) for place in range(len(rows))])


def test_likeness_is_that_of_the_blocks_of_content_over_the_lengths(search: FilmSearch) -> None:
    rows = np.array([5, 3, 200, 77])
    kept = [block.name not in FAME | CONTEXT for block in search.space.layout.blocks]
    weights = search.space.weights_of(np.array([0]))[0] * kept
    products = (search.space.alike(rows, rows) * weights).sum(axis=2)
    lengths = np.sqrt(np.diag(products))
    expected = np.clip(products / np.outer(lengths, lengths), 0, 1)
    np.testing.assert_allclose(likeness(search, rows), expected, atol=1e-5)


def test_likeness_is_mutual_from_0_to_1_and_1_to_itself(search: FilmSearch) -> None:
    found = likeness(search, np.arange(290))
    np.testing.assert_allclose(found, found.T, atol=1e-6)
    np.testing.assert_allclose(np.diag(found), 1, atol=1e-5)
    assert found.min() >= 0 and found.max() <= 1


@pytest.mark.parametrize("diversity", [0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("query", [Query(liked=(3,)), Query(liked=(3, 9), disliked=(5,))], ids=str)
def test_the_adjusted_score_never_rises_and_is_what_it_is_said_to_be(
    search: FilmSearch, query: Query, diversity: float
) -> None:
    found = search.best(query, 20, variety=Variety(diversity))
    assert len(found) == 20
    rows = np.array([film.row for film in found])
    alike = Likeness(
        search.space, rows, search.space.weights_of(np.array(query.liked)).mean(axis=0)
    )
    for place, film in enumerate(found):
        near = max(alike(place)[:place], default=0)
        expected = (1 - diversity) * film.score - diversity * near
        assert film.adjusted == pytest.approx(expected, abs=2e-4)
    assert all(one.adjusted >= other.adjusted for one, other in pairwise(found))


def test_diversity_makes_the_films_found_less_alike(search: FilmSearch) -> None:
    spread = []
    for diversity in (0.0, 0.3, 0.7):
        found = search.best(Query(liked=(3,)), 10, variety=Variety(diversity))
        alike = likeness(search, np.array([film.row for film in found]))
        spread.append(alike.sum() - len(found))
    assert spread[0] > spread[1] > spread[2]


def test_diversity_of_nothing_is_the_plain_ranking(search: FilmSearch) -> None:
    for row in range(0, 290, 10):
        query = Query(liked=(row,))
        assert search.best(query, 20, variety=Variety(0.0)) == search.best(query, 20)


def test_sagas_leave_films_out_and_the_next_best_come_in(search: FilmSearch) -> None:
    sagas = np.arange(len(search.space)) % 7
    plain = search.best(Query(liked=(3,)), 290)
    found = search.best(Query(liked=(3,)), 7, variety=Variety(0.0, 1, sagas))
    first = {}
    for film in plain:
        first.setdefault(film.row % 7, film)
    assert found == sorted(first.values(), key=lambda film: (-film.score, film.row))


def test_the_pool_grows_until_there_are_enough_films(search: FilmSearch) -> None:
    plain = [film.row for film in search.best(Query(liked=(3,)), 290)]
    sagas = np.full(len(search.space), NO_SAGA)
    sagas[plain[: POOL_AT_LEAST + 20]] = 0
    for diversity in (0.0, 0.2):
        found = search.best(Query(liked=(3,)), 5, variety=Variety(diversity, 2, sagas))
        assert len(found) == 5
        assert sum(int(sagas[film.row]) == 0 for film in found) <= 2
