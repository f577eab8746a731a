"""Any model that sentence-transformers can load, as it computes it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from contracts.errors import DataError
from index.encoders.text_encoder import Vectors, unit


class SentenceEncoder:
    """Plain sentence-transformers on the CPU.

    One text at a time: a batch pads its texts to the longest, and the sums then come out in
    another order, so that a vector's last bits would depend on its companions.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Load the model in `folder`; DataError if sentence-transformers cannot."""
        self.name = name
        self._folder = folder
        self.model = _load(folder, name)
        self.dim = self._encode([""]).shape[1]

    def __reduce__(self) -> tuple[Any, ...]:
        return SentenceEncoder, (self._folder.resolve(), self.name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors, shape (texts, dim), in the order of the texts."""
        return self._encode(texts) if texts else np.empty((0, self.dim), np.float32)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = self.model.encode(list(texts), batch_size=1, show_progress_bar=False)
        return unit(np.asarray(vectors, np.float32))


def _load(folder: Path, name: str) -> Any:
    try:
        hush_downloads()
        _hush_loading()
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as exc:  # whatever a stranger's files make the libraries raise
        reason = str(exc).strip().partition("\n")[0]
        raise DataError(f"model {name} in {folder} cannot be loaded: {reason}") from exc


def hush_downloads() -> None:
    """Keep the model hub's progress bars out of logs and pipes."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not sys.stderr.isatty():
        disable_progress_bars()


def _hush_loading() -> None:
    """Keep the bar over the loading of weights, a second long, out of everything."""
    from transformers.utils import logging

    hush: Any = logging.disable_progress_bar
    hush()
