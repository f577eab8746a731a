"""The tables that hang on a film: credits (cast and directors) and keywords."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from contracts.columns import CREDITS, KEYWORDS, conform
from contracts.partitions import LOCAL, Partitions
from etl import cells
from etl.ledger import Ledger
from etl.nested import NestedCells
from etl.read import Row

CREDITS_COLUMNS = ("id", "cast", "crew")
KEYWORDS_COLUMNS = ("id", "keywords")


class FilmRows:
    """Rows of a file that has one row a film: each film once, and only films that are there."""

    def __init__(self, file: str, known: set[int], ledger: Ledger) -> None:
        self.file = file
        self.ledger = ledger
        self._left = set(known)
        self._known = known

    def of_known_films(self, rows: Iterable[Row]) -> Iterator[tuple[tuple[int, int], list[str]]]:
        """Line, film and cells of each row that counts; the ledger gets the others."""
        for line, raw, whole in rows:
            movie_id, reason = cells.read_id(raw[0])
            if movie_id is None:
                self.ledger.drop_row(self.file, line, "bad_id" if raw[0] else "no_id", whole)
            elif movie_id in self._left:
                self._left.remove(movie_id)
                yield (line, movie_id), raw[1:]
            else:
                reason = "duplicate_id" if movie_id in self._known else "no_such_movie"
                self.ledger.drop_row(self.file, line, reason, whole)


def build_credits(
    rows: Iterable[Row],
    file: str,
    known: set[int],
    ledger: Ledger,
    partitions: Partitions = LOCAL,
) -> pa.Table:
    """Table CREDITS from `rows` with the cells of CREDITS_COLUMNS, for films in `known`."""
    films = FilmRows(file, known, ledger).of_known_films(rows)
    found = []
    nested = NestedCells(CREDITS_COLUMNS[1:], file, ledger, partitions)
    for (_, movie_id), (actors, directors) in nested.read(films):
        if actors[0] or directors[0]:
            found.append((movie_id, *actors, *directors))
    return _sorted_table(found, CREDITS)


def build_keywords(
    rows: Iterable[Row],
    file: str,
    known: set[int],
    ledger: Ledger,
    partitions: Partitions = LOCAL,
) -> pa.Table:
    """Table KEYWORDS from `rows` with the cells of KEYWORDS_COLUMNS, for films in `known`."""
    films = FilmRows(file, known, ledger).of_known_films(rows)
    found = []
    nested = NestedCells(KEYWORDS_COLUMNS[1:], file, ledger, partitions)
    for (_, movie_id), ((keywords, _ids),) in nested.read(films):
        if keywords:
            found.append((movie_id, keywords))
    return _sorted_table(found, KEYWORDS)


def _sorted_table(found: list[Any], schema: pa.Schema) -> pa.Table:
    found.sort(key=lambda row: row[0])
    columns = list(zip(*found, strict=True)) or [() for _ in schema]
    arrays = [
        pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)
    ]
    return conform(pa.Table.from_arrays(arrays, schema=schema), schema)
