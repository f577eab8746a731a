"""One way to log: standard logging on stderr, event first, then key=value."""

import logging
import os
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


LEVEL_VARIABLE = "CARTELERA_LOG_LEVEL"


def configure() -> None:
    """Send this process's logs to stderr; called once by whatever starts the process.

    The level is that of CARTELERA_LOG_LEVEL (DEBUG, INFO, WARNING, ERROR); WARNING by default.
    """
    named = logging.getLevelNamesMapping()
    level = named.get(os.environ.get(LEVEL_VARIABLE, "").upper(), logging.WARNING)
    logging.basicConfig(level=level, format=FORMAT, stream=sys.stderr, force=True)
