"""Vectors kept by what their text says, so that no text is ever embedded twice."""

import fcntl
import functools
import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from contracts.errors import DataError
from contracts.partitions import LOCAL, Partitions
from contracts.progress import Advance, track
from index.encoders.chunk_file import read_keys, read_vectors, write_chunk
from index.encoders.text_encoder import TextEncoder, Vectors

CHUNK_TEXTS = 512
"""Texts embedded between two writes: what a killed build loses, a few seconds of work."""

EMBEDDING_CACHE = Path("var/cache/embeddings")

Track = Callable[[int, str], AbstractContextManager[Advance]]
log = logging.getLogger(__name__)


def embed(
    texts: Sequence[str],
    encoder: TextEncoder,
    cache: "EmbeddingCache",
    progress: Track = track,
    partitions: Partitions = LOCAL,
) -> Vectors:
    """Vectors of `texts`, shape (texts, dim), in their order; only unknown texts are encoded."""
    encode_missing(texts, encoder, cache, progress, partitions)
    return cache.vectors(texts)


def encode_missing(
    texts: Sequence[str],
    encoder: TextEncoder,
    cache: "EmbeddingCache",
    progress: Track = track,
    partitions: Partitions = LOCAL,
) -> None:
    """Fill `cache` with what it lacks of `texts`.

    What is encoded, wherever, is kept here chunk by chunk, so that a build begun again goes on
    where it was.
    """
    missing = cache.missing(texts)
    if missing:
        log.info("embedding texts=%d known=%d", len(missing), len(texts) - len(missing))
    chunks = [missing[at : at + CHUNK_TEXTS] for at in range(0, len(missing), CHUNK_TEXTS)]
    with progress(len(missing), "embedding texts") as advance:
        encoded = partitions.map_made(functools.partial(_encode, encoder), chunks)
        for chunk, vectors in zip(chunks, encoded, strict=True):
            cache.add(chunk, vectors)
            advance(len(chunk))


def _encode(encoder: TextEncoder) -> Callable[[Sequence[str]], Vectors]:
    """What encodes a chunk; elsewhere `encoder` is made anew as it arrives."""
    return encoder.encode


class EmbeddingCache:
    """The vectors of one encoder, in numbered files that are written once.

    Use it as a context manager. One process at a time: the folder is locked until `close`, or
    until the process dies. A file that is not whole is left out and removed, with a warning.
    Nothing else is ever removed; deleting the folder costs time only.
    """

    def __init__(self, root: Path, encoder: TextEncoder) -> None:
        """Open the encoder's folder under `root`; DataError if it is in use or cannot be."""
        self.folder = root / re.sub(r"[^\w.@-]+", "-", encoder.name)
        self._dim = encoder.dim
        self._places: dict[bytes, tuple[int, int]] = {}
        self._next = 0
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(self.folder)
            self._read()
        except OSError as exc:
            raise DataError(f"cannot use the cache {self.folder}: {exc.strerror}") from exc

    def missing(self, texts: Sequence[str]) -> list[str]:
        """The distinct texts without a vector, in the order of their hashes.

        That order is the same whatever the order of the films, and mixes long with short, so
        that the time left is told truly.
        """
        unknown = {_key(text): text for text in texts}
        return [unknown[key] for key in sorted(unknown.keys() - self._places.keys())]

    def add(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep these vectors, shape (texts, dim); on disk when this returns."""
        if vectors.shape != (len(texts), self._dim) or not np.isfinite(vectors).all():
            raise ValueError(f"no vectors of {len(texts)} texts: shape {vectors.shape}")
        keys = [_key(text) for text in texts]
        try:
            write_chunk(self._chunk(self._next), keys, vectors)
        except OSError as exc:
            raise DataError(
                f"cannot write to the cache {self.folder}: {exc.strerror}; what it holds is "
                "safe, and the next build goes on from there"
            ) from exc
        self._place(keys)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The vectors of known texts, shape (texts, dim), in their order; KeyError if unknown."""
        places = np.array([self._places[_key(text)] for text in texts], np.intp).reshape(-1, 2)
        found = np.empty((len(texts), self._dim), np.float32)
        by_chunk = np.argsort(places[:, 0], kind="stable")
        numbers, starts = np.unique(places[by_chunk, 0], return_index=True)
        for number, wanted in zip(numbers, np.split(by_chunk, starts[1:]), strict=False):
            found[wanted] = read_vectors(self._chunk(number), self._dim, places[wanted, 1])
        return found

    def close(self) -> None:
        """Let another process use the folder."""
        self._lock.close()

    def __enter__(self) -> Self:
        """The cache itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _read(self) -> None:
        """Learn what the files hold; remove what a killed process left unfinished."""
        for draft in self.folder.glob("*.tmp"):
            draft.unlink()
        for path in sorted(self.folder.glob("[0-9]*.chunk")):
            self._next = int(path.stem)
            keys = read_keys(path, self._dim)
            if keys is None:
                log.warning("embedding_chunk_dropped path=%s reason=damaged", path)
                path.unlink()
            self._place(keys or [])

    def _place(self, keys: list[bytes]) -> None:
        """Remember where the rows of the newest chunk are."""
        self._places.update((key, (self._next, row)) for row, key in enumerate(keys))
        self._next += 1

    def _chunk(self, number: int) -> Path:
        return self.folder / f"{number:06}.chunk"


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _lock(folder: Path) -> BinaryIO:
    """The folder's lock file, held until it is closed; DataError if another process holds it."""
    file = (folder / "lock").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        file.close()
        raise DataError(f"another build is using the cache {folder}: let it end first") from exc
    return file
