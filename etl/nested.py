"""The nested cells of the raw files, read some rows at a time, here or on another machine."""

import functools
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from contracts.partitions import Partitions
from etl import cells
from etl.ledger import Ledger

ROWS = 1000
"""Rows of a part: some megabytes of a credits file, a tenth of a second of work."""

DISTINCT_CELLS_KEPT = 4096

Lists = tuple[list[str], list[Any]]
"""The names in one cell, and their ids or codes."""

Pick = Callable[[list[Any]], list[tuple[Any, str]]]


class Part(NamedTuple):
    """Some rows of a file, cut to `columns`."""

    columns: Sequence[str]
    rows: list[Sequence[str]]


class Fault(NamedTuple):
    """A cell that could not be read as it should, in the row at `place` of its part."""

    place: int
    column: str
    reason: str
    cell: str


class Read(NamedTuple):
    """What the cells of a part hold, and what is to be told of them."""

    rows: list[list[Lists]]
    faults: list[Fault]


def read_lists(cell: str, pick: Pick) -> tuple[Lists, str]:
    """As `cells.read_nested`, names and keys apart."""
    entries, reason = cells.read_nested(cell, pick)
    return ([name for _, name in entries], [key for key, _ in entries]), reason


PICKS: dict[str, Pick] = {
    "cast": cells.billed,
    "crew": cells.directing,
    "keywords": cells.named,
    "genres": cells.named,
    "production_companies": cells.named,
    "spoken_languages": functools.partial(cells.coded, key="iso_639_1"),
    "production_countries": functools.partial(cells.coded, key="iso_3166_1"),
    "belongs_to_collection": cells.named,
}
"""The nested columns, and what is taken from their cells."""

READERS: dict[str, Any] = {
    column: functools.partial(read_lists, pick=pick) for column, pick in PICKS.items()
}

KEPT: dict[str, Any] = {
    column: functools.lru_cache(maxsize=DISTINCT_CELLS_KEPT)(READERS[column])
    for column in ("genres", "production_companies", "spoken_languages", "production_countries")
}
"""Readers of the columns in which the same few cells return all the time."""


def read_part(part: Part) -> Read:
    """What the nested cells of the part hold; a function of the part alone."""
    readers = [(column, KEPT.get(column, READERS[column])) for column in part.columns]
    read, faults = [], []
    for place, row in enumerate(part.rows):
        found = []
        for (column, reader), cell in zip(readers, row, strict=True):
            lists, reason = reader(cell)
            if reason:
                faults.append(Fault(place, column, reason, cell))
            found.append(lists)
        read.append(found)
    return Read(read, faults)


class NestedCells:
    """The nested cells of one file, with the ledger at hand."""

    def __init__(
        self, columns: Sequence[str], file: str, ledger: Ledger, partitions: Partitions
    ) -> None:
        self._columns, self._file, self._ledger = columns, file, ledger
        self._partitions = partitions
        self._keys: deque[list[tuple[int, ...]]] = deque()

    def read(
        self, rows: Iterable[tuple[tuple[int, ...], Sequence[str]]]
    ) -> Iterator[tuple[tuple[int, ...], list[Lists]]]:
        """The key of each row, whose first number is its line, and what its cells hold."""
        for read in self._partitions.map(read_part, self._parts(rows)):
            keys = self._keys.popleft()
            for place, column, reason, cell in read.faults:
                self._ledger.repair(self._file, keys[place][0], column, reason, cell)
            yield from zip(keys, read.rows, strict=True)
        _forget()

    def _parts(self, rows: Iterable[tuple[tuple[int, ...], Sequence[str]]]) -> Iterator[Part]:
        """The rows, so many at a time; their keys stay here."""
        left = iter(rows)
        while some := list(itertools.islice(left, ROWS)):
            self._keys.append([key for key, _ in some])
            yield Part(self._columns, [row for _, row in some])


def _forget() -> None:
    """Give the memory of the cells kept back: they hold on to the texts that they stood in."""
    for reader in KEPT.values():
        reader.cache_clear()
