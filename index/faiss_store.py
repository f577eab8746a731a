"""The vector index on FAISS: flat, half precision, read from a file mapped into memory."""

import io
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.store import Floats, Hit, ranked

VECTORS_FILE = "vectors.faiss"
IDS_FILE = "movie_ids.npy"
TIE_MARGIN = 16
"""Hits asked for beyond `k` at first, so that ties at the end can be told by movie_id."""


class FaissIndex:
    """See index.store.VectorIndex. Memory: two bytes a number, in pages shared with the file."""

    def __init__(self, movie_ids: NDArray[np.int64], index: faiss.Index) -> None:
        self._ids = movie_ids
        self._index = index
        self._row = {int(movie_id): row for row, movie_id in enumerate(movie_ids)}

    @classmethod
    def build(cls, movie_ids: NDArray[np.int64], vectors: Floats) -> "FaissIndex":
        """An index of `vectors`, shape (films, dim), in the order of `movie_ids`."""
        dim = vectors.shape[1]
        index = faiss.IndexScalarQuantizer(
            dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.add(np.ascontiguousarray(vectors))
        return cls(movie_ids, index)

    @classmethod
    def load(cls, folder: Path) -> "FaissIndex":
        """The index saved in `folder`; raises VersionError where it cannot be read."""
        try:
            index = faiss.read_index(str(folder / VECTORS_FILE), faiss.IO_FLAG_MMAP_IFC)
            movie_ids = np.load(folder / IDS_FILE)
        except (RuntimeError, ValueError, OSError, EOFError) as exc:
            raise VersionError(f"{folder / VECTORS_FILE} is not an index FAISS can read") from exc
        if index.ntotal != len(movie_ids):
            raise VersionError(f"{folder} has {index.ntotal} vectors for {len(movie_ids)} films")
        return cls(movie_ids, index)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        # through Python, since FAISS tells a full disk by aborting what it wrote
        with (folder / VECTORS_FILE).open("wb") as file:
            file.write(faiss.serialize_index(self._index).data)
        save_array(folder / IDS_FILE, self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def vectors(self, movie_ids: list[int]) -> Floats:
        """See VectorIndex."""
        rows = np.array([self._row[movie_id] for movie_id in movie_ids], dtype=np.int64)
        return np.asarray(self._index.reconstruct_batch(rows), dtype=np.float32)

    def nearest(self, query: Floats, k: int) -> list[Hit]:
        """See VectorIndex."""
        if k <= 0 or len(self) == 0:
            return []
        wanted = min(k + TIE_MARGIN, len(self))
        scores, rows = self._index.search(query[None].astype(np.float32), wanted)
        while wanted < len(self) and scores[0, -1] == scores[0, k - 1]:  # more ties than fit
            wanted = min(2 * wanted, len(self))
            scores, rows = self._index.search(query[None].astype(np.float32), wanted)
        return ranked(self._ids[rows[0]], scores[0], k)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """As np.save, which tells a full disk as items not written, without the reason."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    path.write_bytes(buffer.getbuffer())
