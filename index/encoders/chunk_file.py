"""One file of vectors under their keys, whole or worthless: a checksum tells."""

import hashlib
import os
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.versions import flush
from index.encoders.text_encoder import Vectors

HEADER = struct.Struct("<8sII32s")
"""Format, dimension, rows, and the SHA-256 of all that follows: the keys, then the vectors."""

FORMAT = b"CARTEMB1"
KEY_BYTES = 32


def write_chunk(path: Path, keys: Sequence[bytes], vectors: Vectors) -> None:
    """Put the chunk at `path` at once, on disk when this returns; OSError leaves nothing."""
    body = b"".join(keys) + np.ascontiguousarray(vectors, "<f4").tobytes()
    header = HEADER.pack(FORMAT, vectors.shape[1], len(keys), hashlib.sha256(body).digest())
    draft = path.with_suffix(".tmp")
    try:
        with draft.open("wb") as file:
            file.write(header + body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    flush(path.parent)


def read_keys(path: Path, dim: int) -> list[bytes] | None:
    """The keys in row order; None if the file is torn, altered or of another dimension."""
    content = path.read_bytes()
    if len(content) < HEADER.size:
        return None
    written, width, rows, checksum = HEADER.unpack_from(content)
    body = memoryview(content)[HEADER.size :]
    if (written, width) != (FORMAT, dim) or hashlib.sha256(body).digest() != checksum:
        return None
    keys = bytes(body[: rows * KEY_BYTES])
    return [keys[start : start + KEY_BYTES] for start in range(0, len(keys), KEY_BYTES)]


def read_vectors(path: Path, dim: int, rows: NDArray[np.intp]) -> Vectors:
    """The vectors of these rows of a sound chunk, shape (rows, dim)."""
    with path.open("rb") as file:
        count = HEADER.unpack(file.read(HEADER.size))[2]
    start = HEADER.size + count * KEY_BYTES
    stored = np.memmap(path, np.dtype("<f4"), "r", start, (count, dim))
    return np.asarray(stored[rows], np.float32)
