"""Whether a service is to be asked at all: a circuit breaker (Nygard, Release It!, 2007).

Closed, it counts the requests of the last seconds. It opens when there were enough of them and
too large a share failed, or when the service missed several probes in a row and answered nothing
in between. Open, nobody asks. After a pause, half open, a few requests are let through: the first
that is answered closes it, one that fails opens it again. A probe that is answered closes it where
missed probes had opened it.
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
        self._permit = 1
        self._by_probes = False

    def admits(self) -> int | None:
        """A permit to send a request now, to be given back by `left`; None for no."""
        if self.state is State.OPEN and self._clock() >= self._open_until:
            self._become(State.HALF_OPEN)
        if self.state is State.HALF_OPEN:
            if self._trials >= TRIALS:
                return None
            self._trials += 1
        return None if self.state is State.OPEN else self._permit

    def left(self, permit: int, answered: bool | None) -> None:
        """A request that was admitted is over: answered, failed, or given up by its client.

        One that was admitted before the state changed says nothing of how the service is now.
        """
        if permit != self._permit:
            return
        if self.state is State.HALF_OPEN:
            self._trials = max(0, self._trials - 1)
        if answered is None:
            return
        if answered:
            self._missed = 0
        if self.state is State.CLOSED:
            self._count(answered)
        elif answered:
            self._close()
        else:
            self._open()

    def probed(self, ready: bool) -> None:
        """A probe of the service is over.

        Probes close what missed probes have opened. What failed requests have opened, a request
        must close: a service may be well in nothing but its health.
        """
        self._missed = 0 if ready else self._missed + 1
        if self.state is State.CLOSED:
            if self._missed >= PROBES_MISSED:
                self._by_probes = True
                self._open()
        elif ready and self._by_probes:
            self._close()
        elif ready and self._clock() >= self._open_until:
            self._trials = 0  # those under way may hang from before it was well again
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
        self._by_probes = False
        self._seconds.clear()
        self._become(State.CLOSED)

    def _become(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self._permit += 1
            self._trials = 0
            self._told(state)
