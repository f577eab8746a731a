"""Which version a service answers from, as far as its answers tell, and since when."""

import time
from collections.abc import Callable

VERSIONS_REMEMBERED = 8


class Confirmed:
    """The versions that one service has answered from, the last one being its own now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.version = b""
        self._since = float("-inf")
        self._clock = clock
        self._at: dict[bytes, float] = {}

    def told(self, version: bytes, began: float) -> bool:
        """An answer to a question put at `began` came from that version; whether it is a new one.

        An answer that took long may be from the version before: it says nothing of what is served
        now, unless it was asked for after the version served now was first seen.
        """
        if not version or (version != self.version and began < self._since):
            return False
        new = version != self.version
        if new:
            self.version, self._since = version, self._clock()
        self._at.pop(version, None)  # those confirmed longest ago come first
        self._at[version] = self._clock()
        while len(self._at) > VERSIONS_REMEMBERED:
            del self._at[next(iter(self._at))]
        return new

    def age_s(self, version: bytes) -> int:
        """Whole seconds since the version was last confirmed, or at least so many if forgotten."""
        oldest = next(iter(self._at.values()), self._clock())
        return int(self._clock() - self._at.get(version, oldest))
