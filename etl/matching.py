"""Which film a platform's title is: looked up by title and year, decided by the evidence.

Each piece of evidence has a weight, the logarithm of how many times likelier it is found where
both are one film than where they are not (Fellegi and Sunter's record linkage). The weights of a
pair add up to its odds against chance; a title's candidates share what is certain between them,
so that of two films equally good neither is taken. docs/decisions/0015-matching.md has the counts.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from contracts.columns import FILM
from etl.names import Agreement, compare_directors, shared_names
from etl.title_keys import TitleKeys, title_keys

FLOOR = 0.85
"""Least confidence of a match: a wrong place to watch a film is worse than none."""

YEARS_APART = 1
"""Festival and general release often fall into two years; remakes hardly ever into one."""


class SameTitle(Enum):
    """How two titles are one, the surest first; the value is the weight it takes or gives."""

    EXACT = 0.0
    ALIAS = -1.5
    """One is the other's original title: rarer, hence likelier a chance."""
    LOOSE = -3.5
    """But for articles, brackets or the way of writing numbers: 'Descent' is not 'The Descent'."""
    PART = -6.2
    """But for one half or an owner; sequels share these, and their people with them."""


WORDS = (3.4, 4.6, 5.2)
"""Weight of one, two, and three or more words shared: many films are called 'Home'."""

YEARS = (0.0, -2.0)
"""By years apart."""

DIRECTORS = {
    Agreement.SAME: 4.6,
    Agreement.ALIKE: 1.0,
    Agreement.OTHER: -5.8,
    Agreement.UNKNOWN: 0.0,
}
CAST = {Agreement.SAME: 4.0, Agreement.OTHER: -4.9, Agreement.UNKNOWN: 0.0}
SHARED_CAST = 2
"""Of two lists of actors that many in common mean one film (or all, of a list that is shorter)."""
WHOLE_CAST = 3
"""Two lists at least as long with nobody in common mean two films."""

MINUTES = ((1, 2.0), (3, 0.0), (8, -0.5), (15, -1.4), (math.inf, -3.0))
"""Weight of lengths so many minutes apart; platforms list versions cut for other countries."""


@dataclass(frozen=True)
class Work:
    """What is known of one film or title; `minutes` and lists are empty where nothing is."""

    year: int
    directors: Sequence[str]
    cast: Sequence[str]
    minutes: float | None = None


class Films(NamedTuple):
    """The tables that titles are matched with."""

    movies: pa.Table
    aliases: pa.Table
    credits: pa.Table


class Match(NamedTuple):
    """The film a title is, and how sure that is, from FLOOR to 1."""

    movie_id: int
    confidence: float


class Matcher:
    """Films, by the keys of their titles."""

    def __init__(self, films: Films) -> None:
        credits = {row["movie_id"]: row for row in films.credits.to_pylist()}
        self._works: dict[int, Work] = {}
        self._by_key: defaultdict[str, dict[int, SameTitle]] = defaultdict(dict)
        columns = ("movie_id", "title", "release_year", "runtime")
        for movie_id, title, year, minutes in zip(
            *(films.movies[name].to_pylist() for name in columns), strict=True
        ):
            people = credits.get(movie_id, {})
            directors, cast = people.get("directors", ()), people.get("cast", ())
            self._works[movie_id] = Work(year, directors, cast, minutes)
            self._add(movie_id, title_keys(title), SameTitle.EXACT)
        for row in films.aliases.to_pylist():
            self._add(row["movie_id"], title_keys(row["alias"]), SameTitle.ALIAS)

    def match(self, title: str, work: Work) -> Match | None:
        """The film that `work` of this title is; None if there is none or it is unsure which."""
        odds = {
            movie_id: math.exp(weigh(same, words, work, self._works[movie_id]))
            for movie_id, (same, words) in self._candidates(title_keys(title)).items()
            if abs(self._works[movie_id].year - work.year) <= YEARS_APART
        }
        if not odds:
            return None
        best = max(odds, key=lambda movie_id: (odds[movie_id], -movie_id))
        confidence = odds[best] / (1 + sum(odds.values()))
        return Match(best, confidence) if confidence >= FLOOR else None

    def _add(self, movie_id: int, keys: TitleKeys, surest: SameTitle) -> None:
        for key, same in _ways(keys, surest):
            ways = self._by_key[key]
            ways[movie_id] = max(same, ways.get(movie_id, same), key=lambda way: way.value)

    def _candidates(self, keys: TitleKeys) -> dict[int, tuple[SameTitle, int]]:
        """Films that share a key, with the surest way and the words they share."""
        found: dict[int, tuple[SameTitle, int]] = {}
        for key, ours in _ways(keys, SameTitle.EXACT):
            for movie_id, theirs in self._by_key.get(key, {}).items():
                if ours is theirs is SameTitle.PART:  # each other's sequels
                    continue
                same = min(ours, theirs, key=lambda way: way.value)
                if movie_id not in found or same.value > found[movie_id][0].value:
                    found[movie_id] = same, keys.words_of(key)
        return found


def match_titles(titles: pa.Table, films: Films) -> pa.Table:
    """`titles` with the film each is and the confidence; both null for series and for no match."""
    matcher = Matcher(films) if len(titles) else None
    timed = pc.equal(titles["duration_type"], "min")
    known = titles.append_column("minutes", pc.if_else(timed, titles["duration_int"], None))
    columns = ("kind", "title", "release_year", "directors", "cast", "minutes")
    matches: list[Match | None] = []
    for kind, title, year, directors, cast, minutes in zip(
        *(known[name].to_pylist() for name in columns), strict=True
    ):
        matched = None
        if matcher is not None and kind == FILM and year is not None:
            matched = matcher.match(title, Work(year, directors, cast, minutes))
        matches.append(matched)
    movie_ids = pa.array([match and match.movie_id for match in matches], pa.int64())
    sure = pa.array([match and match.confidence for match in matches], pa.float32())
    return titles.append_column("movie_id", movie_ids).append_column("confidence", sure)


def weigh(same: SameTitle, words: int, title: Work, film: Work) -> float:
    """The weight of all evidence that `title` is `film`, of years not too far apart."""
    directors = DIRECTORS[compare_directors(title.directors, film.directors)]
    cast = CAST[_compare_cast(title.cast, film.cast)]
    # who directs and who acts are not independent: together they confirm no more than the surer
    people = max(directors, cast) if min(directors, cast) > 0 else directors + cast
    of_title = WORDS[min(max(words, 1), len(WORDS)) - 1] + same.value
    return of_title + YEARS[abs(title.year - film.year)] + people + _weigh_minutes(title, film)


def _ways(keys: TitleKeys, surest: SameTitle) -> list[tuple[str, SameTitle]]:
    """The keys a title is found by, each with how sure a meeting in it is."""
    ways = ((keys.exact, surest), (keys.loose, SameTitle.LOOSE))
    parts = ((key, SameTitle.PART) for key in (keys.main, keys.rest, keys.owned))
    return [(key, same) for key, same in (*ways, *parts) if key]


def _compare_cast(ours: Sequence[str], theirs: Sequence[str]) -> Agreement:
    shorter = min(len(ours), len(theirs))
    if not shorter:
        return Agreement.UNKNOWN
    shared = shared_names(ours, theirs)
    if shared >= min(SHARED_CAST, shorter):
        return Agreement.SAME
    return Agreement.OTHER if not shared and shorter >= WHOLE_CAST else Agreement.UNKNOWN


def _weigh_minutes(title: Work, film: Work) -> float:
    if not title.minutes or not film.minutes:
        return 0.0
    apart = abs(title.minutes - film.minutes)
    return next(weight for limit, weight in MINUTES if apart <= limit)
