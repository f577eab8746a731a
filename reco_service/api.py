"""The recommendation endpoints."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import StringConstraints

from contracts import api
from contracts.http import language_of, problems
from reco_service.recommend import Recommender

router = APIRouter(tags=["recomendaciones"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Year = Annotated[
    int | None, Query(ge=1800, le=2200, description="año de estreno, si hay varias versiones")
]
MovieId = Annotated[int, Path(ge=0, lt=2**63, description="id de TMDB")]
K = Annotated[int, Query(ge=1, le=100, description="cuántas")]


async def get_recommender(request: Request) -> Recommender:
    """What the lifespan loaded."""
    recommender: Recommender = request.app.state.recommender
    return recommender


async def get_language(request: Request) -> str:
    """'es' or 'en', as the request prefers."""
    return language_of(request.headers.get("accept-language", ""))


RecommenderDep = Annotated[Recommender, Depends(get_recommender)]
Language = Annotated[str, Depends(get_language)]


@router.get("/recomendacion/{titulo:path}", responses=problems(404))
@router.get("/recomendacion", responses=problems(404), name="recomendacion_por_consulta")
async def recomendacion(titulo: Text, recommend: RecommenderDep, anio: Year = None) -> list[str]:
    """Los cinco títulos más parecidos a una película, del más al menos parecido."""
    return recommend.five_like(titulo, anio)


@router.get("/v1/peliculas", responses=problems())
async def buscar_titulo(
    q: Annotated[Text, Query(description="título, entero o a medio escribir")],
    recommend: RecommenderDep,
    k: K = 10,
) -> api.Busqueda:
    """Películas por título mientras se escribe: prefijos, sin acentos, con erratas."""
    return recommend.search(q, k)


@router.get("/v1/peliculas/{id}", responses=problems(404))
async def pelicula(id: MovieId, recommend: RecommenderDep) -> api.Pelicula:
    """La ficha de una película."""
    return recommend.card(id)


@router.get("/v1/peliculas/{id}/similares", responses=problems(404))
async def similares(
    id: MovieId, recommend: RecommenderDep, language: Language, k: K = 10
) -> api.Similares:
    """Las películas más parecidas a una, con el puntaje y los motivos."""
    return recommend.similar_to(id, k, language)
