import numpy as np
import pytest

from index.features import Features
from index.users.biases import Doubt, facts_table
from index.users.model import Parameters, UserModel, expected, fit
from index.users.taste import MOST_FILMS, ContentLikeness, by_user, fit_taste
from tests.index.users.worlds import (
    PARAMETERS,
    SHAPE,
    WESTERNS,
    Entry,
    divided,
    features_of,
    films,
    rated_of,
)

NO_FACTORS = Parameters(Doubt(), 0.5, SHAPE, 0.0)


@pytest.fixture(scope="module")
def features() -> Features:
    return features_of(films())


@pytest.fixture(scope="module")
def likeness(features: Features) -> ContentLikeness:
    return ContentLikeness.of(features)


def model_of(
    entries: list[Entry], likeness: ContentLikeness, parameters: Parameters = NO_FACTORS
) -> UserModel:
    return fit(rated_of(entries), facts_table(films()), likeness, parameters)


def likeness_by_definition(features: Features, row: int, other: int) -> float:
    """Block by block, by the weights of a film that nobody rated."""
    total = 0.0
    for block, weight in features.layout.weights(0.0).items():
        if block in features.dense:
            total += weight * float(features.dense[block][row] @ features.dense[block][other])
        else:
            names = features.sparse[block]
            total += weight * float((names[row] @ names[other].T).toarray()[0, 0])
    return total


def test_likeness_is_that_of_the_blocks_by_their_weights(
    features: Features, likeness: ContentLikeness
) -> None:
    rows = np.array([0, 7, 19, 20, 39], np.int32)
    slowly = [[likeness_by_definition(features, a, b) for b in range(40)] for a in rows.tolist()]
    found = likeness.between(rows, np.arange(40, dtype=np.int32))
    np.testing.assert_allclose(found, slowly, atol=1e-5)
    np.testing.assert_allclose(likeness.among(rows), found[:, rows], atol=1e-6)


def test_who_rates_westerns_high_and_romances_low_will_like_another_western_more(
    likeness: ContentLikeness,
) -> None:
    fan = [(1, row, 5.0 if row in WESTERNS else 1.0) for row in range(40) if row not in (4, 24)]
    foe = [(2, row, 6 - value) for _, row, value in fan]
    model = model_of([*fan, *foe], likeness)
    asked = rated_of([(user, row, 3.0) for user in (1, 2) for row in (4, 24)])
    [fan_western, fan_romance, foe_western, foe_romance] = expected(model, asked, likeness).tolist()
    assert fan_western > 3.5 > 2.5 > fan_romance
    assert foe_romance > 3.5 > 2.5 > foe_western


def test_a_rating_expected_is_the_sum_of_its_parts_on_the_scale(
    features: Features, likeness: ContentLikeness
) -> None:
    entries = divided(users=6)
    model = model_of(entries, likeness, PARAMETERS)
    rated, biases = model.rated, model.biases
    asked = rated_of([(user, row, 3.0) for user in range(6) for row in range(40)])
    found = expected(model, asked, likeness)
    assert model.factors.films.any() and model.taste.any()
    for user, row, rating in zip(asked.users, asked.rows, found, strict=True):
        mine = np.flatnonzero(rated.users == user)
        taste = sum(
            float(model.taste[place]) * likeness_by_definition(features, row, rated.rows[place])
            for place in mine.tolist()
        )
        factors = model.factors.users[user] @ model.factors.films[row]
        whole = biases.mean + biases.user[user] + biases.film[row] + factors + taste
        assert rating == pytest.approx(min(max(whole, 0.5), 5.0), abs=1e-4)


def test_weights_of_a_taste_solve_its_equations(
    features: Features, likeness: ContentLikeness
) -> None:
    rated = rated_of(divided(users=1))
    errors = (rated.values - 3).astype(np.float32)
    weights = fit_taste(rated, errors, likeness, 0.5, lambda users: None)
    rows = rated.rows.tolist()
    alike = np.array([[likeness_by_definition(features, a, b) for b in rows] for a in rows])
    np.testing.assert_allclose(alike @ weights + 0.5 * weights, errors, atol=1e-4)


def test_the_higher_the_doubt_the_less_is_read_into_ratings(likeness: ContentLikeness) -> None:
    rated = rated_of(divided(users=3))
    errors = (rated.values - 3).astype(np.float32)
    sizes = [
        np.abs(fit_taste(rated, errors, likeness, doubt, lambda users: None)).sum()
        for doubt in (0.1, 1.0, 10.0)
    ]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 3 * sizes[2]


def test_without_a_taste_doubt_there_is_no_taste(likeness: ContentLikeness) -> None:
    parameters = Parameters(Doubt(), None, SHAPE, 0.0)
    model = model_of(divided(users=4), likeness, parameters)
    assert not model.taste.any() and not model.factors.users.any()


def test_each_user_is_told_once(likeness: ContentLikeness) -> None:
    told: list[int] = []
    rated = rated_of(divided(users=7))
    fit_taste(rated, rated.values, likeness, 0.5, told.append)
    assert sum(told) == 7


def test_of_too_many_films_an_even_sample_is_looked_at() -> None:
    many = MOST_FILMS + 500
    rated = rated_of([(1, row, 3.0) for row in range(many)] + [(2, row, 3.0) for row in range(9)])
    first, second = by_user(rated)
    assert len(np.unique(first)) == MOST_FILMS and (first[0], first[-1]) == (0, many - 1)
    assert np.diff(first).max() <= 2
    assert second.tolist() == list(range(many, many + 9))


def test_films_that_are_not_looked_at_have_no_weight(likeness: ContentLikeness) -> None:
    many = MOST_FILMS + 50
    rated = rated_of([(1, place, 5.0) for place in range(many)])
    among_forty = type(rated)(rated.user_ids, rated.users, rated.rows % 40, rated.values)
    weights = fit_taste(among_forty, among_forty.values, likeness, 0.5, lambda users: None)
    assert np.count_nonzero(weights) == MOST_FILMS
