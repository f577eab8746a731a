"""Numbers counted by several processes at once, each in a file of its own that all can read.

A process counts in doubles of a file mapped into memory, so what it counted outlives it, however
it ends. A second file tells, a line a key, which places are whose. The lock on the first says
whether its process lives; a new process goes on counting where one that has ended stopped.
"""

import fcntl
import json
import logging
import mmap
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

Key = tuple[str, ...]
"""The metric, then the values of its labels."""

PLACES = 1 << 17
SIZE = PLACES * 8
"""One MiB a process: room for thousands of rows, taken at once so that a full disk is told then."""
SPARE = 64
"""The first places are nobody's: what there is no room for is counted there."""

VALUES, KEYS = ".values", ".keys"


@dataclass(frozen=True)
class Counted:
    """What one process counted, and whether it still runs."""

    rows: Mapping[Key, tuple[float, ...]]
    alive: bool


class Tallies:
    """This process's numbers; without a folder, in memory that nobody else reads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._rows: dict[Key, tuple[int, int]] = {}
        self._free = SPARE
        self._keys = self._locked = -1
        self._whole = 0
        self._told_full = False
        self._path = Path()
        memory = self._shared(folder) if folder else mmap.mmap(-1, SIZE)
        self.values = memoryview(memory).cast("d")
        """To be counted in at the places given by `row`, by one thread."""

    def row(self, key: Key, width: int = 1) -> int:
        """The first of the places of `key`, which are 0 when it is new; 0 if there is no room."""
        if (known := self._rows.get(key)) is not None:
            return known[0]
        fault = self._not_taken(key, width)
        if fault:
            if not self._told_full:  # else it is told with all that is counted
                logger.error("metrics_full rows=%d reason=%s", len(self._rows), fault)
            self._told_full = True
            return 0
        self._told_full = False
        place, self._free = self._free, self._free + width
        self._rows[key] = (place, width)
        return place

    def own(self) -> Counted:
        """What this process counted."""
        return Counted(_read(dict(self._rows), self.values), True)

    def everyone(self) -> Iterator[Counted]:
        """What each process counted, this one first, then also those that have ended."""
        yield self.own()
        for path in self._folder.glob(f"*{VALUES}") if self._folder else ():
            if path != self._path:
                rows, _ = _rows_of(path.with_suffix(KEYS))
                alive = _is_locked(path)
                yield Counted(_read(rows, memoryview(path.read_bytes()).cast("d")), alive)

    def _not_taken(self, key: Key, width: int) -> str:
        """Why others could not read the row; empty when it has its places, and its line."""
        if self._free + width > PLACES:
            return "every place is taken"
        if self._keys < 0:
            return ""
        line = json.dumps([width, *key]).encode() + b"\n"
        try:
            # What is left of a line that failed: half of one would spoil this one.
            os.ftruncate(self._keys, self._whole)
            written = os.write(self._keys, line)
        except OSError as exc:
            return str(exc)
        if written < len(line):
            return "the disk is full"
        self._whole += written
        return ""

    def _shared(self, folder: Path) -> mmap.mmap:
        file = next(filter(_lock, _candidates(folder)))
        self._path = Path(file[1])
        self._locked = file[0]
        os.posix_fallocate(self._locked, 0, SIZE)
        keys = self._path.with_suffix(KEYS)
        self._rows, self._whole = _rows_of(keys)
        self._free = max((sum(row) for row in self._rows.values()), default=SPARE)
        self._keys = os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(self._keys, self._whole)  # a line that its writer was killed in
        return mmap.mmap(self._locked, SIZE)


def _candidates(folder: Path) -> Iterator[tuple[int, str]]:
    """Files to count in: those of others, then new ones."""
    for path in sorted(folder.glob(f"*{VALUES}")):
        yield os.open(path, os.O_RDWR), str(path)
    while True:
        yield tempfile.mkstemp(VALUES, "", folder)


def _lock(file: tuple[int, str]) -> bool:
    try:
        fcntl.flock(file[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file[0])
        return False
    return True


def _is_locked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _rows_of(keys: Path) -> tuple[dict[Key, tuple[int, int]], int]:
    """Where each key's places are, and how much of the file is whole lines."""
    text = keys.read_bytes() if keys.exists() else b""
    whole = text.rfind(b"\n") + 1
    rows: dict[Key, tuple[int, int]] = {}
    place = SPARE
    for line in text[:whole].splitlines():
        width, *key = json.loads(line)
        rows[tuple(key)] = (place, width)
        place += width
    return rows, whole


def _read(
    rows: Mapping[Key, tuple[int, int]], values: "memoryview[float]"
) -> dict[Key, tuple[float, ...]]:
    last = len(values)
    return {
        key: tuple(values[place : place + width])
        for key, (place, width) in rows.items()
        if place + width <= last
    }
