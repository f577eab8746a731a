"""The streaming endpoints; every path argument is also accepted as a query parameter."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from contracts import api, api_streaming
from contracts.errors import ContradictoryRequest, InvalidRequest, Sentence
from contracts.http import problems, said_wrong
from query_service.api import StatisticsDep, WithFilms, get_actor
from query_service.routes import Text, both_ways
from query_service.streaming import Streaming
from query_service.wording import MINUTES

router = APIRouter(tags=["plataformas"])

FIRST_YEAR, LAST_YEAR = 1800, 2200

Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Scored = Annotated[float, Field(ge=1, le=5, allow_inf_nan=False)]
"""A path or query argument, whichever the route has."""

YearAsked = Annotated[
    int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR, description="año de estreno; todos, si falta")
]
PlatformAsked = Annotated[
    Text | None, Query(description="nombre o inicial de una plataforma; todas, si falta")
]
Unit = Annotated[str, Query(description="min (minutos) o season (temporadas)")]


async def get_streaming(statistics: StatisticsDep) -> Streaming:
    """Those of the version that this request is answered from."""
    return statistics.streaming


StreamingDep = Annotated[Streaming, Depends(get_streaming)]


@router.get("/get_max_duration", responses=problems(404))
async def get_max_duration(
    streaming: StreamingDep,
    year: YearAsked = None,
    platform: PlatformAsked = None,
    duration_type: Unit = MINUTES,
) -> api_streaming.DuracionMaxima:
    """El título más largo de las plataformas, en minutos o en temporadas, con los que empatan."""
    return streaming.longest(year, platform, duration_type)


@both_ways(router, "/get_score_count/{platform}/{scored}/{year}", 404)
async def get_score_count(
    platform: Text, scored: Scored, year: Year, streaming: StreamingDep
) -> api_streaming.CantidadPorPuntaje:
    """Cuántas películas de una plataforma y un año tienen un puntaje medio mayor a uno dado."""
    return streaming.scored_above(platform, scored, year)


@both_ways(router, "/get_count_platform/{platform:path}", 404)
async def get_count_platform(
    platform: Text, streaming: StreamingDep
) -> api_streaming.CantidadPorPlataforma:
    """Cuántos títulos tiene una plataforma, con las películas y las series aparte."""
    return streaming.size(platform)


@router.get("/get_actor/{platform}/{year}", responses=problems(404))
async def get_actor_de_plataforma(
    platform: Text, year: Year, streaming: StreamingDep
) -> api_streaming.ActorDePlataforma:
    """El actor que más se repite en una plataforma y un año; si empatan varios, todos."""
    return streaming.most_repeated(platform, year)


@router.get("/get_actor", responses=problems(404))
async def get_actor_por_consulta(
    statistics: StatisticsDep,
    nombre: Text | None = None,
    excluir_dirigidas: bool = False,
    con_peliculas: WithFilms = False,
    platform: Text | None = None,
    year: Year | None = None,
) -> api.ActorConPeliculas | api.Actor | api_streaming.ActorDePlataforma:
    """Con `nombre`, su retorno; con `platform` y `year`, el actor que más se repite en ellos."""
    by_place = platform is not None or year is not None
    if nombre is not None and by_place:
        raise ContradictoryRequest(
            Sentence(
                "Se pide «nombre», o «platform» y «year», pero no todo a la vez.",
                "Ask for 'nombre', or for 'platform' and 'year', not for all at once.",
            )
        )
    if nombre is not None:
        return await get_actor(nombre, statistics, excluir_dirigidas, con_peliculas)
    if platform is not None and year is not None:
        return statistics.streaming.most_repeated(platform, year)
    raise _lacking("nombre" if not by_place else "platform" if platform is None else "year")


def _lacking(argument: str) -> InvalidRequest:
    """As if the argument were required, which it is only with, or without, another one."""
    fault = {"type": "missing", "loc": ("query", argument), "msg": "Field required"}
    return InvalidRequest(said_wrong([fault]))
