"""The services as the gateway sees them: one `Upstream` each, and every way one can fail."""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from contracts.errors import (
    ProductError,
    Sentence,
    UpstreamBroken,
    UpstreamOut,
    UpstreamUnavailable,
)
from contracts.service import DEADLINE, ROUTE, VERSION
from gateway.breaker import Breaker, State
from gateway.confirmed import Confirmed
from gateway.hedging import first_answer
from gateway.metrics import Metrics
from gateway.outages import problem_of, set_aside
from gateway.retries import RetryBudget
from gateway.settings import Settings
from gateway.transport import (
    AiohttpTransport,
    Header,
    NotAnAnswer,
    RawReply,
    Transport,
    TransportFault,
    TransportFor,
)

logger = logging.getLogger(__name__)

QUERY, RECO = "query", "reco"
PUBLIC = {QUERY: "consultas", RECO: "recomendaciones"}
"""What each service calls itself in its answers."""

SPOKEN = {
    QUERY: Sentence("El servicio de consultas", "The query service"),
    RECO: Sentence("El servicio de recomendaciones", "The recommendation service"),
}

PASSED_BACK = frozenset(
    {b"content-type", b"content-language", b"content-encoding", b"retry-after", b"allow"}
)
"""Headers of a service's answer that a client gets; what is not listed stays between the two."""

CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
NO_TIME_S = 0.005
"""With less than this left a second try would only be cut off."""


@dataclass(frozen=True)
class Reply:
    """What a service answered: the body byte for byte, the headers that are passed back.

    `route` is the pattern of the service's route, `version` what the answer was made from; both
    are empty where the service does not say.
    """

    status: int
    headers: Sequence[Header]
    body: bytes
    route: str = ""
    version: bytes = b""


@dataclass(frozen=True)
class Asked:
    """One request to a service, as it is sent each time it is tried."""

    method: str
    target: bytes
    headers: Sequence[Header]
    body: bytes
    ends: float


class Upstream:
    """One service behind the gateway.

    `version` is the one it last answered from, `up` whether it answered when it was last asked
    for its health or for anything else.
    """

    def __init__(
        self, name: str, settings: Settings, connect: TransportFor, metrics: Metrics
    ) -> None:
        """`connect` is called twice: probes do not wait behind requests for a connection."""
        self.name = name
        self.public = PUBLIC[name]
        self.spoken = SPOKEN[name]
        self.address = str(settings.query_url if name == QUERY else settings.reco_url).rstrip("/")
        self.deadline_s = settings.deadline_ms / 1000
        self.up = False
        self.breaker = Breaker(
            settings.breaker_requests,
            settings.breaker_failures,
            settings.breaker_pause_ms / 1000,
            self._breaker_changed,
        )
        self._budget = RetryBudget(settings.retry_share)
        self._hedge_after_s = settings.hedge_after_ms / 1000
        self._transport, self._probing = connect(name), connect(name)
        self._connections = asyncio.Semaphore(settings.max_connections)
        self._metrics = metrics
        self._confirmed = Confirmed()
        metrics.circuit(self.public, State.CLOSED)

    async def forward(
        self,
        method: str,
        target: bytes,
        headers: Sequence[Header] = (),
        body: bytes = b"",
        deadline_s: float | None = None,
    ) -> Reply:
        """The service's answer, whole and within the deadline, or an Upstream… problem.

        A GET that met a fault other than the deadline is tried once more, if the budget allows.
        `target` is path and query as they go into the request line: printable ASCII, no `#`.
        """
        ends = time.monotonic() + (deadline_s or self.deadline_s)
        asked = Asked(method, target, headers, body, ends)
        self._budget.earn()
        try:
            return await self._tried(asked)
        except UpstreamOut:  # told when it was set aside, and not each time it is asked for
            raise
        except ProductError as problem:
            request_id = dict(headers).get(b"x-request-id", b"").decode("latin-1")
            logger.warning(
                "upstream_failed service=%s problem=%s fault=%r request_id=%s",
                *(self.name, problem.slug, problem.__cause__, request_id),
            )
            raise

    async def probe(self, deadline_s: float) -> Reply:
        """The service's own health, whatever the breaker thinks; raises an Upstream… problem."""
        ends = time.monotonic() + deadline_s
        was_up, ready = self.up, False
        try:
            asked = Asked("GET", b"/salud/lista", (), b"", ends)
            async with asyncio.timeout(deadline_s):
                reply = await self._exchange(self._probing, asked)
            ready = reply.status < HTTPStatus.INTERNAL_SERVER_ERROR  # it lives; more is not asked
            return reply
        except (TimeoutError, TransportFault) as fault:
            if was_up:  # else it is told with every probe
                logger.warning("service_out service=%s fault=%r", self.name, fault)
            raise problem_of(fault, self.spoken) from fault
        finally:
            self.up = ready
            self.breaker.probed(ready)

    @property
    def version(self) -> bytes:
        """The version that the service answers from, as far as is known."""
        return self._confirmed.version

    def age_s(self, version: bytes) -> int:
        """Seconds since the service last said that this version is the one it answers from."""
        return self._confirmed.age_s(version)

    async def aclose(self) -> None:
        """Close every connection to the service."""
        await self._transport.aclose()
        await self._probing.aclose()

    async def _tried(self, asked: Asked) -> Reply:
        if asked.method != "GET":
            return await self._ask(asked)
        try:
            if self._hedge_after_s:
                return await first_answer(
                    lambda: self._ask(asked), self._hedge_after_s, lambda: self._again("cobertura")
                )
            return await self._ask(asked)
        except (UpstreamUnavailable, UpstreamBroken):
            if asked.ends - time.monotonic() < NO_TIME_S or not self._again("fallo"):
                raise
            return await self._ask(asked)

    async def _ask(self, asked: Asked) -> Reply:
        permit = self.breaker.admits()
        if permit is None:
            raise set_aside(self.spoken, self.public, self.breaker)
        answered: bool | None = None
        started, outcome = time.perf_counter(), "abandonada"
        try:
            async with asyncio.timeout(asked.ends - time.monotonic()), self._connections:
                reply = await self._exchange(self._transport, asked)
            answered, outcome = True, "ok"
            return reply
        except (TimeoutError, TransportFault) as fault:
            problem = problem_of(fault, self.spoken)
            answered, outcome = False, problem.slug
            raise problem from fault
        finally:
            self.breaker.left(permit, answered)
            self._metrics.upstream(self.public, outcome, time.perf_counter() - started)

    async def _exchange(self, way: Transport, asked: Asked) -> Reply:
        began = time.monotonic()  # with a connection at hand: what is told to be left is left
        headers = [
            *asked.headers,
            (DEADLINE.encode(), b"%d" % max(1, (asked.ends - began) * 1000)),
            # Nothing else: a service that compresses for the gateway works twice for nothing.
            (b"accept-encoding", b"identity"),
        ]
        raw = await way.send(asked.method, asked.target, headers, asked.body)
        reply = _accepted(raw, self.address)
        self.up = True
        if self._confirmed.told(reply.version, began):
            self._metrics.version(self.public, reply.version.decode("latin-1"))
        return reply

    def _again(self, why: str) -> bool:
        granted = self._budget.spend()
        self._metrics.retried(self.public, why if granted else "sin_saldo")
        return granted

    def _breaker_changed(self, state: State) -> None:
        logger.warning("breaker_changed service=%s state=%s", self.name, state)
        self._metrics.circuit(self.public, state)
        if state is State.OPEN:
            self._metrics.opened(self.public)


def _accepted(raw: RawReply, address: str) -> Reply:
    """What of a service's answer goes on; NotAnAnswer where that could not be sent to a client."""
    if not 200 <= raw.status <= 599:
        raise NotAnAnswer(f"status {raw.status}")
    passed, route, version = [], "", b""
    for name, value in raw.headers:
        if name == VERSION:
            version = value
        elif name == ROUTE:
            route = value.decode("latin-1")
        elif name in PASSED_BACK:
            passed.append((name, value))
        elif name == b"location":  # a service only knows its own address
            passed.append((name, value.removeprefix(address.encode())))
    if any(CONTROL.search(value) for _, value in passed):
        raise NotAnAnswer("a header with control characters")
    return Reply(raw.status, passed, raw.body, route, version)


@contextlib.asynccontextmanager
async def open_upstreams(
    settings: Settings, metrics: Metrics, transport_for: TransportFor | None = None
) -> AsyncIterator[Mapping[str, Upstream]]:
    """Every service by name, its connections open until the block ends."""
    connect = transport_for or _over_sockets(settings)
    async with contextlib.AsyncExitStack() as stack:
        upstreams = {}
        for name in (QUERY, RECO):
            upstream = Upstream(name, settings, connect, metrics)
            stack.push_async_callback(upstream.aclose)
            upstreams[name] = upstream
        yield upstreams


def _over_sockets(settings: Settings) -> Callable[[str], Transport]:
    addresses = {QUERY: str(settings.query_url), RECO: str(settings.reco_url)}

    def connect(name: str) -> Transport:
        return AiohttpTransport(
            addresses[name], settings.max_connections, settings.connect_timeout_ms / 1000
        )

    return connect
