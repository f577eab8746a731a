from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.blocks import default_layout
from index.facts import read_facts
from index.features import Features, build_features
from index.neighbours import ROWS_AT_ONCE, Neighbours, comparer, highest, nearest_films
from tests.fakes import HashEncoder, film_facts, film_vectors

LAYOUT = default_layout()


@pytest.fixture(scope="module")
def sample(sample_data: Path) -> Features:
    facts = read_facts(open_current(sample_data, "data", DATA_FORMAT)[0])
    return build_features(
        facts,
        film_vectors(len(facts.titles), descriptions=HashEncoder().encode(facts.texts())),
        LAYOUT,
    )


@pytest.fixture(scope="module")
def found(sample: Features) -> Neighbours:
    return nearest_films(sample, 100)


def few(films: int) -> Features:
    """Films that differ in their year alone: 2000, 2001, 2003, 2006 and so on."""
    facts = film_facts(films, years=[2000 + n * (n + 1) // 2 for n in range(films)])
    return build_features(facts, film_vectors(films), LAYOUT)


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
        total += LAYOUT.weights()[block.name] * alike
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
    alike = build_features(film_facts(40), film_vectors(40), LAYOUT)
    rows = nearest_films(alike, 39).rows
    assert rows[7].tolist() == [row for row in range(40) if row != 7]


def test_a_film_is_never_its_own_neighbour(found: Neighbours) -> None:
    assert not (found.rows == np.arange(len(found.rows))[:, None]).any()


def test_no_neighbour_stands_twice(found: Neighbours) -> None:
    assert all(len(set(rows)) == 100 for rows in found.rows.tolist())


def test_a_well_known_film_is_nearer_to_one_like_it_than_an_unknown_one() -> None:
    facts = film_facts(3, votes=[8000, 3, 9000])
    features = build_features(facts, film_vectors(3), LAYOUT)
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


def test_each_film_asks_with_the_weights_of_its_own_evidence(sample: Features) -> None:
    known = np.linspace(0, 1, len(sample), dtype=np.float32)
    scores = comparer(replace(sample, evidence=known))(np.array([0, 100, len(sample) - 1]))
    unit = {name: rows.toarray() for name, rows in sample.sparse.items()} | sample.dense
    for row, found in zip([0, 100, -1], scores, strict=True):
        weights = LAYOUT.weights(float(known[row]))
        expected = sum(weights[name] * (unit[name] @ unit[name][row]) for name in unit)
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_highest_come_first_and_no_more_than_asked_for() -> None:
    scores = np.array([[0.1, 0.9, 0.5, 0.7], [4, 3, 2, -np.inf]], np.float32)
    assert highest(scores, 3).tolist() == [[1, 3, 2], [0, 1, 2]]
    assert highest(scores, 4).tolist() == [[1, 3, 2, 0], [0, 1, 2, 3]]


def test_scores_equal_to_the_sixth_decimal_stand_by_column() -> None:
    last_bits = np.array([[0.5, 0.2, 0.2000001, 0.1999999, 0.2000002, 0.199]], np.float32)
    assert highest(last_bits, 3).tolist() == [[0, 1, 2]]
    assert highest(last_bits, 5).tolist() == [[0, 1, 2, 3, 4]]


def test_scores_that_differ_in_the_fifth_decimal_are_not_equal() -> None:
    assert highest(np.array([[0.2, 0.20001, 0.20002]], np.float32), 2).tolist() == [[2, 1]]
