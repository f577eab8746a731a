"""Versions, not files: how a build is published, and how a reader finds and checks it.

A root folder (`var/data`, `var/index`) holds one folder a version and the file `current`, the
pointer. A build writes into a hidden staging folder, which becomes the version by one rename;
then one rename moves the pointer. Whatever dies on the way leaves the last version as it was.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.errors import DataError, VersionError

MANIFEST = "manifest.json"
POINTER = "current"
PREVIOUS = "previous"
STAGING = ".staging-"
VERSION_DIGITS = 16


class FileEntry(BaseModel):
    """One file of a version: size in bytes, SHA-256 of its bytes."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a version is made of; it carries no time, so that same input gives same bytes."""

    model_config = ConfigDict(frozen=True)

    kind: str
    format: int
    version: str
    inputs: dict[str, str]
    settings: dict[str, Any]
    counts: dict[str, int]
    files: dict[str, FileEntry] = {}


@dataclass(frozen=True)
class Outcome:
    """What a build led to: the version now current, whether it was built just now, its counts."""

    version: str
    folder: Path
    built: bool
    counts: dict[str, int]


def version_name(kind: str, fmt: int, inputs: Mapping[str, str], settings: Any) -> str:
    """Name of the version that these inputs (name → SHA-256) and settings lead to."""
    recipe = [kind, fmt, sorted(inputs.items()), settings]
    digest = hashlib.sha256(orjson.dumps(recipe, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()[:VERSION_DIGITS]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def building(root: Path) -> Iterator[None]:
    """Hold the root's lock, so that two builds never collide, and clear what dead ones left."""
    with saying_what_failed(f"cannot write to {root}"):
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise DataError(f"another build is running in {root}; wait for it to end") from exc
        for leftover in root.glob(f"{STAGING}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


@contextlib.contextmanager
def staging(root: Path, version: str) -> Iterator[Path]:
    """An empty folder to build `version` in; removed again if the build fails."""
    folder = root / f"{STAGING}{version}"
    with saying_what_failed(f"cannot write to {root}"):
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(
    folder: Path,
    manifest: Manifest,
    gate: Callable[[Path, Manifest], None] | None = None,
    point: bool = True,
) -> Path:
    """Seal the staged `folder` with its manifest, make it a version and point at it.

    `gate` is given both after the files were read back, and raises DataError to stop. Without
    `point` the version stands ready, and nobody reads it yet.
    """
    root = folder.parent
    files = {
        path.name: FileEntry(bytes=path.stat().st_size, sha256=sha256_of(path))
        for path in sorted(folder.iterdir())
    }
    sealed = manifest.model_copy(update={"files": files})
    (folder / MANIFEST).write_bytes(
        orjson.dumps(sealed.model_dump(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    )
    for path in folder.iterdir():
        flush(path)
    flush(folder)
    for name, entry in files.items():
        _check(folder / name, entry)
    if gate is not None:
        gate(folder, sealed)
    target = root / manifest.version
    if target.exists():  # damaged, or it would have been kept: see `is_whole`
        target.rename(root / f"{STAGING}damaged-{manifest.version}")
    folder.rename(target)
    if point:
        point_to(root, manifest.version)
    shutil.rmtree(root / f"{STAGING}damaged-{manifest.version}", ignore_errors=True)
    return target


def point_to(root: Path, version: str) -> None:
    """Make `version` the current one, by one atomic rename, and remember the one before it."""
    before = current_version(root)
    if before and before != version:  # first, so that what dies between loses only a way back
        _write_name(root / PREVIOUS, before)
    _write_name(root / POINTER, version)


@contextlib.contextmanager
def rolling_back(root: Path, kind: str, fmt: int) -> Iterator[Manifest]:
    """Go back to the version before this one, once the caller has checked what its manifest names.

    Rolling back twice leads back to where it began. Raises VersionError where there is none, or
    it is not whole any more; then, or if the caller raises, nothing has changed.
    """
    with building(root):
        before = _open_previous(root, kind, fmt)
        yield before
        point_to(root, before.version)


def _open_previous(root: Path, kind: str, fmt: int) -> Manifest:
    try:
        before = (root / PREVIOUS).read_text().strip()
    except FileNotFoundError:
        before = ""
    if not before or before == current_version(root):
        raise VersionError(f"{root} has no earlier version to go back to")
    return open_version(root, before, kind, fmt)[1]


def _write_name(path: Path, version: str) -> None:
    draft = path.with_name(f".{path.name}")
    draft.write_text(version + "\n")
    flush(draft)
    draft.replace(path)
    flush(path.parent)


def keep(root: Path, version: str, point: bool = True) -> Outcome:
    """Make a version that is there, and whole, the current one (with `point`), if it is not."""
    if point and current_version(root) != version:
        point_to(root, version)
    return Outcome(version, root / version, False, read_manifest(root / version).counts)


def current_version(root: Path) -> str | None:
    """Name of the version the pointer names; None where nothing was published yet."""
    try:
        return (root / POINTER).read_text().strip()
    except FileNotFoundError:
        return None


def open_current(root: Path, kind: str, fmt: int) -> tuple[Path, Manifest]:
    """Folder and manifest of the current version, checked; raises VersionError."""
    version = current_version(root)
    if version is None:
        raise VersionError(f"nothing has been published in {root}; build it first")
    if not version or not (root / version).is_dir():
        raise VersionError(f"{root / POINTER} names version {version!r}, which is gone")
    return open_version(root, version, kind, fmt)


def open_version(root: Path, version: str, kind: str, fmt: int) -> tuple[Path, Manifest]:
    """Folder and manifest of one version, its checksums checked; raises VersionError."""
    folder = root / version
    if not version or not folder.is_dir():
        raise VersionError(f"{root} has no version {version!r} any more; build again")
    manifest = read_manifest(folder)
    if (manifest.kind, manifest.format) != (kind, fmt):
        raise VersionError(
            f"{folder} is of kind {manifest.kind} and format {manifest.format},"
            f" not {kind} and {fmt}; build it again"
        )
    for name, entry in manifest.files.items():
        _check(folder / name, entry)
    return folder, manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a version's folder; raises VersionError."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as exc:
        raise VersionError(f"{folder / MANIFEST} cannot be read: {exc.strerror}") from exc
    except ValidationError as exc:
        raise VersionError(f"{folder / MANIFEST} is not a manifest") from exc


def is_whole(root: Path, version: str, kind: str, fmt: int) -> bool:
    """Whether `version` stands in `root`, complete and unaltered."""
    try:
        open_version(root, version, kind, fmt)
    except VersionError:
        return False
    return True


@contextlib.contextmanager
def saying_what_failed(what: str) -> Iterator[None]:
    """Turn a fault of the disk or of a permission into one sentence (DataError)."""
    try:
        yield
    except OSError as exc:
        reason = "the disk is full" if exc.errno in (errno.ENOSPC, errno.EDQUOT) else exc.strerror
        raise DataError(f"{what}: {reason or exc}") from exc


def _check(path: Path, entry: FileEntry) -> None:
    try:
        intact = path.stat().st_size == entry.bytes and sha256_of(path) == entry.sha256
    except OSError as exc:
        raise VersionError(f"{path} cannot be read: {exc.strerror}") from exc
    if not intact:
        raise VersionError(f"{path} is not what was published: its checksum differs")


def flush(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
