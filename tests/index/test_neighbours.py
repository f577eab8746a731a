from pathlib import Path

import numpy as np
import pytest

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.blocks import default_layout
from index.features import Features, build_features, read_facts
from index.neighbours import ROWS_AT_ONCE, Neighbours, nearest_films
from tests.fakes import HashEncoder, film_facts

LAYOUT = default_layout(16)


@pytest.fixture(scope="module")
def sample(sample_data: Path) -> Features:
    facts = read_facts(open_current(sample_data, "data", DATA_FORMAT)[0])
    return build_features(facts, HashEncoder().encode(facts.texts()), LAYOUT)


@pytest.fixture(scope="module")
def found(sample: Features) -> Neighbours:
    return nearest_films(sample, 100)


def few(films: int) -> Features:
    """Films that differ in their year alone: 2000, 2001, 2003, 2006 and so on."""
    facts = film_facts(films, years=[2000 + n * (n + 1) // 2 for n in range(films)])
    return build_features(facts, np.zeros((films, 16), np.float32), LAYOUT)


def by_brute_force(features: Features) -> np.ndarray:
    """Every film's weighted sum with every other, block by block in double precision."""
    total = np.zeros((len(features), len(features)))
    for block in LAYOUT.blocks:
        if block.name in features.dense:
            rows = features.dense[block.name].astype(np.float64)
            alike = rows @ rows.T
        else:
            rows = features.sparse[block.name].toarray().astype(np.float64)
            alike = rows @ rows.T
        total += LAYOUT.weight(block.name) * alike
    return total


def test_scores_are_the_weighted_sum_of_the_blocks(sample: Features, found: Neighbours) -> None:
    assert len(sample) > 2 * ROWS_AT_ONCE  # more than one step, the last one short
    scores = np.take_along_axis(by_brute_force(sample), found.rows.astype(int), axis=1)
    np.testing.assert_allclose(found.scores, scores, atol=1e-5)


def test_the_nearest_are_those_of_brute_force_up_to_ties(
    sample: Features, found: Neighbours
) -> None:
    every = by_brute_force(sample)
    np.fill_diagonal(every, -np.inf)
    best = -np.sort(-every, axis=1)[:, :100]
    np.testing.assert_allclose(found.scores, best, atol=1e-5)


def test_scores_fall_from_the_first_to_the_last(found: Neighbours) -> None:
    assert (np.diff(found.scores, axis=1) <= 0).all()


def test_equal_scores_stand_by_row() -> None:
    alike = build_features(film_facts(40), np.zeros((40, 16), np.float32), LAYOUT)
    rows = nearest_films(alike, 39).rows
    assert rows[7].tolist() == [row for row in range(40) if row != 7]


def test_a_film_is_never_its_own_neighbour(found: Neighbours) -> None:
    assert not (found.rows == np.arange(len(found.rows))[:, None]).any()


def test_no_neighbour_stands_twice(found: Neighbours) -> None:
    assert all(len(set(rows)) == 100 for rows in found.rows.tolist())


def test_a_well_known_film_is_nearer_to_one_like_it_than_an_unknown_one() -> None:
    facts = film_facts(3, votes=[8000, 3, 9000])
    features = build_features(facts, np.zeros((3, 16), np.float32), LAYOUT)
    assert nearest_films(features, 2).rows[0].tolist() == [2, 1]


def test_fewer_films_than_asked_for_give_all_the_others() -> None:
    assert nearest_films(few(3), 100).rows.tolist() == [[1, 2], [0, 2], [1, 0]]


@pytest.mark.parametrize(("films", "k"), [(0, 100), (1, 100), (3, 0), (3, -1)])
def test_a_film_alone_no_films_and_none_asked_for_give_empty_rows(films: int, k: int) -> None:
    found = nearest_films(few(films), k)
    assert (found.rows.shape, found.scores.shape) == ((films, 0), (films, 0))


def test_the_caller_learns_of_every_film_done(sample: Features) -> None:
    told: list[int] = []
    nearest_films(sample, 5, told.append)
    assert sum(told) == len(sample)
