"""The sets of names of all films (keywords, cast…) side by side, compared exactly.

Used while serving: numpy alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.store import Floats

Rows = NDArray[Any]


@dataclass(frozen=True)
class SparseRows:
    """Sparse unit rows, in the arrays of a CSR matrix."""

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    data: Floats
    columns: int

    @classmethod
    def read(cls, path: Path) -> "SparseRows":
        """From a file of numpy's; raises what numpy raises where it is none."""
        with np.load(path) as arrays:
            return cls(arrays["indptr"], arrays["indices"], arrays["data"], int(arrays["shape"][1]))

    def places(self, rows: Rows) -> tuple[Rows, Rows]:
        """Where the entries of `rows` lie, and for each which of `rows` it belongs to."""
        starts, lengths = self.indptr[rows], self.indptr[rows + 1] - self.indptr[rows]
        owner = np.repeat(np.arange(len(rows)), lengths)
        first = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        return first + np.arange(len(owner)), owner

    def turned(self) -> "SparseRows":
        """The same matrix by columns: each column's rows, in order."""
        films = np.repeat(
            np.arange(len(self.indptr) - 1, dtype=np.int32), np.diff(self.indptr).astype(np.int64)
        )
        order = np.argsort(self.indices, kind="stable")
        counts = np.bincount(self.indices, minlength=self.columns)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return SparseRows(starts, films[order], self.data[order], len(self.indptr) - 1)


@dataclass(frozen=True)
class Names:
    """The sparse blocks of all films in one table; `block_of` tells the block of each column."""

    table: SparseRows
    block_of: NDArray[np.int8]
    blocks: int

    @classmethod
    def side_by_side(cls, parts: Mapping[int, SparseRows], films: int, blocks: int) -> "Names":
        """From the rows of each sparse block, by the block's place among all `blocks`."""
        kept = list(parts.values())
        offsets = np.concatenate(([0], np.cumsum([part.columns for part in kept]))).astype(np.int32)
        lengths = [np.diff(part.indptr).astype(np.int64) for part in kept]
        owner = [np.repeat(np.arange(films, dtype=np.int32), length) for length in lengths]
        nothing = np.zeros(0, np.int32)
        order = np.argsort(np.concatenate([nothing, *owner]), kind="stable")
        columns = [part.indices + offset for part, offset in zip(kept, offsets, strict=False)]
        whole = sum(lengths, np.zeros(films, np.int64))
        table = SparseRows(
            np.concatenate(([0], np.cumsum(whole))).astype(np.int32),
            np.concatenate([nothing, *columns])[order].astype(np.int32),
            np.concatenate([nothing, *(part.data for part in kept)])[order].astype(np.float32),
            int(offsets[-1]),
        )
        block_of = np.repeat(np.array(list(parts), np.int8), [part.columns for part in kept])
        return cls(table, block_of, blocks)

    def of(self, row: int) -> tuple[Rows, Floats]:
        """Columns of one film's names in order, and the weights that they have in it."""
        span = slice(self.table.indptr[row], self.table.indptr[row + 1])
        columns, weights = self.table.indices[span], self.table.data[span]
        order = np.argsort(columns)
        return columns[order], weights[order]

    def alike(self, row: int, others: Rows) -> NDArray[np.float64]:
        """Inner products of one film with `others`, block by block: shape (others, blocks)."""
        mine, weights = self.of(row)
        shape = len(others), self.blocks
        if not len(mine):
            return np.zeros(shape)
        places, owner = self.table.places(others)
        columns = self.table.indices[places]
        near = np.minimum(np.searchsorted(mine, columns), len(mine) - 1)
        hit = np.flatnonzero(mine[near] == columns)
        products = self.table.data[places[hit]].astype(np.float64) * weights[near[hit]]
        cells = owner[hit] * self.blocks + self.block_of[columns[hit]]
        found = np.bincount(cells, products, minlength=shape[0] * shape[1])
        return np.asarray(found.reshape(shape), dtype=np.float64)
