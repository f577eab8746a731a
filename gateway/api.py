"""The gateway's own endpoints: health, the problems explained, the merged OpenAPI."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from contracts.api_health import Salud, SaludGateway
from contracts.api_operation import EstadoOperacion
from contracts.http import REQUEST_ID, language_of, problems
from contracts.metrics import MEDIA_TYPE
from gateway.openapi import KEY_WHERE_ONE_IS_ASKED_FOR, MergedOpenAPI
from gateway.operation import ADDRESS, Operation
from gateway.parts import Parts
from gateway.probes import READY, Probes
from gateway.problems import ProblemaDescrito, described

DEGRADED = "degradada"

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

    De un servicio con índice se nombran además los bloques que ninguna película tiene (`faltan`);
    de uno apartado por sus fallos, desde cuándo (`circuito`, `desde`).
    """
    probes: Probes = request.app.state.probes
    asked = await probes.health()
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


@router.get(
    ADDRESS,
    summary="Cómo está todo, para quien lo opera",
    responses=problems(401, 403, 429),
    openapi_extra={"security": KEY_WHERE_ONE_IS_ASKED_FOR},
)
async def operation_state(request: Request, spoken: Language) -> EstadoOperacion:
    """Versiones servidas, salud, caché, circuitos, últimas compilaciones y registro de datos.

    Con llaves configuradas pide una; sin ellas, solo responde a las redes que pueden leer
    `/metrics`. Un servicio caído se cuenta en su sitio (`problema`), y el estado sigue siendo 200.
    """
    operation: Operation = request.app.state.operation
    return await operation.state(spoken, request.headers.get(REQUEST_ID, ""))


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """The OpenAPI of everything behind this address."""
    merged: MergedOpenAPI = request.app.state.openapi
    return Response(await merged.as_json(), media_type="application/json")


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """For Prometheus, where its address may read them."""
    parts: Parts = request.app.state.parts
    return Response(parts.metrics.as_text(), media_type=MEDIA_TYPE)
