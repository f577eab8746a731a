"""The statistics endpoints; every path argument is also accepted as a query parameter."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from pydantic import StringConstraints

from contracts import api
from contracts.http import problems
from query_service.statistics import Statistics

router = APIRouter(tags=["estadísticas"])

Year = Annotated[
    int | None, Query(ge=1800, le=2200, description="año de estreno, si hay varias versiones")
]


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A path or query argument, whichever the route has."""


async def get_statistics(request: Request) -> Statistics:
    """What the lifespan loaded."""
    statistics: Statistics = request.app.state.statistics
    return statistics


StatisticsDep = Annotated[Statistics, Depends(get_statistics)]


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def both_ways(path: str, argument: str, *statuses: int) -> Callable[[Endpoint], Endpoint]:
    """Serve an endpoint at `/path/{argument}` and at `/path?argument=`.

    The argument may hold slashes, percent-encoded or not (`Face/Off`).
    """

    def register(endpoint: Endpoint) -> Endpoint:
        responses = problems(*statuses)
        router.add_api_route(f"/{path}/{{{argument}:path}}", endpoint, responses=responses)
        by_query = f"{path}_por_consulta"
        router.add_api_route(f"/{path}", endpoint, responses=responses, name=by_query)
        return endpoint

    return register


@both_ways("cantidad_filmaciones_mes", "mes")
async def cantidad_filmaciones_mes(mes: Text, statistics: StatisticsDep) -> api.FilmacionesMes:
    """Cuántas películas se estrenaron en un mes (en español), en todos los años."""
    return statistics.in_month(mes)


@both_ways("cantidad_filmaciones_dia", "dia")
async def cantidad_filmaciones_dia(dia: Text, statistics: StatisticsDep) -> api.FilmacionesDia:
    """Cuántas películas se estrenaron en un día de la semana (en español)."""
    return statistics.on_weekday(dia)


@both_ways("score_titulo", "titulo", 404)
async def score_titulo(
    titulo: Text, statistics: StatisticsDep, anio: Year = None
) -> api.ScoreTitulo:
    """La popularidad de una película; de varias con el mismo título, la más popular."""
    return statistics.score(titulo, anio)


@both_ways("votos_titulo", "titulo", 404)
async def votos_titulo(
    titulo: Text, statistics: StatisticsDep, anio: Year = None
) -> api.VotosTitulo:
    """Las valoraciones de una película con 2000 o más; de varias, la más votada."""
    return statistics.votes(titulo, anio)


@both_ways("get_actor", "nombre", 404)
async def get_actor(
    nombre: Text, statistics: StatisticsDep, excluir_dirigidas: bool = False
) -> api.Actor:
    """El retorno de un actor o actriz; opcionalmente sin las películas que también dirigió."""
    return statistics.actor(nombre, excluir_dirigidas)


@both_ways("get_director", "nombre", 404)
async def get_director(nombre: Text, statistics: StatisticsDep) -> api.Director:
    """El retorno de un director o directora y de cada una de sus películas, por fecha."""
    return statistics.director(nombre)


@both_ways("peliculas_idioma", "idioma", 404)
async def peliculas_idioma(idioma: Text, statistics: StatisticsDep) -> api.PeliculasIdioma:
    """Cuántas películas tienen este idioma original: código o nombre, en español o inglés."""
    return statistics.in_language(idioma)


@both_ways("peliculas_duracion", "pelicula", 404)
async def peliculas_duracion(
    pelicula: Text, statistics: StatisticsDep, anio: Year = None
) -> api.PeliculaDuracion:
    """La duración y el año de una película."""
    return statistics.duration(pelicula, anio)


@both_ways("franquicia", "franquicia", 404)
async def franquicia(franquicia: Text, statistics: StatisticsDep) -> api.Franquicia:
    """Las películas de una franquicia y su ganancia."""
    return statistics.franchise(franquicia)


@both_ways("peliculas_pais", "pais", 404)
async def peliculas_pais(pais: Text, statistics: StatisticsDep) -> api.PeliculasPais:
    """Cuántas películas se produjeron en un país: código o nombre, en español o inglés."""
    return statistics.in_country(pais)


@both_ways("productoras_exitosas", "productora", 404)
async def productoras_exitosas(productora: Text, statistics: StatisticsDep) -> api.Productora:
    """Los ingresos de una productora."""
    return statistics.company(productora)
