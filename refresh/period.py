"""How long it is from one refresh to the next, as people write it."""

import re

from contracts.errors import DataError

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
WRITTEN = re.compile(r"([0-9]{1,6})\s*([smhd])")
SHORTEST_S, LONGEST_S = 60, 366 * 86400


def seconds_of(text: str) -> float:
    """The seconds of '90s', '15m', '6h' or '1d'; DataError for all else, or out of bounds."""
    found = WRITTEN.fullmatch(text.strip().lower())
    if found is None:
        raise DataError(f"--every is a number with s, m, h or d, such as 6h; not {text!r}")
    seconds = int(found[1]) * SECONDS[found[2]]
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise DataError(f"--every is at least a minute and at most a year; not {text!r}")
    return float(seconds)
