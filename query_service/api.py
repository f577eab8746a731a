"""The statistics endpoints; every path argument is also accepted as a query parameter."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from contracts import api
from contracts.http import problems
from query_service.routes import ByName, Text, both_ways
from query_service.statistics import Statistics

router = APIRouter(tags=["estadísticas"])

Year = Annotated[
    int | None, Query(ge=1800, le=2200, description="año de estreno, si hay varias versiones")
]


async def get_statistics(request: Request) -> Statistics:
    """Those of the version that this request is answered from."""
    statistics: Statistics = request.state.snapshot.content
    return statistics


StatisticsDep = Annotated[Statistics, Depends(get_statistics)]


@both_ways(router, "/cantidad_filmaciones_mes/{mes:path}")
async def cantidad_filmaciones_mes(mes: Text, statistics: StatisticsDep) -> api.FilmacionesMes:
    """Cuántas películas se estrenaron en un mes (en español), en todos los años."""
    return statistics.in_month(mes)


@both_ways(router, "/cantidad_filmaciones_dia/{dia:path}")
async def cantidad_filmaciones_dia(dia: Text, statistics: StatisticsDep) -> api.FilmacionesDia:
    """Cuántas películas se estrenaron en un día de la semana (en español)."""
    return statistics.on_weekday(dia)


@both_ways(router, "/score_titulo/{titulo:path}", 404)
async def score_titulo(
    titulo: Text, statistics: StatisticsDep, anio: Year = None
) -> api.ScoreTitulo:
    """La popularidad de una película; de varias con el mismo título, la más popular."""
    return statistics.score(titulo, anio)


@both_ways(router, "/votos_titulo/{titulo:path}", 404)
async def votos_titulo(
    titulo: Text, statistics: StatisticsDep, anio: Year = None
) -> api.VotosTitulo:
    """Las valoraciones de una película con 2000 o más; de varias, la más votada."""
    return statistics.votes(titulo, anio)


WithFilms = Annotated[bool, Query(description="añade sus películas, por fecha")]


async def get_actor(
    nombre: Text,
    statistics: StatisticsDep,
    excluir_dirigidas: bool = False,
    con_peliculas: WithFilms = False,
) -> api.ActorConPeliculas | api.Actor:
    """El retorno de un actor o actriz; opcionalmente sin las películas que también dirigió."""
    if con_peliculas:
        return statistics.actor_with_films(nombre, excluir_dirigidas)
    return statistics.actor(nombre, excluir_dirigidas)


router.add_api_route(
    "/get_actor/{nombre:path}", get_actor, responses=problems(404), route_class_override=ByName
)


@both_ways(router, "/get_director/{nombre:path}", 404)
async def get_director(nombre: Text, statistics: StatisticsDep) -> api.Director:
    """El retorno de un director o directora y de cada una de sus películas, por fecha."""
    return statistics.director(nombre)


@both_ways(router, "/peliculas_idioma/{idioma:path}", 404)
async def peliculas_idioma(idioma: Text, statistics: StatisticsDep) -> api.PeliculasIdioma:
    """Cuántas películas tienen este idioma original: código o nombre, en español o inglés."""
    return statistics.in_language(idioma)


@both_ways(router, "/peliculas_duracion/{pelicula:path}", 404)
async def peliculas_duracion(
    pelicula: Text, statistics: StatisticsDep, anio: Year = None
) -> api.PeliculaDuracion:
    """La duración y el año de una película."""
    return statistics.duration(pelicula, anio)


@both_ways(router, "/franquicia/{franquicia:path}", 404)
async def franquicia(franquicia: Text, statistics: StatisticsDep) -> api.Franquicia:
    """Las películas de una franquicia y su ganancia."""
    return statistics.franchise(franquicia)


@both_ways(router, "/peliculas_pais/{pais:path}", 404)
async def peliculas_pais(pais: Text, statistics: StatisticsDep) -> api.PeliculasPais:
    """Cuántas películas se produjeron en un país: código o nombre, en español o inglés."""
    return statistics.in_country(pais)


@both_ways(router, "/productoras_exitosas/{productora:path}", 404)
async def productoras_exitosas(productora: Text, statistics: StatisticsDep) -> api.Productora:
    """Los ingresos de una productora."""
    return statistics.company(productora)
