"""The encoder that free text is searched with: the one that comes along, or a model of choice."""

from pathlib import Path

from contracts.errors import VersionError
from index.encoders.multilingual import MultilingualEncoder
from index.encoders.text_encoder import TextEncoder
from index.encoders.use_files import MODEL


def building_encoder(model: str, models: Path) -> TextEncoder:
    """The multilingual encoder, or the sentence-transformers `model` where one is named.

    `models` is where a named model is prepared. DataError where it cannot be had.
    """
    return _named(model, models) if model else MultilingualEncoder()


def write_encoder(encoder: TextEncoder, folder: Path) -> None:
    """Put into an index version what its service needs to encode a query: nothing of a model."""
    if isinstance(encoder, MultilingualEncoder):
        encoder.write(folder)


def serving_encoder(folder: Path, name: str, model: str, models: Path) -> TextEncoder:
    """The encoder called `name` that the index version in `folder` was built with.

    DataError where it cannot be had; VersionError where `model` is another one.
    """
    if model or (folder / MODEL).exists():
        encoder = _named(model, models) if model else MultilingualEncoder(folder)
        if encoder.name == name:
            return encoder
    raise VersionError(
        f"{folder} was built with the encoder {name}: "
        "RECO_FREE_TEXT_MODEL must name the same model for index and service"
    )


def _named(model: str, models: Path) -> TextEncoder:
    # here, so that who names no model needs neither torch nor ONNX Runtime
    from index.encoders.encoder import load_encoder

    return load_encoder(model, cache_dir=models)
