"""A small world of films and people, for tests of the model of users."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from index.blocks import default_layout
from index.facts import FilmFacts
from index.features import Features, build_features
from index.ratings import Ratings
from index.users.biases import Doubt
from index.users.factors import Shape
from index.users.files import UserFiles
from index.users.known import KnownUsers
from index.users.model import Parameters, UserModel
from index.users.rated import Rated
from tests.fakes import film_facts, film_vectors, space_of

WESTERNS, ROMANCES = range(20), range(20, 40)
FILMS = 40
SHAPE = Shape(4, 30, 0.02, 0.02)
PARAMETERS = Parameters(Doubt(), 0.5, SHAPE, 0.5)

Entry = tuple[int, int, float]
"""User, row of the film, rating."""


def films() -> FilmFacts:
    """Twenty westerns and twenty romances, alike within their kind but for votes."""
    kinds = ["western"] * len(WESTERNS) + ["romance"] * len(ROMANCES)
    return film_facts(
        FILMS,
        movie_ids=range(100, 100 + FILMS),
        genres=[[kind] for kind in kinds],
        keywords=[[f"{kind} town", f"alone {row}"] for row, kind in enumerate(kinds)],
        directors=[[f"director of {kind}s"] for kind in kinds],
        votes=[10 + row % 20 for row in range(FILMS)],
        mean_votes=[5 + row % 5 for row in range(FILMS)],
    )


def features_of(facts: FilmFacts) -> Features:
    """Features without texts or likes."""
    return build_features(facts, film_vectors(len(facts.titles)), default_layout())


def ratings_of(entries: Iterable[Entry]) -> Ratings:
    """As a data version has them."""
    users, rows, values = zip(*entries, strict=True)
    return Ratings(np.array(users), np.array(rows), np.array(values, np.float32))


def rated_of(entries: Iterable[Entry]) -> Rated:
    """In the order that a model is fitted in."""
    return Rated.of(ratings_of(entries))


def divided(users: int = 60, seed: int = 0) -> list[Entry]:
    """Even users rate westerns high and romances low, odd ones the other way; each saw half."""
    random = np.random.default_rng(seed)
    return [
        (user, row, float(random.choice([4, 4.5, 5] if (row in WESTERNS) == (user % 2 == 0)
                                        else [1, 1.5, 2])))
        for user in range(users)
        for row in range(FILMS)
        if random.random() < 0.5
    ]  # fmt: skip


def noise(users: int = 60, seed: int = 0) -> list[Entry]:
    """Ratings by lot."""
    random = np.random.default_rng(seed)
    return [
        (user, row, float(random.integers(1, 11)) / 2)
        for user in range(users)
        for row in range(FILMS)
        if random.random() < 0.5
    ]


def known_of(model: UserModel, facts: FilmFacts, features: Features, folder: Path) -> KnownUsers:
    """The users as a service has them, by way of files."""
    model.save(folder)
    return KnownUsers(space_of(facts, features), UserFiles.map(folder), model.biases.mean)
