"""How refreshes are told on disk: the runs there were, and the one that is under way.

Whoever refreshes writes both files into `var/refresh`; services only read them, perhaps in another
container, so that nothing here takes a lock.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

FOLDER = "refresh"
HISTORY, RUNNING = "history.jsonl", "running.json"

Outcome = Literal["publicado", "sin_cambios", "rechazado", "fallido", "interrumpido"]

PUBLISHED: Outcome = "publicado"
UNCHANGED: Outcome = "sin_cambios"
REFUSED: Outcome = "rechazado"
FAILED: Outcome = "fallido"
INTERRUPTED: Outcome = "interrumpido"

OUTCOMES: tuple[Outcome, ...] = (PUBLISHED, UNCHANGED, REFUSED, FAILED, INTERRUPTED)
GOOD = (PUBLISHED, UNCHANGED)
"""What a run ends with that leaves what is served up to date."""

BOOT, PID_NAMESPACE = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")


class Run(BaseModel):
    """One refresh, as a line of the history tells it."""

    model_config = ConfigDict(frozen=True)

    id: str
    started_at: AwareDatetime
    seconds: float = Field(ge=0, le=1e9, allow_inf_nan=False)
    """How long it took; of one that was killed, until its last stage began."""
    outcome: Outcome
    stage: str
    """The last it began."""
    reason: str | None = None
    data_before: str | None = None
    index_before: str | None = None
    data_built: str | None = None
    """What it made or found ready, whether it was published or not."""
    index_built: str | None = None
    data_after: str | None = None
    """What was published when it had ended."""
    index_after: str | None = None
    counts: dict[str, int] = {}
    changes: dict[str, float] = {}
    """How far what was built is from what was published, by name of threshold."""
    recipe: str | None = None
    """Stands for all that decides how an index is made of the data; None where it is not known."""

    def ended(self) -> float:
        """When, in seconds since 1970, by the clock it began at."""
        return self.started_at.timestamp() + self.seconds


class Process(BaseModel):
    """A process, so that it is not taken for another of the same number."""

    model_config = ConfigDict(frozen=True)

    pid: int
    boot: str
    namespace: str
    ticks: str | None

    @classmethod
    def this(cls) -> "Process":
        """The one that asks."""
        return cls(pid=os.getpid(), boot=_boot(), namespace=_namespace(), ticks=_ticks(os.getpid()))

    def is_gone(self) -> bool:
        """Whether it has ended for sure; of another container's nobody here can tell."""
        if self.boot != _boot():
            return True
        return self.namespace == _namespace() and self.ticks != _ticks(self.pid)


class Running(BaseModel):
    """A run that has not ended, told as what it is if it never does: interrupted."""

    model_config = ConfigDict(frozen=True)

    run: Run
    process: Process


def read_runs(folder: Path) -> list[Run]:
    """The runs told in `folder`, the newest last; lines that are torn or unknown are passed over.

    Raises OSError for a file that is there and cannot be read.
    """
    try:
        lines = (folder / HISTORY).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [run for line in lines if (run := _parsed(line)) is not None]


def read_running(folder: Path) -> Running | None:
    """What is told of the run under way; None where there is none, or nothing legible."""
    try:
        return Running.model_validate_json((folder / RUNNING).read_bytes())
    except (OSError, ValidationError):
        return None


@dataclass(frozen=True)
class Told:
    """What there is to tell of refreshes; `runs` is not empty unless the first is `under_way`."""

    runs: list[Run]
    under_way: bool


class Refreshes:
    """The refreshes of a folder, read again only when a file has changed. Raises nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: object = None
        self._read: tuple[list[Run], Running | None] = [], None

    def told(self) -> Told | None:
        """What is known now; None where nothing was ever refreshed, or nothing can be read."""
        stamps = tuple(_stamp(self._folder / name) for name in (HISTORY, RUNNING))
        if stamps != self._seen:
            self._read, self._seen = self._both(), stamps
        runs, running = self._read
        if running is not None and runs and runs[-1].id == running.run.id:
            running = None
        if running is not None and running.process.is_gone():
            return Told([*runs, running.run], False)  # as the next run will write it down
        return Told(runs, running is not None) if runs or running else None

    def _both(self) -> tuple[list[Run], Running | None]:
        try:
            return read_runs(self._folder), read_running(self._folder)
        except OSError:
            return [], None


def now() -> datetime:
    """The time by the wall clock, in UTC."""
    return datetime.now(UTC)


def _parsed(line: bytes) -> Run | None:
    try:
        return Run.model_validate_json(line)
    except ValidationError:
        return None


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_ino, told.st_size, told.st_mtime_ns


def _boot() -> str:
    try:
        return BOOT.read_text().strip()
    except OSError:  # not Linux
        return ""


def _namespace() -> str:
    try:
        return os.readlink(PID_NAMESPACE)
    except OSError:
        return ""


def _ticks(pid: int) -> str | None:
    """When a process began, in ticks since the start of the machine; None for one that ended."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = told.rpartition(")")[2].split()  # what runs may have any name
    return None if state in "ZX" else fields[18]
