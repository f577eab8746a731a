"""What is needed to compare films of one index version: vectors, names, weights, evidence.

Used while serving: numpy and FAISS only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from contracts.versions import Manifest
from index.blocks import DENSE, Layout
from index.engines import StoreSettings, open_engine
from index.faiss_store import IDS_FILE, FaissIndex
from index.search_names import Names, SparseRows
from index.store import Floats, VectorIndex

EVIDENCE_FILE = "evidence.npy"
SPARSE_FILE = "{block}.npz"

DECIMALS = 4
"""Of scores and shares, as they are shown."""

Shares = NDArray[np.float64]
UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, BadZipFile)


@dataclass(frozen=True)
class Space:
    """All films of an index version; a film is its row, in the order of `movie_ids`."""

    layout: Layout
    movie_ids: NDArray[np.int64]
    vectors: VectorIndex
    names: Names
    evidence: Floats

    @classmethod
    def of(
        cls,
        layout: Layout,
        movie_ids: NDArray[np.int64],
        vectors: VectorIndex,
        names: Mapping[str, SparseRows],
        evidence: Floats,
    ) -> "Space":
        """From the rows of each sparse block, by its name."""
        parts = {
            place: names[block.name]
            for place, block in enumerate(layout.blocks)
            if block.kind != DENSE
        }
        together = Names.side_by_side(parts, len(movie_ids), len(layout.blocks))
        return cls(layout, movie_ids, vectors, together, evidence)

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> "Space":
        """From an index version's folder; raises VersionError where a part cannot be read."""
        vectors = FaissIndex.load(folder)
        store = StoreSettings().store
        vectors.engine = open_engine(folder, manifest, vectors.flat, vectors.dim, store)
        try:
            layout = Layout.from_settings(manifest.settings["blocks"])
            names = {
                block.name: SparseRows.read(folder / SPARSE_FILE.format(block=block.name))
                for block in layout.blocks
                if block.kind != DENSE
            }
            movie_ids = np.load(folder / IDS_FILE)
            evidence = np.load(folder / EVIDENCE_FILE)
            return cls.of(layout, movie_ids, vectors, names, evidence)
        except UNREADABLE as exc:
            raise VersionError(f"{folder} lacks a part of the index: {exc}") from exc

    def __len__(self) -> int:
        return len(self.movie_ids)

    @cached_property
    def _dense(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Places of the dense blocks among all, and where each begins in the vector."""
        blocks = self.layout.blocks
        places = [place for place, block in enumerate(blocks) if block.kind == DENSE]
        starts = [self.layout.span(blocks[place].name).start for place in places]
        return np.array(places), np.array(starts)

    @cached_property
    def _ends(self) -> Shares:
        """Weights of the blocks for a film that nobody rated, and for one that many did."""
        return self.layout.weight_rows(np.array([0.0, 1.0]))

    def weights_of(self, rows: NDArray[Any]) -> Shares:
        """Weights of the blocks for each film asked about, shape (rows, blocks)."""
        known = self.evidence[rows].astype(np.float64)[:, None]
        alone, rated = self._ends
        return np.asarray((1 - known) * alone + known * rated)

    def having(self, rows: NDArray[Any]) -> NDArray[np.bool_]:
        """Whether each film has each block: shape (rows, blocks)."""
        places, starts = self._dense
        have = np.zeros((len(rows), len(self.layout.blocks)), dtype=bool)
        have[:, places] = np.add.reduceat(self.vectors.at(rows) != 0, starts, axis=1) > 0
        names, owner = self.names.table.places(rows)
        have[owner, self.names.block_of[self.names.table.indices[names]]] = True
        return have

    def alike(self, rows: NDArray[Any], others: NDArray[Any]) -> Shares:
        """Unweighted similarity of films, block by block: shape (rows, others, blocks)."""
        found = self.vectors.at(np.concatenate((rows, others)))
        dense, starts = self._dense
        seeds, rest = found[: len(rows), None].astype(np.float64), found[len(rows) :]
        alike = np.zeros((len(rows), len(others), len(self.layout.blocks)))
        for place, (row, seed) in enumerate(zip(rows.tolist(), seeds, strict=True)):
            alike[place][:, dense] = np.add.reduceat(rest * seed, starts, axis=1)
            alike[place] += self.names.alike(row, others)
        return alike

    def likeness(self, rows: NDArray[Any], others: NDArray[Any], weights: Shares) -> Shares:
        """Weighted similarity of films, all blocks together: shape (rows, others).

        `weights`, shape (blocks,). As `alike(rows, others) @ weights`, for thousands of others.
        """
        across = self.layout.across(weights)
        dense = (self.vectors.at(rows) * across) @ self.vectors.at(others).T
        found = dense.astype(np.float64)
        places, owner = self.names.table.places(others)
        columns = self.names.table.indices[places]
        order = np.argsort(columns, kind="stable")
        columns, owner = columns[order], owner[order]
        theirs = self.names.table.data[places[order]]
        for place, row in enumerate(rows.tolist()):
            mine, own = self.names.of(row)
            counts = own * weights[self.names.block_of[mine]]
            first, last = np.searchsorted(columns, mine), np.searchsorted(columns, mine, "right")
            for start, stop, weight in zip(first.tolist(), last.tolist(), counts, strict=True):
                # a film has a name once, so no place is added to twice
                found[place, owner[start:stop]] += theirs[start:stop] * weight
        return found


def apportioned(raw: Shares) -> tuple[Shares, Shares]:
    """Scores and shares as they are shown, of `raw` shares of shape (films, parts).

    Both have DECIMALS decimals. A score is its raw shares' sum, rounded, so that films stand as
    they did before rounding; the shares add up to it, by the largest-remainder method (Hamilton's):
    rounded down, and those that lost most get the units that are missing.
    """
    units = np.asarray(raw, dtype=np.float64) * 10**DECIMALS
    whole = np.rint(units.sum(axis=1))
    # what is a unit but for the last bit of a float is that unit
    floors = np.floor(units + 1e-6)
    lost = units - floors
    missing = whole - floors.sum(axis=1)
    ranks = np.argsort(np.argsort(-lost, axis=1, kind="stable"), axis=1, kind="stable")
    shares = floors + (ranks < missing[:, None])
    return whole / 10**DECIMALS, shares / 10**DECIMALS
