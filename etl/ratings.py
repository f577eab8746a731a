"""Rows of ratings files, checked and resolved: who rated which film or platform title, and how.

Files have tens of millions of rows, so blocks of rows are read, checked and resolved by Arrow.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.ledger import DROPPED, Ledger
from etl.lines import Block, read_blocks
from etl.sources import Source

RATINGS_COLUMNS = ("userId", "movieId", "rating", "timestamp")
LOWEST, HIGHEST = 0.5, 5.0

WHOLE = r"^\s*(?P<value>\d{1,18})(?:\.0)?\s*$"
SECONDS = r"^\s*(?P<value>-?\d{1,18})(?:\.\d*)?\s*$"
NUMBER = r"^\s*(?P<value>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*$"
PLATFORM_ID = r"^\s*[a-z]s\d+\s*$"  # first letter of the platform, then its show_id

Columns = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True)
class Items:
    """What a movieId can mean: a film of ours by way of the links, or a platform's title."""

    links: pa.Table | None
    movie_ids: pa.ChunkedArray
    title_ids: pa.ChunkedArray

    @property
    def letters(self) -> pa.Array:
        """Letters of the platforms whose catalogue we have."""
        return pc.unique(pc.utf8_slice_codeunits(self.title_ids, 0, 1))


def read_ratings(source: Source, number: int, items: Items, ledger: Ledger) -> Iterator[Columns]:
    """The rows of `source` that count, in blocks of columns; the ledger gets all others.

    `item` is the film's movie_id, or -1 - place for the title at that place of the titles;
    `line` and `file`, which is `number`, tell where the row stood.
    """
    rows = RatingRows(source.label, items, ledger)
    for block in read_blocks(source, RATINGS_COLUMNS, ledger):
        resolved = rows.resolve(rows.check(block))
        yield {
            "user_id": resolved["userId"].to_numpy(),
            "item": resolved["item"].to_numpy(),
            "rating": resolved["rating"].to_numpy().astype(np.float32),
            "rated_at": resolved["timestamp"].to_numpy(),
            "line": resolved["line"].to_numpy().astype(np.uint32),  # more would not fit in memory
            "file": np.full(len(resolved), number, np.uint16),
        }
    rows.tell_set_aside()


class RatingRows:
    """Rows of one ratings file on their way to the table, with the ledger at hand."""

    def __init__(self, file: str, items: Items, ledger: Ledger) -> None:
        self.file = file
        self.ledger = ledger
        self._items = items
        self._letters = items.letters
        self._aside: Counter[str] = Counter()

    def check(self, block: Block) -> Block:
        """The rows whose cells are what they should be, with the cells' values."""
        block = self._with_catalogue(block)
        block = self._identified(block, "userId")
        block = self._read(block, "userId", WHOLE, pa.int64(), "bad_id")
        block = self._identified(block, "movieId")
        ours = pc.match_substring_regex(block["movieId"], f"{WHOLE}|{PLATFORM_ID}")
        block = self._drop(block, pc.invert(ours), "movieId", "bad_id")
        block = self._read(block, "rating", NUMBER, pa.float64(), "not_a_number")
        low, high = pc.less(block["rating"], LOWEST), pc.greater(block["rating"], HIGHEST)
        block = self._drop(block, pc.or_(low, high), "rating", "rating_out_of_range")
        return self._read(block, "timestamp", SECONDS, pa.int64(), "not_a_number")

    def resolve(self, block: Block) -> Block:
        """The rows of films and titles that are ours, with `item`."""
        links, cells = self._items.links, block["movieId"]
        numbers = pc.struct_field(pc.extract_regex(cells, WHOLE), "value").cast(pa.int64())
        if links is None:
            self._set_aside("no_links", len(numbers) - numbers.null_count)
            block = block.filter(pc.is_null(numbers))
            cells, numbers = block["movieId"], pa.nulls(len(block), pa.int64())
            films = numbers
        else:
            films = links["movie_id"].take(pc.index_in(numbers, links["movielens_id"]))
        places = pc.index_in(pc.utf8_trim_whitespace(cells), self._items.title_ids)
        titles = pc.subtract(-1, places.cast(pa.int64()))
        unlinked = pc.and_(pc.is_valid(numbers), pc.is_null(films))
        foreign = pc.and_(pc.is_valid(films), pc.invert(pc.is_in(films, self._items.movie_ids)))
        nameless = pc.and_(pc.is_null(numbers), pc.is_null(titles))
        block = block.append_column("item", pc.coalesce(films, titles))
        reasons = {"not_in_links": unlinked, "no_such_movie": foreign, "no_such_title": nameless}
        return self._drop_for(block, "movieId", reasons)

    def tell_set_aside(self) -> None:
        """Tell the ledger how many rows were set aside, and why."""
        for reason, rows in self._aside.items():
            if rows:
                self.ledger.tell_of_file(self.file, DROPPED, reason, rows)

    def _with_catalogue(self, block: Block) -> Block:
        """The block less the titles of platforms whose catalogue we lack, told once a file."""
        named = pc.match_substring_regex(block["movieId"], PLATFORM_ID)
        if not pc.any(named).as_py():
            return block
        letters = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(block["movieId"]), 0, 1)
        lacking = pc.and_(named, pc.invert(pc.is_in(letters, self._letters)))
        self._set_aside("platform_film", pc.sum(lacking).as_py())
        return block.filter(pc.invert(lacking))

    def _set_aside(self, reason: str, rows: int) -> None:
        """Leave out so many rows for a reason told once for the whole file."""
        self._aside[reason] += rows

    def _identified(self, block: Block, column: str) -> Block:
        blank = pc.equal(pc.utf8_trim_whitespace(block[column]), "")
        return self._drop(block, blank, column, "no_id")

    def _read(
        self, block: Block, column: str, pattern: str, kind: pa.DataType, reason: str
    ) -> Block:
        """The block with the column's values, less the rows where it does not fit `pattern`."""
        values = pc.struct_field(pc.extract_regex(block[column], pattern), "value").cast(kind)
        block = self._drop(block, pc.is_null(values), column, reason)
        return block.set_column(block.column_names.index(column), column, values.drop_null())

    def _drop(self, block: Block, bad: pa.ChunkedArray, column: str, reason: str) -> Block:
        return self._drop_for(block, column, {reason: bad})

    def _drop_for(self, block: Block, column: str, reasons: dict[str, pa.ChunkedArray]) -> Block:
        """The block less the rows of each reason, of which no row may have two."""
        kept = None
        for reason, bad in reasons.items():
            if pc.any(bad).as_py():
                gone = block.filter(bad)
                self.ledger.drop_rows(self.file, gone["line"], column, reason, gone["text"])
                kept = pc.invert(bad) if kept is None else pc.and_not(kept, bad)
        return block if kept is None else block.filter(kept)
