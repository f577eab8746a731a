import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.ratings import NO_RATINGS, Ratings
from index.users.build import build_users
from index.users.files import UserFiles
from index.users.tune import DEFAULT, FEWEST_RATINGS, FOLDS
from tests.index.users.worlds import divided, features_of, films, ratings_of


def built(folder: Path, ratings: Ratings) -> dict | None:
    facts = replace(films(), ratings=ratings)
    return build_users(folder, facts, features_of(facts))


def test_the_model_is_written_and_told(tmp_path: Path) -> None:
    told = built(tmp_path, ratings_of(divided()))
    assert told is not None and json.loads(json.dumps(told)) == told
    assert (told["users"], told["ratings"]) == (60, len(divided()))
    assert len(told["rmse_by_fold"]) == len(told["rmse_of_biases_by_fold"]) == FOLDS
    assert max(told["rmse_by_fold"]) < min(told["rmse_of_biases_by_fold"])
    assert 2.5 < told["mean"] < 3.5
    assert told["library"].startswith("scikit-surprise 1.")
    assert UserFiles.map(tmp_path).ids.tolist() == list(range(60))


def test_few_ratings_are_learnt_from_with_default_parameters(tmp_path: Path) -> None:
    few = divided(users=4)
    told = built(tmp_path, ratings_of(few))
    assert told is not None and len(few) < FEWEST_RATINGS
    assert told["parameters"] == DEFAULT.as_settings()
    assert told["rmse_by_fold"] == []


@pytest.mark.parametrize(
    "ratings", [NO_RATINGS, ratings_of([(5, 1, 4.0), (5, 2, 3.0)])], ids=["nobody", "one alone"]
)
def test_with_fewer_than_two_users_there_is_no_model_and_no_file(
    tmp_path: Path, ratings: Ratings
) -> None:
    assert built(tmp_path, ratings) is None
    assert not list(tmp_path.iterdir())
