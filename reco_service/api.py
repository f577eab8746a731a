"""The recommendation endpoints."""

import re
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from pydantic import Field, StringConstraints

from contracts import api, api_catalogue, api_users
from contracts.http import language_of, problems
from reco_service.bodies import (
    BodyRoute,
    Diversity,
    OfOneSaga,
    Pedido,
    PlatformsOfQuery,
    WantedOfQuery,
)
from reco_service.metrics import MetricsDep, get_metrics
from reco_service.mixes import Narrowed
from reco_service.parameters import only
from reco_service.recommend import Recommender

router = APIRouter(tags=["recomendaciones"])
bodies = APIRouter(tags=["recomendaciones"], route_class=BodyRoute)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Year = Annotated[
    int | None, Query(ge=1800, le=2200, description="año de estreno, si hay varias versiones")
]
MovieId = Annotated[int, Path(ge=0, lt=2**63, description="id de TMDB")]
UserId = Annotated[int, Field(ge=0, lt=2**63, description="id en las valoraciones")]
K = Annotated[int, Query(ge=1, le=100, description="cuántas")]


async def get_recommender(request: Request) -> Recommender:
    """That of the version that this request is answered from."""
    recommender: Recommender = request.state.snapshot.content.recommender
    return recommender


async def get_language(request: Request) -> str:
    """'es' or 'en', as the request prefers."""
    return language_of(request.headers.get("accept-language", ""))


async def narrowed_of_query(
    wanted: WantedOfQuery,
    diversidad: Annotated[Diversity, Query(description="0 ordena por puntaje solo")] = 0.0,
    max_por_saga: Annotated[OfOneSaga | None, Query(description="a lo sumo")] = None,
) -> Narrowed:
    """Filters and variety, as every list of films in an address takes them."""
    return Narrowed(wanted, diversidad, max_por_saga)


RecommenderDep = Annotated[Recommender, Depends(get_recommender)]
Language = Annotated[str, Depends(get_language)]
NarrowedOfQuery = Annotated[Narrowed, Depends(narrowed_of_query)]


@router.get("/recomendacion/{titulo:path}", responses=problems(404))
@router.get("/recomendacion", responses=problems(404), name="recomendacion_por_consulta")
async def recomendacion(titulo: Text, recommend: RecommenderDep, anio: Year = None) -> list[str]:
    """Los cinco títulos más parecidos a una película, del más al menos parecido."""
    return recommend.five_like(titulo, anio)


@router.get("/v1/peliculas", responses=problems(404))
async def buscar_titulo(
    q: Annotated[Text, Query(description="título, entero o a medio escribir")],
    recommend: RecommenderDep,
    platforms: PlatformsOfQuery,
    k: K = 10,
) -> api.Busqueda:
    """Películas por título mientras se escribe: prefijos, sin acentos, con erratas."""
    return recommend.search(q, k, platforms)


@router.get("/v1/catalogo", responses=problems(422), dependencies=[Depends(only(filters=False))])
async def catalogo(recommend: RecommenderDep) -> api_catalogue.Catalogo:
    """Qué hay para recomendar: géneros, idiomas, plataformas, años, las más conocidas."""
    return recommend.catalogue


@router.get("/v1/peliculas/{id}", responses=problems(404))
async def pelicula(id: MovieId, recommend: RecommenderDep) -> api.Pelicula:
    """La ficha de una película."""
    return recommend.card(id)


@router.get(
    "/v1/buscar",
    responses=problems(404, 503),
    response_model_exclude_none=True,
    dependencies=[Depends(only("texto", "k"))],
)
def buscar_por_texto(
    texto: Annotated[Text, Query(description="lo que se busca, en español o inglés")],
    recommend: RecommenderDep,
    language: Language,
    wanted: WantedOfQuery,
    metrics: MetricsDep,
    k: K = 10,
) -> api.BusquedaPorTexto:
    """Las películas que responden a un texto, con el puntaje y los motivos."""
    answer = recommend.mixes.for_text(texto, k, wanted, language)
    metrics.count(answer.resultados)
    return answer


class PlainFirst(APIRoute):
    """A route that answers the plain question before FastAPI reads a dozen parameters for it.

    Reading them takes as long as the answer. What is not plain, or wrong, goes the usual way.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See APIRoute."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            plain = PLAIN_QUERY.fullmatch(request.scope["query_string"])
            movie_id = request.path_params["id"]
            if plain is None or PLAIN_ID.fullmatch(movie_id) is None:
                return await handle(request)
            recommend = await get_recommender(request)
            language = await get_language(request)
            found = recommend.similar_to(int(movie_id), int(plain[1] or 10), language)
            (await get_metrics(request)).count(found.similares)
            return as_json(found)

        return answer


PLAIN_QUERY = re.compile(rb"(?:k=([1-9][0-9]?|100))?")
PLAIN_ID = re.compile(r"[0-9]{1,18}", re.ASCII)

plain_first = APIRouter(tags=["recomendaciones"], route_class=PlainFirst)


@plain_first.get(
    "/v1/peliculas/{id}/similares",
    responses=problems(404),
    response_model=api.Similares,
    response_model_exclude_none=True,
    dependencies=[Depends(only("k", "diversidad", "max_por_saga"))],
)
async def similares(
    id: MovieId,
    recommend: RecommenderDep,
    language: Language,
    narrowed: NarrowedOfQuery,
    metrics: MetricsDep,
    k: K = 10,
) -> Response:
    """Las películas más parecidas a una, con el puntaje y los motivos."""
    if narrowed == Narrowed():
        found = recommend.similar_to(id, k, language)
    else:
        among = partial(recommend.similar_among, id, k, narrowed, language)
        found = await run_in_threadpool(among)
    metrics.count(found.similares)
    return as_json(found)


@router.get(
    "/recomendacion_usuario/{user_id}/{titulo:path}",
    responses=problems(404),
    dependencies=[Depends(only("anio", "id", filters=False))],
)
@router.get(
    "/recomendacion_usuario",
    responses=problems(404),
    name="recomendacion_usuario_por_consulta",
    dependencies=[Depends(only("user_id", "titulo", "anio", "id", filters=False))],
)
def recomendacion_usuario(
    user_id: UserId,
    titulo: Text,
    recommend: RecommenderDep,
    language: Language,
    anio: Year = None,
    id: Annotated[int | None, Query(ge=0, lt=2**63, description="id de TMDB, decide él")] = None,
) -> api_users.RecomendacionUsuario:
    """Si una película se le recomienda a un usuario: la valoración que se espera y por qué."""
    return recommend.users.judge(user_id, titulo, anio, language, id)


@router.get(
    "/v1/usuarios/{id}/recomendaciones",
    responses=problems(404),
    response_model_exclude_none=True,
    dependencies=[Depends(only("k", "diversidad", "max_por_saga"))],
)
def recomendaciones_a_usuario(
    id: UserId,
    recommend: RecommenderDep,
    language: Language,
    narrowed: NarrowedOfQuery,
    metrics: MetricsDep,
    k: K = 10,
) -> api_users.RecomendacionesUsuario:
    """Películas que un usuario aún no ha valorado, con el puntaje y los motivos."""
    answer = recommend.mixes.for_user(id, k, narrowed, language)
    metrics.count(answer.resultados)
    return answer


@bodies.post("/v1/recomendaciones", responses=problems(404, 503), response_model_exclude_none=True)
def recomendaciones(
    pedido: Pedido, recommend: RecommenderDep, language: Language, metrics: MetricsDep
) -> api.Recomendaciones:
    """Películas para una mezcla de las que gustan, las que no y un texto, con los motivos."""
    answer = recommend.mixes.for_mix(pedido, language)
    metrics.count(answer.resultados)
    return answer


def as_json(answer: api.Answer) -> Response:
    """The answer as it is, which was checked when it was made: nothing is checked twice."""
    return Response(answer.model_dump_json(exclude_none=True), media_type="application/json")
