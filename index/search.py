"""Films for a mix of films and text: every film that is allowed is scored, exactly.

No guess stands between the question and the answer: FAISS compares the dense blocks of all films
in a few milliseconds, names are looked up, and the best of those allowed are found however few
they are (decision 0012).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.diversity import NO_SAGA, Likeness, Taken, take
from index.profile import NamesAcross, Profile
from index.search_space import DECIMALS, Shares, Space, apportioned
from index.search_text import HALF, TextScorer, TextShares
from index.search_top import highest
from index.store import Among, Floats, Rows
from index.users.known import TASTE, UserShares

LIKED, DISLIKED, TEXT, FAMOUS, USER = "liked", "disliked", "text", "famous", "user"
"""Where a share comes from."""

POOL_TIMES, POOL_AT_LEAST = 10, 200
"""Films that are considered for each one asked for, where they must differ from one another."""


@dataclass(frozen=True)
class Query:
    """What is asked: rows of films liked and disliked, a text, weights of blocks, and a user."""

    liked: tuple[int, ...] = ()
    disliked: tuple[int, ...] = ()
    text: str | None = None
    weights: Mapping[str, float] | None = None
    user: UserShares | None = None
    known: int = 0
    """How many of the films liked, the last ones, are the user's and not given just now."""

    @property
    def given(self) -> list[int]:
        """Rows of the films that are never an answer: those given, and those the user rated."""
        rated = [] if self.user is None else self.user.rows.tolist()
        return list(dict.fromkeys([*self.liked, *self.disliked, *rated]))


@dataclass(frozen=True)
class Variety:
    """How much films must differ from one another: `diversity` 0 to 1, `at_most` of one saga.

    `sagas`, shape (films,): the saga of each film, NO_SAGA for none.
    """

    diversity: float = 0.0
    at_most: int | None = None
    sagas: NDArray[Any] | None = None


@dataclass(frozen=True)
class Share:
    """What one block gives to a score, where from, and by which seeds (rows), most first."""

    block: str
    source: str
    value: float
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Found:
    """A film: its row, its score, its shares (they add up to it); with variety, what decided."""

    row: int
    score: float
    shares: tuple[Share, ...]
    adjusted: float | None = None


class FilmSearch:
    """Searches all films of an index version; `best_known` is the row of the most voted."""

    def __init__(self, space: Space, best_known: int, text: TextScorer | None = None) -> None:
        self.space = space
        self.text = text
        self._best_known = best_known
        self._across = NamesAcross(space)

    def best(
        self,
        query: Query,
        k: int,
        among: Among | None = None,
        variety: Variety | None = None,
    ) -> list[Found]:
        """The `k` best films `among` those given (or all), without those of the query.

        In the order of the score before it is rounded, ties by row; with diversity, of the adjusted
        score: (1 - diversity) · score - diversity · likeness to the films before.
        """
        asked = _Asked(self, query, among)
        free = np.ones(len(self.space), bool) if among is None else among.rows.copy()
        free[query.given] = False
        if k < 1 or not free.any():
            return []
        if variety is None or (not variety.diversity and variety.at_most is None):
            chosen, _ = asked.highest(free, k)
            return _in_order(asked.told(chosen))
        taken, pool = self._taken(asked, free, k, variety)
        found = asked.told(pool[taken.places])
        if not variety.diversity:
            return _in_order(found)
        return _adjusted(found, taken.alike, variety.diversity)

    def _taken(
        self, asked: "_Asked", free: NDArray[np.bool_], k: int, variety: Variety
    ) -> tuple[Taken, NDArray[Any]]:
        """What is taken of a pool, which grows while sagas leave too few films in it."""
        size = max(POOL_TIMES * k, POOL_AT_LEAST)
        while True:
            pool, scores = asked.highest(free, size)
            sagas = np.full(len(pool), NO_SAGA)
            if variety.sagas is not None:
                sagas = variety.sagas[pool]
            likeness: Callable[[int], Floats] = _unlike
            if variety.diversity:
                likeness = Likeness(self.space, pool, asked.blocks_weigh())
            double = scores.astype(np.float64)
            taken = take(double, sagas, k, variety.diversity, variety.at_most, likeness)
            if len(taken.places) >= k or len(pool) < size:
                return taken, pool
            size *= 4


class _Asked:
    """One query over one index version: the scores of all films, the shares of some."""

    def __init__(self, engine: FilmSearch, query: Query, among: Among | None) -> None:
        self._among = among
        self._space, self._across, self._query = engine.space, engine._across, query
        films = bool(query.liked or query.disliked or query.user)
        counts = HALF if films and query.text is not None else 1.0
        self._profile = self._text = self._vector = None
        self._beside = np.zeros(len(engine.space), np.float32)
        if query.liked or query.disliked:
            liked, disliked = list(query.liked), list(query.disliked)
            profile = Profile.of(engine.space, liked, disliked, query.weights, query.known)
            if not liked and query.text is None and query.user is None:
                profile = profile.and_famous(engine.space, engine._best_known)
            self._profile = profile.scaled(counts)
            self._vector = self._profile.vector(engine.space)
            self._beside += self._profile.names(engine.space, self._across)
        if query.user is not None:
            taste = query.user.profile(engine.space).scaled(counts)
            vector = taste.vector(engine.space)
            self._vector = vector if self._vector is None else self._vector + vector
            self._beside += taste.names(engine.space, self._across)
            self._beside += query.user.beside() * np.float32(counts)
        self._user_counts = counts
        if query.text is not None and engine.text is not None:
            self._text = TextShares(engine.text, query.text, counts)
            self._beside += self._text.scores()

    def highest(self, free: NDArray[np.bool_], k: int) -> tuple[Rows, Floats]:
        """Rows of the `k` best films that are `free`, best first, and their scores, not rounded."""
        vectors, vector = self._space.vectors, self._vector
        return highest(vectors, vector, self._beside, free, k, self._among)

    def blocks_weigh(self) -> Shares:
        """Weights of the blocks by which films found are compared with one another."""
        if self._query.liked and self._profile is not None:
            return np.asarray(self._profile.weights[: len(self._query.liked)].mean(axis=0))
        return np.asarray(self._space.layout.weight_rows(np.zeros(1))[0])

    def told(self, rows: NDArray[Any]) -> list[Found]:
        """The films at `rows` with their shares, in their order."""
        sources = list(self._sources(rows))
        raw = np.hstack([source.given.sum(axis=0) for source in sources])
        scores, shown = apportioned(raw)
        shares: list[list[Share]] = [[] for _ in rows]
        start = 0
        for source in sources:
            stop = start + source.given.shape[2]
            source.tell(shown[:, start:stop], shares)
            start = stop
        return [
            Found(row, score, tuple(parts))
            for row, score, parts in zip(rows.tolist(), scores.tolist(), shares, strict=True)
        ]

    def _sources(self, rows: NDArray[Any]) -> Iterator["_Source"]:
        """What gives shares to the films at `rows`."""
        if self._profile is not None:
            given = self._profile.shares(self._space, rows)
            liked, disliked = len(self._query.liked), len(self._query.disliked)
            ends = [(LIKED, 0, liked), (DISLIKED, liked, liked + disliked)]
            ends.append((FAMOUS, liked + disliked, len(given)))
            for name, start, end in ends:
                if start < end:
                    seeds = self._profile.rows[start:end]
                    yield _Source(name, self._names(), seeds, given[start:end])
        if self._query.user is not None:
            user, deciders = self._query.user.shares(rows)
            counted = user[None] * self._user_counts
            blocks = list(self._query.user.blocks)
            yield _Source(USER, blocks, np.zeros(0, np.int64), counted, deciders)
        if self._text is not None:
            told = self._text.shares(rows)[None]
            yield _Source(TEXT, self._text.blocks, np.zeros(0, np.int64), told)

    def _names(self) -> list[str]:
        return [block.name for block in self._space.layout.blocks]


@dataclass(frozen=True)
class _Source:
    """What one source gives to films: `given`, shape (seeds, films, blocks).

    `deciders`: the films that each film owes it to, where they are not to be found in `given`.
    """

    name: str
    blocks: list[str]
    seeds: NDArray[np.int64]
    given: Shares
    deciders: Sequence[tuple[int, ...]] = ()

    def tell(self, shown: Shares, shares: list[list[Share]]) -> None:
        """Add to each film's shares what is `shown`, shape (films, blocks)."""
        order = np.argsort(-np.abs(self.given), axis=0, kind="stable")
        agreeing = self.given * shown > 0
        for film, block in np.argwhere(shown).tolist():
            by_part = [
                place for place in order[:, film, block].tolist() if agreeing[place, film, block]
            ]
            rows = tuple(self.seeds[by_part].tolist()) if len(self.seeds) else ()
            if self.deciders and self.blocks[block] == TASTE:
                rows = self.deciders[film]
            value = float(shown[film, block])
            shares[film].append(Share(self.blocks[block], self.name, value, rows))


def _in_order(found: list[Found]) -> list[Found]:
    """By the score shown; they stand so already, but for the last bits of a sum."""
    return sorted(found, key=lambda film: -film.score)


def _adjusted(found: list[Found], alike: list[float], diversity: float) -> list[Found]:
    scored = [
        Found(
            film.row,
            film.score,
            film.shares,
            round((1 - diversity) * film.score - diversity * near, DECIMALS) + 0.0,
        )
        for film, near in zip(found, alike, strict=True)
    ]
    # rounding may turn two neighbours round; what is shown must stand in order
    return sorted(scored, key=lambda film: -(film.adjusted or 0.0))


def _unlike(place: int) -> Floats:
    """For films that need not differ: none is like another."""
    return np.zeros(1, np.float32)
