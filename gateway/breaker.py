"""Whether a service is to be asked at all: a circuit breaker (Nygard, Release It!, 2007).

Closed, it counts the requests of the last seconds. It opens when there were enough of them and
too large a share failed, or when the service missed several probes in a row and answered nothing
in between. Open, nobody asks. After a pause, half open, a few requests are let through: the first
that is answered closes it, one that fails opens it again. A probe that is answered ends the wait
of a service that missed its probes.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

WINDOW_S = 10
TRIALS = 3
"""Requests under way at once while it is half open."""

PROBES_MISSED = 3
"""In a row, with nothing answered in between, from which a service counts as out."""


class State(StrEnum):
    """What a breaker does, as it is told in answers and metrics."""

    CLOSED = "cerrado"
    OPEN = "abierto"
    HALF_OPEN = "semiabierto"


@dataclass
class _Second:
    at: int
    answered: int = 0
    failed: int = 0


class Breaker:
    """The breaker of one service in one process; `told` hears of each change of its state."""

    def __init__(
        self,
        least_requests: int,
        failed_share: float,
        pause_s: float,
        told: Callable[[State], None] = lambda state: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = State.CLOSED
        self.since: datetime | None = None
        self._least_requests = least_requests
        self._failed_share = failed_share
        self._pause_s = pause_s
        self._told = told
        self._clock = clock
        self._seconds: deque[_Second] = deque()
        self._open_until = 0.0
        self._trials = 0
        self._missed = 0

    def admits(self) -> bool:
        """Whether a request may be sent now; one that may must be followed by `left`."""
        if self.state is State.OPEN and self._clock() >= self._open_until:
            self._become(State.HALF_OPEN)
        if self.state is State.CLOSED:
            return True
        if self.state is State.OPEN or self._trials >= TRIALS:
            return False
        self._trials += 1
        return True

    def left(self, answered: bool | None) -> None:
        """A request that was admitted is over: answered, failed, or given up by its client."""
        if self._trials:
            self._trials -= 1
        if answered is None:
            return
        if answered:
            self._missed = 0
        if self.state is State.CLOSED:
            self._count(answered)
        elif answered:
            self._close()
        elif self.state is State.HALF_OPEN:
            self._open()

    def probed(self, ready: bool) -> None:
        """A probe of the service is over."""
        self._missed = 0 if ready else self._missed + 1
        if self.state is State.CLOSED and self._missed >= PROBES_MISSED:
            self._open()
        elif ready and self.state is State.HALF_OPEN:
            self._close()
        elif ready and self.state is State.OPEN and self._clock() >= self._open_until:
            self._become(State.HALF_OPEN)

    def retry_in_s(self) -> float:
        """Seconds until the next request may be let through."""
        return max(0.0, self._open_until - self._clock())

    def _count(self, answered: bool) -> None:
        now = int(self._clock())
        if not self._seconds or self._seconds[-1].at != now:
            self._seconds.append(_Second(now))
            while self._seconds[0].at <= now - WINDOW_S:
                self._seconds.popleft()
        if answered:
            self._seconds[-1].answered += 1
            return
        self._seconds[-1].failed += 1
        failed = sum(second.failed for second in self._seconds)
        asked = failed + sum(second.answered for second in self._seconds)
        if asked >= self._least_requests and failed >= self._failed_share * asked:
            self._open()

    def _open(self) -> None:
        self.since = self.since or datetime.now(UTC)  # kept while trials fail: out all that time
        self._open_until = self._clock() + self._pause_s
        self._become(State.OPEN)

    def _close(self) -> None:
        self.since = None
        self._missed = 0
        self._seconds.clear()
        self._become(State.CLOSED)

    def _become(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self._told(state)
