"""What is published of data and index together."""

from dataclasses import dataclass
from pathlib import Path

from contracts.versions import current_version

DATA, INDEX = "data", "index"
"""Folders of `var`: the roots of versions."""


@dataclass(frozen=True)
class Pair:
    """Versions of data and index; None where nothing was published yet."""

    data: str | None
    index: str | None


@dataclass(frozen=True)
class Folders:
    """Folders of a version of the data and of one of the index."""

    data: Path
    index: Path


@dataclass(frozen=True)
class Built:
    """Versions of data and index that stand ready."""

    data: str
    index: str


def published(var: Path) -> Pair:
    """What the pointers name."""
    return Pair(current_version(var / DATA), current_version(var / INDEX))


def folders(var: Path, pair: Pair | Built) -> Folders | None:
    """Where the versions of `pair` stand; None unless both do."""
    if not pair.data or not pair.index:
        return None
    found = Folders(var / DATA / pair.data, var / INDEX / pair.index)
    return found if found.data.is_dir() and found.index.is_dir() else None
