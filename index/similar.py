"""Which films are like one, and why: the stored neighbours, and each block's share of the score.

Used while serving: numpy and FAISS only.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from contracts.versions import Manifest
from index.blocks import DENSE, Layout
from index.faiss_store import IDS_FILE, FaissIndex
from index.store import Floats, VectorIndex

NEIGHBOURS_FILE = "neighbours.npy"
SPARSE_FILE = "{block}.npz"
DECIMALS = 4
"""Shares are rounded before they are added up, so that what is shown adds up."""


@dataclass(frozen=True)
class SparseRows:
    """Sparse unit rows, in the arrays of a CSR matrix."""

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    data: Floats
    columns: int

    def similarity(self, row: int, others: NDArray[np.int32]) -> Floats:
        """Inner product of one row with `others`, shape (others,)."""
        seed = np.zeros(self.columns, dtype=np.float32)
        mine = slice(self.indptr[row], self.indptr[row + 1])
        seed[self.indices[mine]] = self.data[mine]
        starts, lengths = self.indptr[others], np.diff(self.indptr)[others]
        owner = np.repeat(np.arange(len(others)), lengths)
        first = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        places = first + np.arange(len(owner))
        products = self.data[places] * seed[self.indices[places]]
        return np.bincount(owner, products, minlength=len(others)).astype(np.float32)


@dataclass(frozen=True)
class Similar:
    """A similar film: its row, its score, and each block's share of it (they add up to it)."""

    row: int
    score: float
    shares: dict[str, float]


class SimilarFilms:
    """The neighbours of an index version, with their shares computed when asked."""

    def __init__(
        self,
        layout: Layout,
        movie_ids: NDArray[np.int64],
        vectors: VectorIndex,
        names: dict[str, SparseRows],
        neighbours: NDArray[np.int32],
    ) -> None:
        self.movie_ids = movie_ids
        self.layout = layout
        self._vectors = vectors
        self._names = names
        self._neighbours = neighbours

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> "SimilarFilms":
        """From an index version's folder; raises VersionError where a part cannot be read."""
        vectors = FaissIndex.load(folder)
        try:
            layout = Layout.from_settings(manifest.settings["blocks"])
            names = {
                block.name: _read_rows(folder / SPARSE_FILE.format(block=block.name))
                for block in layout.blocks
                if block.kind != DENSE
            }
            neighbours = np.load(folder / NEIGHBOURS_FILE, mmap_mode="r")
            movie_ids = np.load(folder / IDS_FILE)
        except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as exc:
            raise VersionError(f"{folder} lacks a part of the index: {exc}") from exc
        return cls(layout, movie_ids, vectors, names, neighbours)

    def rows_like(self, row: int) -> list[int]:
        """Rows of all the films kept as nearest to the one at `row`, best first."""
        kept: list[int] = self._neighbours[row].tolist()
        return kept

    def to_film(self, row: int, k: int) -> list[Similar]:
        """The `k` films nearest to the one at `row`, best first."""
        others = self._neighbours[row, : max(k, 0)]
        shares = self._shares(row, others)
        # the stored order is the same but for rounding; what is shown must stand in order
        scores = np.round(sum(shares.values(), np.zeros(len(others))), DECIMALS)
        order = np.lexsort((others, -scores))
        return [
            Similar(
                int(others[place]),
                float(scores[place]),
                {name: float(values[place]) for name, values in shares.items()},
            )
            for place in order
        ]

    def _shares(self, row: int, others: NDArray[np.int32]) -> dict[str, NDArray[np.float64]]:
        ids = [int(self.movie_ids[row]), *self.movie_ids[others].tolist()]
        seed, *rest = self._vectors.vectors(ids)
        found = np.array(rest, dtype=np.float32).reshape(len(others), self.layout.dim)
        shares = {}
        for block in self.layout.blocks:
            span = self.layout.span(block.name)
            if block.name in self._names:
                alike = self._names[block.name].similarity(row, others)
            else:
                alike = found[:, span] @ seed[span]
            shares[block.name] = np.round(
                alike.astype(np.float64) * self.layout.weight(block.name), DECIMALS
            )
        return shares


def _read_rows(path: Path) -> SparseRows:
    with np.load(path) as arrays:
        return SparseRows(
            arrays["indptr"], arrays["indices"], arrays["data"], int(arrays["shape"][1])
        )
