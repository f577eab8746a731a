"""Waiting for what real processes and threads bring about."""

import time
from collections.abc import Callable


def until(what: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether `what` comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.02)
    return False
