"""The version that a service answers from, and its change for the next one while it serves.

A change is one assignment. Whoever took `current` before goes on with the old version to the end
of its request; nothing else holds on to it, so that its memory is free soon after.
"""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar

import orjson

from contracts import memory
from contracts.errors import DataError
from contracts.release import VERSION
from contracts.versions import POINTER

logger = logging.getLogger(__name__)

T = TypeVar("T")
S = TypeVar("S")

RETRY_S = 30.0
"""How long a version that was refused is left alone: the cause may have been a passing one."""

DONE, REFUSED = "hecho", "rechazado"
"""How a change can end."""


@dataclass(frozen=True)
class Snapshot(Generic[T]):
    """What was loaded, of which version, and the tag of the answers that are made from it."""

    version: str
    tag: str
    content: T


@dataclass(frozen=True)
class Published:
    """What a pointer says, and which writing of it this is: a version may be published again."""

    version: str
    written: tuple[int, int]


def tag_of(version: str, settings: Mapping[str, object]) -> str:
    """The version, and a hash of whatever else decides its answers: `settings` and the release."""
    recipe = orjson.dumps([VERSION, settings], option=orjson.OPT_SORT_KEYS)
    return f"{version}.{sha256(recipe).hexdigest()[:8]}"


def published_in(root: Path) -> Published | None:
    """What the root's pointer says; None while it cannot be read."""
    try:
        with (root / POINTER).open() as file:
            version, status = file.read().strip(), os.fstat(file.fileno())
    except (OSError, UnicodeDecodeError):
        return None
    return Published(version, (status.st_ino, status.st_mtime_ns)) if version else None


def once(first: T, load: Callable[[S], T]) -> Callable[[S], T]:
    """A loader that gives `first` the first time, and holds on to it no longer; then loads."""
    waiting = [first]
    return lambda settings: waiting.pop() if waiting else load(settings)


class Serving(Generic[T]):
    """What is served from a root of versions; `current` is read once a request.

    `load` gives the published version, checked; whatever it raises refuses that version.
    """

    def __init__(
        self,
        root: Path,
        first: Snapshot[T],
        load: Callable[[], Snapshot[T]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.current = first
        self.ended = {DONE: 0, REFUSED: 0}
        self.root = root
        self._load = load
        self._clock = clock
        self._refused: Published | None = None
        self._retry_at = 0.0
        self._leaving: list[weakref.ref[Snapshot[T]]] = []
        self._stopped = threading.Event()

    @property
    def refusing(self) -> bool:
        """Whether the version published now is one that was refused."""
        return self._refused is not None

    def look(self) -> None:
        """Take the version that is published, if it is another one and not known to be bad.

        What an earlier version held is given back once the last of its requests has ended.
        """
        if any(old() is None for old in self._leaving):
            self._give_back()
        published = published_in(self.root)
        if published is None:
            return
        if published.version == self.current.version:
            self._refused = None
        elif published != self._refused or self._clock() >= self._retry_at:
            self._take(published)

    @contextmanager
    def watching(self, every_ms: int) -> Iterator[None]:
        """Look at the pointer every so often, in a thread of its own; with 0 never."""
        if not every_ms:
            yield
            return
        watcher = threading.Thread(target=self._watch, args=(every_ms / 1000,), name="versions")
        watcher.start()
        try:
            yield
        finally:
            self._stopped.set()  # not joined: a load that is under way ends by itself

    def _watch(self, every_s: float) -> None:
        while not self._stopped.wait(every_s):
            try:
                self.look()
            except Exception:
                logger.exception("version_watch_failed")

    def _take(self, published: Published) -> None:
        started = time.perf_counter()
        try:
            with memory.loading():
                fresh = self._load()
        except Exception as exc:
            self._refuse(published, _reason(exc))
        else:
            self._switch(fresh, started)
        self._give_back()

    def _refuse(self, published: Published, reason: str) -> None:
        self._refused, self._retry_at = published, self._clock() + RETRY_S
        self.ended[REFUSED] += 1
        logger.warning("version_refused version=%s reason=%s", published.version, reason)

    def _switch(self, fresh: Snapshot[T], started: float) -> None:
        before = self.current.version
        self._leaving.append(weakref.ref(self.current))
        self.current, self._refused = fresh, None
        self.ended[DONE] += 1
        took_s = time.perf_counter() - started
        logger.info("version_swapped from=%s to=%s seconds=%.1f", before, fresh.version, took_s)

    def _give_back(self) -> None:
        self._leaving = [old for old in self._leaving if old() is not None]
        memory.give_back()


def _reason(exc: Exception) -> str:
    """In one line: a sentence for what was foreseen, and the kind of whatever was not."""
    said = " ".join(str(exc).split())
    return said if isinstance(exc, DataError) else f"{type(exc).__name__}: {said}"
