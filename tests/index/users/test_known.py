from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.versions import Manifest
from index.likes import liked_of
from index.users.biases import facts_table
from index.users.known import (
    COUNTS,
    FACTORS,
    SETTINGS,
    TASTE,
    Estimate,
    KnownUsers,
    UserShares,
)
from index.users.model import UserModel, expected, fit
from index.users.rated import Rated
from index.users.taste import ContentLikeness
from tests.fakes import space_of
from tests.index.users.worlds import (
    FILMS,
    PARAMETERS,
    ROMANCES,
    WESTERNS,
    divided,
    features_of,
    films,
    known_of,
    rated_of,
)

FACTS = films()
FEATURES = features_of(FACTS)
LIKENESS = ContentLikeness.of(FEATURES)
ENTRIES = [(7 + 10 * user, row, value) for user, row, value in divided(users=8)]
EVERY_FILM = np.arange(FILMS)
HALF_PRECISION = 0.01
"""Factors are kept as float16, with three digits."""


@pytest.fixture(scope="module")
def model() -> UserModel:
    return fit(rated_of(ENTRIES), facts_table(FACTS), LIKENESS, PARAMETERS)


@pytest.fixture(scope="module")
def users(model: UserModel, tmp_path_factory: pytest.TempPathFactory) -> KnownUsers:
    return known_of(model, FACTS, FEATURES, tmp_path_factory.mktemp("users"))


def test_estimates_from_files_are_those_of_the_model(users: KnownUsers, model: UserModel) -> None:
    everything = rated_of([(user, row, 3.0) for user in range(7, 87, 10) for row in range(FILMS)])
    found = np.clip(expected(model, everything, LIKENESS), 1, 5).reshape(8, FILMS)
    for place, user_id in enumerate(model.rated.user_ids.tolist()):
        user = users.find(user_id)
        assert user is not None
        ratings = [each.rating for each in users.estimates(user, EVERY_FILM)]
        np.testing.assert_allclose(ratings, found[place], atol=HALF_PRECISION)
        told = users.expected(user, EVERY_FILM, users.tastes(user, EVERY_FILM))
        np.testing.assert_allclose(told, ratings, atol=1e-5)


def test_the_parts_of_an_estimate_are_those_of_the_model(
    users: KnownUsers, model: UserModel
) -> None:
    user = users.find(27)
    assert user is not None
    mine = model.rated.users == user.place
    taste = LIKENESS.between(EVERY_FILM.astype(np.int32), model.rated.rows[mine])
    pulls = taste @ model.taste[mine]
    for row, each in enumerate(users.estimates(user, EVERY_FILM)):
        assert each.mean == model.biases.mean
        assert each.user == model.biases.user[user.place]
        assert each.film == model.biases.film[row]
        factors = model.factors.users[user.place] @ model.factors.films[row]
        assert each.factors == pytest.approx(factors, abs=HALF_PRECISION)
        assert each.taste == pytest.approx(pulls[row], abs=1e-4)
        assert row not in each.because


def test_a_taste_is_explained_by_the_rated_films_that_decide_it(users: KnownUsers) -> None:
    fan = users.find(7)  # likes westerns
    assert fan is not None
    western, romance = users.estimates(fan, np.array([WESTERNS[-1], ROMANCES[-1]]))
    assert western.taste > 0 > romance.taste
    for estimate, kind in ((western, WESTERNS), (romance, ROMANCES)):
        assert len(estimate.because) == 3
        assert set(estimate.because) <= set(fan.rows.tolist()) & set(kind)


def test_films_that_decide_pull_the_same_way_and_share_what_few_films_do(
    users: KnownUsers, model: UserModel
) -> None:
    telling = {
        name: weight
        for name, weight in FEATURES.layout.weights(0.0).items()
        if name not in ("renombre", "valoracion", "anio", "idioma")
    }
    of_blocks = replace(
        FEATURES, layout=FEATURES.layout.weighing(telling, {name: 1.0 for name in telling})
    )
    alike = ContentLikeness.of(of_blocks).among(EVERY_FILM.astype(np.int32))
    some = 0
    for user_id in model.rated.user_ids.tolist():
        user = users.find(user_id)
        assert user is not None
        weights = dict(zip(user.rows.tolist(), user.taste.tolist(), strict=True))
        for row, each in enumerate(users.estimates(user, EVERY_FILM)):
            likeness = [alike[row, seed] for seed in each.because]
            assert all(weights[seed] * each.taste > 0 for seed in each.because)
            assert len(each.because) <= 3 and min(likeness, default=1) > 0
            assert likeness == pytest.approx(sorted(likeness, reverse=True), abs=1e-6)
            some += len(each.because) == 3
    assert some > 0.9 * 8 * FILMS


def test_a_user_without_a_taste_owes_nothing_to_any_film(model: UserModel, tmp_path: Path) -> None:
    none = replace(model, taste=np.zeros_like(model.taste))
    users = known_of(none, FACTS, FEATURES, tmp_path)
    user = users.find(7)
    assert user is not None
    told = users.estimates(user, EVERY_FILM)
    assert {(each.taste, each.because) for each in told} == {(0.0, ())}


@pytest.mark.parametrize(("film", "rating"), [(9.0, 5.0), (-9.0, 1.0), (0.25, 3.75)])
def test_a_rating_told_is_on_the_scale(film: float, rating: float) -> None:
    assert Estimate(3.0, 0.5, film, 0.0, 0.0, ()).rating == rating


@pytest.mark.parametrize("user_id", [0, 8, 78, 10_000, -1])
def test_a_stranger_is_nobody(users: KnownUsers, user_id: int) -> None:
    assert users.find(user_id) is None


def test_a_user_is_known_with_all_ratings(users: KnownUsers) -> None:
    assert len(users) == 8
    given = {row: value for user, row, value in ENTRIES if user == 47}
    user = users.find(47)
    assert user is not None
    assert {row: user.rating_of(row) for row in given} == given
    assert user.rows.tolist() == sorted(given)
    unrated = set(range(-1, FILMS + 2)) - set(given)
    assert {user.rating_of(row) for row in unrated} == {None}


def test_films_liked_are_those_of_the_ratings(users: KnownUsers, model: UserModel) -> None:
    rated: Rated = model.rated
    for place, user_id in enumerate(rated.user_ids.tolist()):
        user, mine = users.find(user_id), rated.users == place
        assert user is not None
        liked = liked_of(rated.rows[mine], rated.values[mine])
        assert user.liked.tolist() == liked.tolist()
        assert set(liked.tolist()) <= set(WESTERNS if place % 2 == 0 else ROMANCES)


@pytest.mark.parametrize(
    ("count", "ids"),
    [(1, [7]), (2, [7, 77]), (3, [7, 37, 77]), (50, [7, 17, 27, 37, 47, 57, 67, 77])],
)
def test_some_users_are_spread_over_all(users: KnownUsers, count: int, ids: list[int]) -> None:
    assert users.some(count) == ids


def test_shares_of_a_film_are_its_parts_in_the_measure_of_scores(users: KnownUsers) -> None:
    user = users.find(37)
    assert user is not None
    giver = UserShares(users, user)
    shares, deciders = giver.shares(EVERY_FILM)
    assert giver.blocks == (TASTE, FACTORS)
    for row, each in enumerate(users.estimates(user, EVERY_FILM)):
        assert shares[row, 0] == pytest.approx(each.taste * COUNTS[TASTE], abs=1e-6)
        assert shares[row, 1] == pytest.approx(each.factors * COUNTS[FACTORS], abs=1e-6)
        assert deciders[row] == each.because
    np.testing.assert_allclose(giver.beside(), shares[:, 1], atol=1e-6)


def test_a_version_without_a_model_knows_nobody(tmp_path: Path) -> None:
    told = {"kind": "index", "format": 3, "version": "v", "inputs": {}, "counts": {}}
    space = space_of(FACTS, FEATURES)
    for settings in ({}, {SETTINGS: None}):
        manifest = Manifest(**told, settings=settings)
        assert KnownUsers.load(tmp_path, manifest, space) is None


def test_a_version_with_a_model_knows_its_users(model: UserModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    manifest = Manifest(
        kind="index", format=3, version="v", inputs={}, counts={}, settings={SETTINGS: {"mean": 2}}
    )
    loaded = KnownUsers.load(tmp_path, manifest, space_of(FACTS, FEATURES))
    assert loaded is not None
    user = loaded.find(7)
    assert user is not None and loaded.estimates(user, EVERY_FILM[:1])[0].mean == 2
