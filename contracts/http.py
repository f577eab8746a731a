"""What every app answers alike: problems for what it refuses, health, metrics, OpenAPI."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from contracts.api import Problema
from contracts.api_health import EstadoBloque, MotorConMotivo, Salud, SaludDeIndice
from contracts.context import (
    NO_ROUTE,
    PROBLEM_JSON,
    REQUEST_ID,
    Observer,
    RequestContext,
    as_problem,
    is_well_encoded,
    language_of,
)
from contracts.errors import (
    InvalidRequest,
    MethodNotAllowed,
    ProductError,
    RejectedRequest,
    RouteNotFound,
    Sentence,
)
from contracts.metrics import MEDIA_TYPE, Metrics
from contracts.service import ServiceContext
from contracts.swap import Serving
from contracts.tracing import Tracing

__all__ = [
    "MESSAGES",
    "NO_ROUTE",
    "REQUEST_ID",
    "add_routes",
    "as_problem",
    "health",
    "install",
    "install_service",
    "is_well_encoded",
    "language_of",
    "limits_of",
    "metrics_of",
    "problems",
    "said_wrong",
]

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


def install_service(app: FastAPI, metrics: Metrics, tracing: Tracing, slow_request_ms: int) -> None:
    """As `install`, for a service: each answer is made from one version, and says which.

    `app.state.serving` is what it serves, once its lifespan has begun.
    """

    def serving() -> Serving[Any]:
        served: Serving[Any] = app.state.serving
        return served

    # inside, so that what it refuses has an id
    app.add_middleware(ServiceContext, serving=serving, tracing=tracing)
    install(app, slow_request_ms, metrics.took)


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Add the routes to the app's own: those of an included router are matched twice a request."""
    app.router.routes.extend(router.routes)


def health(
    name: str,
    version_of: Callable[[Request], str | None],
    parts_of: Callable[[Request], tuple[list[EstadoBloque], MotorConMotivo]] | None = None,
) -> APIRouter:
    """`/salud/viva` (the process answers) and `/salud/lista` (it has a version loaded).

    A service over an index gives `parts_of`: its blocks, of which those without a film are named,
    and the engine that searches it.
    """
    router = APIRouter(prefix="/salud", tags=["salud"])

    @router.get("/viva")
    async def viva() -> Salud:
        """El proceso responde."""
        return Salud(estado="viva", servicio=name)

    @router.get("/lista", response_model=SaludDeIndice if parts_of else Salud)
    async def lista(request: Request) -> Salud:
        """El servicio tiene una versión cargada."""
        said = Salud(estado="lista", servicio=name, version=version_of(request))
        if parts_of is None:
            return said
        blocks, engine = parts_of(request)
        missing = [block.bloque for block in blocks if not block.peliculas]
        return SaludDeIndice(**said.model_dump(), bloques=blocks, faltan=missing, motor=engine)

    return router


def metrics_of(metrics: Metrics) -> APIRouter:
    """`/metrics`, for Prometheus, on this service's own port."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    def metrics_as_text() -> Response:
        return Response(metrics.as_text(), media_type=MEDIA_TYPE)

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
