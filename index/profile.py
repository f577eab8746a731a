"""What somebody likes and dislikes, as films with weights: the query of a search by films."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.search_space import Shares, Space
from index.store import Floats, Rows

DISLIKED = -0.5
"""What all disliked films together count, beside 1 for all liked ones."""

FAME_ALONE = 0.5
"""What fame counts where there is nothing but disliked films to go by."""

FAME = frozenset({"renombre", "valoracion"})
"""How known and how well rated a film is. Disliking a famous film does not say that famous films
are disliked: these blocks count only for liked films."""


@dataclass(frozen=True)
class Profile:
    """Seed films: their rows, how much each counts (below 0: disliked), their blocks' weights.

    `factors`, shape (seeds,); `weights`, shape (seeds, blocks). The score of a film is the sum
    over seeds and blocks of factor · weight · similarity.
    """

    rows: NDArray[np.int64]
    factors: Shares
    weights: Shares

    @classmethod
    def of(
        cls,
        space: Space,
        liked: list[int],
        disliked: list[int],
        weights: Mapping[str, float] | None = None,
        known: int = 0,
    ) -> "Profile":
        """A mix of films by row: 1 shared out among the liked, DISLIKED among the disliked.

        The last `known` of the liked are what is known of a user already: beside films that are
        given just now they count half together, or a few given would be lost among many.

        Every film weighs blocks by its own evidence, or all by `weights`, scaled to add up to 1.
        """
        rows = np.array([*liked, *disliked], np.int64)
        own = space.weights_of(rows)
        if weights is not None:
            given = np.array([weights.get(block.name, 0.0) for block in space.layout.blocks])
            own = np.tile(given / given.max() / (given / given.max()).sum(), (len(rows), 1))
        own[len(liked) :, _fame(space)] = 0
        shares = _shared_out(len(liked) - known, known)
        against = [DISLIKED / max(len(disliked), 1)] * len(disliked)
        return cls(rows, np.array([*shares, *against]), own)

    def and_famous(self, space: Space, best_known: int) -> "Profile":
        """With a liking for fame: as if the best-known film were liked for nothing else."""
        fame = _fame(space)
        weights = fame[None] / max(fame.sum(), 1)
        return Profile(
            np.append(self.rows, best_known),
            np.append(self.factors, FAME_ALONE),
            np.vstack([self.weights, weights]),
        )

    def scaled(self, factor: float) -> "Profile":
        """The same profile, counting `factor` times as much."""
        return Profile(self.rows, self.factors * factor, self.weights)

    def vector(self, space: Space) -> Floats:
        """The dense blocks of all seeds as one query."""
        counts = space.layout.across(self.factors[:, None] * self.weights)
        return np.asarray((space.vectors.at(self.rows) * counts).sum(axis=0), dtype=np.float32)

    def names(self, space: Space, across: "NamesAcross") -> Floats:
        """What the seeds' names add to the score of every film, shape (films,)."""
        return across.scores(space, self.rows, self.factors[:, None] * self.weights)

    def shares(self, space: Space, rows: Rows) -> Shares:
        """What each seed gives to each film by each block, shape (seeds, rows, blocks)."""
        counts = self.factors[:, None] * self.weights
        return np.asarray(space.alike(self.rows, rows) * counts[:, None, :])


class NamesAcross:
    """For each name the films that have it: all films' shared names are found in one step."""

    def __init__(self, space: Space) -> None:
        self._films = space.names.table.turned()

    def scores(self, space: Space, rows: Rows, counts: Shares) -> Floats:
        """Weighted similarity of the names of the films at `rows` with every film's, added up.

        `counts`, shape (rows, blocks): what each film's blocks count. Shape (films,).
        """
        names = [space.names.of(row) for row in rows.tolist()]
        columns = np.concatenate([mine for mine, _ in names])
        owner = np.repeat(np.arange(len(rows)), [len(mine) for mine, _ in names])
        weights = np.concatenate([weight for _, weight in names])
        weights = weights * counts[owner, space.names.block_of[columns]]
        # films share names, and the films of a name are many: each name is looked at once
        shared, place = np.unique(columns, return_inverse=True)
        weights = np.bincount(place, weights, len(shared))
        counted = weights != 0
        places, name = self._films.places(shared[counted])
        products = self._films.data[places] * weights[counted][name]
        found = np.bincount(self._films.indices[places], products, minlength=len(space))
        return found.astype(np.float32)


def _shared_out(given: int, known: int) -> list[float]:
    """1, shared out among films given and films known, half to each where there are both."""
    half = 0.5 if given and known else 1.0
    return [half / max(given, 1)] * given + [half / max(known, 1)] * known


def _fame(space: Space) -> NDArray[np.bool_]:
    """Whether each block is one of fame."""
    return np.array([block.name in FAME for block in space.layout.blocks])
