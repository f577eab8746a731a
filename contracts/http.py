"""What every service answers alike: request ids, problems (RFC 9457), health, OpenAPI.

The only module of contracts that speaks FastAPI.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.api import EstadoBloque, Problema, Salud, SaludConBloques
from contracts.errors import (
    InternalError,
    InvalidRequest,
    MalformedAddress,
    MethodNotAllowed,
    ProductError,
    RejectedRequest,
    RouteNotFound,
    Sentence,
)

logger = logging.getLogger(__name__)

REQUEST_ID = "x-request-id"
PROBLEM_JSON = "application/problem+json"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

MESSAGES: dict[str, str] = {
    "int_parsing": "debe ser un número entero",
    "int_parsing_size": "debe ser un número entero con menos cifras",
    "int_type": "debe ser un número entero",
    "float_parsing": "debe ser un número",
    "finite_number": "debe ser un número finito",
    "bool_parsing": "debe ser verdadero o falso (true o false)",
    "less_than": "debe ser menor que {lt}",
    "greater_than": "debe ser mayor que {gt}",
    "greater_than_equal": "debe ser mayor o igual que {ge}",
    "less_than_equal": "debe ser menor o igual que {le}",
    "string_too_short": "está vacío o es demasiado corto",
    "string_too_long": "es demasiado largo (como mucho {max_length} caracteres)",
    "json_invalid": "no es JSON válido",
}
"""Pydantic's error types in Spanish; a type that is missing here is told in English."""

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
            logger.exception("request_failed path=%r request_id=%s", scope["path"], request_id)
            if status:
                raise
            await as_problem(scope, _unforeseen())(scope, receive, send_with_id)
        took_s = time.perf_counter() - started
        if self.observe is not None:
            route = getattr(scope.get("route"), "path_format", NO_ROUTE)
            self.observe(route, status, took_s)
        if (took_ms := took_s * 1000) > self.slow_request_ms:
            logger.warning(
                "slow_request path=%r ms=%.0f request_id=%s", scope["path"], took_ms, request_id
            )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_well_encoded(scope.get("raw_path") or b"", scope.get("query_string", b"")):
            await self.app(scope, receive, send)
        else:
            await as_problem(scope, _malformed())(scope, receive, send)


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


def install(app: FastAPI, slow_request_ms: int = 500, observe: Observer | None = None) -> None:
    """Give `app` request ids, problem answers and their description in its OpenAPI."""
    app.add_middleware(RequestContext, slow_request_ms=slow_request_ms, observe=observe)
    app.add_exception_handler(ProductError, _on_product_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(describe())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Add the routes to the app's own: those of an included router are matched twice a request."""
    app.router.routes.extend(router.routes)


def health(
    name: str,
    version_of: Callable[[Request], str | None],
    blocks_of: Callable[[Request], list[EstadoBloque]] | None = None,
) -> APIRouter:
    """`/salud/viva` (the process answers) and `/salud/lista` (it has a version loaded).

    A service whose index has blocks gives `blocks_of`; those without a film are named.
    """
    router = APIRouter(prefix="/salud", tags=["salud"])

    @router.get("/viva")
    async def viva() -> Salud:
        """El proceso responde."""
        return Salud(estado="viva", servicio=name)

    @router.get("/lista", response_model=SaludConBloques if blocks_of else Salud)
    async def lista(request: Request) -> Salud:
        """El servicio tiene una versión cargada."""
        said = Salud(estado="lista", servicio=name, version=version_of(request))
        if blocks_of is None:
            return said
        blocks = blocks_of(request)
        missing = [block.bloque for block in blocks if not block.peliculas]
        return SaludConBloques(**said.model_dump(), bloques=blocks, faltan=missing)

    return router


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can answer these problem statuses (422 always)."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problema"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted({*statuses, 422})
    }


def said_wrong(errors: Sequence[Any]) -> Sentence:
    """The first fault of pydantic's list, as a sentence naming the argument."""
    first = errors[0]
    name = str(first["loc"][-1]) if first.get("loc") else "?"
    template = MESSAGES.get(first["type"])
    spanish = template.format(**limits_of(first)) if template else first["msg"]
    english = f"Parameter '{name}': {first['msg']}."
    if first["type"] == "missing":
        return Sentence(f"Falta el parámetro «{name}».", english)
    return Sentence(f"El parámetro «{name}» {spanish}.", english)


def limits_of(error: Any) -> dict[str, Any]:
    """The limits that one of pydantic's faults names, as they are told: 1 and not 1.0."""
    return {
        name: f"{limit:g}" if isinstance(limit, float) else limit
        for name, limit in error.get("ctx", {}).items()
    }


async def _on_product_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProductError)
    return as_problem(request.scope, error)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return as_problem(request.scope, InvalidRequest(said_wrong(error.errors())))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path[:200]
    if error.status_code == HTTPStatus.NOT_FOUND:
        missing = Sentence(f"No hay nada en «{path}».", f"There is nothing at '{path}'.")
        return as_problem(request.scope, RouteNotFound(missing))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        wrong = Sentence(
            f"«{path}» no admite el método {request.method}.",
            f"'{path}' does not take the method {request.method}.",
        )
        response = as_problem(request.scope, MethodNotAllowed(wrong))
        response.headers.update(error.headers or {})
        return response
    detail = Sentence(str(error.detail), str(error.detail))
    return as_problem(request.scope, RejectedRequest(detail), error.status_code)


def _with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    parts = schema.setdefault("components", {}).setdefault("schemas", {})
    parts["Problema"] = Problema.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        parts.pop(unused, None)
    return schema


def _unforeseen() -> InternalError:
    return InternalError(
        Sentence(
            "Algo falló en el servidor; el registro lo guarda bajo este request_id.",
            "Something failed in the server; its log has it under this request_id.",
        )
    )


def _malformed() -> MalformedAddress:
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
