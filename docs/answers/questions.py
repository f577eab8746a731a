"""What is asked of each endpoint for its page: `METHOD pattern` → examples, the usual one first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """One request, written as people read it: `path` is percent-encoded when it is asked."""

    path: str
    about: str = ""
    body: Body | None = None
    live: bool = False
    """Whether the figures of the answer change from one moment to the next, and are masked."""


LIKES: Body = {"gustan": [129], "no_gustan": [597], "filtros": {"anio_desde": 1980}, "k": 1}
NO_SUCH_GENRE: Body = {"gustan": [129], "filtros": {"generos": ["Telenovela"]}}
BOTH: Body = {"gustan": [129], "no_gustan": [129]}
SHARK = "un tiburón aterroriza una playa en verano"

STATISTICS = {
    "GET /cantidad_filmaciones_mes/{mes}": (
        Question("/cantidad_filmaciones_mes/setiembre"),
        Question("/cantidad_filmaciones_mes/brumario", "Un mes que no existe:"),
    ),
    "GET /cantidad_filmaciones_dia/{dia}": (
        Question("/cantidad_filmaciones_dia/miércoles"),
        Question("/cantidad_filmaciones_dia/feriado", "Un día que no existe:"),
    ),
    "GET /score_titulo/{titulo}": (
        Question("/score_titulo/Cinderella"),
        Question("/score_titulo/Cinderella?anio=1950", "Otra versión del mismo título:"),
        Question("/score_titulo/Toi Stori", "Un título con erratas:"),
        Question("/score_titulo/Heat?anio=1900", "Un año sin versión:"),
    ),
    "GET /votos_titulo/{titulo}": (
        Question("/votos_titulo/titanic"),
        Question("/votos_titulo/Face/Off", "Con menos de 2000 valoraciones, y con una barra:"),
        Question("/votos_titulo/Titanik", "Un título con erratas:"),
    ),
    "GET /get_actor/{nombre}": (
        Question("/get_actor/Tom Hanks"),
        Question("/get_actor/Clint Eastwood?excluir_dirigidas=true", "Sin las que dirigió:"),
        Question("/get_actor/Tom Hanks?con_peliculas=true", "Con la lista de películas:"),
        Question("/get_actor/Ton Hanks", "Un nombre con erratas:"),
    ),
    "GET /get_director/{nombre}": (
        Question("/get_director/Hayao Miyazaki"),
        Question("/get_director/Miyazaqui", "Un nombre con erratas:"),
    ),
    "GET /peliculas_idioma/{idioma}": (
        Question("/peliculas_idioma/japonés"),
        Question("/peliculas_idioma/klingon", "Un idioma que no está:"),
    ),
    "GET /peliculas_duracion/{pelicula}": (
        Question("/peliculas_duracion/Heat"),
        Question("/peliculas_duracion/Hit", "Un título que no está:"),
    ),
    "GET /franquicia/{franquicia}": (
        Question("/franquicia/Toy Story"),
        Question("/franquicia/Toi Story", "Una franquicia con erratas:"),
    ),
    "GET /peliculas_pais/{pais}": (
        Question("/peliculas_pais/México"),
        Question("/peliculas_pais/Narnia", "Un país que no existe:"),
    ),
    "GET /productoras_exitosas/{productora}": (
        Question("/productoras_exitosas/Pixar Animation Studios"),
        Question("/productoras_exitosas/Pixar", "Un nombre a medias:"),
    ),
}

PLATFORMS = {
    "GET /get_max_duration": (
        Question("/get_max_duration?platform=netflix&duration_type=season"),
        Question("/get_max_duration", "Sin filtros, en minutos:"),
        Question("/get_max_duration?duration_type=horas", "Una unidad que no existe:"),
    ),
    "GET /get_score_count/{platform}/{scored}/{year}": (
        Question("/get_score_count/netflix/3/2018"),
        Question("/get_score_count/netflix/9/2018", "Un puntaje fuera de la escala:"),
    ),
    "GET /get_count_platform/{platform}": (
        Question("/get_count_platform/d"),
        Question("/get_count_platform/hbo", "Una plataforma que no está:"),
    ),
    "GET /get_actor/{platform}/{year}": (
        Question("/get_actor/disney/2019"),
        Question("/get_actor/disney/1901", "Un año sin títulos:"),
    ),
}

RECOMMENDATIONS = {
    "GET /recomendacion/{titulo}": (
        Question("/recomendacion/toy story"),
        Question("/recomendacion/Toi Stori", "Un título con erratas:"),
    ),
    "GET /recomendacion_usuario/{user_id}/{titulo}": (
        Question("/recomendacion_usuario/1/Heat?anio=1995"),
        Question("/recomendacion_usuario/999999/Heat", "Un usuario que no ha valorado nada:"),
    ),
    "GET /v1/peliculas": (
        Question("/v1/peliculas?q=se7en&k=2"),
        Question("/v1/peliculas?q=toi stor&k=2", "Con erratas:"),
        Question("/v1/peliculas", "Sin decir qué se busca:"),
    ),
    "GET /v1/peliculas/{id}": (
        Question("/v1/peliculas/862"),
        Question("/v1/peliculas/1", "Un identificador que no está:"),
    ),
    "GET /v1/peliculas/{id}/similares": (
        Question("/v1/peliculas/862/similares?k=1"),
        Question(
            "/v1/peliculas/862/similares?k=1&generos=Comedy&anio_desde=2000&plataforma=netflix",
            "Con filtros:",
        ),
        Question("/v1/peliculas/862/similares?k=1000", "Demasiadas de una vez:"),
    ),
    "GET /v1/usuarios/{id}/recomendaciones": (
        Question("/v1/usuarios/1/recomendaciones?k=1"),
        Question("/v1/usuarios/999999/recomendaciones", "Un usuario que no ha valorado nada:"),
    ),
    "GET /v1/buscar": (
        Question(f"/v1/buscar?k=1&texto={SHARK}"),
        Question("/v1/buscar?texto=", "Un texto vacío:"),
    ),
    "POST /v1/recomendaciones": (
        Question("/v1/recomendaciones", body=LIKES),
        Question("/v1/recomendaciones", "Un género que no está en los datos:", NO_SUCH_GENRE),
        Question("/v1/recomendaciones", "Una película que gusta y no gusta:", BOTH),
    ),
    "GET /v1/catalogo": (Question("/v1/catalogo"),),
}

GATEWAY = {
    "GET /salud/viva": (Question("/salud/viva"),),
    "GET /salud/lista": (Question("/salud/lista"),),
    "GET /problemas": (Question("/problemas"),),
    "GET /problemas/{slug}": (
        Question("/problemas/titulo-no-encontrado"),
        Question("/problemas/no-existe", "Un problema que no existe:"),
    ),
    "GET /operacion/estado": (Question("/operacion/estado", live=True),),
}

QUESTIONS = STATISTICS | PLATFORMS | RECOMMENDATIONS | GATEWAY
