"""The first to see a request: who asks, what is kept, which service is to answer.

Only the gateway's own pages and endpoints go on to the framework's routing; everything that a
service answers is answered here, what is kept before anything else is done.
"""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable
from functools import lru_cache

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.context import GIVEN_ID, NO_ROUTE, unforeseen
from contracts.errors import (
    ProductError,
    Saturated,
    Sentence,
    UpstreamUnavailable,
)
from contracts.http import REQUEST_ID, as_problem, language_of
from contracts.tracing import HEALTH, Span
from contracts.tracing import passed_on as trace_passed_on
from gateway.addresses import canonical
from gateway.answers import Answer
from gateway.cache import CacheState
from gateway.clients import Reply, Upstream
from gateway.parts import Parts
from gateway.replies import NO_SNIFFING, NOT_KEPT, Outgoing, of_reply, outgoing, personal
from gateway.routing import passed_on, segment_of, service_for, target_of
from gateway.transport import Header

logger = logging.getLogger(__name__)

ID_HEADER = REQUEST_ID.encode()

REPORT = "informe"
OPERATION = "operacion"
"""What the addresses begin with that are the operator's."""


class Visit:
    """One request on its way through: what is known of it, and what is to be told in the end."""

    def __init__(self, scope: Scope) -> None:
        self.started = time.perf_counter()
        self.method: str = scope["method"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.id = request_id_of(self.headers.get(ID_HEADER, b""))
        self.language = language_in(self.headers.get(b"accept-language", b""))
        self.route = NO_ROUTE
        self.status = 0
        self.state = CacheState.NONE
        self.standing: list[Header] = []
        self.span: Span | None = None
        scope.setdefault("state", {})["request_id"] = self.id


class Edge:
    """The ASGI app before all the others."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._own = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._own(scope, receive, send)
            return
        visit = Visit(scope)
        if self._parts.tracing is not None and not scope["path"].startswith(HEALTH):
            visit.span = self._parts.tracing.start(scope["headers"], visit.method, visit.id)
        try:
            await self._answer(scope, receive, send, visit)
        except ProductError as problem:
            self._parts.metrics.refused(problem.slug)
            await self._tell(problem, scope, receive, send, visit)
        except asyncio.CancelledError:  # the server ends, and waits no longer
            if not visit.status:
                await self._tell(_ending(), scope, receive, send, visit)
            raise
        except Exception:
            logger.exception("request_failed route=%s request_id=%s", visit.route, visit.id)
            if visit.status:  # too late for another answer: the server closes the connection
                raise
            await self._tell(unforeseen(), scope, receive, send, visit)
        finally:
            self._over(visit)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, visit: Visit) -> None:
        service = service_for(visit.method, scope["path"])
        if service is None:
            await self._own_answer(scope, receive, send, visit)
            return
        visit.route = "/" + segment_of(scope["path"])  # until the service says more
        parts = self._parts
        visit.standing = await parts.admission.admit(scope)
        upstream = parts.upstreams[service]
        if visit.method == "POST":
            answer = await self._posted(scope, receive, visit, upstream)
        else:
            answer = await self._got(scope, visit, upstream)
        visit.route = answer.route or visit.route
        visit.state = answer.state
        await _send(answer, send, visit)

    async def _got(self, scope: Scope, visit: Visit, upstream: Upstream) -> Outgoing:
        """The answer to a GET, or to a HEAD, which is the same without its body."""
        target = target_of(scope, self._parts.settings)
        address = canonical(target)
        if address is None:  # the service says what is wrong with it
            with self._parts.places.one(upstream.name):
                return of_reply(await self._asked(visit, upstream, "GET", target))
        key = (address, visit.language)
        kept = self._parts.answers.cache.find(key)
        if kept is not None and kept.fresh:
            answer = Answer(CacheState.HIT, kept, None)
        else:
            asked: list[str] = []

            def ask() -> Awaitable[Reply]:
                asked.append(visit.id)
                return self._asked(visit, upstream, "GET", target)

            try:
                with self._parts.places.one(upstream.name):
                    answer = await self._parts.answers.get(key, upstream, ask)
            except Saturated:
                if kept is None:
                    raise
                answer = Answer(CacheState.STALE, kept, None)
            if not asked:  # another visit's question: its problem, if it is one, names that visit
                answer = personal(answer, visit.id, scope["path"])
        return outgoing(answer, visit.headers.get(b"if-none-match", b""))

    async def _posted(
        self, scope: Scope, receive: Receive, visit: Visit, upstream: Upstream
    ) -> Outgoing:
        target = target_of(scope, self._parts.settings)
        body = await self._parts.bodies.read(scope, receive)
        with self._parts.places.one(upstream.name):
            return of_reply(await self._asked(visit, upstream, "POST", target, body))

    async def _asked(
        self, visit: Visit, upstream: Upstream, method: str, target: bytes, body: bytes = b""
    ) -> Reply:
        if method == "GET":  # its answer is kept, and so may depend on nothing but the language
            headers = [(b"accept-language", visit.language.encode())]
        else:
            headers = passed_on(visit.headers.items())
        headers.append((ID_HEADER, visit.id.encode()))
        if visit.span is not None:
            headers += visit.span.headers()
        else:
            headers += trace_passed_on(visit.headers.items())
        return await upstream.forward(method, target, headers, body)

    async def _own_answer(self, scope: Scope, receive: Receive, send: Send, visit: Visit) -> None:
        segment = segment_of(scope["path"])
        if segment == "metrics":
            self._parts.admission.check_metrics(scope)
        elif segment == OPERATION and scope["path"] != f"/{OPERATION}":  # its page holds no data
            visit.standing = await self._parts.admission.admit_operator(scope)
        elif segment == REPORT:
            visit.standing = await self._parts.admission.admit_reader(scope)

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                headers = _with_defaults(message.get("headers", []))
                message["headers"] = [*headers, *visit.standing]
            await send(message)

        # the framework's side reads the id from its header
        others = [header for header in scope["headers"] if header[0] != ID_HEADER]
        scope["headers"] = [*others, (ID_HEADER, visit.id.encode())]
        await self._own(scope, receive, send_noted)
        route = scope.get("route")
        visit.route = str(getattr(route, "path_format", None) or getattr(route, "path", NO_ROUTE))

    async def _tell(
        self, problem: ProductError, scope: Scope, receive: Receive, send: Send, visit: Visit
    ) -> None:
        response: Response = as_problem(scope, problem)
        visit.status = response.status_code
        others = [NOT_KEPT, NO_SNIFFING, (ID_HEADER, visit.id.encode())]
        response.raw_headers.extend(visit.standing + others)
        if visit.method == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    def _over(self, visit: Visit) -> None:
        took_s = time.perf_counter() - visit.started
        self._parts.metrics.answered(visit.route, visit.method, visit.status, visit.state, took_s)
        if visit.span is not None:
            visit.span.end(visit.route, visit.status)
        slow = took_s * 1000 > self._parts.settings.slow_request_ms
        if slow or logger.isEnabledFor(logging.INFO):
            _log(visit, took_s * 1000, slow)


def request_id_of(given: bytes) -> str:
    """The client's own request id where it is a sound one, else a new one."""
    if given:
        text = given.decode("latin-1")
        if GIVEN_ID.fullmatch(text):
            return text
    return os.urandom(16).hex()


@lru_cache(256)
def _remembered_language(accept_language: bytes) -> str:
    return language_of(accept_language.decode("latin-1"))


def language_in(accept_language: bytes) -> str:
    """'es' or 'en', as an Accept-Language header prefers."""
    if len(accept_language) > 128:  # not worth remembering
        return language_of(accept_language.decode("latin-1"))
    return _remembered_language(accept_language)


def _log(visit: Visit, took_ms: float, slow: bool) -> None:
    told = "method=%s route=%s status=%d ms=%.1f cache=%s request_id=%s"
    logger.log(
        logging.WARNING if slow else logging.INFO,
        f"slow_request {told}" if slow else f"request {told}",
        *(visit.method, visit.route, visit.status, took_ms, visit.state, visit.id),
    )


async def _send(answer: Outgoing, send: Send, visit: Visit) -> None:
    headers = [
        *answer.headers,
        *visit.standing,
        (b"content-length", b"%d" % len(answer.body)),
        (ID_HEADER, visit.id.encode()),
    ]
    if answer.status == 304:
        headers = [header for header in headers if header[0] != b"content-length"]
    visit.status = answer.status
    body = b"" if visit.method == "HEAD" else answer.body
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_defaults(headers: list[Header]) -> list[Header]:
    """The headers of an answer of our own, with what each answer says unless it says otherwise."""
    names = {name for name, _ in headers}
    return [*headers, *(header for header in (NOT_KEPT, NO_SNIFFING) if header[0] not in names)]


def _ending() -> UpstreamUnavailable:
    return UpstreamUnavailable(
        Sentence(
            "El servidor se está deteniendo; conviene reintentar.",
            "The server is stopping; try again.",
        )
    )
