import numpy as np
import pytest

from index.evaluation.ours import CONTENT, HYBRID, OurRanker, features_from, our_rankers
from index.evaluation.split import Split, split_users
from index.facts import FilmFacts
from index.neighbours import nearest_films
from index.ratings import NO_RATINGS, Ratings
from tests.fakes import HashEncoder, film_facts, film_vectors

FILMS, K = 60, 10
TEXTS = HashEncoder().encode([f"text {n}" for n in range(FILMS)])
VECTORS = film_vectors(FILMS, descriptions=TEXTS)
"""Each film says something of its own, so that no two scores are equal."""

ALL = np.arange(FILMS)


def draw_ratings(seed: int = 0) -> Ratings:
    """Eighty users who love the films of one kind and rate others by lot."""
    random = np.random.default_rng(seed)
    users = np.repeat(np.arange(80), 25)
    rows = np.concatenate([random.permutation(FILMS)[:25] for _ in range(80)])
    values = np.where(rows % 12 == users % 12, 5, random.integers(1, 6, len(rows)))
    return Ratings(users, rows, values.astype(np.float32))


def facts_with(ratings: Ratings) -> FilmFacts:
    return film_facts(
        FILMS,
        titles=[f"Film {n}" for n in range(FILMS)],
        votes=range(FILMS),
        genres=[[f"genre {n % 3}"] for n in range(FILMS)],
        directors=[[f"director {n % 12}"] for n in range(FILMS)],
        ratings=ratings,
    )


def answers(ratings: Ratings, split: Split) -> dict[str, list[list[int]]]:
    """What our rankings answer for every film when the catalogue has all these ratings."""
    rankers = our_rankers(facts_with(ratings), VECTORS, split.train)
    return {ranker.name: ranker.top(ALL, K).tolist() for ranker in rankers}


def with_other_values(ratings: Ratings, users: np.ndarray) -> Ratings:
    """The same ratings, those of `users` upside down."""
    values = np.where(np.isin(ratings.users, users), 6 - ratings.values, ratings.values)
    return Ratings(ratings.users, ratings.rows, values.astype(np.float32))


def test_what_test_users_rate_never_reaches_what_is_under_test() -> None:
    ratings = draw_ratings()
    split = split_users(ratings)
    changed = with_other_values(ratings, split.test.users)
    again = split_users(changed)
    assert not np.array_equal(again.test.values, split.test.values)
    assert answers(changed, again) == answers(ratings, split)
    gone = ratings.of(~np.isin(ratings.users, split.test.users))
    assert answers(gone, split_users(gone)) == answers(ratings, split)


def test_what_train_users_rate_reaches_the_hybrid_and_nothing_else() -> None:
    ratings = draw_ratings()
    split = split_users(ratings)
    changed = with_other_values(ratings, split.train.users)
    before, after = answers(ratings, split), answers(changed, split_users(changed))
    assert before[HYBRID] != after[HYBRID] and before[CONTENT] == after[CONTENT]


def test_the_lists_are_those_of_the_index_job() -> None:
    ratings = draw_ratings()
    for ranker, known in zip(
        our_rankers(facts_with(ratings), VECTORS, ratings), (NO_RATINGS, ratings), strict=True
    ):
        built = nearest_films(features_from(facts_with(ratings), VECTORS, known), K)
        # scores and not rows: two that differ in the last bit may change places
        for rows in (ALL, ALL[[40, 3, 17]]):
            found = np.take_along_axis(ranker.score(rows), ranker.top(rows, K), axis=1)
            assert found == pytest.approx(built.scores[rows], abs=1e-6)


@pytest.mark.parametrize("users", [0, 1])
def test_without_users_to_learn_from_the_hybrid_is_content_alone(users: int) -> None:
    ratings = draw_ratings()
    lists = answers(ratings, Split(ratings.of(ratings.users < users), ratings, 0))
    assert lists[HYBRID] == lists[CONTENT]


def test_each_ranking_tells_its_weights_and_content_has_none_for_likes() -> None:
    ratings = draw_ratings()
    rankers: list[OurRanker] = our_rankers(facts_with(ratings), VECTORS, ratings)
    content, hybrid = (ranker.weights for ranker in rankers)
    assert content["unrated"]["asociacion"] == 0 < hybrid["rated"]["asociacion"]
    for weights in (*content.values(), *hybrid.values()):
        assert sum(weights.values()) == pytest.approx(1)
