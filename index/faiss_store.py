"""The vectors of a version on FAISS: flat, half precision, read from a file mapped into memory.

Everybody's scores come from here. Where an engine finds the nearest films, only what it finds is
compared; should it fail, all films are.
"""

import io
import logging
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.engine import Engine, EngineFault
from index.store import Among, Floats, Hit, Rows, ranked

VECTORS_FILE = "vectors.faiss"
IDS_FILE = "movie_ids.npy"
DIM_FILE = "vectors_dim.npy"

WIDTH = 16
"""FAISS compares vectors several times as fast where their length is a multiple of this: it is
filled up with zeros."""

READ_SINGLY = 1000
"""Up to so many films are read one by one; for more, comparing with all of them is quicker."""

TIE_MARGIN = 16
"""Hits asked for beyond `k` at first, so that ties at the end can be told by movie_id."""


AT_ONCE = 65_536
"""Vectors taken in one step while building."""

logger = logging.getLogger(__name__)


class FaissIndex:
    """See index.store.VectorIndex. Memory: two bytes a number, in pages shared with the file."""

    def __init__(
        self,
        movie_ids: NDArray[np.int64],
        index: faiss.Index,
        dim: int,
        engine: Engine | None = None,
    ) -> None:
        self.fault: str | None = None
        """Why the engine could not answer the last time it was asked; None where it could."""
        self._ids = movie_ids
        self.dim = dim
        self.flat = index
        self.engine = engine
        self._row = {int(movie_id): row for row, movie_id in enumerate(movie_ids)}

    @classmethod
    def build(cls, movie_ids: NDArray[np.int64], vectors: Floats) -> "FaissIndex":
        """An index of `vectors`, shape (films, dim), in the order of `movie_ids`."""
        dim = vectors.shape[1]
        width = -(-dim // WIDTH) * WIDTH
        index = faiss.IndexScalarQuantizer(
            width, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        for start in range(0, len(vectors), AT_ONCE):
            index.add(_filled(vectors[start : start + AT_ONCE], width))
        return cls(movie_ids, index, dim)

    @classmethod
    def load(cls, folder: Path) -> "FaissIndex":
        """The index saved in `folder`; raises VersionError where it cannot be read."""
        try:
            index = faiss.read_index(str(folder / VECTORS_FILE), faiss.IO_FLAG_MMAP_IFC)
            movie_ids = np.load(folder / IDS_FILE)
            dim = int(np.load(folder / DIM_FILE))
        except (RuntimeError, ValueError, TypeError, OSError, EOFError) as exc:
            raise VersionError(f"{folder / VECTORS_FILE} is not an index FAISS can read") from exc
        # one query is one thread's work: more would only wait for it, and spin while they wait
        faiss.omp_set_num_threads(1)
        if index.ntotal != len(movie_ids):
            raise VersionError(f"{folder} has {index.ntotal} vectors for {len(movie_ids)} films")
        return cls(movie_ids, index, dim)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        # through Python, since FAISS tells a full disk by aborting what it wrote
        with (folder / VECTORS_FILE).open("wb") as file:
            file.write(faiss.serialize_index(self.flat).data)
        save_array(folder / IDS_FILE, self._ids)
        save_array(folder / DIM_FILE, np.array(self.dim))

    def __len__(self) -> int:
        return len(self._ids)

    def vectors(self, movie_ids: list[int]) -> Floats:
        """See VectorIndex."""
        return self.at(np.array([self._row[movie_id] for movie_id in movie_ids], dtype=np.int64))

    def at(self, rows: Rows) -> Floats:
        """See VectorIndex."""
        found = self.flat.reconstruct_batch(rows.astype(np.int64))
        return np.asarray(found[:, : self.dim], dtype=np.float32)

    def products(self, query: Floats, rows: Rows | None = None) -> Floats:
        """See VectorIndex."""
        if rows is not None and len(rows) <= READ_SINGLY:
            return self.at(rows) @ query
        found = np.empty(len(self), dtype=np.float32)
        if not len(self):
            return found
        scores, order = self._search(query, len(self))
        found[order[0]] = scores[0]
        return found if rows is None else found[rows]

    @property
    def exact(self) -> bool:
        """See VectorIndex."""
        return self.engine is None

    def top(self, query: Floats, k: int, among: Among | None = None) -> tuple[Rows, Floats]:
        """See VectorIndex."""
        if self.engine:
            found = self._by_engine(self.engine, query, k, among)
            if found is not None:
                return found
        scores, rows = self._search(query, min(k, len(self)), among)
        there = rows[0] >= 0
        return rows[0][there], scores[0][there]

    def _by_engine(
        self, engine: Engine, query: Floats, k: int, among: Among | None
    ) -> tuple[Rows, Floats] | None:
        """What the engine finds, with exact scores; None, and a line in the log, if it cannot."""
        try:
            rows = engine.nearest(query, k, among)
        except EngineFault as exc:
            if str(exc) != self.fault:
                logger.warning("engine_failed reason=%s", exc)
            self.fault = str(exc)
            return None
        self.fault = None
        scores = self.at(rows) @ query
        order = np.argsort(-scores, kind="stable")
        return rows[order], scores[order]

    def nearest(self, query: Floats, k: int) -> list[Hit]:
        """See VectorIndex."""
        if k <= 0 or len(self) == 0:
            return []
        wanted = min(k + TIE_MARGIN, len(self))
        scores, rows = self._search(query, wanted)
        while wanted < len(self) and scores[0, -1] == scores[0, k - 1]:  # more ties than fit
            wanted = min(2 * wanted, len(self))
            scores, rows = self._search(query, wanted)
        return ranked(self._ids[rows[0]], scores[0], k)

    def _search(self, query: Floats, k: int, among: Among | None = None) -> tuple[Floats, Rows]:
        chosen = selector(among)
        parameters = faiss.SearchParameters(sel=chosen) if chosen else None  # type: ignore[call-arg]
        scores, rows = self.flat.search(_filled(query[None], self.flat.d), k, params=parameters)
        return scores, rows


def selector(among: Among | None) -> faiss.IDSelector | None:
    """What FAISS skips films by; None for none."""
    if among is None:
        return None
    bits = np.packbits(among.rows, bitorder="little")
    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]  # its stubs are of C++


def _filled(vectors: Floats, width: int) -> Floats:
    """The rows with zeros after them, up to `width` numbers."""
    filled = np.zeros((len(vectors), width), dtype=np.float32)
    filled[:, : vectors.shape[1]] = vectors
    return filled


def save_array(path: Path, array: NDArray[Any]) -> None:
    """As np.save, which tells a full disk as items not written, without the reason."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    path.write_bytes(buffer.getbuffer())
