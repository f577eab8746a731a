"""Which film of ours a MovieLens id means: the links file."""

from collections.abc import Iterable

import pyarrow as pa

from etl import cells
from etl.ledger import Ledger
from etl.read import Row

LINKS_COLUMNS = ("movieId", "tmdbId")

LINKS = pa.schema([pa.field("movielens_id", pa.int64()), pa.field("movie_id", pa.int64())])
"""One row a MovieLens id; movie_id is null where the file names no TMDB id."""


def build_links(rows: Iterable[Row], file: str, ledger: Ledger) -> pa.Table:
    """Table LINKS from `rows` with the cells of LINKS_COLUMNS; the ledger gets broken rows.

    Films we do not have are ordinary in it, and only missed where a rating is of one.
    """
    found: dict[int, int | None] = {}
    for line, (movielens, tmdb), whole in rows:
        movielens_id, movie_id = cells.read_id(movielens)[0], cells.read_id(tmdb)[0]
        if movielens_id is None:
            reason = "bad_id" if movielens.strip() else "no_id"
            ledger.drop_row(file, line, reason, whole, "movieId")
        elif movie_id is None and tmdb.strip():
            ledger.drop_row(file, line, "bad_id", whole, "tmdbId")
        elif movielens_id in found:
            ledger.drop_row(file, line, "duplicate_id", whole, "movieId")
        else:
            found[movielens_id] = movie_id
    return pa.table([list(found), list(found.values())], schema=LINKS)
