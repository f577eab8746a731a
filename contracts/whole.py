"""Whether versions are still as they were published, for who asks often and waits little."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import Sentence, VersionError
from contracts.versions import open_version

READ_WITHIN_S = 1.0
"""How long one who asks waits for checksums: an index of gigabytes on a cold disk takes longer."""

READING = Sentence(
    "Se están comprobando sus archivos; en unos segundos se sabe.",
    "Its files are being checked; it is known in a few seconds.",
)


@dataclass(frozen=True)
class Root:
    """A root of versions, and what the service over it reads."""

    path: Path
    kind: str
    fmt: int
    called: str
    """What its versions are, in a word of the API."""


class Whole:
    """Whether versions are as they were published; each is read through once while unchanged."""

    def __init__(self, within_s: float = READ_WITHIN_S) -> None:
        self._within_s = within_s
        self._lock = threading.Lock()
        self._known: dict[tuple[Path, str], tuple[object, Future[bool]]] = {}

    def holds(self, root: Root, version: str) -> bool | None:
        """Whether it stands in the root, of its kind and format, every checksum as written.

        None where reading it takes longer than one waits here: it goes on, and is known later.
        """
        place, signature = (root.path, version), _signature(root.path / version)
        if signature is None:
            return False
        with self._lock:  # else each of many who ask at once would read it all
            seen, reading = self._known.get(place, (None, None))
            if reading is None or seen != signature:
                reading = _reading(root, version)
                self._known[place] = signature, reading
        try:
            return reading.result(self._within_s)
        except TimeoutError:
            return None

    def fault(self, root: Root, version: str, damaged: Sentence) -> Sentence | None:
        """What is in the way of using a version, `damaged` if it is not whole."""
        whole = self.holds(root, version)
        return READING if whole is None else None if whole else damaged


def _reading(root: Root, version: str) -> Future[bool]:
    """In a thread of its own, which the end of the process does not wait for."""
    reading: Future[bool] = Future()

    def read() -> None:
        try:
            reading.set_result(_is_whole(root, version))
        except Exception as exc:
            reading.set_exception(exc)

    threading.Thread(target=read, name="checking", daemon=True).start()
    return reading


def _is_whole(root: Root, version: str) -> bool:
    try:
        open_version(root.path, version, root.kind, root.fmt)
    except VersionError:
        return False
    return True


def _signature(folder: Path) -> object:
    """What changes whenever a file of the folder does."""

    def files() -> Iterator[tuple[str, int, int, int]]:
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat()
                yield entry.name, status.st_ino, status.st_size, status.st_mtime_ns

    try:
        return sorted(files())
    except OSError:
        return None
