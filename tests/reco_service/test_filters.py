"""Filters, within the search: the best of what they leave, and what is said when it is nothing."""

from typing import Any

import httpx
import pytest

from contracts.api import Pelicula
from reco_service.recommend import Recommender

pytestmark = pytest.mark.anyio

TOYS, HEAT = 862, 949


@pytest.fixture(scope="module")
def films(recommender: Recommender) -> dict[int, Pelicula]:
    cards = [recommender._cards.card(row) for row in range(290)]
    return {card.id: card for card in cards}


async def ask(reco: httpx.AsyncClient, filtros: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = await reco.post(
        "/v1/recomendaciones", json={"gustan": [HEAT], "k": 100, "filtros": filtros} | body
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("filtros", "passes"),
    [
        ({"generos": ["Western", "music"]}, lambda f: {"Western", "Music"} & set(f.generos)),
        ({"generos_todos": ["WAR", "Drama"]}, lambda f: {"War", "Drama"} <= set(f.generos)),
        (
            {"generos_ninguno": ["Drama", "Action", "comedy"]},
            lambda f: not {"Drama", "Action", "Comedy"} & set(f.generos),
        ),
        ({"generos": ["Acción"], "idioma": "es"}, lambda f: "Action" in f.generos and es(f)),
        ({"anio_desde": 1994, "anio_hasta": 1995}, lambda f: f.anio in (1994, 1995)),
        ({"anio_desde": 2015}, lambda f: f.anio >= 2015),
        ({"anio_hasta": 1960}, lambda f: f.anio <= 1960),
        ({"voto_promedio_minimo": 8.1}, lambda f: f.voto_promedio >= 8.1),
        ({"voto_total_minimo": 6000}, lambda f: f.voto_total >= 6000),
        ({"idioma": ["es", "JA"]}, lambda f: f.idioma_original in ("es", "ja")),
        ({"plataforma": "netflix"}, lambda f: on(f, "netflix")),
        ({"plataforma": "Disney+"}, lambda f: on(f, "disney")),
        ({"plataforma": ["HULU", "prime video"]}, lambda f: on(f, "hulu") or on(f, "amazon")),
        (
            {"plataforma": ["n", "netflix"], "generos": "drama"},
            lambda f: on(f, "netflix") and "Drama" in f.generos,
        ),
        (
            {
                "generos": ["drama"],
                "generos_ninguno": ["crimen"],
                "anio_hasta": 1999,
                "idioma": "en",
            },
            lambda f: (
                "Drama" in f.generos
                and "Crime" not in f.generos
                and f.anio <= 1999
                and f.idioma_original == "en"
            ),
        ),
    ],
)
async def test_all_that_pass_and_no_others_are_found_best_first(
    reco: httpx.AsyncClient, films: dict[int, Pelicula], filtros: dict, passes
) -> None:
    answer = await ask(reco, filtros)
    found = [film["id"] for film in answer["resultados"]]
    expected = {film.id for film in films.values() if passes(film)} - {HEAT}
    assert set(found) <= expected and len(found) == min(100, len(expected)) > 0
    unfiltered = [
        film["id"] for film in (await ask(reco, {}))["resultados"] if film["id"] in expected
    ]
    assert found[: len(unfiltered)] == unfiltered


def on(film: Pelicula, platform: str) -> bool:
    return platform in [there.plataforma for there in film.plataformas]


def es(film: Pelicula) -> bool:
    return film.idioma_original == "es"


async def test_filters_of_an_address_are_those_of_a_body(reco: httpx.AsyncClient) -> None:
    filtros = {
        "generos": ["Drama", "Crime"],
        "generos_ninguno": ["Western"],
        "anio_desde": 1990,
        "voto_promedio_minimo": 7,
        "idioma": ["en"],
        "plataforma": ["netflix", "Disney+"],
    }
    body = await ask(reco, filtros, k=20)
    query = (
        "generos=Drama&generos=%20Crime&generos_ninguno=Western&anio_desde=1990"
        "&voto_promedio_minimo=7&idioma=en&plataforma=netflix&plataforma=Disney%2B&k=20"
    )
    comma = query.replace("&generos=%20", ",").replace("&plataforma=Disney", ",Disney")
    for address in (query, comma):
        answer = (await reco.get(f"/v1/peliculas/{HEAT}/similares?{address}")).json()
        assert answer["similares"] == body["resultados"]


async def test_a_filter_that_leaves_fewer_than_asked_says_so(reco: httpx.AsyncClient) -> None:
    answer = await ask(reco, {"generos": ["Western"]}, k=10)
    assert len(answer["resultados"]) == 4
    assert answer["avisos"] == ["Solo 4 películas cumplen los filtros."]


async def test_a_filter_that_leaves_none_is_an_empty_answer_that_says_so(
    reco: httpx.AsyncClient,
) -> None:
    answer = await ask(reco, {"generos": ["Western"], "idioma": "ko"})
    assert (answer["resultados"], answer["avisos"]) == (
        [],
        ["Ninguna película cumple los filtros."],
    )
    similar = await reco.get(
        f"/v1/peliculas/{TOYS}/similares?generos=Western&idioma=ko",
        headers={"Accept-Language": "en"},
    )
    assert (similar.status_code, similar.json()["similares"]) == (200, [])
    assert similar.json()["aviso"] == "No film passes the filters."


@pytest.mark.parametrize(
    ("filtros", "named", "suggested"),
    [
        ({"generos": ["Acion"]}, "«Acion»", "Action"),
        ({"generos": ["Drama"], "generos_ninguno": ["westen"]}, "«westen»", "Western"),
        ({"generos_todos": ["🎬"]}, "«🎬»", "Drama"),
        ({"idioma": "xx"}, "«xx»", "en"),
        ({"idioma": ["es", "eb"]}, "«eb»", "en"),
    ],
)
async def test_an_unknown_genre_or_language_is_a_404_with_suggestions(
    reco: httpx.AsyncClient, filtros: dict, named: str, suggested: str
) -> None:
    body = {"gustan": [HEAT], "filtros": filtros}
    answer = await reco.post("/v1/recomendaciones", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (404, "/problemas/valor-no-encontrado")
    assert named in problem["detail"] and suggested in problem["sugerencias"]
    assert len(problem["sugerencias"]) <= 5


@pytest.mark.parametrize(
    ("filtros", "sentence"),
    [
        (
            {"anio_desde": 2001, "anio_hasta": 2000},
            "«anio_desde» (2001) es posterior a «anio_hasta» (2000).",
        ),
        (
            {"generos": ["Drama", "War"], "generos_ninguno": ["drama"]},
            "El género «Drama» se pide y se excluye a la vez.",
        ),
        (
            {"generos_todos": ["Guerra"], "generos_ninguno": ["WAR"]},
            "El género «Guerra» se pide y se excluye a la vez.",
        ),
    ],
)
async def test_filters_that_contradict_one_another_are_refused(
    reco: httpx.AsyncClient, filtros: dict, sentence: str
) -> None:
    answer = await reco.post("/v1/recomendaciones", json={"gustan": [HEAT], "filtros": filtros})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "/problemas/peticion-contradictoria")
    assert problem["detail"] == sentence
