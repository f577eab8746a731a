"""The fast encoder: a quantised model file, run one text at a time on every core."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from contracts.errors import DataError
from index.encoders.text_encoder import Vectors, unit

TOKENIZER = "tokenizer"
"""Key of the model file's metadata under which its tokenizer travels."""


class OnnxEncoder:
    """A model file made by `index.encoders.onnx_export`, on ONNX Runtime.

    Each text is one single-threaded run without padding; the threads share texts, not sums.
    So a vector depends on its text alone, small matrices stay in each core's own cache, and
    no core works on padding.
    """

    def __init__(self, path: Path, name: str) -> None:
        """Load the file at `path`; DataError if it is damaged."""
        self.name = name
        self._path = path
        self._session = _session(path)
        self._tokenizer = _tokenizer(self._session)
        self.dim = int(self._session.get_outputs()[0].shape[1])

    def __reduce__(self) -> tuple[Any, ...]:
        return OnnxEncoder, (self._path.resolve(), self.name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors, shape (texts, dim), in the order of the texts."""
        rows = np.empty((len(texts), self.dim), np.float32)
        tokens = self._tokenizer.encode_batch(list(texts))
        with ThreadPoolExecutor(_cores()) as threads:
            for row, vector in enumerate(threads.map(self._run, tokens)):
                rows[row] = vector
        return unit(rows)

    def _run(self, tokens: Any) -> Vectors:
        """The vector of one text, shape (dim,)."""
        outputs = self._session.run(None, {"ids": np.array([tokens.ids], np.int32)})
        vector: Vectors = outputs[0][0]
        return vector


def _cores() -> int:
    """How many cores this process may use; all there are where nobody says otherwise."""
    # Ray says so to each of its processes, of which there is one a core
    if (told := os.environ.get("OMP_NUM_THREADS", "")).isdigit() and int(told):
        return int(told)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # its warnings are about its own graph rewriting
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # ONNX Runtime's own errors share no public base class
        raise DataError(f"the prepared model {path} cannot be read; delete it") from exc


def _tokenizer(session: Any) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_str(session.get_modelmeta().custom_metadata_map[TOKENIZER])
