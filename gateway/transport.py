"""httpx's transport seam on aiohttp's sockets: fast, and true to the address it is given.

The package httpx-aiohttp is the model; ADR 0004 says why it is not used as it is.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator

import aiohttp
import httpx
from yarl import URL

KEEPALIVE_SECONDS = 2.0
"""An idle connection is dropped before uvicorn (5 s) drops it under the next request."""

UNASKED_HEADERS = ("Accept", "Content-Type", "User-Agent")
"""aiohttp adds these where a request has none; a gateway sends what it was sent."""


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends requests over a pool of connections; to be made inside a running event loop.

    Where a request carries the extension `target`, that is sent to the byte instead of the path
    and query of its URL, which httpx normalises. Bodies come back as they were sent, encoded or
    not; cookies are neither kept nor sent.
    """

    def __init__(self, max_connections: int, connect_timeout_s: float) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=max_connections, keepalive_timeout=KEEPALIVE_SECONDS
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=UNASKED_HEADERS,
            auto_decompress=False,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer to `request`; faults come as httpx's exceptions."""
        with _translated(request):
            async with self._session.request(
                request.method,
                _address(request),
                headers=request.headers.multi_items(),
                data=await request.aread() or None,
                allow_redirects=False,
            ) as answer:
                body = _Body(await answer.read())
                return httpx.Response(answer.status, headers=answer.raw_headers, stream=body)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()


class _Body(httpx.AsyncByteStream):
    """Bytes that httpx leaves alone; from its own ByteStream it would decode them at once."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


def _address(request: httpx.Request) -> URL:
    target: bytes | None = request.extensions.get("target")
    if target is None:
        return URL(str(request.url), encoded=True)
    origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
    return URL(origin + target.decode("ascii"), encoded=True)


@contextlib.contextmanager
def _translated(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except aiohttp.ClientError as exc:
        raise _as_httpx(exc)(str(exc), request=request) from exc


def _as_httpx(exc: aiohttp.ClientError) -> type[httpx.TransportError]:
    """httpx's name for a fault of aiohttp; the narrower classes are asked first."""
    match exc:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout
        case aiohttp.ServerTimeoutError():
            return httpx.ReadTimeout
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError
        case aiohttp.ServerDisconnectedError() if not isinstance(exc.message, str):
            return httpx.RemoteProtocolError  # closed in the middle of the headers
        case aiohttp.ClientConnectionError():
            return httpx.ReadError
    return httpx.RemoteProtocolError
