"""What two versions of the data hold: missing values, categories and words, as shares of all."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.spatial.distance import jensenshannon

from refresh.tables_compared import KEYS, DataVersion

ZEROS = ("budget", "revenue", "return", "runtime", "vote_average", "vote_count")
"""Columns of films where 0 stands for unknown."""

OF_FILMS = ("credits", "keywords")
"""Tables that may have no row for a film: what they lack is counted in films."""

CATEGORIES = {
    "genres": ("movies", "genres"),
    "languages": ("movies", "original_language"),
    "countries": ("movies", "production_countries"),
    "companies": ("movies", "production_companies"),
    "platforms": ("titles", "platform"),
    "age_ratings": ("titles", "rating"),
}

MOST = {"companies": 50}
"""Categories of which only so many names are told apart, the most frequent of both versions."""

NAMED = 10
"""Names or words given, of those that appeared or vanished."""

WORD = re.compile(r"[^\W\d_]{3,}")

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Missing:
    """Share of the rows, or films, that lack a value; `filled` of those before have one."""

    before: float
    after: float
    filled: int

    @property
    def rise(self) -> float:
        """How much more is missing; below 0 where less is."""
        return self.after - self.before

    @property
    def lost(self) -> float:
        """The rise as a part of what there was: 1 for a column that was emptied.

        So a column that few films ever had counts as much as one that all have.
        """
        return max(0.0, self.rise / (1 - self.before)) if self.before < 1 else 0.0


@dataclass(frozen=True)
class Shift:
    """How far names, or words, are from being as frequent as they were.

    `distance` is the Jensen-Shannon distance (of base 2, from 0 to 1); None where one version has
    none of them.
    """

    before: int
    after: int
    """How many different ones there are."""
    distance: float | None
    appeared: dict[str, int]
    vanished: dict[str, int]
    """The most frequent of those that only one version has, with how often it has them."""


@dataclass(frozen=True)
class Vocabulary:
    """The words of overviews and keywords."""

    words: Shift
    unknown: float
    """Share of all words, each as often as it is used, that the version before does not know."""


def missing_values(before: DataVersion, after: DataVersion) -> dict[str, Missing]:
    """What each column lacks, by table and column, where both versions have rows."""
    lacking, others = _missing(before), _missing(after)
    return {
        name: Missing(lacks / rows, others[name][0] / others[name][1], rows - lacks)
        for name, (lacks, rows) in lacking.items()
        if name in others
    }


def category_shifts(before: DataVersion, after: DataVersion) -> dict[str, Shift]:
    """How the names of each of CATEGORIES shifted."""
    return {
        name: _category(
            name, _names(before.table(table)[column]), _names(after.table(table)[column])
        )
        for name, (table, column) in CATEGORIES.items()
    }


def vocabulary_shift(before: DataVersion, after: DataVersion) -> Vocabulary:
    """How the words of overviews and keywords shifted."""
    known, words = count_words(before), count_words(after)
    used = sum(words.values())
    unknown = sum(count for word, count in words.items() if word not in known)
    return Vocabulary(_shift(known, words), unknown / used if used else 0.0)


def count_words(data: DataVersion) -> Counter[str]:
    """How often overviews and keywords use each word of three letters or more."""
    overviews = data.table("movies")["overview"]
    keywords = pc.list_flatten(data.table("keywords")["keywords"])
    texts = pa.chunked_array([*overviews.chunks, *keywords.chunks], pa.string())
    # words are cut once for each way in which they stand between spaces, not each time they do
    pieces = pc.list_flatten(pc.utf8_split_whitespace(pc.utf8_lower(texts)))
    words: Counter[str] = Counter()
    for piece, count in _names(pieces).items():
        for word in WORD.findall(piece):
            words[word] += count
    return words


def _missing(data: DataVersion) -> dict[str, tuple[int, int]]:
    """For each column how many rows, or films, lack a value, and of how many."""
    films = data.rows("movies")
    found = {}
    for name in ("movies", "titles", *OF_FILMS):
        table = data.table(name)
        rows = films if name in OF_FILMS else len(table)
        for column in table.column_names if rows else ():
            if column in KEYS[name]:
                continue
            lacking = pc.sum(empty(table[column], column in ZEROS)).as_py() or 0
            found[f"{name}.{column}"] = rows - len(table) + lacking, rows
    return found


def empty(column: pa.ChunkedArray, zeros: bool = False) -> pa.ChunkedArray:
    """Which cells are null, an empty text or an empty list; or, with `zeros`, 0."""
    kind = column.type
    missing = pc.is_null(column, nan_is_null=True)
    if pa.types.is_list(kind):
        void = pc.equal(pc.list_value_length(column), 0)
    elif pa.types.is_string(kind):
        void = pc.equal(pc.utf8_trim_whitespace(column), "")
    elif zeros:
        void = pc.equal(column, pa.scalar(0, kind))
    else:
        return missing
    return pc.or_(missing, pc.fill_null(void, True))


def _names(column: pa.ChunkedArray) -> Counter[str]:
    """How often each name stands in a column of names or of lists of names."""
    flat = pc.list_flatten(column) if pa.types.is_list(column.type) else column
    counted = pc.value_counts(flat.drop_null())
    names, counts = counted.field("values"), counted.field("counts")
    return Counter(dict(zip(names.to_pylist(), counts.to_pylist(), strict=True)))


def _category(name: str, before: Counter[str], after: Counter[str]) -> Shift:
    most = MOST.get(name)
    kept = [each for each, _ in _frequent(before + after)[:most]]
    return _shift(before, after, kept)


def _shift(before: Counter[str], after: Counter[str], kept: Iterable[str] | None = None) -> Shift:
    """The shift of the names in `kept`, all others together counting as one more."""
    told = list(before.keys() | after.keys() if kept is None else kept)
    return Shift(
        before=len(before),
        after=len(after),
        distance=distance(_frequencies(before, told), _frequencies(after, told)),
        appeared=_first({name: after[name] for name in told if not before[name]}),
        vanished=_first({name: before[name] for name in told if not after[name]}),
    )


def _frequencies(counts: Counter[str], told: list[str]) -> list[int]:
    own = [counts[name] for name in told]
    return [*own, sum(counts.values()) - sum(own)]


def distance(before: list[int], after: list[int]) -> float | None:
    """Jensen-Shannon distance of two counts of the same things, by scipy; None without any."""
    if not sum(before) or not sum(after):
        return None
    if before == after:
        return 0.0
    # rounding can leave what is nearly nothing below 0, of which there is no root
    found = float(jensenshannon(np.array(before, float), np.array(after, float), base=2))
    return 0.0 if np.isnan(found) else found


def _first(counts: Counts) -> dict[str, int]:
    return dict(_frequent(counts)[:NAMED])


def _frequent(counts: Counts) -> list[Any]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
