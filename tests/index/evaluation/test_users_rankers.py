import numpy as np
import pytest
from surprise import SVD, Dataset, Reader

from index.evaluation.ours import HYBRID, features_from
from index.evaluation.users_rankers import (
    LIKES,
    MOST_LIKED,
    as_served,
    by_rating,
    factors_alone,
    known_users,
    most_liked,
    space_of,
)
from index.facts import FilmFacts
from index.features import Features
from index.ratings import Ratings
from index.search import FilmSearch, Query
from index.store import Among
from index.users.biases import facts_table
from index.users.known import UserShares
from index.users.model import UserModel, fit
from index.users.rated import Rated
from index.users.taste import ContentLikeness
from index.users.tune import DEFAULT
from tests.fakes import film_facts, film_vectors

FILMS, USERS, EACH = 60, 30, 25
EVERY = np.ones(FILMS, bool)


def ratings() -> Ratings:
    random = np.random.default_rng(1)
    users = np.repeat(np.arange(USERS) * 3, EACH)
    rows = np.concatenate([random.permutation(FILMS - 5)[:EACH] for _ in range(USERS)])
    values = np.where(rows % 4 == users % 4, 5, random.integers(1, 6, len(rows)))
    return Ratings(users, rows, values.astype(np.float32))


FACTS: FilmFacts = film_facts(
    FILMS,
    votes=[7] * FILMS,
    genres=[[f"genre {row % 4}"] for row in range(FILMS)],
    directors=[[f"director {row % 12}"] for row in range(FILMS)],
    ratings=ratings(),
)
RATED = Rated.of(FACTS.ratings)


@pytest.fixture(scope="module")
def features() -> Features:
    return features_from(FACTS, film_vectors(FILMS), FACTS.ratings)


@pytest.fixture(scope="module")
def model(features: Features) -> UserModel:
    return fit(RATED, facts_table(FACTS), ContentLikeness.of(features), DEFAULT)


def test_the_most_liked_films_are_the_same_for_all_ties_by_votes() -> None:
    some = Rated.of(
        Ratings(np.array([1, 2, 1, 2, 1]), np.array([3, 3, 1, 4, 2]), np.float32([4, 5, 4, 4, 3.5]))
    )
    ranker = most_liked(some, film_facts(6, votes=[1, 2, 9, 3, 4, 5]))
    assert ranker.name == MOST_LIKED
    free = np.ones(6, bool)
    assert ranker.top(0, free, 6).tolist() == ranker.top(1, free, 6).tolist() == [3, 4, 1, 2, 5, 0]
    free[3] = False
    assert ranker.top(0, free, 3).tolist() == [4, 1, 2]


def test_factors_alone_are_the_library_as_it_comes() -> None:
    # user 0 rated all films but the last, so that the library numbers films as we do
    random = np.random.default_rng(2)
    taken = random.random((USERS, FILMS - 1)) < 0.4
    taken[0] = True
    users, rows = np.nonzero(taken)
    values = random.integers(1, 6, len(rows)).astype(np.float32)
    rated = Rated.of(Ratings(users, rows, values))
    cells = zip(users.tolist(), rows.tolist(), values.tolist(), [None] * len(rows), strict=True)
    train = Dataset(Reader(rating_scale=(0.5, 5))).construct_trainset(list(cells))
    theirs = SVD(random_state=3).fit(train)
    ranker = factors_alone(rated, FACTS, seed=3)
    for user in range(USERS):
        tops = ranker.top(user, EVERY, FILMS)
        expected = [theirs.predict(user, film, clip=False).est for film in tops.tolist()]
        assert sorted(tops.tolist()) == list(range(FILMS))
        assert max(np.diff(expected)) < 1e-6
    assert len(set(np.round(expected, 6))) > FILMS / 2


def test_rating_alone_is_the_rating_that_the_service_tells(
    features: Features, model: UserModel
) -> None:
    users = known_users(model, space_of(features, FACTS))
    ranker = by_rating(model, ContentLikeness.of(features), FACTS)
    for place, user_id in enumerate(RATED.user_ids.tolist()):
        known = users.find(user_id)
        assert known is not None
        tops = ranker.top(place, EVERY, FILMS)
        ratings = [estimate.rating for estimate in users.estimates(known, tops)]
        # the files hold half precision, so near films may stand the other way round
        assert max(np.diff(ratings)) < 0.01


def test_the_hybrid_is_what_the_service_answers(features: Features, model: UserModel) -> None:
    space = space_of(features, FACTS)
    users, engine = known_users(model, space), FilmSearch(space, 0)
    likes, hybrid = as_served(model, features, FACTS)
    assert (likes.name, hybrid.name) == (LIKES, HYBRID)
    differ = 0
    for place, user_id in enumerate(RATED.user_ids.tolist()):
        user = users.find(user_id)
        assert user is not None
        liked = tuple(user.liked.tolist())
        free = EVERY.copy()
        free[user.rows] = False
        served = engine.best(Query(liked=liked, user=UserShares(users, user)), 10)
        own = hybrid.top(place, free, 10).tolist()
        assert own == [found.row for found in served]
        alike = likes.top(place, free, 10).tolist()
        assert alike == [found.row for found in engine.best(Query(liked=liked), 10, Among(free))]
        differ += own != alike
    assert differ > USERS / 2


def test_users_are_known_by_their_ids_and_ratings(features: Features, model: UserModel) -> None:
    users = known_users(model, space_of(features, FACTS))
    assert len(users) == USERS
    known = users.find(3)
    assert known is not None
    mine = FACTS.ratings.of(FACTS.ratings.users == 3)
    assert {row: known.rating_of(row) for row in mine.rows.tolist()} == dict(
        zip(mine.rows.tolist(), mine.values.tolist(), strict=True)
    )
