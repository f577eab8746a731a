"""The movies table: exactly the assignment's transformations, then the house's own checks."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa

from contracts.columns import ALIASES, MOVIES, conform
from contracts.errors import DataError
from contracts.partitions import LOCAL, Partitions
from etl import cells
from etl.ledger import Ledger
from etl.nested import Lists, NestedCells
from etl.read import Row

RAW_COLUMNS = (
    "id",
    "title",
    "original_title",
    "release_date",
    "belongs_to_collection",
    "genres",
    "original_language",
    "spoken_languages",
    "production_companies",
    "production_countries",
    "overview",
    "tagline",
    "status",
    "runtime",
    "budget",
    "revenue",
    "popularity",
    "vote_average",
    "vote_count",
)
"""The columns read. Those that leave the table are not: video, imdb_id, adult, poster_path and
homepage; original_title is read, and lives on in the aliases."""

AMOUNTS = ("budget", "revenue", "popularity", "vote_average", "vote_count")
TEXTS = ("title", "original_title", "original_language", "status")
PROSE = ("overview", "tagline")
NAMES = ("genres", "production_companies", "spoken_languages", "production_countries")
COLLECTION = "belongs_to_collection"
CODE_COLUMNS = {
    "spoken_languages": "spoken_language_codes",
    "production_countries": "production_country_codes",
}
NULLABLE_TEXTS = ("belongs_to_collection", "original_language", "overview", "tagline", "status")


class MovieRows:
    """Raw rows of one movies file on their way to the table, with the ledger at hand."""

    def __init__(self, rows: list[Row], file: str, ledger: Ledger) -> None:
        self.file = file
        self.ledger = ledger
        self._whole = {line: whole for line, _, whole in rows}
        self.raw = pd.DataFrame(
            [wanted for _, wanted, _ in rows],
            columns=list(RAW_COLUMNS),
            index=list(self._whole),
            dtype=object,
        )

    def drop(self, rows: pd.Series, reason: str | pd.Series) -> None:
        """Leave out the rows where the mask `rows` holds; `reason` is a code, or one a line."""
        for line in self.raw.index[rows]:
            code = reason if isinstance(reason, str) else reason[line]
            self.ledger.drop_row(self.file, line, code, self._whole[line])
        self.raw = self.raw[~rows]

    def read(self, column: str, reader: Callable[[str], tuple[Any, str]]) -> list[Any]:
        """The column's values by `reader`; what it reports goes to the ledger as a repair."""
        values = []
        for line, cell in zip(self.raw.index.tolist(), self.raw[column].tolist(), strict=True):
            value, reason = reader(cell)
            if reason:
                self.ledger.repair(self.file, line, column, reason, cell)
            values.append(value)
        return values

    def read_nested(self, partitions: Partitions) -> dict[str, list[Lists]]:
        """What the nested cells hold, by column."""
        columns = (*NAMES, COLLECTION)
        lines = [(line,) for line in self.raw.index.tolist()]
        rows = zip(lines, self.raw[list(columns)].to_numpy().tolist(), strict=True)
        nested = NestedCells(columns, self.file, self.ledger, partitions)
        read = zip(*(lists for _, lists in nested.read(rows)), strict=True)
        return dict(zip(columns, map(list, read), strict=True))


def build_movies(
    rows: list[Row], file: str, ledger: Ledger, partitions: Partitions = LOCAL
) -> tuple[pa.Table, pa.Table]:
    """Tables MOVIES and ALIASES from raw `rows` with the cells of RAW_COLUMNS."""
    movies = MovieRows(rows, file, ledger)
    clean = _keep_identified(movies).pipe(_add_dates, movies)
    clean = _add_titles(clean, movies)
    if clean.empty:
        raise DataError(f"{file} holds no film with an id, a title and a release date")
    clean = _add_amounts(clean, movies).pipe(_drop_duplicates, movies)
    clean = _add_nested(clean, movies.read_nested(partitions))
    clean = clean.assign(
        # the assignment's rule: 0 where the return cannot be computed
        **{"return": (clean["revenue"] / clean["budget"]).where(clean["budget"] > 0, 0.0)},
        release_year=[date.year for date in clean["release_date"]],
        runtime=pd.array(movies.read("runtime", cells.read_number), dtype="Float64"),
        vote_count=clean["vote_count"].round().astype("int64"),
    )
    for column in PROSE:
        clean[column] = movies.read(column, cells.read_prose)
    return _tables(clean.sort_values("movie_id"))


def _keep_identified(movies: MovieRows) -> pd.DataFrame:
    """Rows whose id is a whole number; both halves of a torn row are told as such."""
    ids, reasons = _apart(movies.raw["id"], cells.read_id)
    undated = movies.raw["release_date"].str.strip() == ""
    second_halves = reasons == "torn_row"
    first_halves = undated & second_halves.shift(-1, fill_value=False) & (reasons == "")
    reasons[first_halves] = "torn_row"
    movies.drop(reasons != "", reasons)
    return pd.DataFrame({"movie_id": ids[reasons == ""].astype("int64")})


def _add_dates(clean: pd.DataFrame, movies: MovieRows) -> pd.DataFrame:
    dates, reasons = _apart(movies.raw["release_date"], cells.read_date)
    undated = dates.isna()
    for line, original in movies.raw["release_date"][reasons == "date_rewritten"].items():
        movies.ledger.repair(movies.file, line, "release_date", "date_rewritten", original)
    movies.drop(undated, reasons)
    return clean[~undated].assign(release_date=dates[~undated])


def _add_titles(clean: pd.DataFrame, movies: MovieRows) -> pd.DataFrame:
    texts = {column: movies.read(column, cells.read_text) for column in TEXTS}
    clean = clean.assign(**texts)
    untitled = clean["title"] == ""
    for line, original in clean["original_title"][untitled].items():
        if original:
            movies.ledger.repair(movies.file, line, "title", "title_from_original", "")
    clean.loc[untitled, "title"] = clean["original_title"][untitled]
    nameless = clean["title"] == ""
    movies.drop(nameless, "no_title")
    return clean[~nameless]


def _add_amounts(clean: pd.DataFrame, movies: MovieRows) -> pd.DataFrame:
    return clean.assign(**{name: movies.read(name, cells.read_amount) for name in AMOUNTS})


def _drop_duplicates(clean: pd.DataFrame, movies: MovieRows) -> pd.DataFrame:
    """Of rows with one id the one with most votes stays, the first of equals."""
    best = clean.sort_values("vote_count", ascending=False, kind="stable")
    again = best["movie_id"].duplicated().reindex(clean.index)
    movies.drop(again, "duplicate_id")
    return clean[~again]


def _add_nested(clean: pd.DataFrame, nested: dict[str, list[Lists]]) -> pd.DataFrame:
    for column in NAMES:
        clean[column] = [names for names, _ in nested[column]]
        if column in CODE_COLUMNS:
            clean[CODE_COLUMNS[column]] = [codes for _, codes in nested[column]]
    collections = nested[COLLECTION]
    clean["collection_id"] = pd.array([i[0] if i else None for _, i in collections], dtype="Int64")
    clean[COLLECTION] = [names[0] if names else "" for names, _ in collections]
    return clean


def _apart(column: pd.Series, reader: Callable[[str], tuple[Any, str]]) -> list[pd.Series]:
    """Values and reasons of a column, each on the column's lines."""
    pairs = [reader(cell) for cell in column]
    return [
        pd.Series([pair[side] for pair in pairs], index=column.index, dtype=object)
        for side in (0, 1)
    ]


def _tables(clean: pd.DataFrame) -> tuple[pa.Table, pa.Table]:
    movies = {name: _emptied(clean[name]) for name in MOVIES.names}
    renamed = clean[(clean["original_title"] != "") & (clean["original_title"] != clean["title"])]
    aliases = {"movie_id": renamed["movie_id"], "alias": renamed["original_title"]}
    return _table(movies, MOVIES), _table(aliases, ALIASES)


def _emptied(column: pd.Series) -> pd.Series:
    """Empty text is told as null where it means that there is none."""
    return column.where(column != "") if column.name in NULLABLE_TEXTS else column


def _table(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    arrays = [
        pa.Array.from_pandas(columns[field.name], type=field.type, safe=False) for field in schema
    ]
    return conform(pa.Table.from_arrays(arrays, schema=schema), schema)
