"""The gateway's own endpoints: health, the problems explained, the merged OpenAPI."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from contracts.api import Salud, SaludConBloques, SaludGateway
from contracts.errors import ProductError
from contracts.http import REQUEST_ID, language_of, problems
from gateway.clients import Upstream
from gateway.openapi import MergedOpenAPI
from gateway.problems import ProblemaDescrito, described

READY, DEGRADED, ABSENT = "lista", "degradada", "no disponible"

READY_DEADLINE_S = 1.0
"""Whoever asks for readiness asks often and waits little, so a slow service counts as absent."""

router = APIRouter(tags=["gateway"])


def language(request: Request, response: Response) -> str:
    """The language to answer in, which the answer then declares."""
    chosen = language_of(request.headers.get("accept-language", ""))
    response.headers["content-language"] = chosen
    return chosen


Language = Annotated[str, Depends(language)]


@router.head("/salud/viva", include_in_schema=False)
@router.get("/salud/viva", summary="¿Está vivo el gateway?")
async def alive() -> Salud:
    """Responde mientras el proceso atienda peticiones, estén como estén los servicios."""
    return Salud(estado="viva", servicio="gateway")


@router.head("/salud/lista", include_in_schema=False)
@router.get(
    "/salud/lista",
    summary="¿Puede atender el gateway?",
    response_model=SaludGateway,
    responses={503: {"model": SaludGateway, "description": "Falta algún servicio"}},
)
async def ready(request: Request) -> Response:
    """`lista` si todos los servicios lo están; si falta alguno, `degradada` y estado 503.

    De un servicio con índice se nombran además los bloques que ninguna película tiene (`faltan`).
    """
    upstreams: dict[str, Upstream] = request.app.state.upstreams
    request_id: str = request.state.request_id
    asked = await asyncio.gather(*(_health(each, request_id) for each in upstreams.values()))
    services = {health.servicio: health for health in asked}
    complete = all(health.estado == READY for health in asked)
    body = SaludGateway(
        estado=READY if complete else DEGRADED, servicio="gateway", servicios=services
    )
    status = HTTPStatus.OK if complete else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(body.model_dump(exclude_none=True), status)


@router.get("/problemas", summary="Los problemas que la API puede responder")
async def list_problems(spoken: Language) -> list[ProblemaDescrito]:
    """El catálogo entero, en español o, con `Accept-Language: en`, en inglés."""
    return list(described(spoken).values())


@router.get("/problemas/{slug}", summary="Qué significa un problema", responses=problems(404))
async def explain_problem(slug: str, spoken: Language) -> ProblemaDescrito:
    """A esta ruta lleva el `type` de cada problema."""
    problem = described(spoken).get(slug)
    if problem is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return problem


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """The OpenAPI of everything behind this address."""
    merged: MergedOpenAPI = request.app.state.openapi
    return Response(await merged.as_json(), media_type="application/json")


async def _health(upstream: Upstream, request_id: str) -> SaludConBloques:
    absent = SaludConBloques(estado=ABSENT, servicio=upstream.public)
    headers = [(REQUEST_ID.encode(), request_id.encode())]
    deadline_s = min(READY_DEADLINE_S, upstream.deadline_s)
    try:
        reply = await upstream.forward("GET", b"/salud/lista", headers, deadline_s=deadline_s)
        said = SaludConBloques.model_validate_json(reply.body)
    except (ProductError, ValidationError):
        return absent
    if reply.status != HTTPStatus.OK:
        return absent
    return said.model_copy(update={"estado": READY, "servicio": upstream.public})
