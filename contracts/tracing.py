"""Trace context between processes (W3C), and a span a request where a collector is named.

OpenTelemetry is imported only then: without CARTELERA_OTLP_ENDPOINT a trace is passed on and
nothing is recorded. No span holds an address, a query, or a path with its values.
"""

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from contracts.errors import DataError

if TYPE_CHECKING:
    from contracts.spans import Recorder

Header = tuple[bytes, bytes]

ENDPOINT_VARIABLE = "CARTELERA_OTLP_ENDPOINT"
PARENT, STATE = b"traceparent", b"tracestate"

TRACEPARENT = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?",
    re.DOTALL,
)
STATE_MEMBER = re.compile(
    rb"([a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
    rb"=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
)
HEALTH = "/salud/"
"""What is below this is asked several times a second, and is nobody's trace."""

MAX_STATE_BYTES, MAX_STATE_MEMBERS = 512, 32


def passed_on(headers: Iterable[Header]) -> list[Header]:
    """The trace context among `headers`, as it goes to the next process; empty if malformed.

    A version newer than 00 is passed on as 00, which is all of it that is understood here.
    """
    parents: list[bytes] = []
    states: list[bytes] = []
    for name, value in headers:
        if len(name) == len(PARENT) and name.lower() == PARENT:
            parents.append(value.strip(b" \t"))
        elif len(name) == len(STATE) and name.lower() == STATE:
            states.append(value)
    if len(parents) != 1 or not (parent := _normal(parents[0])):
        return []
    state = _state(states)
    return [(PARENT, parent), (STATE, state)] if state else [(PARENT, parent)]


class Span(Protocol):
    """One request being served; to be ended once."""

    def headers(self) -> list[Header]:
        """The headers that make what another process does a part of this."""

    def end(self, route: str, status: int) -> None:
        """The request was answered: the route's pattern, never the path, and the status."""


class Tracing:
    """The spans of one process; made in the process that serves, after any fork."""

    def __init__(self, service: str, endpoint: str | None = None) -> None:
        """`service` as it is called in public; the endpoint is the setting's unless given."""
        given = os.environ.get(ENDPOINT_VARIABLE, "") if endpoint is None else endpoint
        self._recorder: Recorder | None = None
        if given.strip():
            from contracts import spans

            self._recorder = spans.Recorder(service, _traces_address(given))

    def start(self, headers: Iterable[Header], method: str, request_id: str = "") -> Span | None:
        """A request begins, as part of the trace its headers name; None where nothing is traced."""
        if self._recorder is None:
            return None
        return self._recorder.start(passed_on(headers), method, request_id)

    def shutdown(self) -> None:
        """Send what is left, for a few seconds at most; nothing is traced afterwards."""
        if self._recorder is not None:
            self._recorder.shutdown()
            self._recorder = None


def _normal(parent: bytes) -> bytes:
    """A traceparent in the form of version 00, or nothing where it is malformed."""
    found = TRACEPARENT.fullmatch(parent)
    if not found or (found[1] == b"00" and found[5] is not None):
        return b""
    if found[1] == b"00":
        return parent
    return b"-".join((b"00", found[2], found[3], b"%02x" % (int(found[4], 16) & 1)))


def _state(values: Sequence[bytes]) -> bytes:
    """The members of all tracestate headers as one, or nothing where any is malformed."""
    joined = b",".join(values)
    if len(joined) > MAX_STATE_BYTES:
        return b""
    members = [member for part in joined.split(b",") if (member := part.strip(b" \t"))]
    found = [STATE_MEMBER.fullmatch(member) for member in members]
    keys = {member[1] for member in found if member}
    if len(members) > MAX_STATE_MEMBERS or len(keys) != len(members):
        return b""
    return b",".join(members)


def _traces_address(endpoint: str) -> str:
    address = endpoint.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        fine = False
    if not fine or parts.query or parts.fragment:
        raise DataError(
            f"{ENDPOINT_VARIABLE} is {endpoint!r}, not an address such as http://collector:4318"
        )
    return address if parts.path.endswith("/v1/traces") else f"{address}/v1/traces"
