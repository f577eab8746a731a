"""The builds in a root of versions, as an operator is told of them, broken ones among them."""

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from contracts.api_operation import Compilacion, Versiones, VueltaAtras
from contracts.errors import Sentence, VersionError
from contracts.swap import Serving
from contracts.versions import (
    MANIFEST,
    POINTER,
    PREVIOUS,
    Manifest,
    read_manifest,
)
from contracts.whole import Root, Whole

MOST_BUILDS = 10
LONGEST_NAME = 100
NAMED_TWICE = ("ledger.", "block.")
"""Counts that are told elsewhere, by name."""

T = TypeVar("T")

UNREADABLE = Sentence(
    "No se puede leer su manifiesto: la carpeta está a medias o dañada.",
    "Its manifest cannot be read: the folder is half written or damaged.",
)
NOT_UNDERSTOOD = Sentence(
    "Su manifiesto no dice lo que debe: es de otra versión del programa o está dañado.",
    "Its manifest does not say what it should: it is of another release, or damaged.",
)
MISPLACED = Sentence(
    "Su manifiesto es de otra versión que la que dice la carpeta.",
    "Its manifest is of another version than its folder's name says.",
)
INCOMPLETE = Sentence(
    "Le faltan archivos, o no tienen el tamaño con que se publicaron.",
    "Files are missing, or not of the size they were published with.",
)
DAMAGED = Sentence(
    "Alguno de sus archivos no es el que se publicó: su suma no coincide.",
    "One of its files is not what was published: its checksum differs.",
)
NO_PREVIOUS = Sentence(
    "No hay una versión anterior a la que volver.", "There is no earlier version to go back to."
)
GONE = Sentence(
    "La versión anterior ya no está en el disco.", "The version before is not on disk any more."
)


class Details:
    """What a service tells of a build beyond what all builds have; one for each kind of version."""

    def of(self, manifest: Manifest, folder: Path, served: bool) -> dict[str, object]:
        """Members of Compilacion; may raise ValidationError for a manifest that is none."""
        return {}

    def refuses(self, manifest: Manifest) -> Sentence | None:
        """Why going back to a version that is whole would still fail."""
        return None

    def command(self, root: Path, version: str) -> str:
        """What to run to go back to `version`."""
        return pointing(root, version)


def pointing(root: Path, version: str) -> str:
    """The shell command that makes `version` the one published, and remembers the one before."""
    pointer, previous = (shlex.quote(str(root.absolute() / name)) for name in (POINTER, PREVIOUS))
    return f"cp {pointer} {previous} && printf '%s\\n' {shlex.quote(version)} > {pointer}"


class Builds:
    """The builds in one root, for the service over it."""

    def __init__(self, service: str, root: Root, details: Details, whole: Whole) -> None:
        self._service = service
        self._root = root
        self._details = details
        self._whole = whole

    def told(self, serving: Serving[T], language: str) -> Versiones:
        """All of them, newest first, the way back, and what is served."""
        root, served = self._root.path, serving.current.version
        folders = newest_first(root)
        latest = folders[:MOST_BUILDS]
        return Versiones(
            servicio=self._service,
            tipo=self._root.called,
            servida=served,
            publicada=named_in(root / POINTER),
            rechazada=serving.refusing,
            anterior=named_in(root / PREVIOUS),
            compilaciones=[
                self._build(folder, folder.name == served, language) for folder in latest
            ],
            omitidas=len(folders) - len(latest),
            vuelta_atras=self._way_back(language),
        )

    def _build(self, folder: Path, served: bool, language: str) -> Compilacion:
        name, at = _printable(folder.name), _told_time(written_at(folder))

        def broken(why: Sentence) -> Compilacion:
            return Compilacion(version=name, publicada=at, problema=why.spoken_in(language))

        try:
            manifest = read_manifest(folder)
        except VersionError:
            return broken(UNREADABLE)
        try:
            details = self._details.of(manifest, folder, served)
        except ValidationError:
            return broken(NOT_UNDERSTOOD)
        fault = self._fault(manifest, folder)
        counts = manifest.counts.items()
        return Compilacion(
            version=name,
            publicada=at,
            problema=fault.spoken_in(language) if fault else None,
            formato=manifest.format,
            bytes=sum(entry.bytes for entry in manifest.files.values()),
            cuentas={key: count for key, count in counts if not key.startswith(NAMED_TWICE)},
            entradas=sorted(manifest.inputs),
            **details,  # type: ignore[arg-type]  # pydantic checks it
        )

    def _fault(self, manifest: Manifest, folder: Path) -> Sentence | None:
        """What is wrong with a build, as far as can be seen without reading it through."""
        if manifest.version != folder.name:
            return MISPLACED
        if (manifest.kind, manifest.format) != (self._root.kind, self._root.fmt):
            return _other_format(manifest, self._root)
        sizes = {name: _size(folder / name) for name in manifest.files}
        whole = all(sizes[name] == entry.bytes for name, entry in manifest.files.items())
        return None if whole else INCOMPLETE

    def _way_back(self, language: str) -> VueltaAtras:
        before = named_in(self._root.path / PREVIOUS)
        reason = self._no_way_back(before)
        if reason is not None or before is None:
            return VueltaAtras(motivo=(reason or NO_PREVIOUS).spoken_in(language))
        return VueltaAtras(orden=self._details.command(self._root.path, before))

    def _no_way_back(self, before: str | None) -> Sentence | None:
        root = self._root.path
        if before is None or before == named_in(root / POINTER):
            return NO_PREVIOUS
        folder = root / before
        if not folder.is_dir():
            return GONE
        try:
            manifest = read_manifest(folder)
        except VersionError:
            return UNREADABLE
        fault = self._fault(manifest, folder)
        return (
            fault
            or self._whole.fault(self._root, before, DAMAGED)
            or self._details.refuses(manifest)
        )


def newest_first(root: Path) -> list[Path]:
    """The folders of versions, by when they were written; what is being built is not among them."""
    try:
        folders = [path for path in root.iterdir() if path.name[0] != "." and path.is_dir()]
    except OSError:
        return []
    return sorted(folders, key=lambda path: (written_at(path), path.name), reverse=True)


def written_at(folder: Path) -> float:
    """When a version's manifest was written, or else its folder; 0 where neither is known."""
    for path in (folder / MANIFEST, folder):
        try:
            return path.stat().st_mtime
        except OSError:
            continue
    return 0.0


def named_in(pointer: Path) -> str | None:
    """The version that a pointer names; None where it is missing or holds no name."""
    try:
        named = pointer.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    sound = named.isprintable() and "/" not in named and 0 < len(named) <= LONGEST_NAME
    return named if sound else None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except (OSError, ValueError):  # a damaged manifest may name a file that no disk can hold
        return None


def _other_format(manifest: Manifest, root: Root) -> Sentence:
    return Sentence(
        f"Es de formato {manifest.format}, y esta versión del programa lee el {root.fmt}.",
        f"It is of format {manifest.format}, and this release reads {root.fmt}.",
    )


def _told_time(seconds: float) -> str | None:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}" if seconds else None


def _printable(name: str) -> str:
    """A folder's name as it can be told, whatever bytes it is of."""
    return os.fsencode(name).decode("utf-8", "replace")[:LONGEST_NAME]
