"""What changed from one index version to the next: who has a block, where its films lie, and
which films are told to be alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from contracts.versions import Manifest, read_manifest
from index.blocks import DENSE, Layout
from index.faiss_store import IDS_FILE, FaissIndex
from index.inherited import LEARNT_ON, RULES_KEY
from index.search_space import UNREADABLE
from index.similar import NEIGHBOURS_FILE
from index.store import VectorIndex

TOP = 5
"""Films told to be like a film whose churn is measured."""

AT_ONCE = 4096
"""Vectors read in one step."""

Rows = NDArray[np.int64]
Sum = NDArray[np.float64]


@dataclass(frozen=True)
class IndexVersion:
    """The parts of an index version that are compared; a film is its row."""

    manifest: Manifest
    layout: Layout
    movie_ids: Rows
    neighbours: NDArray[np.int32]
    vectors: VectorIndex

    @classmethod
    def load(cls, folder: Path) -> "IndexVersion":
        """From the version's folder; raises VersionError where a part cannot be read."""
        manifest = read_manifest(folder)
        vectors = FaissIndex.load(folder)
        try:
            layout = Layout.from_settings(manifest.settings["blocks"])
            movie_ids = np.load(folder / IDS_FILE)
            neighbours = np.load(folder / NEIGHBOURS_FILE)
            return cls(manifest, layout, movie_ids, neighbours, vectors)
        except UNREADABLE as exc:
            raise VersionError(f"{folder} lacks a part of the index: {exc}") from exc

    def films_with(self, block: str) -> int:
        """How many films have the block."""
        return self.manifest.counts.get(f"block.{block}", 0)

    def share(self, block: str) -> float:
        """Share of the films that have the block."""
        return self.films_with(block) / len(self.movie_ids) if len(self.movie_ids) else 0.0

    def made_by(self) -> dict[str, Any]:
        """What the index was made with: rules, encoders, and the data that it learnt from."""
        inputs = {name: digest for name, digest in self.manifest.inputs.items() if name != "data"}
        return inputs | {RULES_KEY: self.manifest.settings.get(RULES_KEY)}


@dataclass(frozen=True)
class BlockShift:
    """One block: the share of films that have it, and how far its films' centroid moved.

    A shift is 1 less the cosine of the mean vectors: from 0, as it was, to 2. None for a sparse
    block, and where a version has no film with the block. `films` had it before.
    """

    before: float
    after: float
    films: int
    centroid: float | None
    centroid_of_both: float | None
    """The same, of the films that both versions have."""

    @property
    def lost(self) -> float:
        """Part of the share before that is gone: 1 where no film has the block any more."""
        return max(0.0, 1 - self.after / self.before) if self.before else 0.0


@dataclass(frozen=True)
class Churn:
    """How many of the first five films like a film are others now, whatever their order.

    `share` is of all those places, `best_known_share` of the places of the best known films only;
    `changed` is the share of films whose five are not the same. Of `films` that both have.
    """

    films: int
    share: float
    changed: float
    best_known: int
    best_known_share: float
    best_known_changed: float


@dataclass(frozen=True)
class IndexShift:
    """What changed in the index; `made_otherwise` names what it was not made with before.

    Where only what it learnt from is other (`learnt_on`), vectors are turned as near to those
    before as can be, since principal directions learnt anew may well point the other way.
    """

    made_otherwise: tuple[str, ...]
    blocks: dict[str, BlockShift]
    churn: Churn


@dataclass(frozen=True)
class _Sums:
    """Vectors added up: of all films of a version, and of those that the other has as well."""

    whole: Sum
    both: Sum

    @classmethod
    def of(cls, version: IndexVersion, both: Rows) -> "_Sums":
        others = np.setdiff1d(np.arange(len(version.movie_ids)), both)
        shared = _sum(version, both)
        return cls(shared + _sum(version, others), shared)


def index_shift(before: IndexVersion, after: IndexVersion, best_known: Rows) -> IndexShift:
    """What changed; `best_known` are movie_ids of the films whose churn is told apart."""
    made, now = before.made_by(), after.made_by()
    otherwise = tuple(name for name in sorted(made | now) if made.get(name) != now.get(name))
    _, rows, others = np.intersect1d(
        before.movie_ids, after.movie_ids, assume_unique=True, return_indices=True
    )
    sums = _Sums.of(before, rows), _Sums.of(after, others)
    blocks = {}
    for name in dict.fromkeys(
        block.name for side in (before, after) for block in side.layout.blocks
    ):
        centroids: tuple[float | None, float | None] = None, None
        if (spans := _spans(name, before.layout, after.layout)) is not None:
            turn = _turn(before, after, rows, others, spans) if otherwise == (LEARNT_ON,) else None
            centroids = (
                _angle(sums[0].whole[spans[0]], sums[1].whole[spans[1]], turn),
                _angle(sums[0].both[spans[0]], sums[1].both[spans[1]], turn),
            )
        blocks[name] = BlockShift(
            before.share(name), after.share(name), before.films_with(name), *centroids
        )
    return IndexShift(otherwise, blocks, churn(before, after, (rows, others), best_known))


def churn(
    before: IndexVersion, after: IndexVersion, both: tuple[Rows, Rows], best_known: Rows
) -> Churn:
    """How the first TOP films changed of films at these rows, or the first there are of any."""
    ids = before.movie_ids[both[0]]
    top = before.movie_ids[before.neighbours[both[0], :TOP]]
    new = after.movie_ids[after.neighbours[both[1], :TOP]]
    places = max(top.shape[1], new.shape[1])
    kept = (top[:, :, None] == new[:, None, :]).any(axis=2).sum(axis=1)
    other = 1 - kept / places if places else np.zeros(len(ids))
    known = np.isin(ids, best_known)
    return Churn(
        films=len(ids),
        share=_mean(other),
        changed=_mean(other > 0),
        best_known=int(known.sum()),
        best_known_share=_mean(other[known]),
        best_known_changed=_mean(other[known] > 0),
    )


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _sum(version: IndexVersion, rows: Rows) -> Sum:
    total = np.zeros(version.layout.dim)
    for start in range(0, len(rows), AT_ONCE):
        total += version.vectors.at(rows[start : start + AT_ONCE]).sum(axis=0, dtype=np.float64)
    return total


def _spans(name: str, *layouts: Layout) -> tuple[slice, slice] | None:
    """Where a dense block lies in both; None unless both have it, in as many numbers."""
    if not all(name in layout.names(DENSE) for layout in layouts):
        return None
    before, after = (layout.span(name) for layout in layouts)
    return (before, after) if before.stop - before.start == after.stop - after.start else None


def _turn(
    before: IndexVersion, after: IndexVersion, rows: Rows, others: Rows, spans: tuple[slice, slice]
) -> Sum:
    """The turn that lays films' vectors as near to those after as can be (Procrustes)."""
    width = spans[0].stop - spans[0].start
    products = np.zeros((width, width))
    for start in range(0, len(rows), AT_ONCE):
        own = before.vectors.at(rows[start : start + AT_ONCE])[:, spans[0]]
        theirs = after.vectors.at(others[start : start + AT_ONCE])[:, spans[1]]
        products += own.T @ theirs
    left, _, right = np.linalg.svd(products)
    return np.asarray(left @ right)


def _angle(one: Sum, other: Sum, turn: Sum | None) -> float | None:
    """1 less the cosine of two sums of vectors; None where one is zero."""
    turned = one if turn is None else one @ turn
    lengths = float(np.linalg.norm(turned) * np.linalg.norm(other))
    return max(0.0, 1 - float(turned @ other) / lengths) if lengths else None
