"""What surrounds a service's requests: one version for each, the caller's deadline, two headers."""

import math
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.context import NO_ROUTE, as_problem, route_of
from contracts.errors import DeadlinePassed, Sentence
from contracts.swap import Serving
from contracts.tracing import HEALTH, Span, Tracing

DEADLINE = "x-deadline-ms"
"""Of a request: how many milliseconds its caller still waits."""

VERSION = b"x-version"
"""Of an answer: the tag of the version that it was made from."""

ROUTE = b"x-route"
"""Of an answer: the pattern of the route that made it, absent where none has the path."""

MILLISECONDS = re.compile(r"-?[0-9]{1,7}")


class ServiceContext:
    """ASGI middleware: takes one snapshot for each request, gives up a late one, traces it.

    The snapshot is `request.state.snapshot`. Work that waits for a thread is dropped when the
    deadline passes; what a thread has begun is ended, for nothing can end it sooner.
    """

    def __init__(self, app: ASGIApp, serving: Callable[[], Serving[Any]], tracing: Tracing) -> None:
        self.app = app
        self.serving = serving
        self.tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        snapshot = scope["state"]["snapshot"] = self.serving().current
        version = snapshot.tag.encode()
        span, status = self._span(scope), 0

        async def send_with_version(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (VERSION, version)]
                if route := route_of(scope):
                    message["headers"].append((ROUTE, route.encode()))
            await send(message)

        left_ms = deadline_of(Headers(scope=scope).get(DEADLINE))
        try:
            if left_ms is None:
                await self.app(scope, receive, send_with_version)
            else:
                await self._within(left_ms, scope, receive, send_with_version)
        finally:
            # a connection that is kept open keeps its last request's scope
            del scope["state"]["snapshot"]
            if span is not None:
                span.end(route_of(scope) or NO_ROUTE, status or HTTPStatus.INTERNAL_SERVER_ERROR)

    def _span(self, scope: Scope) -> Span | None:
        if scope["path"].startswith(HEALTH):
            return None
        return self.tracing.start(scope["headers"], scope["method"], scope["state"]["request_id"])

    async def _within(self, left_ms: int, scope: Scope, receive: Receive, send: Send) -> None:
        late = left_ms <= 0
        if not late:
            with anyio.move_on_after(left_ms / 1000) as waiting:
                await self.app(scope, receive, _in_time(waiting, send))
            late = waiting.cancelled_caught
        if late:
            await as_problem(scope, _passed())(scope, receive, send)


def deadline_of(said: str | None) -> int | None:
    """The milliseconds that are left; None where nothing is said, or nothing one could mean."""
    return int(said) if said is not None and MILLISECONDS.fullmatch(said) else None


def _in_time(waiting: anyio.CancelScope, send: Send) -> Send:
    """As `send`: an answer that has begun is not cut off, one that is late does not begin."""

    async def send_unless_late(message: Message) -> None:
        if message["type"] == "http.response.start":
            if waiting.cancel_called:
                await anyio.sleep_forever()  # which the cancellation ends
            waiting.deadline = math.inf
        await send(message)

    return send_unless_late


def _passed() -> DeadlinePassed:
    return DeadlinePassed(
        Sentence(
            "El plazo de la petición pasó antes de que hubiera respuesta.",
            "The request's deadline passed before there was an answer.",
        )
    )
