"""Which films are like one, and why: the stored neighbours, and each block's share of the score.

Used while serving: numpy and FAISS only.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from contracts.versions import Manifest
from index.search_space import (
    DECIMALS,
    EVIDENCE_FILE,
    SPARSE_FILE,
    UNREADABLE,
    Space,
    apportioned,
)

__all__ = ["DECIMALS", "EVIDENCE_FILE", "NEIGHBOURS_FILE", "SPARSE_FILE", "Similar", "SimilarFilms"]

NEIGHBOURS_FILE = "neighbours.npy"


@dataclass(frozen=True)
class Similar:
    """A similar film: its row, its score, and each block's share of it (they add up to it)."""

    row: int
    score: float
    shares: dict[str, float]


class SimilarFilms:
    """The neighbours of an index version, with their shares computed when asked."""

    def __init__(self, space: Space, neighbours: NDArray[np.int32]) -> None:
        self.space = space
        self._neighbours = neighbours
        self._blocks = [block.name for block in space.layout.blocks]

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> "SimilarFilms":
        """From an index version's folder; raises VersionError where a part cannot be read."""
        space = Space.load(folder, manifest)
        try:
            neighbours = np.load(folder / NEIGHBOURS_FILE, mmap_mode="r")
        except UNREADABLE as exc:
            raise VersionError(f"{folder} lacks a part of the index: {exc}") from exc
        return cls(space, neighbours)

    def films(self) -> int:
        """How many films have their nearest kept."""
        return len(self._neighbours)

    def rows_like(self, row: int) -> list[int]:
        """Rows of all the films kept as nearest to the one at `row`, best first."""
        kept: list[int] = self._neighbours[row].tolist()
        return kept

    def to_film(self, row: int, k: int) -> list[Similar]:
        """The `k` films nearest to the one at `row`, best first."""
        others = np.asarray(self._neighbours[row, : max(k, 0)])
        seed = np.array([row])
        alike, weights = self.space.alike(seed, others)[0], self.space.weights_of(seed)[0]
        scores, shares = apportioned(alike * weights)
        # the stored order is the same but for the last bits; what is shown must stand in order
        order = np.argsort(-scores, kind="stable")
        parts = shares[order].tolist()
        return [
            Similar(found, score, dict(zip(self._blocks, part, strict=True)))
            for found, score, part in zip(
                others[order].tolist(), scores[order].tolist(), parts, strict=True
            )
        ]
