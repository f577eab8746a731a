"""Loading a version in a process that goes on serving: what is held up, and what is given back."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

TURN_S = 0.0005
"""How long a thread that loads may hold the interpreter while another one waits for it."""


@contextmanager
def loading() -> Iterator[None]:
    """Let requests interrupt what loads, and no collector look at what is not whole yet."""
    turn = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        sys.setswitchinterval(turn)


def give_back() -> None:
    """Return to the system what loading left behind.

    What was loaded holds no cycles: the collector never looks at it again, and it is freed by
    its last reference.
    """
    gc.collect()
    gc.freeze()
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)  # glibc keeps freed memory otherwise
