from dataclasses import replace

import numpy as np
import pytest

from index.users.biases import Biases, Doubt, facts_table, fit_biases
from index.users.rated import Rated
from tests.fakes import film_facts
from tests.index.users.worlds import divided, films, rated_of

ESTEEMED, DESPISED = 38, 39
"""Films that nobody rated; the catalogue's votes say that one is good and the other is not."""


def world() -> tuple[Rated, np.ndarray]:
    """Twenty users who rate even films, which are well voted, high, and odd ones low."""
    facts = film_facts(40, votes=[500] * 40, mean_votes=[8.0, 4.0] * 20)
    entries = [(user, row, 4.5 if row % 2 == 0 else 2.0) for user in range(20) for row in range(38)]
    return rated_of(entries), facts_table(facts)


def test_a_film_that_nobody_rated_is_expected_what_its_facts_say() -> None:
    biases = fit_biases(*world(), Doubt())
    assert biases.film[ESTEEMED] == pytest.approx(biases.film[0], abs=0.3)
    assert biases.film[ESTEEMED] > 0.5 and biases.film[DESPISED] < -0.5


def test_ratings_move_a_film_from_what_its_facts_say() -> None:
    rated, table = world()
    loved = replace(rated, values=np.where(rated.rows == 1, 5, rated.values).astype(np.float32))
    before, after = fit_biases(rated, table, Doubt()), fit_biases(loved, table, Doubt())
    assert after.film[1] > before.film[1] + 0.5
    assert abs(after.film[DESPISED] - before.film[DESPISED]) < 0.3


def test_genres_count_where_votes_say_nothing() -> None:
    entries = [entry for entry in divided() if entry[0] % 2 == 0 and entry[1] not in (19, 39)]
    biases = fit_biases(rated_of(entries), facts_table(films()), Doubt())
    assert biases.film[19] > 0.5 and biases.film[39] < -0.5


def test_who_rates_all_films_high_has_a_bias_upwards() -> None:
    random = np.random.default_rng(0)
    shift = {1: 1.0, 2: 0.0, 3: -1.0}
    tastes = random.choice([2.5, 3.0, 3.5], 40)
    entries = [(user, row, tastes[row] + up) for user, up in shift.items() for row in range(40)]
    biases = fit_biases(rated_of(entries), facts_table(films()), Doubt())
    high, middle, low = biases.user.tolist()
    assert high == pytest.approx(1, abs=0.15) and low == pytest.approx(-1, abs=0.15)
    assert middle == pytest.approx(0, abs=0.1)


def test_few_ratings_are_believed_less_than_many() -> None:
    many = [(user, row, 3.0) for user in range(20) for row in range(40)]
    entries = [*many, *((50, row, 5.0) for row in range(40)), (60, 0, 5.0)]
    biases = fit_biases(rated_of(entries), facts_table(films()), Doubt())
    assert 0.1 < biases.user[-1] < biases.user[-2] / 2


@pytest.mark.parametrize(
    ("more", "part"),
    [(Doubt(user=300), "user"), (Doubt(film=2500, facts=1000), "film")],
    ids=["users", "films"],
)
def test_the_higher_the_doubt_the_smaller_the_bias(more: Doubt, part: str) -> None:
    rated, table = rated_of(divided()), facts_table(films())
    less, shrunk = fit_biases(rated, table, Doubt()), fit_biases(rated, table, more)
    assert np.linalg.norm(getattr(shrunk, part)) < np.linalg.norm(getattr(less, part)) / 2


def test_the_biases_are_those_of_the_equations_solved_at_once() -> None:
    rated, table = rated_of(divided(users=9)), facts_table(films())
    users, rows = np.eye(9)[rated.users], np.eye(40)[rated.rows]
    design = np.hstack([users, rows, rows @ table])
    ridge = np.diag([3.0] * 9 + [25.0] * 40 + [10.0] * table.shape[1])
    mean = rated.values.mean(dtype=np.float64)
    solved = np.linalg.solve(design.T @ design + ridge, design.T @ (rated.values - mean))
    found = fit_biases(rated, table, Doubt(user=3, film=25, facts=10))
    assert found.mean == pytest.approx(mean)
    np.testing.assert_allclose(found.user, solved[:9], atol=1e-3)
    np.testing.assert_allclose(found.film, solved[9:49] + table @ solved[49:], atol=1e-3)


def test_a_rating_is_expected_to_be_the_mean_and_both_biases() -> None:
    biases = Biases(3.0, np.array([0.5, -0.5], np.float32), np.array([0.0, 1.0], np.float32))
    asked = rated_of([(0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0)])
    assert biases.expected(asked).tolist() == [3.5, 4.5, 3.5]


def test_where_nobody_rated_there_are_no_biases() -> None:
    nobody = rated_of([(0, 0, 3.0)]).where(np.array([False]))
    biases = fit_biases(nobody, facts_table(films()), Doubt())
    assert (biases.mean, biases.user.tolist(), biases.film.tolist()) == (0.0, [0.0], [0.0] * 40)


def test_films_without_votes_have_facts_all_the_same() -> None:
    table = facts_table(film_facts(3, genres=[["Drama"], [], ["War", "Drama"]]))
    assert table.shape == (3, 6) and np.isfinite(table).all()
