from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import OptimizeResult, minimize_scalar

from index.blocks import Layout, default_layout
from index.evaluation import metrics
from index.evaluation.split import split_users
from index.evaluation.truth import find_truth
from index.facts import FilmFacts
from index.features import Features, build_features
from index.neighbours import nearest_films
from index.pool import Pool
from index.ratings import NO_RATINGS, Ratings
from index.weights import SAGA_FLOOR, Learnt, Lesson, fit, learn_weights
from tests.fakes import film_facts, film_vectors

FILMS, CROWDS, USERS = 138, 6, 200
"""Films are liked by crowds of 23: a seed of the truth needs twenty partners."""

KIN = np.array([film // 3 if film < 54 else film for film in range(FILMS)])
"""The first film of a saga of three, or the film itself."""


def crowds(seed: int, films: int = FILMS) -> np.ndarray:
    """Each film's crowd, drawn by chance."""
    return np.random.default_rng(seed).permutation(np.arange(films) % CROWDS)


DIRECTORS, GENRES = crowds(1), crowds(2)
LOVED, LOVED_ELSEWHERE = (
    np.concatenate([np.repeat(crowds(seed, 18), 3), crowds(seed, FILMS - 54)]) for seed in (3, 4)
)
"""Directors and genres cut sagas apart; these crowds hold whole sagas."""

Taste = Callable[[int], np.ndarray]
"""The crowd of films that each film belongs to in the eyes of a user."""


def ratings_of(users: range, taste: Taste) -> Ratings:
    """Users who each love most films of one crowd and saw a dozen others; none saw film 0."""
    entries = []
    for user in users:
        random = np.random.default_rng(user)
        crowds = taste(user)
        loved = (crowds == random.integers(CROWDS)) & (random.random(FILMS) < 0.85)
        seen = loved | (random.random(FILMS) < 12 / FILMS)
        seen[0] = False
        entries += [(user, film, 5.0 if loved[film] else 2.0) for film in np.flatnonzero(seen)]
    people, rows, values = zip(*entries, strict=True)
    return Ratings(np.array(people), np.array(rows), np.array(values, np.float32))


STRANGERS = ratings_of(range(1000, 1000 + USERS), lambda user: DIRECTORS)


def world(taste: Taste, kin: np.ndarray = KIN) -> FilmFacts:
    """Films whose facts are drawn at random, but alike among `kin`, director and genre apart."""
    random = np.random.default_rng(0)
    facts = film_facts(
        FILMS,
        titles=[f"title{first}" for first in KIN],
        sagas=[f"saga{first}" if film < 54 else None for film, first in enumerate(KIN)],
        years=random.integers(1950, 2017, FILMS)[kin],
        votes=random.integers(1, 5000, FILMS)[kin],
        mean_votes=random.uniform(4, 8, FILMS)[kin],
        directors=[[f"d{director}"] for director in DIRECTORS],
        genres=[[f"g{genre}"] for genre in GENRES],
    )
    return replace(facts, ratings=ratings_of(range(USERS), taste))


def at_odds(user: int) -> np.ndarray:
    """What half of the users love, those learnt from; those held out love something else."""
    nobody = Ratings(np.array([user]), np.zeros(1, np.int64), np.zeros(1, np.float32))
    return LOVED_ELSEWHERE if len(split_users(nobody).test) else LOVED


def divided() -> FilmFacts:
    """Films that differ in saga and in what either half of the users goes by, nothing else."""
    rich = world(at_odds)
    facts = film_facts(
        FILMS,
        titles=rich.titles,
        sagas=rich.sagas,
        directors=[[f"d{director}"] for director in LOVED],
        genres=[[f"g{genre}"] for genre in LOVED_ELSEWHERE],
    )
    return replace(facts, ratings=rich.ratings)


def features_of(facts: FilmFacts) -> Features:
    return build_features(facts, film_vectors(FILMS), default_layout(rated=True))


def nearest(features: Features, layout: Layout) -> np.ndarray:
    """The ten nearest films of each film, as one that nobody rated."""
    unrated = replace(features, layout=layout, evidence=np.zeros(FILMS, np.float32))
    return nearest_films(unrated, metrics.AT).rows.astype(np.int64)


def saga_recall(facts: FilmFacts, features: Features, layout: Layout) -> float:
    codes = metrics.saga_codes(facts.sagas)
    seeds = np.flatnonzero(codes >= 0)
    return float(metrics.saga_recall(nearest(features, layout)[seeds], seeds, codes).mean())


def ndcg(ratings: Ratings, features: Features, layout: Layout) -> float:
    truth = find_truth(ratings.likes(FILMS))
    assert len(truth.seeds) > FILMS / 2
    return float(metrics.ndcg(nearest(features, layout)[truth.seeds], truth.films).mean())


def lesson_of(good_by: Callable[[np.ndarray], np.ndarray], blocks: int = 3) -> Lesson:
    """Pools whose blocks are drawn at random; good are the five highest of `good_by`."""
    random = np.random.default_rng(6)
    alike = random.random((60, 50, blocks), dtype=np.float32)
    rows = np.tile(np.arange(60, 110), (60, 1))
    pool = Pool([f"b{block}" for block in range(blocks)], np.arange(60), rows, alike)
    scores = good_by(alike)
    return Lesson.of(pool, scores >= np.sort(scores, axis=1)[:, [-5]])


START = np.full(3, 1 / 3)
NAMES = ["b0", "b1", "b2"]


@pytest.mark.parametrize("block", [0, 1, 2])
def test_a_block_that_alone_explains_the_truth_gets_nearly_all_the_weight(block: int) -> None:
    weights = fit([(lesson_of(lambda alike: alike[:, :, block]), 1.0)], NAMES, START)
    assert weights.sum() == pytest.approx(1)
    assert weights[block] > 0.95


def test_weights_come_in_the_order_of_the_names_and_other_blocks_are_left_out() -> None:
    lesson = lesson_of(lambda alike: 3 * alike[:, :, 2] + alike[:, :, 0])
    weights = fit([(lesson, 1.0)], ["b2", "b0"], np.full(2, 0.5))
    assert weights == pytest.approx([0.75, 0.25], abs=0.03)


def test_a_lesson_counts_as_much_as_its_share() -> None:
    first, second = (lesson_of(lambda alike, b=block: alike[:, :, b]) for block in (0, 1))
    much, even, little = (
        fit([(first, share), (second, 1.0)], NAMES, START)[0] for share in (5.0, 1.0, 0.0)
    )
    assert much > 0.6 > even > 0.4 > little
    assert little < 0.05


def loss(lesson: Lesson, weights: np.ndarray) -> float:
    """Cross-entropy of what is wanted and the softmax of the scores, plainly."""
    scores = lesson.pool.alike.astype(np.float64) @ weights
    odds = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return float(-(lesson.wanted * np.log(odds)).sum(axis=1).mean())


def test_no_weights_beside_those_fitted_have_a_smaller_loss() -> None:
    noise = np.random.default_rng(8).normal(size=(60, 50)) * 0.4
    lesson = lesson_of(lambda alike: alike @ np.array([0.6, 0.3, 0.1]) + noise)

    def least(weights: np.ndarray) -> float:
        """Whatever their sum, which is the inverse temperature."""
        sums = minimize_scalar(lambda t: loss(lesson, t * weights), bounds=(0, 200))
        return float(sums.fun)

    found = fit([(lesson, 1.0)], NAMES, START)
    for step in np.vstack([np.eye(3), -np.eye(3)]):
        beside = found + 0.05 * step
        assert least(found) < least(beside / beside.sum())


def test_the_slope_of_the_loss_is_that_of_finite_differences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = []
    lesson = lesson_of(lambda alike: alike @ np.array([0.6, 0.3, 0.1]))

    def spy(loss: Callable[..., Any], begin: np.ndarray, **options: Any) -> OptimizeResult:
        given.append(loss)
        return OptimizeResult(x=begin)

    monkeypatch.setattr("index.weights.minimize", spy)
    fit([(lesson, 1.0), (lesson, 0.3)], NAMES, START)
    at = np.log([3.0, 0.5, 8.0])
    steps = np.eye(3) * 0.01
    slopes = [(given[0](at + step)[0] - given[0](at - step)[0]) / 0.02 for step in steps]
    assert given[0](at)[0] == pytest.approx(1.3 * loss(lesson, np.exp(at)), rel=1e-5)
    np.testing.assert_allclose(given[0](at)[1], slopes, atol=1e-3)


def test_a_lesson_leaves_out_seeds_without_anything_good_and_wants_the_rest_equally() -> None:
    rows = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3]])
    pool = Pool(["b"], np.array([0, 1, 2]), rows, np.arange(9, dtype=np.float32).reshape(3, 3, 1))
    good = np.array([[True, False, True], [False] * 3, [False, True, False]])
    lesson = Lesson.of(pool, good)
    assert lesson.pool.seeds.tolist() == [0, 2]
    assert lesson.pool.alike[1].ravel().tolist() == [6, 7, 8]
    assert lesson.wanted.tolist() == [[0.5, 0, 0.5], [0, 1, 0]]


Directed = tuple[FilmFacts, Features, Learnt]


@pytest.fixture(scope="module")
def directed() -> Directed:
    """A world where people follow directors, and what is learnt from it."""
    facts = world(lambda user: DIRECTORS)
    features = features_of(facts)
    return facts, features, learn_weights(features, facts)


def test_where_people_follow_directors_the_director_weighs_more(directed: Directed) -> None:
    _, features, found = directed
    before, after = features.layout.weights(), found.layout.weights()
    assert found.learnt
    assert after["direccion"] > 2 * before["direccion"] and after["generos"] < before["generos"]


def test_what_is_learnt_ranks_better_for_users_never_seen(directed: Directed) -> None:
    _, features, found = directed
    learnt = ndcg(STRANGERS, features, found.layout)
    assert learnt > ndcg(STRANGERS, features, features.layout) + 0.2
    assert learnt == pytest.approx(found.quality["alone"].ndcg, abs=0.1)


def test_better_weights_that_tear_sagas_apart_are_not_taken(directed: Directed) -> None:
    facts, features, found = directed
    assert found.quality["alone"].saga >= SAGA_FLOOR["alone"]
    torn = features.layout.weighing({"direccion": 1.0}, {"direccion": 1.0})
    assert saga_recall(facts, features, torn) < SAGA_FLOOR["alone"]
    assert ndcg(STRANGERS, features, torn) > ndcg(STRANGERS, features, found.layout)


def test_likes_weigh_nothing_for_a_film_that_nobody_rated(directed: Directed) -> None:
    assert directed[2].layout.weights(0.0)["asociacion"] == 0


def test_two_runs_learn_the_same(directed: Directed) -> None:
    facts, _, found = directed
    again = learn_weights(features_of(facts), facts)
    assert again == found


def test_where_nothing_but_likes_tells_films_apart_likes_weigh_most() -> None:
    facts = world(lambda user: LOVED)
    features = features_of(facts)
    timid = features.layout.weights(1.0) | {"asociacion": 0.01}
    layout = features.layout.weighing(features.layout.weights(), timid)
    found = learn_weights(replace(features, layout=layout), facts).layout
    assert max(found.weights(1.0), key=found.weights(1.0).__getitem__) == "asociacion"
    assert found.weights(0.0)["asociacion"] == 0


def test_films_without_any_saga_teach_as_well() -> None:
    facts = replace(world(lambda user: DIRECTORS), sagas=[None] * FILMS)
    features = features_of(facts)
    found = learn_weights(features, facts).layout
    assert found.weights()["direccion"] > 2 * features.layout.weights()["direccion"]


def test_what_one_half_of_the_users_likes_and_the_other_does_not_is_not_learnt() -> None:
    facts = divided()
    default = default_layout(rated=True).weights()
    layout = default_layout(rated=True).weighing(default, default)
    features = replace(features_of(facts), layout=layout)
    found = learn_weights(features, facts)
    assert (found.learnt, found.layout) == (False, layout)
    assert found.quality["alone"] == found.quality["rated"]
    quality = found.quality["alone"]
    assert quality.saga == pytest.approx(saga_recall(facts, features, layout), abs=0.02)
    parts = split_users(facts.ratings)
    mean = np.mean([ndcg(part, features, layout) for part in (parts.train, parts.test)])
    assert quality.ndcg == pytest.approx(mean, abs=0.02)


def test_likes_are_not_tried_on_the_users_who_gave_them() -> None:
    facts = world(at_odds)
    assert learn_weights(features_of(facts), facts).quality["rated"].ndcg < 0.3


def test_sagas_that_the_defaults_tear_apart_are_mended_first() -> None:
    apart = np.arange(FILMS)
    films = world(at_odds, kin=apart)
    success = (films.mean_votes + 0.7 * np.log(films.votes)).argsort().argsort()
    facts = world(lambda user: success // (FILMS // CROWDS), kin=apart)
    features = features_of(facts)
    assert saga_recall(facts, features, features.layout) < SAGA_FLOOR["alone"]
    assert learn_weights(features, facts).quality["alone"].saga > SAGA_FLOOR["alone"]


def test_where_few_or_none_rated_the_defaults_stay() -> None:
    facts = world(lambda user: DIRECTORS)
    for ratings in (facts.ratings.of(facts.ratings.users < 20), NO_RATINGS):
        features = features_of(replace(facts, ratings=ratings))
        found = learn_weights(features, replace(facts, ratings=ratings))
        assert found == Learnt(features.layout, False, {})
