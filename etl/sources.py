"""Finding the raw files: one folder, known names, plain, gzipped or inside a zip."""

import codecs
import contextlib
import gzip
import hashlib
import io
import logging
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from contracts.errors import DataError
from contracts.platforms import PLATFORMS, Platform

logger = logging.getLogger(__name__)


def titles_role(platform: Platform) -> str:
    """The role of this platform's catalogue."""
    return f"{platform.name}_titles"


ROLES = {
    "movies": ("movies_dataset.csv", "movies_metadata.csv"),
    "credits": ("credits.csv",),
    "keywords": ("keywords.csv",),
    "links": ("links.csv", "links_small.csv"),
    "ratings": ("ratings.csv", "ratings_small.csv"),
} | {titles_role(platform): (platform.file,) for platform in PLATFORMS}
"""The names a file is known by, for each role it can play."""

REQUIRED = ("movies", "credits")

WITH_A_PART = ("links", "ratings")
"""Roles whose files Kaggle ships twice, whole and in part, by their first name and their second."""

PLATFORM_RATINGS = "platform_ratings"
"""Role of ratings files of any other name, known by their columns; there may be several."""

RATINGS_HEADER = ["movieId", "rating", "timestamp", "userId"]
LONGEST_HEADER_BYTES = 4096

UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)
"""What a damaged, locked or encrypted file raises while it is opened or read."""


@dataclass(frozen=True)
class Source:
    """One raw file; `member` is its name inside the zip at `path`, if it is in one."""

    role: str
    path: Path
    member: str | None = None

    @property
    def label(self) -> str:
        """The name people know it by, as it stands in errors and in the ledger."""
        name = PurePosixPath(self.member).name if self.member else self.path.name
        return name.removesuffix(".gz")

    def __str__(self) -> str:
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The file's bytes, decompressed; raises DataError if it cannot be read."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(refusing_damage(str(self)))
            if self.member:
                archive = stack.enter_context(zipfile.ZipFile(self.path))
                yield stack.enter_context(archive.open(self.member))
            elif self.path.suffix == ".gz":
                yield stack.enter_context(cast(IO[bytes], gzip.open(self.path)))
            else:
                yield stack.enter_context(self.path.open("rb"))

    def sha256(self) -> str:
        """SHA-256 of the decompressed bytes: packing a file again changes nothing."""
        with self.open() as file:
            return hashlib.file_digest(cast(io.BufferedReader, file), "sha256").hexdigest()


@contextlib.contextmanager
def refusing_damage(name: str) -> Iterator[None]:
    """Tell a damaged file in one sentence (DataError)."""
    try:
        yield
    except UNREADABLE as exc:
        raise DataError(f"{name} cannot be read: {getattr(exc, 'strerror', None) or exc}") from exc


def find_sources(raw: Path) -> dict[str, Source]:
    """The file for each role in `raw` and its subfolders, by role.

    Platform ratings, of which all files count, are `platform_ratings/<file>` each. Raises
    DataError where the folder or a required file is missing, or where two files claim
    the same role (a part beside its whole does not: the whole is taken).
    """
    if not raw.is_dir():
        raise DataError(f"the raw folder {raw} does not exist or is not a folder")
    found: dict[str, Source] = {}
    for source in sorted(_candidates(raw), key=_is_part):  # wholes first
        if source.role == PLATFORM_RATINGS:
            found[_key_of_many(source, found, raw)] = source
        elif (other := found.get(source.role)) is None:
            found[source.role] = source
        elif _is_part(source) and not _is_part(other):
            logger.info("part_left_out role=%s taken=%s left=%s", source.role, other, source)
        else:
            raise DataError(f"two files claim to be the {source.role}: {other} and {source}")
    for role in REQUIRED:
        if role not in found:
            names = " or ".join(ROLES[role])
            raise DataError(f"{raw} holds no {names} (nor the same as .csv.gz or in a .zip)")
    return found


def ratings_files(sources: dict[str, Source]) -> list[Source]:
    """All ratings files among `sources`: MovieLens' own first, the platforms' by name."""
    roles = sorted(role for role in sources if role.startswith(f"{PLATFORM_RATINGS}/"))
    return [sources[role] for role in ("ratings", *roles) if role in sources]


def _candidates(raw: Path) -> Iterator[Source]:
    for path in sorted(raw.rglob("*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix == ".zip":
            yield from _members(path)
        elif role := _role_of(path.name.removesuffix(".gz")):
            yield Source(role, path)
        elif _holds_ratings(source := Source(PLATFORM_RATINGS, path)):
            yield source


def _members(path: Path) -> Iterator[Source]:
    with refusing_damage(str(path)), zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
    for name in names:
        if name.startswith("__MACOSX/"):  # shadow files of the same name
            continue
        if role := _role_of(PurePosixPath(name).name):
            yield Source(role, path, name)
        elif _holds_ratings(source := Source(PLATFORM_RATINGS, path, name)):
            yield source


def _holds_ratings(source: Source) -> bool:
    """Whether a file of unknown name has the columns of ratings; one that is damaged has not."""
    if not source.label.lower().endswith(".csv"):
        return False
    try:
        with source.open() as file:
            header = file.readline(LONGEST_HEADER_BYTES)
    except DataError:
        return False
    text = header.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").replace('"', "")
    return sorted(name.strip() for name in text.split(",")) == RATINGS_HEADER


def _key_of_many(source: Source, found: dict[str, Source], raw: Path) -> str:
    """The key of one of several files: its name, or its whole path where another has the name."""
    key = f"{source.role}/{source.label}"
    return key if key not in found else f"{source.role}/{Path(str(source)).relative_to(raw)}"


def _is_part(source: Source) -> bool:
    return source.role in WITH_A_PART and source.label.lower() == ROLES[source.role][1]


def _role_of(name: str) -> str | None:
    return next((role for role, names in ROLES.items() if name.lower() in names), None)
