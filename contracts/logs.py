"""One way to log: standard logging on stderr, an event with its fields, as text or as JSON.

A call names its event first and each of its fields: `logger.warning("ended ms=%.0f", ms)`.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

LEVEL_VARIABLE = "CARTELERA_LOG_LEVEL"
FORMAT_VARIABLE = "CARTELERA_LOG_FORMAT"

OWN = ("time", "level", "logger", "event", "exception")
"""The keys that every line may have; a field of such a name gets a `_` at its end."""

EVENT = re.compile(r"[a-z][a-z0-9_]*(?= |$)")
PIECE = re.compile(
    r"(?:(?P<field>\w+)=)?(?P<conversion>%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z])"
    r"|(?P<constant>\w+)=(?P<written>[^\s%]+)|%%|(?P<other>\S)"
)
"""One piece of a template: a field, a bare conversion, a field written out, or other text."""

CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
CONTROLS |= {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", 0x2028: "\\u2028"}
CONTROLS |= {0x2029: "\\u2029"}


def configure() -> None:
    """Send this process's logs to stderr; called once by whatever starts the process.

    The level is that of CARTELERA_LOG_LEVEL (DEBUG, INFO, WARNING, ERROR); WARNING by default.
    CARTELERA_LOG_FORMAT is json or text; by default text where stderr is a terminal.
    """
    named = logging.getLevelNamesMapping()
    level = named.get(os.environ.get(LEVEL_VARIABLE, "").upper(), logging.WARNING)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if _as_json() else TextLines(FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)


class TextLines(logging.Formatter):
    """For people: a line and, below it, the traceback where there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """See logging.Formatter; no character of a message begins a line of its own."""
        return super().formatMessage(record).translate(CONTROLS)


class JsonLines(logging.Formatter):
    """For collectors: a JSON object a line, its keys the event's fields in their own types."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter; always ASCII, so that nothing in it can end a line."""
        told = {
            "time": _rfc3339(record.created),
            "level": record.levelname,
            "logger": record.name,
            **event_of(record),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, allow_nan=False)


def event_of(record: logging.LogRecord) -> dict[str, Any]:
    """The event and its fields, read off a call's template and arguments.

    A call of another library, which has no such template, is the event `message`.
    """
    try:
        template, given = str(record.msg), record.args or ()
        arguments = given if isinstance(given, tuple) else (given,)  # logging unwraps a lone dict
        event, pieces = _parsed(template)
        if event and len(arguments) == sum(bool(piece.conversion) for piece in pieces):
            return {"event": event, **_fields(pieces, iter(arguments))}
        return {"event": "message", "message": record.getMessage()}
    except Exception:  # a call whose arguments do not fit, or cannot be told: never a lost line
        return {"event": "message", "message": str(record.msg)}


class _Piece(NamedTuple):
    """A field and its conversion, or what is written for it; a conversion alone has no name."""

    name: str
    conversion: str
    written: str


@lru_cache(maxsize=512)
def _parsed(template: str) -> tuple[str, tuple[_Piece, ...]]:
    """The event's name and the pieces after it; no name where it is not made our way."""
    found = EVENT.match(template)
    if not found:
        return "", ()
    pieces = [piece.groupdict("") for piece in PIECE.finditer(template, found.end())]
    if any(piece.pop("other") for piece in pieces):
        return "", ()
    told = [_Piece(_apart(p["field"] or p["constant"]), p["conversion"], p["written"])
            for p in pieces]  # fmt: skip
    return found.group(), tuple(told)


def _fields(pieces: Iterable[_Piece], arguments: Iterator[Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    bare: list[str] = []
    for name, conversion, written in pieces:
        if written:
            fields[name] = int(written) if written.isdecimal() else written
        elif conversion and name:
            fields[name] = _plain(next(arguments), conversion)
        elif conversion:
            bare.append(conversion % (next(arguments),))
    return fields | ({"detail": " ".join(bare)} if bare else {})


def _apart(name: str) -> str:
    return f"{name}_" if name in OWN else name


def _plain(value: Any, conversion: str) -> Any:
    """A value as JSON has it: numbers as precise as the template asks, what JSON lacks as text."""
    if (
        value is None
        or isinstance(value, bool)
        or (isinstance(value, str) and len(conversion) == 2)
    ):
        return value
    shown = conversion % (value,)
    try:
        if conversion[-1] in "di":
            return int(shown)
        if conversion[-1] in "eEfFgG":
            value = float(shown)
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return shown
    return value


def _as_json() -> bool:
    chosen = os.environ.get(FORMAT_VARIABLE, "").lower()
    return chosen == "json" if chosen in ("json", "text") else not sys.stderr.isatty()


def _rfc3339(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
