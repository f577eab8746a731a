"""How high a user rates, and how high a film is rated: the part of a rating without any taste.

As in Koren, Bell & Volinsky (2009), but for one thing: what the catalogue knows of a film (its
mean vote, its votes, its year, its genres) says where its bias is to be expected, and the ratings
move it from there. Most films have few ratings, and an expectation of 0 wastes what is known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, lsqr

from index.facts import FilmFacts
from index.store import Floats
from index.users.rated import Rated

PRIOR_VOTES = 10
"""Votes that a film's mean vote is shrunk by to that of all films."""

ROUNDS = 60
"""Steps of the solver; on 50 thousand and on 11 million ratings it has converged by then."""

Table = NDArray[np.float64]


@dataclass(frozen=True)
class Doubt:
    """Ratings that a bias is mistrusted for: a user of n ratings keeps about n / (n + user)."""

    user: float = 3.0
    film: float = 25.0
    facts: float = 10.0


@dataclass(frozen=True)
class Biases:
    """A rating to be expected of a user for a film is `mean` + `user` + `film`, without taste.

    Shapes (users,) and (films,): every film has one, rated or not.
    """

    mean: float
    user: Floats
    film: Floats

    def expected(self, rated: Rated) -> Floats:
        """Of each rating, shape (ratings,)."""
        return np.asarray(self.mean + self.user[rated.users] + self.film[rated.rows], np.float32)


def facts_table(facts: FilmFacts) -> Table:
    """What a film's bias is expected from, shape (films, columns), in columns of like size."""
    votes = np.maximum(facts.votes, 0).astype(np.float64)
    typical = float(np.average(facts.mean_votes, weights=votes)) if votes.any() else 0.0
    esteem = (facts.mean_votes * votes + typical * PRIOR_VOTES) / (votes + PRIOR_VOTES) - typical
    known = np.log1p(votes)
    known -= known.mean()
    years = (facts.years.astype(np.float64) - 1990) / 20
    names = sorted({name for film in facts.genres for name in film})
    place = {name: column for column, name in enumerate(names)}
    genres = np.zeros((len(votes), len(names)))
    for row, film in enumerate(facts.genres):
        genres[row, [place[name] for name in film]] = 1
    return np.column_stack([esteem, known, years, esteem * known / 3, genres])


def fit_biases(rated: Rated, table: Table, doubt: Doubt) -> Biases:
    """Least squares with a ridge on users, films and the columns of `table`; see Doubt."""
    users, films = len(rated.user_ids), len(table)
    if not len(rated):
        return Biases(0.0, np.zeros(users, np.float32), np.zeros(films, np.float32))
    mean = float(rated.values.mean(dtype=np.float64))
    scale = (
        np.concatenate(
            [
                np.full(users, doubt.user),
                np.full(films, doubt.film),
                np.full(table.shape[1], doubt.facts),
            ]
        )
        ** -0.5
    )

    def parts(found: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        own = found * scale
        return own[:users], own[users : users + films] + table @ own[users + films :]

    def ahead(found: NDArray[np.float64]) -> NDArray[np.float64]:
        user, film = parts(found.ravel())
        return np.asarray(user[rated.users] + film[rated.rows])

    def back(errors: NDArray[np.float64]) -> NDArray[np.float64]:
        errors = errors.ravel()
        film = np.bincount(rated.rows, errors, films)
        user = np.bincount(rated.users, errors, users)
        return np.concatenate([user, film, table.T @ film]) * scale

    shape = (len(rated), len(scale))
    rule = LinearOperator(shape, matvec=ahead, rmatvec=back, dtype=np.float64)
    solved = lsqr(rule, rated.values - mean, damp=1.0, iter_lim=ROUNDS)[0]
    user, film = parts(solved)
    return Biases(mean, user.astype(np.float32), film.astype(np.float32))
