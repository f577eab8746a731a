"""Streaming catalogues of one data version: what their questions are answered from.

All is counted when it is loaded; of titles only those that are somewhere the longest are kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.api_streaming import TituloDePlataforma
from contracts.columns import FILM, SERIES
from contracts.fold import fold

COLUMNS = [
    "title_id",
    "platform",
    "kind",
    "display_title",
    "display_cast",
    "date_added",
    "release_year",
    "duration_int",
    "duration_type",
    "score",
]

KINDS = {FILM: "pelicula", SERIES: "serie"}
"""Kinds of titles, and how answers name them."""

Place = tuple[str, int]
"""A platform's name and a year."""

Filters = tuple[str | None, int | None, str]
"""A platform's name and a year, None for all of them, and a unit of duration."""


@dataclass(frozen=True)
class Size:
    """How many titles of each kind a platform has, and the day it was last added to."""

    movies: int
    series: int
    snapshot: str | None


@dataclass(frozen=True)
class Scores:
    """The movies of a platform and year: how many, and the scores of those that have one."""

    movies: int
    ascending: NDArray[np.float64]


@dataclass(frozen=True)
class MostRepeated:
    """The actors who are in most titles, by name, and in how many each."""

    names: list[str]
    titles: int


@dataclass(frozen=True)
class PlatformTitles:
    """What the catalogues of all platforms add up to; a platform without titles is nowhere."""

    sizes: Mapping[str, Size]
    longest: Mapping[Filters, list[TituloDePlataforma]]
    titles: Mapping[Place, int]
    scores: Mapping[Place, Scores]
    actors: Mapping[Place, MostRepeated]
    rated: bool
    """Whether ratings were loaded; they may be `simulated`."""
    simulated: bool

    @classmethod
    def load(cls, folder: Path, settings: Mapping[str, Any]) -> "PlatformTitles":
        """From the data version in `folder`, whose manifest has these settings."""
        return cls.of(pq.ParquetFile(folder / "titles.parquet").read(COLUMNS), settings)

    @classmethod
    def of(cls, table: pa.Table, settings: Mapping[str, Any]) -> "PlatformTitles":
        """From a table TITLES; settings may lack all that is asked of them."""
        places = list(
            zip(table["platform"].to_pylist(), table["release_year"].to_pylist(), strict=True)
        )
        scored = len(table) - table["score"].null_count
        return cls(
            sizes=dict(_sizes(table, settings.get("platforms") or {})),
            longest=_longest(table),
            titles=Counter(_dated(places)),
            scores=_scores(table, places),
            actors=_most_repeated(table["display_cast"].to_pylist(), places),
            rated=scored > 0 or settings.get("scores") is not None,
            simulated=bool(settings.get("simulated_ratings")),
        )


def _dated(places: Iterable[tuple[str, int | None]]) -> Iterator[Place]:
    """Those whose year is known."""
    return ((platform, year) for platform, year in places if year is not None)


def _sizes(table: pa.Table, told: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Size]]:
    """Each platform's size; its day as `told` by the ETL, else the last that a title names."""
    platforms = table["platform"].to_pylist()
    counts = Counter(zip(platforms, table["kind"].to_pylist(), strict=True))
    added: dict[str, str] = {}
    for platform, day in zip(platforms, table["date_added"].to_pylist(), strict=True):
        added[platform] = max(added.get(platform, ""), str(day or ""))
    for name, last in added.items():
        snapshot = told.get(name, {}).get("snapshot") or last or None
        yield name, Size(counts[name, FILM], counts[name, SERIES], snapshot)


def _longest(table: pa.Table) -> dict[Filters, list[TituloDePlataforma]]:
    """The longest titles under each combination of filters, by platform and title."""
    columns = [table[name].to_pylist() for name in ("platform", "release_year", "duration_type")]
    lengths = table["duration_int"].to_pylist()
    longest: dict[Filters, list[int]] = {}
    for row, (length, *title) in enumerate(zip(lengths, *columns, strict=True)):
        for filters in _filters(*title) if length is not None else ():
            known = longest.get(filters)
            if known is None or length > lengths[known[0]]:
                longest[filters] = [row]
            elif length == lengths[known[0]]:
                known.append(row)
    rows = sorted(set(chain(*longest.values())))
    kept = table.drop_columns(["display_cast"]).take(pa.array(rows, pa.int64())).to_pylist()
    told = {row: _told(title) for row, title in zip(rows, kept, strict=True)}
    return {
        filters: sorted((told[row] for row in ties), key=_by_platform_and_title)
        for filters, ties in longest.items()
    }


def _filters(platform: str, year: int | None, unit: str) -> Iterator[Filters]:
    """Every combination of filters that lets a title pass, each once."""
    return product((platform, None), {year, None}, (unit,))


def _by_platform_and_title(title: TituloDePlataforma) -> tuple[str, str, str]:
    return title.plataforma, fold(title.titulo), title.id


def _told(row: Mapping[str, Any]) -> TituloDePlataforma:
    return TituloDePlataforma(
        id=row["title_id"],
        titulo=row["display_title"],
        plataforma=row["platform"],
        anio=row["release_year"],
        tipo=KINDS[row["kind"]],
        duracion=row["duration_int"],
        tipo_duracion=row["duration_type"],
    )


def _scores(table: pa.Table, places: list[tuple[str, int | None]]) -> dict[Place, Scores]:
    movies: Counter[Place] = Counter()
    scores: defaultdict[Place, list[float]] = defaultdict(list)
    columns = (table["kind"].to_pylist(), table["score"].to_pylist())
    for (platform, year), kind, score in zip(places, *columns, strict=True):
        if kind == FILM and year is not None:
            movies[platform, year] += 1
            if score is not None:
                scores[platform, year].append(score)
    return {
        place: Scores(count, np.sort(np.array(scores[place], np.float64)))
        for place, count in movies.items()
    }


def _most_repeated(
    casts: list[list[str]], places: list[tuple[str, int | None]]
) -> dict[Place, MostRepeated]:
    """By platform and year; an actor is in a title once, and goes by the most usual spelling."""
    spellings = Counter(chain.from_iterable(casts))
    keys = {name: fold(name) for name in spellings}
    shown: dict[str, str] = {}
    for name, _ in spellings.most_common():
        shown.setdefault(keys[name], name)
    actors: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for cast, (platform, year) in zip(casts, places, strict=True):
        if year is not None and cast:
            actors[platform, year].update({keys[name] for name in cast})
    return {place: _first(counts, shown) for place, counts in actors.items()}


def _first(counts: Counter[str], shown: Mapping[str, str]) -> MostRepeated:
    most = max(counts.values())
    return MostRepeated([shown[key] for key in sorted(counts) if counts[key] == most], most)
