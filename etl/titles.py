"""The titles table: one streaming platform's catalogue, cell by cell."""

import datetime
import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from contracts.columns import FILM, SERIES, TITLES
from contracts.errors import DataError
from contracts.platforms import Platform
from etl import cells
from etl.ledger import REPAIRED, Ledger
from etl.read import Row
from etl.visible import visible

TITLES_COLUMNS = (
    "show_id",
    "type",
    "title",
    "director",
    "cast",
    "country",
    "date_added",
    "release_year",
    "rating",
    "duration",
    "listed_in",
    "description",
)

LATER = ("movie_id", "confidence", "score", "score_count")
"""The columns that matching and ratings add."""

CATALOGUE = pa.schema([field for field in TITLES if field.name not in LATER])
"""TITLES as far as a platform's own file tells it."""

KINDS = {"movie": FILM, "tv show": SERIES}
KIND_OF_DURATION = {"min": FILM, "season": SERIES}
SHOW_ID = re.compile(r"s\d{1,18}")
DURATION = re.compile(r"(\d{1,6}) ?(?:(min)(?:ute)?s?|(season)s?)", re.IGNORECASE)
CATALOGUE_DATE = "%B %d, %Y"
NO_RATING = "g"
EMPTY = {"", "nan", "null", "none", "n/a"}
FIRST_YEAR, LAST_YEAR = 1870, 2100
LETTER = re.compile(r"[^\W\d_]")
SUFFIXES = {"jr", "jr.", "sr", "sr.", "md", "m.d.", "phd", "ph.d.", "esq", "esq."}
"""What follows a comma inside a name: 'Robert Downey, Jr.' is one person."""

NO_DURATION: tuple[None, None] = (None, None)
Duration = tuple[int, str] | tuple[None, None]


def build_titles(rows: Iterable[Row], platform: Platform, file: str, ledger: Ledger) -> pa.Table:
    """Table CATALOGUE from `rows` with the cells of TITLES_COLUMNS; the ledger gets the rest.

    Raises DataError where no row holds a title.
    """
    titles, found = TitleRows(platform, file, ledger), []
    for line, raw, whole in rows:
        row = TitleRow(titles, line, dict(zip(TITLES_COLUMNS, raw, strict=True)), whole)
        if (title := row.read()) is not None:
            found.append(title)
    titles.tell_of_file()
    if not found:
        raise DataError(f"{file} holds no title with an id, a name and a type")
    found.sort(key=lambda title: str(title["title_id"]))
    return pa.Table.from_pylist(found, schema=CATALOGUE)


class TitleRows:
    """What the rows of one catalogue share: platform, ledger, ids seen and what is told once."""

    def __init__(self, platform: Platform, file: str, ledger: Ledger) -> None:
        self.platform = platform
        self.file = file
        self.ledger = ledger
        self.seen: set[str] = set()
        self.often: Counter[str] = Counter()

    def tell_of_file(self) -> None:
        """Tell the ledger, once for each, what befell too many rows to tell of each."""
        for reason, rows in self.often.items():
            self.ledger.tell_of_file(self.file, REPAIRED, reason, rows)


class TitleRow:
    """One row of a catalogue on its way to the table, with the ledger at hand."""

    def __init__(
        self, titles: TitleRows, line: int, raw: dict[str, str], whole: Sequence[str]
    ) -> None:
        self._titles = titles
        self._line = line
        self._raw = raw
        self._whole = whole

    def read(self) -> dict[str, Any] | None:
        """The row's columns of CATALOGUE; None if it has no usable id, name or type."""
        show_id, display = self._raw["show_id"].strip().lower(), visible(self._raw["title"])[0]
        if not SHOW_ID.fullmatch(show_id):
            self._drop("bad_id" if show_id else "no_id", "show_id")
        elif not display:
            self._drop("no_title", "title")
        elif show_id in self._titles.seen:
            self._drop("duplicate_id", "show_id")
        elif (kind := self._kind()) is None:
            self._drop("bad_type", "type")
        else:
            self._titles.seen.add(show_id)
            return self._columns(show_id, kind)
        return None

    def _columns(self, show_id: str, kind: str) -> dict[str, Any]:
        platform, title = self._titles.platform, self._text("title")
        (length, unit), rating = self._duration(), self._rating()
        cast = self._names("cast", people=True)
        return {
            "title_id": platform.letter + show_id,
            "platform": platform.name,
            "kind": kind,
            "title": title.lower(),
            "display_title": title,
            "directors": _lowered(self._names("director", people=True)),
            "cast": _lowered(cast),
            "display_cast": cast,
            "countries": _lowered(self._names("country")),
            "date_added": self._date_added(),
            "release_year": self._release_year(),
            "rating": rating,
            "duration_int": length,
            "duration_type": unit,
            "listed_in": _lowered(self._names("listed_in")),
            "description": self._text("description").lower() or None,
        }

    def _drop(self, reason: str, column: str) -> None:
        titles = self._titles
        titles.ledger.drop_row(titles.file, self._line, reason, self._whole, column)

    def _repair(self, column: str, reason: str) -> None:
        titles = self._titles
        titles.ledger.repair(titles.file, self._line, column, reason, self._raw[column])

    def _text(self, column: str) -> str:
        text, reason = visible(self._raw[column])
        if reason:
            self._repair(column, reason)
        return text

    def _names(self, column: str, people: bool = False) -> list[str]:
        """The cell's names as they are spelled, each once whatever its case."""
        named: dict[str, str] = {}
        parts = [part.strip() for part in self._text(column).split(",")]
        names = _with_suffixes(parts) if people else parts
        for name in filter(LETTER.search, names):
            named.setdefault(name.lower(), name)
        if any(name and not LETTER.search(name) for name in names):
            self._repair(column, "not_a_name")
        return list(named.values())

    def _kind(self) -> str | None:
        """The kind that the type says, else the one that such a duration belongs to."""
        if kind := KINDS.get(visible(self._raw["type"])[0].lower()):
            return kind
        for column in ("duration", "rating"):
            if unit := read_duration(self._raw[column])[1]:
                self._repair("type", "kind_from_duration")
                return KIND_OF_DURATION[unit]
        return None

    def _rating(self) -> str:
        rating = self._text("rating").lower()
        if read_duration(rating) != NO_DURATION:
            return NO_RATING  # told by `_duration`
        if rating in EMPTY:
            self._titles.often["rating_to_g"] += 1
            return NO_RATING
        return rating

    def _duration(self) -> Duration:
        """Length and unit; those in the rating's place are taken from there."""
        misplaced = read_duration(self._raw["rating"])
        if misplaced != NO_DURATION:
            self._repair("rating", "duration_in_rating")
        cell = visible(self._raw["duration"])[0]
        if cell.lower() in EMPTY:
            if misplaced == NO_DURATION:
                self._titles.often["no_duration"] += 1
                return NO_DURATION
            return self._long_enough(misplaced, "rating")
        if (duration := read_duration(cell)) == NO_DURATION:
            self._repair("duration", "bad_duration")
        return self._long_enough(duration, "duration")

    def _long_enough(self, duration: Duration, column: str) -> Duration:
        if duration[0] == 0:
            self._repair(column, "zero_duration")
            return NO_DURATION
        return duration

    def _date_added(self) -> datetime.date | None:
        date, reason = read_date_added(self._text("date_added"))
        if reason:
            self._repair("date_added", reason)
        return date

    def _release_year(self) -> int | None:
        year = cells.read_id(self._raw["release_year"])[0]
        if year is not None and FIRST_YEAR <= year <= LAST_YEAR:
            return year
        self._repair("release_year", "bad_release_year")
        return None


@functools.lru_cache(maxsize=4096)
def read_date_added(text: str) -> tuple[datetime.date | None, str]:
    """A date as catalogues spell it, 'September 25, 2021', or as `cells.read_date` reads them."""
    try:
        return datetime.datetime.strptime(text, CATALOGUE_DATE).date(), ""
    except ValueError:
        date, reason = cells.read_date(text)
    if date is None:
        return None, "bad_date_added" if text.lower() not in EMPTY else ""
    return date, reason


def read_duration(cell: str) -> Duration:
    """'90 min' and '2 Seasons' as length and unit; NO_DURATION for anything else."""
    match = DURATION.fullmatch(cell.strip())
    return (int(match[1]), (match[2] or match[3]).lower()) if match else NO_DURATION


def _with_suffixes(parts: list[str]) -> list[str]:
    names: list[str] = []
    for part in parts:
        if names and names[-1] and part.lower() in SUFFIXES:
            names[-1] += f" {part}"
        else:
            names.append(part)
    return names


def _lowered(names: list[str]) -> list[str]:
    return [name.lower() for name in names]
