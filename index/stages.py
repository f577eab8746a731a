"""How long the parts of a build take, one line of the log for each."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Tell how long what is done within took, unless it failed."""
    started = time.perf_counter()
    yield
    logger.info("index_stage name=%s seconds=%.2f", name, time.perf_counter() - started)
