"""Refreshes that go on by themselves: every so often, when the raw folder changed, or both."""

import contextlib
import logging
import math
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from refresh.history import History
from refresh.settings import Settings
from refresh.watch import Watcher

POLL_S = 0.1

Start = Callable[[], subprocess.Popen[bytes]]
"""Begins one run, in a process of its own so that its memory is given back."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """When to refresh: `every` so many seconds (None: not by the clock), and when `watched`
    changed (None: not)."""

    every: float | None = None
    watched: Path | None = None

    def sooner(self, settings: Settings) -> float:
        """After how long a run that failed is tried once more."""
        return min(self.every or math.inf, settings.retry_s)


def keep_fresh(
    start: Start,
    rhythm: Rhythm,
    history: History,
    stopping: Callable[[], bool],
    settings: Settings | None = None,
) -> None:
    """Refresh now, and then by `rhythm`, until `stopping`; the run under way ends by itself first.

    Periods are counted from the start of a run, by a clock that nobody sets.
    """
    settings = settings or Settings()
    runs = _Runs(start, rhythm, history, stopping, settings)
    with contextlib.ExitStack() as stack:
        watcher = stack.enter_context(Watcher(rhythm.watched)) if rhythm.watched else None
        while not stopping():
            if runs.is_due() or (watcher and watcher.settled(settings.quiet_s)):
                if watcher:
                    watcher.forget()
                runs.run()
            else:
                time.sleep(POLL_S)


@dataclass
class _Runs:
    """One run after another, and when the next is due."""

    start: Start
    rhythm: Rhythm
    history: History
    stopping: Callable[[], bool]
    settings: Settings
    due: float = -math.inf
    failed: bool = False

    def is_due(self) -> bool:
        return time.monotonic() >= self.due

    def run(self) -> None:
        """Refresh once; what failed is due sooner, once: what fails twice is not passing."""
        began, failed_before = time.monotonic(), self.failed
        self.failed = not self._went_well(self.start())
        self.due = began + (self.rhythm.every or math.inf)
        if self.failed and not failed_before:
            self.due = min(self.due, time.monotonic() + self.rhythm.sooner(self.settings))
        if not self.stopping():
            self._tell()

    def _went_well(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for a run, handing on that it is to stop; one that died is written down."""
        asked = False
        while process.poll() is None:
            if self.stopping() and not asked:
                process.terminate()
                asked = True
            time.sleep(POLL_S)
        self.history.settle()
        if process.returncode < 0 and not asked:  # one that was asked may have been about to end
            logger.error("refresh_died signal=%d", -process.returncode)
        return process.returncode == 0

    def _tell(self) -> None:
        in_s = max(0.0, self.due - time.monotonic())
        when = "when_the_folder_changes" if math.isinf(in_s) else f"{in_s:.0f}"
        level = logging.WARNING if self.failed else logging.INFO
        logger.log(level, "refresh_ended failed=%s next_in_s=%s", self.failed, when)
