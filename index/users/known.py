"""The users that an index version knows: what to expect them to rate a film, and why.

Used while serving: numpy, and arrays mapped into memory.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.versions import Manifest
from index.likes import liked_of
from index.profile import Profile
from index.search_space import Shares, Space
from index.store import Floats
from index.users.files import UserFiles

TASTE, FACTORS = "gustos", "factores"
"""What a user's ratings add to a score beside the films liked; names are API words."""

COUNTS = {TASTE: 0.03, FACTORS: 0.02}
"""What a point of the rating expected by taste, and by factors, counts in a score of films.

Likeness to the films liked ranks best by far, the rating expected worst (most films that somebody
would rate high nobody watches): a little of it ranks better than none (decision 0016).
"""

NAMED = 3
"""Films that a taste is explained by."""

COMMON = frozenset({"renombre", "valoracion", "anio", "idioma"})
"""Blocks in which thousands of films are alike: they count in a taste, but name no film."""

LEAST, MOST = 1.0, 5.0
"""Ratings told lie between these, though the files have some of half a point."""

SETTINGS = "users"
"""Where a manifest tells of the model of users."""


@dataclass(frozen=True)
class Estimate:
    """The rating to be expected of a user for a film, and its parts, which add up to it.

    `because`: rows of the rated films that decide the taste, those that weigh most first.
    `rating` alone is kept on the scale.
    """

    mean: float
    user: float
    film: float
    factors: float
    taste: float
    because: tuple[int, ...]

    @property
    def rating(self) -> float:
        """From LEAST to MOST."""
        whole = self.mean + self.user + self.film + self.factors + self.taste
        return min(max(whole, LEAST), MOST)


@dataclass(frozen=True)
class KnownUser:
    """One user: rows of the films rated, ascending, their ratings, and their weights in taste."""

    place: int
    rows: NDArray[np.int64]
    values: Floats
    taste: Floats

    @property
    def liked(self) -> NDArray[np.int64]:
        """Rows of the films that speak for what the user likes, best first."""
        return liked_of(self.rows.astype(np.int32), self.values)

    def rating_of(self, row: int) -> float | None:
        """What the user gave the film, if anything."""
        place = int(np.searchsorted(self.rows, row))
        there = place < len(self.rows) and self.rows[place] == row
        return round(float(self.values[place]), 2) if there else None


class KnownUsers:
    """All users of one index version."""

    def __init__(self, space: Space, files: UserFiles, mean: float) -> None:
        self._space, self._files, self._mean = space, files, mean

    @classmethod
    def load(cls, folder: Path, manifest: Manifest, space: Space) -> "KnownUsers | None":
        """Those of an index version; None where nobody rated. Raises VersionError."""
        told = manifest.settings.get(SETTINGS)
        return cls(space, UserFiles.map(folder), told["mean"]) if told else None

    def __len__(self) -> int:
        return len(self._files.ids)

    def ratings(self) -> int:
        """How many ratings there are; 0 where the files do not fit one another, or the films."""
        files = self._files
        films = len(files.film_bias) == len(self._space)
        users = len(files.starts) == len(files.ids) + 1 == len(files.bias) + 1
        columns = {len(files.rows), len(files.values), len(files.taste), int(files.starts[-1])}
        return len(files.rows) if films and users and len(columns) == 1 else 0

    def some(self, count: int) -> list[int]:
        """Ids of so many users, evenly from first to last."""
        places = np.unique(np.linspace(0, len(self) - 1, min(count, len(self))).astype(int))
        ids: list[int] = self._files.ids[places].tolist()
        return ids

    def find(self, user_id: int) -> KnownUser | None:
        """The user of this id; None for a stranger."""
        place = int(np.searchsorted(self._files.ids, user_id))
        if place == len(self) or self._files.ids[place] != user_id:
            return None
        part = slice(self._files.starts[place], self._files.starts[place + 1])
        return KnownUser(
            place,
            self._files.rows[part].astype(np.int64),
            self._files.values[part].astype(np.float32),
            np.asarray(self._files.taste[part], np.float32),
        )

    def estimates(self, user: KnownUser, rows: NDArray[np.int64]) -> list[Estimate]:
        """What to expect the user to rate each of the films at `rows`."""
        tastes = self.tastes(user, rows)
        because = self.deciders(user, rows, tastes)
        factors = self.by_factors(user)[rows]
        files = self._files
        return [
            Estimate(
                self._mean,
                float(files.bias[user.place]),
                float(files.film_bias[row]),
                float(factors[place]),
                float(tastes[place]),
                because[place],
            )
            for place, row in enumerate(rows.tolist())
        ]

    def expected(self, user: KnownUser, rows: NDArray[np.int64], tastes: Shares) -> Shares:
        """As the ratings of `estimates`, by `tastes` that are known: shape (rows,)."""
        files = self._files
        biases = float(files.bias[user.place]) + files.film_bias[rows].astype(np.float64)
        factors = self.by_factors(user)[rows].astype(np.float64)
        return np.asarray(np.clip(self._mean + biases + factors + tastes, LEAST, MOST))

    def tastes(self, user: KnownUser, rows: NDArray[np.int64]) -> Shares:
        """What the films rated add to the rating expected of each of `rows`: shape (rows,).

        For a film that was rated that is what it was given, too: the weights are fitted to all
        ratings together, and without one of them they would be others.
        """
        weights = self._space.layout.weight_rows(np.zeros(1))[0]
        return np.asarray(self._space.likeness(rows, user.rows, weights) @ user.taste, np.float64)

    def deciders(
        self, user: KnownUser, rows: NDArray[np.int64], tastes: Shares
    ) -> list[tuple[int, ...]]:
        """Rows of the films rated by which each of `rows` has its taste, shape (rows,), at most
        NAMED: those most like it, among those that pull the same way."""
        weights = self._space.layout.weight_rows(np.zeros(1))[0]
        weights[[block.name in COMMON for block in self._space.layout.blocks]] = 0
        alike = self._space.likeness(rows, user.rows, weights)
        alike[rows[:, None] == user.rows] = 0  # no film is a reason for itself
        # of films that pull hardly at all, none is a reason
        pulls = np.sign(tastes)[:, None] * user.taste > np.abs(user.taste).mean() / 2
        alike = np.where(pulls, alike, 0.0)
        best = np.argsort(-alike, axis=1, kind="stable")[:, :NAMED]
        return [
            tuple(user.rows[order[found[order] > 0]].tolist())
            for order, found in zip(best, alike, strict=True)
        ]

    def by_factors(self, user: KnownUser) -> Floats:
        """What the factors add to the rating expected of each film, shape (films,)."""
        files = self._files
        found = np.zeros(len(files.film_bias), np.float32)
        found[files.factor_rows] = files.film_factors @ files.factors[user.place].astype(np.float32)
        return found


class UserShares:
    """What a user's ratings add to the score of every film, beside likeness to those liked.

    A giver of shares, as index.search.Query takes one.
    """

    blocks = (TASTE, FACTORS)

    def __init__(self, users: KnownUsers, user: KnownUser) -> None:
        self._users, self._user = users, user
        self.rows = user.rows
        self._factors = users.by_factors(user)

    def profile(self, space: Space) -> Profile:
        """The taste as a mix of films; its scores are those of block TASTE."""
        weights = space.layout.weight_rows(np.zeros(len(self.rows)))
        return Profile(self.rows, self._user.taste * np.float64(COUNTS[TASTE]), weights)

    def beside(self) -> Floats:
        """Score of every film by FACTORS, shape (films,)."""
        return self._factors * np.float32(COUNTS[FACTORS])

    def shares(self, rows: NDArray[np.int64]) -> tuple[Shares, list[tuple[int, ...]]]:
        """Each block's share, shape (rows, 2), and the rated films that decide each taste."""
        tastes = self._users.tastes(self._user, rows)
        factors = self._factors[rows].astype(np.float64)
        shares = np.column_stack([tastes * COUNTS[TASTE], factors * COUNTS[FACTORS]])
        return shares, self._users.deciders(self._user, rows, tastes)
