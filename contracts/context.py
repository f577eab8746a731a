"""What surrounds every request, whoever answers it: its id, its log lines, problems (RFC 9457).

Speaks ASGI and nothing of FastAPI, so that what is no FastAPI app answers alike.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.api import Problema
from contracts.errors import InternalError, MalformedAddress, ProductError, Sentence

logger = logging.getLogger(__name__)

REQUEST_ID = "x-request-id"
PROBLEM_JSON = "application/problem+json"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


NO_ROUTE = "otra"

Observer = Callable[[str, int, float], None]
"""Told of each answer: the route's pattern (or NO_ROUTE), the status, the seconds it took."""


def language_of(accept_language: str) -> str:
    """'en' where English is preferred to Spanish by an Accept-Language header, else 'es'."""
    best, language = 0.0, "es"
    for choice in accept_language.lower().split(","):
        tag, _, weight = choice.partition(";q=")
        if (short := tag.strip()[:2]) in ("es", "en"):
            quality = _number(weight or "1")
            if quality > best:
                best, language = quality, short
    return language


def as_problem(scope: Scope, error: ProductError, status: int | None = None) -> Response:
    """The problem document for `error`, in the language the request asked for."""
    language = language_of(Headers(scope=scope).get("accept-language", ""))
    body = Problema(
        type=f"/problemas/{error.slug}",
        title=error.title.spoken_in(language),
        status=status or error.status,
        detail=error.detail.spoken_in(language),
        instance=scope["path"],
        request_id=scope.get("state", {}).get("request_id", ""),
        sugerencias=list(error.suggestions) or None,
        **error.members,
    )
    return Response(
        body.model_dump_json(exclude_none=True),
        status_code=body.status,
        media_type=PROBLEM_JSON,
        headers={**error.headers, "content-language": language},
    )


class RequestContext:
    """ASGI middleware: a request id on every answer, and no exception past this point.

    A caller's `X-Request-ID` is kept when it is 1 to 64 characters of A-Z a-z 0-9 . _ -
    and replaced otherwise, since it is written to logs. `observe` is told of each answer.
    Logs name the route's pattern: a path may hold what somebody looks for, or who it is.
    """

    def __init__(self, app: ASGIApp, slow_request_ms: int, observe: Observer | None = None) -> None:
        self.app = app
        self.slow_request_ms = slow_request_ms
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self._answer(scope, receive, send_with_id)
        except Exception:
            logger.exception(
                "request_failed route=%s request_id=%s", route_of(scope) or NO_ROUTE, request_id
            )
            if status:
                raise
            await as_problem(scope, unforeseen())(scope, receive, send_with_id)
        took_s = time.perf_counter() - started
        route = route_of(scope) or NO_ROUTE
        if self.observe is not None:
            self.observe(route, status, took_s)
        if (took_ms := took_s * 1000) > self.slow_request_ms:
            logger.warning(
                "slow_request route=%s ms=%.0f request_id=%s", route, took_ms, request_id
            )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_well_encoded(scope.get("raw_path") or b"", scope.get("query_string", b"")):
            await self.app(scope, receive, send)
        else:
            await as_problem(scope, badly_encoded())(scope, receive, send)


def route_of(scope: Scope) -> str:
    """The pattern of the route that a request was led to; empty where none has its path."""
    pattern: str = getattr(scope.get("route"), "path_format", "")
    return pattern


def is_well_encoded(path: bytes, query: bytes) -> bool:
    """Whether path and query are correctly percent-encoded UTF-8 without NUL."""
    if b"%" not in path and b"%" not in query:
        return True
    whole = path + b"?" + query
    if BROKEN_ESCAPE.search(whole) or b"%00" in whole:
        return False
    try:
        unquote_to_bytes(whole).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unforeseen() -> InternalError:
    """The problem of a fault of ours, which the log has."""
    return InternalError(
        Sentence(
            "Algo falló en el servidor; el registro lo guarda bajo este request_id.",
            "Something failed in the server; its log has it under this request_id.",
        )
    )


def badly_encoded() -> MalformedAddress:
    """The problem of an address that is no percent-encoded UTF-8."""
    return MalformedAddress(
        Sentence(
            "La dirección no está bien codificada: se espera UTF-8 con porcentajes (%C3%B1).",
            "The address is not well encoded: percent-encoded UTF-8 (%C3%B1) is expected.",
        )
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
