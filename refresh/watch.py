"""Noticing that somebody wrote to the raw folder, and that they have finished."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from watchfiles import Change, watch

LOOK_MS, PAUSE_S, READY_S = 500, 1.0, 10.0

logger = logging.getLogger(__name__)


class Watcher:
    """Watches a folder and those in it, in a thread of its own; use it as a context manager.

    A folder that goes away, or that another takes the place of, is a change like any other.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._changed_at: float | None = None
        self._stop, self._ready = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="raw-folder", daemon=True)

    def __enter__(self) -> Self:
        """Watch from now on."""
        self._thread.start()
        self._ready.wait(READY_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Watch no more."""
        self._stop.set()
        self._thread.join(READY_S)

    def settled(self, quiet_s: float) -> bool:
        """Whether something changed since it was last forgotten, and nothing for `quiet_s`."""
        changed_at = self._changed_at
        return changed_at is not None and self._clock() - changed_at >= quiet_s

    def forget(self) -> None:
        """What changed up to now is about to be read."""
        self._changed_at = None

    def _watch(self) -> None:
        lost = False
        while not self._stop.is_set():
            try:
                self._until_replaced()
                lost = False
            except (OSError, RuntimeError) as exc:  # the latter is watchfiles' own
                if not lost:
                    logger.warning("raw_folder_not_watched reason=%s", exc)
                lost = True
                self._ready.set()
                self._stop.wait(PAUSE_S)

    def _until_replaced(self) -> None:
        watched = _identity(self._folder)
        if watched is None:
            raise FileNotFoundError(f"{self._folder} is not there")
        changes = watch(
            self._folder,
            watch_filter=_counts,
            debounce=200,
            stop_event=self._stop,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        again = self._ready.is_set()  # and what happened since it was watched last, who knows
        for changed in changes:
            replaced = _identity(self._folder) != watched
            if changed or replaced or again:
                self._changed_at = self._clock()
            again = False
            self._ready.set()
            if replaced:
                return


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        told = folder.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino


def _counts(change: Change, path: str) -> bool:
    """Whether the ETL would look at a file of that name."""
    return not Path(path).name.startswith(".")
