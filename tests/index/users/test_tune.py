import json

import numpy as np
import pytest

from index.users.biases import facts_table
from index.users.rated import Rated
from index.users.taste import ContentLikeness
from index.users.tune import (
    DEFAULT,
    FEWEST_RATINGS,
    FOLDS,
    SHAPES,
    TASTE_DOUBTS,
    Tuned,
    folds_of,
    rmse,
    search,
)
from tests.index.users.worlds import divided, features_of, films, noise, rated_of


def searched(rated: Rated) -> Tuned:
    return search(rated, facts_table(films()), ContentLikeness.of(features_of(films())))


@pytest.fixture(scope="module")
def tuned() -> Tuned:
    return searched(rated_of(divided()))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_does_not_help_is_left_out(seed: int) -> None:
    tuned = searched(rated_of(noise(seed=seed)))
    assert (tuned.parameters.taste_doubt, tuned.parameters.factor_share) == (None, 0.0)
    assert tuned.rmse == tuned.rmse_of_biases


def test_a_taste_that_helps_is_found(tuned: Tuned) -> None:
    assert tuned.parameters.taste_doubt in TASTE_DOUBTS
    assert tuned.parameters.shape in SHAPES
    assert len(tuned.rmse) == len(tuned.rmse_of_biases) == FOLDS
    for whole, biases in zip(tuned.rmse, tuned.rmse_of_biases, strict=True):
        assert whole < biases / 2


def test_a_search_comes_out_the_same_in_every_run(tuned: Tuned) -> None:
    assert searched(rated_of(divided())) == tuned


def test_likes_that_no_content_explains_are_left_to_the_factors() -> None:
    mixed = np.random.default_rng(0).permutation(40)
    entries = [(user, int(mixed[row]), value) for user, row, value in divided(users=120)]
    tuned = searched(rated_of(entries))
    assert tuned.parameters.factor_share > 0
    assert np.mean(tuned.rmse) < np.mean(tuned.rmse_of_biases) - 0.1


def test_too_few_ratings_leave_the_defaults() -> None:
    few = rated_of(divided())
    few = few.where(np.arange(len(few)) < FEWEST_RATINGS - 1)
    assert searched(few) == Tuned(DEFAULT, (), (), FEWEST_RATINGS - 1)


@pytest.mark.parametrize("ratings", [5, 503, 1000])
def test_each_rating_is_in_one_fold_and_folds_are_of_one_size(ratings: int) -> None:
    folds = folds_of(ratings, 0)
    assert len(folds) == ratings
    sizes = np.bincount(folds, minlength=FOLDS)
    assert len(sizes) == FOLDS and sizes.max() - sizes.min() <= 1


def test_folds_are_drawn_by_the_seed() -> None:
    first, again, other = folds_of(500, 0), folds_of(500, 0), folds_of(500, 1)
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.5


def test_many_ratings_are_searched_on_a_sample_of_whole_users(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rated = rated_of(divided())
    counts = np.diff(rated.starts)
    monkeypatch.setattr("index.users.tune.MOST_RATINGS", 600)
    tuned = searched(rated)
    assert 600 - counts.max() <= tuned.ratings <= 600
    assert tuned.parameters.taste_doubt is not None


def test_the_settings_tell_parameters_and_errors(tuned: Tuned) -> None:
    told = json.loads(json.dumps(tuned.as_settings()))
    assert told["rmse_by_fold"] == list(tuned.rmse)
    assert told["rmse_of_biases_by_fold"] == list(tuned.rmse_of_biases)
    assert told["ratings_searched_on"] == tuned.ratings == len(divided())
    parameters = tuned.parameters
    assert told["parameters"] == {
        "user_doubt": parameters.doubt.user,
        "film_doubt": parameters.doubt.film,
        "facts_doubt": parameters.doubt.facts,
        "taste_doubt": parameters.taste_doubt,
        "n_factors": parameters.shape.n_factors,
        "n_epochs": parameters.shape.n_epochs,
        "reg_all": parameters.shape.reg_all,
        "lr_all": parameters.shape.lr_all,
        "factor_share": parameters.factor_share,
    }


def test_rmse_is_the_root_of_the_mean_square() -> None:
    assert rmse(np.array([3.0, -4.0, 0.0, 0.0], np.float32)) == 2.5
