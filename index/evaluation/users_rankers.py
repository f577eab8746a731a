"""Rankings of all films for one person: what anybody could do, and what Cartelera serves.

Films of equal score stand by votes, then by row; those that Cartelera serves, by row, as it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from surprise import SVD, Trainset

from contracts.errors import DataError
from index.evaluation.ours import HYBRID
from index.evaluation.rankers import most_voted
from index.facts import FilmFacts
from index.faiss_store import FaissIndex
from index.features import Features
from index.likes import LIKED
from index.ratings import Ints
from index.search import FilmSearch, Query
from index.search_names import SparseRows
from index.search_space import Space
from index.search_top import ordered
from index.store import Among
from index.users.files import UserFiles
from index.users.known import KnownUser, KnownUsers, UserShares
from index.users.model import UserModel
from index.users.rated import HIGHEST, LOWEST, Rated
from index.users.taste import ContentLikeness

MOST_LIKED, FACTORS = "Most liked films", "Factors alone (SVD)"
"""The rankings all others are compared with: the same films for all, and the usual model."""

RATING, LIKES = "Cartelera, rating alone", "Cartelera, likes alone"

MEANINGS = {
    MOST_LIKED: "for everybody the films that most people like, less those rated",
    FACTORS: "scikit-surprise's SVD as it comes, by the rating that it expects",
    RATING: "by the rating that Cartelera's model of users expects",
    LIKES: "by likeness to the films that the person likes, as for a mix of films",
    HYBRID: "that likeness with taste and factors, as the service recommends to a user",
}

Free = NDArray[np.bool_]


@dataclass(frozen=True)
class UserRanker:
    """The best `k` of the films that are free, for the person at a place of the ratings."""

    name: str
    top: Callable[[int, Free, int], Ints]


def most_liked(rated: Rated, facts: FilmFacts) -> UserRanker:
    """The same for all: films by how many people like them."""
    likes = np.bincount(rated.rows[rated.values >= LIKED], minlength=len(facts.titles))
    return _scored(MOST_LIKED, facts, lambda user: likes)


def factors_alone(rated: Rated, facts: FilmFacts, seed: int) -> UserRanker:
    """scikit-surprise's SVD with its defaults: films by the rating that it expects.

    Not cut to the scale, as the library would do: films cut to 5 could not be told apart.
    """
    known, places = np.unique(rated.rows, return_inverse=True)
    model = SVD(random_state=seed).fit(_as_trainset(rated, places, len(known)))

    def score(user: int) -> NDArray[np.float64]:
        found = np.zeros(len(facts.titles))  # of a film that nobody rated it knows nothing
        found[known] = model.bi + model.qi @ model.pu[user]
        return found

    return _scored(FACTORS, facts, score)


def by_rating(model: UserModel, likeness: ContentLikeness, facts: FilmFacts) -> UserRanker:
    """Films by the rating that Cartelera expects, likewise not cut to the scale."""
    starts = model.rated.starts

    def score(user: int) -> NDArray[np.float64]:
        part = slice(starts[user], starts[user + 1])
        rows, taste = model.rated.rows[part], model.taste[part]
        found = likeness.dense @ (likeness.dense[rows].T @ taste)
        found += likeness.names @ (likeness.names[rows].T @ taste)
        return np.asarray(
            model.biases.film + model.factors.films @ model.factors.users[user] + found, np.float64
        )

    return _scored(RATING, facts, score)


def as_served(model: UserModel, features: Features, facts: FilmFacts) -> list[UserRanker]:
    """By likeness to the films liked alone, and as the service answers for a user."""
    space = space_of(features, facts)
    users = known_users(model, space)
    engine = FilmSearch(space, int(facts.votes.argmax()))

    def likes(place: int, free: Free, k: int) -> Ints:
        return best(Query(liked=liked(place)), free, k)

    def hybrid(place: int, free: Free, k: int) -> Ints:
        shares = UserShares(users, user(place))
        return best(Query(liked=liked(place), user=shares), free, k)

    def best(query: Query, free: Free, k: int) -> Ints:
        return np.array([found.row for found in engine.best(query, k, Among(free))], np.int64)

    def liked(place: int) -> tuple[int, ...]:
        return tuple(user(place).liked.tolist())

    def user(place: int) -> KnownUser:
        found = users.find(int(model.rated.user_ids[place]))
        if found is None:
            raise ValueError(f"the model of users lacks the one at {place}")
        return found

    return [UserRanker(LIKES, likes), UserRanker(HYBRID, hybrid)]


def space_of(features: Features, facts: FilmFacts) -> Space:
    """Films as a service compares them, without an index version."""
    names = {
        name: SparseRows(rows.indptr, rows.indices, rows.data, rows.shape[1])
        for name, rows in features.sparse.items()
    }
    vectors = FaissIndex.build(facts.movie_ids, features.vectors())
    return Space.of(features.layout, facts.movie_ids, vectors, names, features.evidence)


def known_users(model: UserModel, space: Space) -> KnownUsers:
    """Users as a service knows them: through the files, and rounded as those are."""
    try:
        with TemporaryDirectory() as folder:
            model.save(Path(folder))
            files = UserFiles.map(Path(folder))  # stays mapped when its names are gone
    except OSError as exc:
        raise DataError(f"cannot write the model of users to test it: {exc.strerror}") from exc
    return KnownUsers(space, files, model.biases.mean)


def _scored(name: str, facts: FilmFacts, score: Callable[[int], NDArray[np.number]]) -> UserRanker:
    order = most_voted(facts.votes)

    def top(user: int, free: Free, k: int) -> Ints:
        places = np.flatnonzero(free[order])
        best, _ = ordered(places, score(user)[order[places]], k)
        return order[best]

    return UserRanker(name, top)


def _as_trainset(rated: Rated, films: NDArray[np.intp], known: int) -> Trainset:
    """Ratings as the library reads them; `films` are places among the `known` rated ones."""
    starts = rated.starts.tolist()
    by_user = {
        user: list(zip(films[first:last].tolist(), rated.values[first:last].tolist(), strict=True))
        for user, (first, last) in enumerate(zip(starts[:-1], starts[1:], strict=True))
    }
    users, scale = len(rated.user_ids), (LOWEST, HIGHEST)
    return Trainset(by_user, {}, users, known, len(rated), scale, {}, {})
