"""The tables of a data version: their columns, types and keys, written by etl, read by all.

`movie_id` (TMDB's id) is the key of films, `title_id` that of platforms' titles. Every table is
sorted by its key, ratings by user first.
"""

import pyarrow as pa

from contracts.errors import DataError

DATA_FORMAT = 3
"""Format of a data version; readers refuse another one."""


def _names(name: str) -> pa.Field:
    return pa.field(name, pa.list_(pa.string()), nullable=False)


MOVIES = pa.schema(
    [
        pa.field("movie_id", pa.int64(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("release_date", pa.date32(), nullable=False),
        pa.field("release_year", pa.int16(), nullable=False),
        pa.field("collection_id", pa.int64()),
        pa.field("belongs_to_collection", pa.string()),
        _names("genres"),
        pa.field("original_language", pa.string()),
        _names("spoken_languages"),
        _names("spoken_language_codes"),
        _names("production_companies"),
        _names("production_countries"),
        _names("production_country_codes"),
        pa.field("overview", pa.string()),
        pa.field("tagline", pa.string()),
        pa.field("status", pa.string()),
        pa.field("runtime", pa.float64()),
        pa.field("budget", pa.float64(), nullable=False),
        pa.field("revenue", pa.float64(), nullable=False),
        pa.field("return", pa.float64(), nullable=False),
        pa.field("popularity", pa.float64(), nullable=False),
        pa.field("vote_average", pa.float64(), nullable=False),
        pa.field("vote_count", pa.int64(), nullable=False),
    ]
)
"""One row a film. Money in US dollars, runtime in minutes, vote_average from 0 to 10."""

CREDITS = pa.schema(
    [
        pa.field("movie_id", pa.int64(), nullable=False),
        _names("cast"),
        pa.field("cast_ids", pa.list_(pa.int64()), nullable=False),
        _names("directors"),
        pa.field("director_ids", pa.list_(pa.int64()), nullable=False),
    ]
)
"""One row a film that has credits; cast in billing order; ids are TMDB's persons (may be null)."""

KEYWORDS = pa.schema([pa.field("movie_id", pa.int64(), nullable=False), _names("keywords")])
"""One row a film that has keywords; empty where the raw folder has no keywords file."""

ALIASES = pa.schema(
    [
        pa.field("movie_id", pa.int64(), nullable=False),
        pa.field("alias", pa.string(), nullable=False),
    ]
)
"""Other titles a film is looked up by: original titles that differ from the title."""

RATINGS = pa.schema(
    [
        pa.field("user_id", pa.int64(), nullable=False),
        pa.field("movie_id", pa.int64(), nullable=False),
        pa.field("rating", pa.float32(), nullable=False),
        pa.field("rated_at", pa.int64(), nullable=False),
    ]
)
"""One row a user and film, by user_id and movie_id; rating from 0.5 to 5, rated_at in seconds since
1970 (UTC); no rows where there is no ratings file, or nothing in it means a film of ours."""

TITLES = pa.schema(
    [
        pa.field("title_id", pa.string(), nullable=False),
        pa.field("platform", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("display_title", pa.string(), nullable=False),
        _names("directors"),
        _names("cast"),
        _names("display_cast"),
        _names("countries"),
        pa.field("date_added", pa.date32()),
        pa.field("release_year", pa.int16()),
        pa.field("rating", pa.string(), nullable=False),
        pa.field("duration_int", pa.int32()),
        pa.field("duration_type", pa.string()),
        _names("listed_in"),
        pa.field("description", pa.string()),
        pa.field("movie_id", pa.int64()),
        pa.field("confidence", pa.float32()),
        pa.field("score", pa.float64()),
        pa.field("score_count", pa.int64(), nullable=False),
    ]
)
"""One row a title of a streaming platform, by title_id (platform's letter and show_id: `as123`).

Texts are lowercase but for `display_title` and `display_cast` (as `cast`, entry by entry).
`platform` is a name of contracts.platforms; `kind` one of KINDS; `rating` the age rating, 'g' where
there was none; `duration_type` 'min' or 'season', null like `duration_int` where the duration is
unknown. `movie_id` is the film this title was matched to, with a `confidence` above 0 and up to 1;
both null for no match. `score` is the mean of `score_count` users' ratings, from 0.5 to 5; null for
none.
"""

FILM, SERIES = "movie", "series"
KINDS = (FILM, SERIES)

LEDGER = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("column", pa.string()),
        pa.field("action", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("original", pa.string(), nullable=False),
    ]
)
"""One row for each thing dropped or repaired; line is that of the row's first cell, from 1, or 0
where the entry tells of the whole file."""

TABLES = {
    "movies": MOVIES,
    "credits": CREDITS,
    "keywords": KEYWORDS,
    "aliases": ALIASES,
    "ratings": RATINGS,
    "titles": TITLES,
    "ledger": LEDGER,
}
"""Every table of a data version, by name; its file is `<name>.parquet`."""


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Cut and cast `table` to `schema`, or raise DataError naming the fault."""
    if missing := set(schema.names) - set(table.column_names):
        raise DataError(f"missing columns: {', '.join(sorted(missing))}")
    try:
        return table.select(schema.names).cast(schema)  # also refuses stray nulls
    except (ValueError, pa.ArrowException) as exc:
        raise DataError(f"columns of the wrong type: {exc}") from exc
