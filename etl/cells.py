"""One cell at a time: text, numbers, dates and nested values, as the raw files spell them.

Every reader gives the value and a reason code from the ledger; '' means nothing to report.
"""

import datetime
import functools
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from etl.literals import NotALiteral, parse_literal

T = TypeVar("T")

Named = tuple[int | None, str]
"""Id (None where there is none) and name of one thing in a nested cell."""

ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
OTHER_DATES = ("%Y/%m/%d", "%B %d, %Y", "%d %B %Y")
NAMES_KEPT = 65_536
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PLACEHOLDERS = {"no overview found.", "no overview found", "no overview", "n/a", "-", "null", "nan"}


def read_text(cell: str) -> tuple[str, str]:
    """The text without control characters and outer white space."""
    if not cell.isprintable() and CONTROL.search(cell):
        return CONTROL.sub("", cell).strip(), "control_characters"
    return cell.strip(), ""


def read_prose(cell: str) -> tuple[str, str]:
    """As `read_text`; texts that only say that there is no text become empty."""
    text, reason = read_text(cell)
    return ("", "placeholder") if text.lower() in PLACEHOLDERS else (text, reason)


def read_number(cell: str) -> tuple[float | None, str]:
    """A number with '.' or ',' before its decimals; None for an empty cell."""
    text = cell.strip()
    if not text:
        return None, ""
    try:
        number = float(text)
    except ValueError:
        try:
            number = float(text.replace(",", ".", 1))
        except ValueError:
            return None, "not_a_number"
    return (number, "") if math.isfinite(number) else (None, "not_a_number")


def read_amount(cell: str) -> tuple[float, str]:
    """A number that cannot be missing or negative: then it is 0, and the reason says why."""
    number, reason = read_number(cell)
    if number is None:
        return 0.0, reason or "null_to_zero"
    return (number, "") if number >= 0 else (0.0, "negative_number")


def read_date(cell: str) -> tuple[datetime.date | None, str]:
    """A date as AAAA-mm-dd, or in a few other spellings (`date_rewritten`)."""
    text = cell.strip()
    if not text:
        return None, "no_release_date"
    if match := ISO_DATE.fullmatch(text):
        try:
            date = datetime.date(*map(int, match.groups()))
        except ValueError:
            return None, "bad_release_date"
        return date, "" if date.isoformat() == text else "date_rewritten"
    for spelling in OTHER_DATES:
        try:
            return datetime.datetime.strptime(text, spelling).date(), "date_rewritten"
        except ValueError:
            continue
    return None, "bad_release_date"


def read_id(cell: str) -> tuple[int | None, str]:
    """A whole number of up to 18 digits; spreadsheets' '862.0' counts as 862."""
    text = cell.strip().removesuffix(".0")
    if not text:
        return None, "no_id"
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text), ""
    # the second half of a torn row has its release date in the place of the id
    return None, "torn_row" if ISO_DATE.fullmatch(text) else "bad_id"


def read_nested(cell: str, pick: Callable[[list[Any]], list[T]]) -> tuple[list[T], str]:
    """What `pick` takes from a nested cell: a list of dicts, or one dict alone."""
    if not cell or cell == "[]":
        return [], ""
    try:
        value = parse_literal(cell)
    except NotALiteral:
        return [], "not_a_literal"
    if value is None:
        return [], ""
    entries = [value] if isinstance(value, dict) else value
    if not isinstance(entries, list):
        return [], "unexpected_shape"
    usable = [entry for entry in entries if isinstance(entry, dict)]
    return pick(usable), "" if len(usable) == len(entries) else "unexpected_shape"


def named(entries: Iterable[dict[str, Any]]) -> list[Named]:
    """Id and name of every entry that has a name, each name once, in the order given."""
    seen: dict[str, Named] = {}
    for entry in entries:
        name = entry.get("name")
        if isinstance(name, str) and (clean := _tidy(name)):
            identity = entry.get("id")
            seen.setdefault(clean, (identity if _fits_int64(identity) else None, clean))
    return list(seen.values())


def coded(entries: Iterable[dict[str, Any]], key: str) -> list[tuple[str, str]]:
    """Code (at `key`, a text; '' where there is none) and name of every entry that has a name."""
    return [
        (code if isinstance(code := entry.get(key), str) else "", clean)
        for entry in entries
        if isinstance(name := entry.get("name"), str) and (clean := _tidy(name))
    ]


def billed(entries: list[dict[str, Any]]) -> list[Named]:
    """The cast, in billing order (`order`); entries without one keep their place."""

    def place(numbered: tuple[int, dict[str, Any]]) -> int:
        order = numbered[1].get("order")
        return order if isinstance(order, int) else numbered[0]

    return named(entry for _, entry in sorted(enumerate(entries), key=place))


def directing(entries: list[dict[str, Any]]) -> list[Named]:
    """The crew whose job is Director."""
    return named(entry for entry in entries if entry.get("job") == "Director")


@functools.lru_cache(maxsize=NAMES_KEPT)
def _tidy(name: str) -> str:
    """White space collapsed, and pairs of escaped surrogates joined, since UTF-8 has none."""
    if not name.isascii():
        name = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(name.split())


def _fits_int64(value: object) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63
