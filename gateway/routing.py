"""Which service answers what, and the light path that a forwarded request takes."""

import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.errors import AddressTooLong, BodyTooLarge, RejectedRequest, Sentence
from contracts.http import REQUEST_ID
from gateway.clients import QUERY, RECO, Header, Upstream

SERVICES = {
    "cantidad_filmaciones_mes": QUERY,
    "cantidad_filmaciones_dia": QUERY,
    "score_titulo": QUERY,
    "votos_titulo": QUERY,
    "get_actor": QUERY,
    "get_director": QUERY,
    "peliculas_idioma": QUERY,
    "peliculas_duracion": QUERY,
    "franquicia": QUERY,
    "peliculas_pais": QUERY,
    "productoras_exitosas": QUERY,
    "get_max_duration": QUERY,
    "get_score_count": QUERY,
    "get_count_platform": QUERY,
    "recomendacion": RECO,
    "recomendacion_usuario": RECO,
    "v1": RECO,
}
"""First segment of the path → the service that answers it."""

READS = ("GET", "HEAD")
WRITABLE = "v1"
"""The one segment that also takes POST: questions too long for an address."""

MAX_TARGET = 8192
"""Bytes of path and query, as most servers and proxies allow."""

MAX_BODY = 1024 * 1024
"""Bytes of a request's body."""

PASSED_ON = frozenset({b"accept", b"accept-language", b"content-type"})
"""Headers of a request that a service gets; its request id is added."""

NOT_FOR_A_REQUEST_LINE = re.compile(rb"[^\x21\x22\x24-\x7e]")
SENDABLE = re.compile(rb"[\t\x20-\x7e]*")


class Forwarder:
    """ASGI app for every address that is not the gateway's own."""

    def __init__(self, otherwise: ASGIApp) -> None:
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with its service's answer; only HTTP has services."""
        if scope["type"] != "http":
            await self._otherwise(scope, receive, send)
            return
        request = Request(scope, receive)
        upstreams: Mapping[str, Upstream] = request.app.state.upstreams
        response = await forward(request, upstreams)
        await response(scope, receive, send)


async def forward(request: Request, upstreams: Mapping[str, Upstream]) -> Response:
    """The answer of the service that `request` is for, byte for byte."""
    upstream = upstreams[service_for(request.method, request.scope["path"])]
    target = target_of(request.scope)
    body = await body_of(request) if request.method == "POST" else b""
    # The services are asked GET for HEAD: theirs are GET routes, which would refuse it.
    method = "GET" if request.method == "HEAD" else request.method
    reply = await upstream.forward(method, target, passed_on(request), body)
    response = Response(reply.body, reply.status)
    response.raw_headers.extend(reply.headers)
    if request.method == "HEAD":
        response.body = b""  # the headers, its length among them, are GET's
    return response


def service_for(method: str, path: str) -> str:
    """Name of the service that answers `path`; 404 or 405 where there is none."""
    segment = path[1:].partition("/")[0]
    service = SERVICES.get(segment) if path.startswith("/") else None
    if service is None:
        raise HTTPException(404)
    allowed = (*READS, "POST") if segment == WRITABLE else READS
    if method not in allowed:
        raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
    return service


def target_of(scope: Scope) -> bytes:
    """Path and query as the client wrote them, but for bytes no request line may carry.

    Those (raw UTF-8, mostly: `?q=niño` typed at a shell) are percent-encoded.
    """
    target: bytes = scope["raw_path"]
    if scope["query_string"]:
        target += b"?" + scope["query_string"]
    if len(target) > MAX_TARGET:
        raise AddressTooLong(
            Sentence(
                f"La dirección supera los {MAX_TARGET} caracteres.",
                f"The address is longer than {MAX_TARGET} characters.",
            )
        )
    return NOT_FOR_A_REQUEST_LINE.sub(lambda byte: b"%%%02X" % ord(byte[0]), target)


def passed_on(request: Request) -> list[Header]:
    """The headers a service gets: those it reads, and the request id."""
    kept = [
        (key, value)
        for key, value in request.scope["headers"]
        if key in PASSED_ON and SENDABLE.fullmatch(value)
    ]
    request_id: str = request.state.request_id
    return [*kept, (REQUEST_ID.encode(), request_id.encode())]


async def body_of(request: Request) -> bytes:
    """The body, bounded, however it was announced."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MAX_BODY:
        raise _too_large()
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise _too_large()
    except ClientDisconnect as exc:  # nobody is left to read this
        raise RejectedRequest(Sentence("Cuerpo incompleto.", "Incomplete body.")) from exc
    return bytes(body)


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(
        Sentence(
            f"El cuerpo supera los {MAX_BODY} bytes.", f"The body is longer than {MAX_BODY} bytes."
        )
    )
