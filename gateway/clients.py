"""The services as the gateway sees them: one `Upstream` each, and every way one can fail.

The only module that knows httpx's exceptions.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx

from contracts.errors import (
    ProductError,
    Sentence,
    UpstreamBroken,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from contracts.http import REQUEST_ID
from gateway.settings import Settings
from gateway.transport import AiohttpTransport

logger = logging.getLogger(__name__)

QUERY, RECO = "query", "reco"
PUBLIC = {QUERY: "consultas", RECO: "recomendaciones"}
"""What each service calls itself in its answers."""

SPOKEN = {
    QUERY: Sentence("El servicio de consultas", "The query service"),
    RECO: Sentence("El servicio de recomendaciones", "The recommendation service"),
}

Header = tuple[bytes, bytes]
TransportFor = Callable[[str], httpx.AsyncBaseTransport]

PASSED_BACK = frozenset(
    {b"content-type", b"content-language", b"content-encoding", b"retry-after", b"allow"}
)
"""Headers of a service's answer that a client gets; what is not listed stays between the two."""


@dataclass(frozen=True)
class Reply:
    """What a service answered: the body byte for byte, the headers that are passed back."""

    status: int
    headers: Sequence[Header]
    body: bytes


class Upstream:
    """One service behind the gateway."""

    def __init__(
        self, name: str, address: str, transport: httpx.AsyncBaseTransport, deadline_s: float
    ) -> None:
        self.name = name
        self.public = PUBLIC[name]
        self.spoken = SPOKEN[name]
        self._address = address.rstrip("/")
        self._prefix = httpx.URL(self._address).raw_path.rstrip(b"/")
        self._transport = transport
        self.deadline_s = deadline_s

    async def forward(
        self,
        method: str,
        target: bytes,
        headers: Sequence[Header] = (),
        body: bytes = b"",
        deadline_s: float | None = None,
    ) -> Reply:
        """The service's answer, whole and within the deadline, or an Upstream… problem.

        `target` is path and query as they go into the request line: printable ASCII, no `#`.
        """
        request = httpx.Request(
            method,
            self._address + target.decode("ascii"),
            # Nothing else: a service that compresses for the gateway works twice for nothing.
            headers=[*headers, (b"accept-encoding", b"identity")],
            content=body,
            extensions={"target": self._prefix + target},
        )
        with self._faults_named(request):
            async with asyncio.timeout(deadline_s or self.deadline_s):
                return await self._exchange(request)

    async def aclose(self) -> None:
        """Close every connection to the service."""
        await self._transport.aclose()

    async def _exchange(self, request: httpx.Request) -> Reply:
        # The transport itself, not an httpx.AsyncClient around it: see ADR 0004.
        response = await self._transport.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        try:
            body = b"".join([chunk async for chunk in response.stream])
        finally:
            await response.stream.aclose()
        return Reply(response.status_code, self._passed_back(response.headers), body)

    def _passed_back(self, headers: httpx.Headers) -> list[Header]:
        passed = [(key.lower(), value) for key, value in headers.raw]
        kept = [header for header in passed if header[0] in PASSED_BACK]
        for key, value in passed:
            if key == b"location":  # a service only knows its own address
                kept.append((key, value.removeprefix(self._address.encode())))
        return kept

    @contextlib.contextmanager
    def _faults_named(self, request: httpx.Request) -> Iterator[None]:
        try:
            yield
        except (TimeoutError, httpx.TransportError) as exc:
            problem = self._problem(exc)
            logger.warning(
                "upstream_failed service=%s problem=%s url=%r fault=%r request_id=%s",
                *(self.name, problem.slug, str(request.url)[:200], exc),
                request.headers.get(REQUEST_ID, ""),
            )
            raise problem from exc

    def _problem(self, fault: Exception) -> ProductError:
        es, en = self.spoken.es, self.spoken.en
        match fault:
            case httpx.ConnectTimeout() | httpx.NetworkError():
                down = Sentence(f"{es} no está disponible.", f"{en} is not available.")
                return UpstreamUnavailable(down)
            case TimeoutError() | httpx.TimeoutException():
                late = Sentence(f"{es} no respondió a tiempo.", f"{en} did not answer in time.")
                return UpstreamTimeout(late)
        bad = Sentence(f"{es} dio una respuesta defectuosa.", f"{en} gave a broken answer.")
        return UpstreamBroken(bad)


@contextlib.asynccontextmanager
async def open_upstreams(
    settings: Settings, transport_for: TransportFor | None = None
) -> AsyncIterator[Mapping[str, Upstream]]:
    """Every service by name, its connections open until the block ends."""
    connect = transport_for or _over_sockets(settings)
    addresses = {QUERY: settings.query_url, RECO: settings.reco_url}
    async with contextlib.AsyncExitStack() as stack:
        upstreams = {}
        for name, address in addresses.items():
            upstream = Upstream(name, str(address), connect(name), settings.deadline_ms / 1000)
            stack.push_async_callback(upstream.aclose)
            upstreams[name] = upstream
        yield upstreams


def _over_sockets(settings: Settings) -> TransportFor:
    def connect(name: str) -> httpx.AsyncBaseTransport:
        return AiohttpTransport(settings.max_connections, settings.connect_timeout_ms / 1000)

    return connect
