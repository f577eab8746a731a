import numpy as np

from index.users.factors import Factors, Shape, fit_factors
from index.users.rated import Rated
from tests.index.users.worlds import SHAPE, WESTERNS, divided, rated_of

FILMS = 60


def targets_of(rated: Rated) -> np.ndarray:
    return (rated.values - 3).astype(np.float32)


def learnt(rated: Rated, shape: Shape = SHAPE) -> Factors:
    return fit_factors(rated, targets_of(rated), FILMS, shape)


def test_two_groups_with_opposite_likes_are_told_apart() -> None:
    seen = rated_of(divided(seed=0))
    factors = learnt(seen)
    unseen = rated_of(divided(seed=1))  # the same people, other films
    said = factors.of(unseen)
    fans = (unseen.users % 2 == 0) == np.isin(unseen.rows, WESTERNS)
    assert said[fans].mean() > 0.5 and said[~fans].mean() < -0.5
    assert (np.sign(said) == np.where(fans, 1, -1)).mean() > 0.95


def test_films_that_nobody_rated_have_no_factors() -> None:
    factors = learnt(rated_of(divided()))
    assert factors.films.shape == (FILMS, SHAPE.n_factors)
    assert not factors.films[40:].any() and factors.films[:40].any(axis=1).all()


def test_users_who_rated_nothing_have_no_factors() -> None:
    everybody = rated_of(divided())
    factors = learnt(everybody.where(everybody.users != 5))
    assert len(factors.users) == 60 and not factors.users[5].any()
    assert np.delete(factors.users, 5, axis=0).any(axis=1).all()


def test_the_factors_are_the_same_in_every_run() -> None:
    first, second = learnt(rated_of(divided())), learnt(rated_of(divided()))
    np.testing.assert_array_equal(first.users, second.users)
    np.testing.assert_array_equal(first.films, second.films)


def test_what_factors_say_is_the_product_of_user_and_film() -> None:
    random = np.random.default_rng(0)
    factors = Factors(
        random.normal(size=(3, 5)).astype(np.float32), random.normal(size=(4, 5)).astype(np.float32)
    )
    asked = rated_of([(user, row, 3.0) for user in range(3) for row in range(4)])
    np.testing.assert_allclose(
        factors.of(asked), (factors.users @ factors.films.T).ravel(), rtol=1e-5
    )
