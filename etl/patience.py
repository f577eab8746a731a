"""An end to waiting for a network that has gone silent, around code that sets none itself."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def giving_up_on_silence(progress: Callable[[], int], seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside the block when `progress` stays the same for `seconds`.

    A signal of the system does it, which wakes a blocked read as nothing else in Python would;
    threads other than the main one cannot have one, and wait on.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seen = progress()

    def look(*_: object) -> None:
        nonlocal seen
        before, seen = seen, progress()
        if seen == before:
            raise TimeoutError(f"nothing came for {seconds:g} seconds")

    former = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
