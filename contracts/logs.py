"""One way to log: standard logging on stderr, event first, then key=value."""

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def configure(level: int = logging.INFO) -> None:
    """Send this process's logs to stderr; called once by whatever starts the process."""
    logging.basicConfig(level=level, format=FORMAT, stream=sys.stderr, force=True)
