"""The history of refreshes and the run under way, written so that no death loses either."""

import contextlib
import errno
import fcntl
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from contracts.errors import DataError
from contracts.refreshes import (
    FOLDER,
    HISTORY,
    INTERRUPTED,
    RUNNING,
    Outcome,
    Process,
    Run,
    Running,
    now,
    read_running,
    read_runs,
)
from contracts.versions import flush, saying_what_failed
from refresh.publication import published

LOCK = ".lock"
RUNS_KEPT = 1000
KILLED = "it was killed, or the machine stopped, before it had ended"

logger = logging.getLogger(__name__)


class Stopped(DataError):
    """Somebody asked the run to end, and it did before it published anything."""


@dataclass(frozen=True)
class Clock:
    """The time of day, which may be set back, and seconds that only ever pass."""

    now: Callable[[], datetime] = now
    monotonic: Callable[[], float] = time.monotonic


class History:
    """The runs of `var`, in `var/refresh`."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.folder = var / FOLDER

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock, so that two runs never collide; what was killed before is told first.

        The lock ends with the process that holds it. DataError where another one does.
        """
        with saying_what_failed(f"cannot write to {self.folder}"):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / LOCK).open("a")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise DataError(self._taken()) from exc
            with saying_what_failed(f"cannot write to {self.folder}"):
                self._settle()
            yield

    def settle(self) -> None:
        """Tell of a run that was killed; nothing where one is under way, or cannot be told."""
        with contextlib.suppress(DataError):
            if self.folder.is_dir():
                with self.locked():
                    pass

    def runs(self) -> list[Run]:
        """All that are told, the newest last; DataError where they cannot be read."""
        with saying_what_failed(f"cannot read {self.folder / HISTORY}"):
            return read_runs(self.folder)

    def append(self, run: Run) -> None:
        """Write a run down, safe from a power cut; OSError, and nothing written, if it cannot."""
        path = self.folder / HISTORY
        with path.open("ab+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
            line = b"\n" * torn + run.model_dump_json().encode() + b"\n"
            try:
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise
        flush(self.folder)
        self._shorten(path)

    def begin(self, clock: Clock) -> "Recorder":
        """A run that begins now, before its first stage."""
        before = published(self.var)
        return Recorder(
            self,
            clock,
            Run(
                id=secrets.token_hex(6),
                started_at=clock.now(),
                seconds=0,
                outcome=INTERRUPTED,
                stage="inicio",
                reason=KILLED,
                data_before=before.data,
                index_before=before.index,
            ),
        )

    def tell(self, running: Running) -> None:
        """Say which run is under way; OSError if that cannot be written."""
        draft = self.folder / f".{RUNNING}"
        draft.write_bytes(running.model_dump_json().encode())
        flush(draft)
        draft.replace(self.folder / RUNNING)

    def untell(self) -> None:
        """Say that no run is under way."""
        with contextlib.suppress(OSError):
            (self.folder / RUNNING).unlink(missing_ok=True)

    def _settle(self) -> None:
        running = read_running(self.folder)
        if running is not None:
            last = read_runs(self.folder)[-1:]
            if not last or last[0].id != running.run.id:  # else it died after it was written down
                after = published(self.var)
                told = {"data_after": after.data, "index_after": after.index}
                self.append(running.run.model_copy(update=told))
                logger.warning("refresh_was_killed stage=%s", running.run.stage)
        self.untell()

    def _taken(self) -> str:
        sentence = f"another refresh is running in {self.var}"
        if running := read_running(self.folder):
            run = running.run
            sentence += f" since {run.started_at:%Y-%m-%d %H:%M:%S} UTC, at the stage {run.stage}"
        return f"{sentence}; wait for it to end"

    def _shorten(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        if len(lines) > RUNS_KEPT:
            draft = path.with_name(f".{path.name}")
            draft.write_bytes(b"".join(lines[-RUNS_KEPT:]))
            flush(draft)
            draft.replace(path)


class Recorder:
    """A run while it is under way; what is known of it is on disk at each of its stages."""

    def __init__(self, history: History, clock: Clock, run: Run) -> None:
        self._history, self._clock, self.run = history, clock, run
        self._process = Process.this()
        self._began = clock.monotonic()

    def enter(self, stage: str) -> None:
        """A stage begins; DataError where that cannot be written down."""
        self.know(stage=stage, seconds=self._passed())
        with saying_what_failed(f"cannot write to {self._history.folder}"):
            self._history.tell(Running(run=self.run, process=self._process))

    def know(self, **told: Any) -> None:
        """More is known of the run: fields of `Run`."""
        self.run = self.run.model_copy(update=told)

    def end(self, outcome: Outcome, reason: str | None = None) -> Run:
        """Write the run down as ended."""
        after = published(self._history.var)
        self.know(
            outcome=outcome,
            reason=reason,
            seconds=self._passed(),
            data_after=after.data,
            index_after=after.index,
        )
        self._write_down()
        self._history.untell()
        return self.run

    def _write_down(self) -> None:
        """A full disk may have room once the run is told as under way no more."""
        try:
            self._history.append(self.run)
        except OSError:
            self._history.untell()
            try:
                self._history.append(self.run)
            except OSError as exc:
                logger.warning("refresh_not_told reason=%s", exc.strerror)

    def _passed(self) -> float:
        return round(max(0.0, self._clock.monotonic() - self._began), 3)
