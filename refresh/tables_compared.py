"""What changed in each table from one data version to the next: rows by key, cells by column."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.columns import TABLES, conform
from contracts.errors import DataError
from contracts.versions import FileEntry, read_manifest, saying_what_failed

KEYS = {
    "movies": ("movie_id",),
    "credits": ("movie_id",),
    "keywords": ("movie_id",),
    "titles": ("title_id",),
    "ratings": ("user_id", "movie_id"),
    "aliases": ("movie_id", "alias"),
}
"""The tables that are compared, and the columns that tell a row from all others."""

FITTING = 2**31
"""Two numbers below it make one of 64 bits."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class DataVersion:
    """A version of the data whose tables are read once somebody asks for them."""

    folder: Path

    @cached_property
    def _read(self) -> dict[str, pa.Table]:
        return {}

    @cached_property
    def _files(self) -> dict[str, FileEntry]:
        return read_manifest(self.folder).files

    def table(self, name: str) -> pa.Table:
        """One table, empty where the version has no such file; DataError if it cannot be read."""
        if name not in self._read:
            self._read[name] = read_table(self.folder / f"{name}.parquet", TABLES[name])
        return self._read[name]

    def entry(self, name: str) -> FileEntry | None:
        """Size and checksum of a table's file, as the manifest tells them."""
        return self._files.get(f"{name}.parquet")

    def rows(self, name: str) -> int:
        """How many rows a table has, without reading them."""
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            return 0
        with saying_what_failed(f"{path} cannot be read"):
            return int(pq.ParquetFile(path).metadata.num_rows)


@dataclass(frozen=True)
class TableChange:
    """Rows of a table before and after; `changed` are those of the same key and other cells."""

    before: int
    after: int
    added: int
    removed: int
    changed: int
    columns: dict[str, int]
    """In how many rows each column changed, most first, where it did in any."""


def read_table(path: Path, schema: pa.Schema) -> pa.Table:
    """A table of a data version, empty where there is no such file."""
    if not path.exists():
        return schema.empty_table()
    try:
        with saying_what_failed(f"{path} cannot be read"):
            return conform(pq.ParquetFile(path).read(), schema)
    except pa.ArrowException as exc:
        raise DataError(f"{path} cannot be read: {exc}") from exc


def change_of(name: str, before: DataVersion, after: DataVersion) -> TableChange:
    """What changed in the table `name`; nothing is read where its file is the same."""
    entry = before.entry(name)
    if entry is not None and entry == after.entry(name):
        rows = before.rows(name)
        return TableChange(rows, rows, 0, 0, 0, {})
    return compare_tables(before.table(name), after.table(name), KEYS[name])


def compare_tables(before: pa.Table, after: pa.Table, keys: tuple[str, ...]) -> TableChange:
    """What changed between two tables of the same columns, no two rows of which share a key."""
    rows, others = same_key(before, after, keys)
    changed = np.zeros(len(rows), dtype=bool)
    columns = {}
    for name in before.column_names:
        if name in keys:
            continue
        cells, other_cells = before[name].combine_chunks(), after[name].combine_chunks()
        differ = differing(_taken(cells, rows), _taken(other_cells, others))
        changed |= differ
        if differ.any():
            columns[name] = int(differ.sum())
    return TableChange(
        before=len(before),
        after=len(after),
        added=len(after) - len(rows),
        removed=len(before) - len(rows),
        changed=int(changed.sum()),
        columns=dict(sorted(columns.items(), key=lambda item: (-item[1], item[0]))),
    )


def same_key(before: pa.Table, after: pa.Table, keys: tuple[str, ...]) -> tuple[Rows, Rows]:
    """The rows of both tables that have the same key, side by side."""
    codes = np.zeros(len(before) + len(after), dtype=np.int64)
    for key in keys:
        numbers, size = _numbered(before[key], after[key])
        codes *= size  # of two keys at most, so that it fits
        codes += numbers
    own, theirs = codes[: len(before)], codes[len(before) :]
    order = np.argsort(theirs, kind="stable")
    places = np.searchsorted(theirs, own, sorter=order)
    rows = np.flatnonzero(places < len(theirs))
    others = order[places[rows]]
    same = theirs[others] == own[rows]
    return rows[same], others[same]


def _numbered(*columns: pa.ChunkedArray) -> tuple[Rows, int]:
    """The cells of both columns as numbers below the one given, which is FITTING at most.

    Numbers keep their order, as sorting what is sorted costs nearly nothing.
    """
    both = pa.chunked_array(
        [chunk for column in columns for chunk in column.chunks], columns[0].type
    )
    if pa.types.is_integer(both.type) and len(both):
        numbers = both.to_numpy()
        low, high = int(numbers.min()), int(numbers.max())
        if high - low < FITTING:
            return numbers - low, high - low + 1
    encoded = both.combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy(), len(encoded.dictionary)


def differing(cells: pa.Array, others: pa.Array) -> NDArray[np.bool_]:
    """Which cells are not the same; a missing one is the same as a missing one."""
    if pa.types.is_list(cells.type):
        return _differing_lists(cells, others)
    unlike = pc.fill_null(pc.not_equal(cells, others), True)
    missing = pc.and_(pc.is_null(cells, nan_is_null=True), pc.is_null(others, nan_is_null=True))
    unlike_there = pc.and_not(unlike, missing)
    return np.asarray(unlike_there.to_numpy(zero_copy_only=False), dtype=bool)


def _differing_lists(cells: pa.Array, others: pa.Array) -> NDArray[np.bool_]:
    """As `differing`: lists of other lengths differ, else their entries are compared."""
    lengths, other_lengths = _lengths(cells), _lengths(others)
    differ = np.asarray(lengths != other_lengths)
    alike = np.flatnonzero(~differ)
    entries = differing(_taken(cells, alike).flatten(), _taken(others, alike).flatten())
    differ[np.repeat(alike, lengths[alike])[entries]] = True
    return differ


def _lengths(cells: pa.Array) -> NDArray[Any]:
    return np.asarray(pc.fill_null(pc.list_value_length(cells), 0).to_numpy())


def _taken(cells: pa.Array, rows: Rows) -> pa.Array:
    """The cells at `rows`; all of them, in order, are not copied."""
    whole = len(rows) == len(cells) and bool((np.diff(rows) == 1).all())
    return cells if whole else cells.take(pa.array(rows))
