"""How bytes move between the gateway and a service: a seam, and its form on aiohttp's sockets.

ADR 0020 says why aiohttp is used directly, and not below httpx as ADR 0004 had it.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

Header = tuple[bytes, bytes]

KEEPALIVE_SECONDS = 2.0
"""An idle connection is dropped before uvicorn (5 s) drops it under the next request."""

UNASKED_HEADERS = ("Accept", "Content-Type", "User-Agent")
"""aiohttp adds these where a request has none; a gateway sends what it was sent."""


class TransportFault(Exception):
    """No whole answer came."""


class Unreachable(TransportFault):
    """The service took no connection, or closed it before it began to answer."""


class NotAnAnswer(TransportFault):
    """What came is cut short, or is not HTTP."""


@dataclass(frozen=True)
class RawReply:
    """What a service answered, byte for byte; names of headers are in lower case."""

    status: int
    headers: Sequence[Header]
    body: bytes


class Transport(Protocol):
    """The way to one service."""

    async def send(
        self, method: str, target: bytes, headers: Sequence[Header], body: bytes
    ) -> RawReply:
        """The whole answer, or a TransportFault.

        `target` is path and query as they go into the request line: printable ASCII, no `#`.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


TransportFor = Callable[[str], Transport]
"""Name of a service → the way to it; called inside a running event loop."""


class AiohttpTransport:
    """Sends requests over a pool of connections; to be made inside a running event loop.

    The target goes out to the byte. Bodies come back as they were sent, encoded or not; cookies
    are neither kept nor sent, redirects not followed, nothing is tried twice.
    """

    def __init__(self, address: str, max_connections: int, connect_timeout_s: float) -> None:
        self._address = address.rstrip("/")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=max_connections, keepalive_timeout=KEEPALIVE_SECONDS
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=UNASKED_HEADERS,
            auto_decompress=False,
        )
        # aiohttp would repeat a GET by itself, beyond what `RetryBudget` grants
        self._session._retry_connection = False

    async def send(
        self, method: str, target: bytes, headers: Sequence[Header], body: bytes
    ) -> RawReply:
        """See Transport."""
        with _translated():
            async with self._session.request(
                method,
                URL(self._address + target.decode("ascii"), encoded=True),
                headers=[(name.decode(), value.decode("latin-1")) for name, value in headers],
                data=body or None,
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
                received = [(name.lower(), value) for name, value in answer.raw_headers]
                return RawReply(answer.status, received, content)

    async def aclose(self) -> None:
        """See Transport."""
        await self._session.close()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except aiohttp.ClientError as exc:
        raise _fault_of(exc)(_told(exc)) from exc


def _told(exc: aiohttp.ClientError) -> str:
    """For the log: what happened, without the address that was asked for, which may say who."""
    name = type(exc).__name__
    return f"{name}: {exc}" if isinstance(exc, aiohttp.ClientConnectionError) else name


def _fault_of(exc: aiohttp.ClientError) -> type[TransportFault]:
    """Ours for a fault of aiohttp's; the narrower classes are asked first."""
    match exc:
        case aiohttp.ServerDisconnectedError() if not isinstance(exc.message, str):
            return NotAnAnswer  # closed in the middle of the headers
        case aiohttp.ClientConnectionError():  # timeouts of connecting among them
            return Unreachable
    return NotAnAnswer
