"""The ratings table: who rated which film of ours, how and when; each film once a user.

Files have tens of millions of rows, so blocks of rows are read, checked and resolved by Arrow.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from contracts.columns import RATINGS, conform
from etl.ledger import DROPPED, KEPT, Ledger
from etl.lines import Block, read_blocks, read_lines
from etl.sources import Source

RATINGS_COLUMNS = ("userId", "movieId", "rating", "timestamp")
LOWEST, HIGHEST = 0.5, 5.0

WHOLE = r"^\s*(?P<value>\d{1,18})(?:\.0)?\s*$"
SECONDS = r"^\s*(?P<value>-?\d{1,18})(?:\.\d*)?\s*$"
NUMBER = r"^\s*(?P<value>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*$"
PLATFORM_ID = r"^\s*[a-z]s\d+\s*$"  # first letter of the platform, then its show_id

Columns = dict[str, npt.NDArray[np.generic]]


def build_ratings(
    source: Source, links: pa.Table | None, known: pa.ChunkedArray, ledger: Ledger
) -> pa.Table:
    """Table RATINGS of the films in `known`, which `links` finds; the ledger gets all others."""
    rows = RatingRows(source.label, ledger)
    checked = (rows.check(block) for block in read_blocks(source, RATINGS_COLUMNS, ledger))
    if links is None:
        rows.set_aside("no_links", sum(map(len, checked)))
        columns = {}
    else:
        columns = _joined(rows.resolve(block, links, known) for block in checked)
    rows.tell_set_aside()
    table = _table(_latest(columns, source, ledger)) if columns else RATINGS.empty_table()
    if len(table) and table["user_id"][0] == table["user_id"][-1]:
        ledger.tell_of_file(source.label, KEPT, "too_few_users", len(table))
    return table


class RatingRows:
    """Rows of one ratings file on their way to the table, with the ledger at hand."""

    def __init__(self, file: str, ledger: Ledger) -> None:
        self.file = file
        self.ledger = ledger
        self._aside: Counter[str] = Counter()

    def check(self, block: Block) -> Block:
        """The rows whose cells are what they should be, with the cells' values."""
        platform = pc.match_substring_regex(block["movieId"], PLATFORM_ID)
        self.set_aside("platform_film", pc.sum(platform).as_py() or 0)
        block = block.filter(pc.invert(platform))
        for column in ("userId", "movieId"):
            blank = pc.equal(pc.utf8_trim_whitespace(block[column]), "")
            block = self._drop(block, blank, column, "no_id")
            block = self._read(block, column, WHOLE, pa.int64(), "bad_id")
        block = self._read(block, "rating", NUMBER, pa.float64(), "not_a_number")
        low, high = pc.less(block["rating"], LOWEST), pc.greater(block["rating"], HIGHEST)
        block = self._drop(block, pc.or_(low, high), "rating", "rating_out_of_range")
        return self._read(block, "timestamp", SECONDS, pa.int64(), "not_a_number")

    def resolve(self, block: Block, links: pa.Table, known: pa.ChunkedArray) -> Columns:
        """Columns of RATINGS, and `line`, for the rows of films in `known`."""
        places = pc.index_in(block["movieId"], links["movielens_id"])
        block = block.append_column("movie_id", links["movie_id"].take(places))
        block = self._drop(block, pc.is_null(block["movie_id"]), "movieId", "not_in_links")
        unknown = pc.invert(pc.is_in(block["movie_id"], known))
        block = self._drop(block, unknown, "movieId", "no_such_movie")
        return {
            "user_id": block["userId"].to_numpy(),
            "movie_id": block["movie_id"].to_numpy(),
            "rating": block["rating"].to_numpy().astype(np.float32),
            "rated_at": block["timestamp"].to_numpy(),
            "line": block["line"].to_numpy().astype(np.uint32),  # more would not fit in memory
        }

    def set_aside(self, reason: str, rows: int) -> None:
        """Leave out so many rows for a reason told once for the whole file."""
        self._aside[reason] += rows

    def tell_set_aside(self) -> None:
        """Tell the ledger how many rows were set aside, and why."""
        for reason, rows in self._aside.items():
            if rows:
                self.ledger.tell_of_file(self.file, DROPPED, reason, rows)

    def _read(
        self, block: Block, column: str, pattern: str, kind: pa.DataType, reason: str
    ) -> Block:
        """The block with the column's values, less the rows where it does not fit `pattern`."""
        values = pc.struct_field(pc.extract_regex(block[column], pattern), "value").cast(kind)
        block = self._drop(block, pc.is_null(values), column, reason)
        return block.set_column(block.column_names.index(column), column, values.drop_null())

    def _drop(self, block: Block, bad: pa.ChunkedArray, column: str, reason: str) -> Block:
        if not pc.any(bad).as_py():
            return block
        gone = block.filter(bad)
        self.ledger.drop_rows(self.file, gone["line"], column, reason, gone["text"])
        return block.filter(pc.invert(bad))


def _joined(blocks: Iterable[Columns]) -> Columns:
    """The blocks' columns end to end."""
    # bytearrays grow in place: pieces kept until they are joined would be in memory twice
    joined: defaultdict[tuple[str, np.dtype[np.generic]], bytearray] = defaultdict(bytearray)
    for block in blocks:
        for name, values in block.items():
            joined[name, values.dtype] += values.data
    return {name: np.frombuffer(bytes_, dtype) for (name, dtype), bytes_ in joined.items()}


def _latest(columns: Columns, source: Source, ledger: Ledger) -> Columns:
    """The columns by user and film, less what the same user rated again: the last one counts."""
    user, movie = columns["user_id"], columns["movie_id"]
    # the sort is stable, so of one second's ratings the one on the later line comes last
    order = np.lexsort((columns["rated_at"], movie, user))
    same = (np.diff(user[order]) == 0) & (np.diff(movie[order]) == 0)
    again = np.append(same, False)
    if again.any():
        _tell_lines(np.sort(columns["line"][order[again]]), source, ledger)
        order = order[~again]
    del columns["line"], user, movie
    return {name: columns.pop(name)[order] for name in list(columns)}


def _tell_lines(lines: npt.NDArray[np.generic], source: Source, ledger: Ledger) -> None:
    """Tell of duplicates with their text: read again, since holding all texts costs far more."""
    for block in read_lines(source):
        numbers = block["line"].to_numpy()
        wanted = lines[np.searchsorted(lines, numbers[0]) : np.searchsorted(lines, numbers[-1] + 1)]
        found = block.take(np.searchsorted(numbers, wanted))
        ledger.drop_rows(source.label, found["line"], None, "duplicate_rating", found["text"])


def _table(columns: Columns) -> pa.Table:
    return conform(pa.table({name: columns[name] for name in RATINGS.names}), RATINGS)
