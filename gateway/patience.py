"""How long a client is waited for."""

import asyncio
from collections.abc import Callable


class Patience:
    """One timer, started anew as often as need be."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None

    @property
    def runs(self) -> bool:
        """Whether something is being waited for."""
        return self._timer is not None

    def start(self, milliseconds: int, ended: Callable[[], object]) -> None:
        """Call `ended` after that time, unless it is stopped or started anew before."""
        self.stop()
        self._timer = self._loop.call_later(milliseconds / 1000, ended)

    def stop(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
