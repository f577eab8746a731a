"""Where films can be watched: on cards, in lists, as a filter and as a reason."""

from typing import Any

import httpx
import pytest

from contracts.api import Motivo, Recomendada
from contracts.errors import ValueNotFound
from contracts.platforms import PLATFORMS
from reco_service.bodies import Pedido
from reco_service.recommend import LIKELIEST, Recommender
from tests.raw import film, title

pytestmark = pytest.mark.anyio

TOYS, HEAT, CASINO_ROYALE, GOLDENEYE = 862, 949, 36557, 710
MIX, SIMILAR = "/v1/recomendaciones", f"/v1/peliculas/{HEAT}/similares"
ADDRESSES = ["/v1/peliculas?q=the", "/v1/buscar?texto=toys", f"{SIMILAR}?k=10"]
FILMS = [film(1), film(2, "Ronin"), film(3, "Up")]


async def ask(reco: httpx.AsyncClient, address: str, language: str = "es") -> Any:
    answer = await reco.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def recommended(
    reco: httpx.AsyncClient, language: str = "es", query: str = "", **filtros: Any
) -> list[list[dict[str, Any]]]:
    """What every way to ask for recommendations gives, filtered alike by address and body."""
    similar = await ask(reco, f"{SIMILAR}?k=100{query}", language)
    varied = await ask(reco, f"{SIMILAR}?k=50&diversidad=0.5{query}", language)
    by_text = await ask(reco, f"/v1/buscar?texto=toys&k=100{query}", language)
    asked = {"gustan": [TOYS, HEAT], "no_gustan": [GOLDENEYE], "k": 100, "filtros": filtros}
    mixed = await reco.post(MIX, json=asked, headers={"Accept-Language": language})
    return [
        similar["similares"],
        varied["similares"],
        by_text["resultados"],
        mixed.json()["resultados"],
    ]


async def test_a_card_tells_each_title_of_the_film_and_as_of_when(reco: httpx.AsyncClient) -> None:
    assert (await ask(reco, f"/v1/peliculas/{CASINO_ROYALE}"))["plataformas"] == [
        {
            "plataforma": "amazon",
            "nombre": "Amazon Prime Video",
            "id": "as21",
            "titulo": "Casino Royale (2006) (4K UHD)",
            "fecha_catalogo": "2021-07-29",
        },
        {
            "plataforma": "netflix",
            "nombre": "Netflix",
            "id": "ns57",
            "titulo": "Casino Royale",
            "fecha_catalogo": "2021-09-05",
        },
    ]


async def test_a_card_of_a_film_that_is_nowhere_tells_none(reco: httpx.AsyncClient) -> None:
    assert (await ask(reco, f"/v1/peliculas/{HEAT}"))["plataformas"] == []


async def test_lists_of_films_name_the_platforms_of_each_card(
    reco_with_text: httpx.AsyncClient, recommender: Recommender
) -> None:
    on = {
        movie_id: [there.plataforma for there in recommender.card(movie_id).plataformas]
        for movie_id in recommender._cards.movie_ids.tolist()
    }
    assert on[GOLDENEYE] == ["amazon", "hulu", "netflix"] and on[HEAT] == []
    searched = (await ask(reco_with_text, "/v1/peliculas?q=goldeneye"))["resultados"]
    sought = (await ask(reco_with_text, f"/v1/peliculas/{GOLDENEYE}/similares"))["pelicula"]
    for found in [searched, [sought], *await recommended(reco_with_text)]:
        assert found
        for one in found:
            assert one["plataformas"] == on[one["id"]]


def test_a_film_with_two_titles_on_a_platform_is_there_once(service_over) -> None:
    service = service_over(FILMS, netflix=[title(1), title(2, "Up"), title(3)])
    assert [there.id for there in service.card(1).plataformas] == ["ns1", "ns3"]
    assert service.search("Heat", 1).resultados[0].plataformas == ["netflix"]


def test_titles_stand_in_the_order_of_platforms(service_over) -> None:
    catalogues = {platform.file.removesuffix("_titles.csv"): [title(1)] for platform in PLATFORMS}
    there = service_over(FILMS, **catalogues).card(1).plataformas
    assert [one.plataforma for one in there] == [platform.name for platform in PLATFORMS]
    assert [one.nombre for one in there] == [platform.display for platform in PLATFORMS]


@pytest.mark.parametrize(
    ("plataforma", "names"),
    [
        ("netflix", {"netflix"}),
        ("Disney%2B", {"disney"}),
        ("hulu&plataforma=amazon", {"hulu", "amazon"}),
        ("hulu,%20Prime%20Video", {"hulu", "amazon"}),
    ],
)
async def test_only_films_on_any_of_the_platforms_are_recommended(
    reco_with_text: httpx.AsyncClient, plataforma: str, names: set[str]
) -> None:
    for address, key in ((SIMILAR + "?", "similares"), ("/v1/buscar?texto=toys&", "resultados")):
        whole = (await ask(reco_with_text, f"{address}k=100"))[key]
        found = (await ask(reco_with_text, f"{address}k=100&plataforma={plataforma}"))[key]
        ids = [one["id"] for one in found]
        passing = [one["id"] for one in whole if names & set(one["plataformas"])]
        assert all(names & set(one["plataformas"]) for one in found)
        assert ids[: len(passing)] == passing and passing


@pytest.mark.parametrize("text", ["the", "t", "toi stori", "Casino Royale", "star"])
@pytest.mark.parametrize("k", [1, 3, 100])
async def test_a_title_search_gives_the_best_on_the_platforms(
    reco: httpx.AsyncClient, recommender: Recommender, text: str, k: int
) -> None:
    address = f"/v1/peliculas?q={text}"
    whole = recommender.search(text, 290).model_dump()["resultados"]
    for called, names in (("NETFLIX", {"netflix"}), ("d,hulu", {"disney", "hulu"})):
        found = (await ask(reco, f"{address}&k={k}&plataforma={called}"))["resultados"]
        assert found == [one for one in whole if names & set(one["plataformas"])][:k]


def test_a_film_on_the_platform_is_found_behind_hundreds_that_are_not(service_over) -> None:
    known = [film(n, f"Heat {n}", vote_count=str(1000 - n)) for n in range(1, LIKELIEST + 11)]
    last = known[-1]["title"]
    service = service_over(known, netflix=[title(1, last), title(2, "Heat 2")])
    found = service.search("heat", 5, ["netflix"]).resultados
    assert [one.titulo for one in found] == ["Heat 2", last]
    assert last not in [one.titulo for one in service.search("heat", LIKELIEST).resultados]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_an_unknown_platform_is_a_404_that_names_those_there_are(
    reco_with_text: httpx.AsyncClient, address: str
) -> None:
    for language, sentence in (
        ("es", "«HBO» no es ninguna de las plataformas: amazon, disney, hulu, netflix."),
        ("en", "'HBO' is none of the platforms: amazon, disney, hulu, netflix."),
    ):
        answer = await reco_with_text.get(
            f"{address}&plataforma=netflix,HBO", headers={"Accept-Language": language}
        )
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (404, "/problemas/valor-no-encontrado")
        assert problem["detail"] == sentence
        assert problem["sugerencias"] == ["amazon", "disney", "hulu", "netflix"]


async def test_an_unknown_platform_of_a_body_is_a_404(reco: httpx.AsyncClient) -> None:
    body = {"gustan": [HEAT], "filtros": {"plataforma": "🎬"}}
    answer = await reco.post(MIX, json=body)
    assert (answer.status_code, answer.json()["sugerencias"][0]) == (404, "amazon")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("plataforma", ["", "%20", "netflix,", ",", "netflix&plataforma="])
async def test_a_platform_of_nothing_is_refused(
    reco_with_text: httpx.AsyncClient, address: str, plataforma: str
) -> None:
    answer = await reco_with_text.get(f"{address}&plataforma={plataforma}")
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "/problemas/peticion-invalida")
    assert problem["detail"] == "El parámetro «plataforma» está vacío o es demasiado corto."


def test_a_platform_whose_catalogue_is_not_loaded_is_told(service_over) -> None:
    service = service_over(FILMS, netflix=[title(1)])
    body = {"gustan": [2], "filtros": {"plataforma": ["netflix", "Disney Plus"]}}
    for ask_for in (
        lambda: service.search("he", 5, ["d"]),
        lambda: service.mixes.for_mix(Pedido.model_validate(body), "es"),
    ):
        with pytest.raises(ValueNotFound) as told:
            ask_for()
        assert told.value.detail.es == "El catálogo de Disney+ no está cargado."
        assert told.value.detail.en == "The catalogue of Disney+ is not loaded."
        assert told.value.suggestions == ("netflix",)


def test_a_loaded_platform_that_no_film_is_on_leaves_none(service_over) -> None:
    service = service_over(FILMS, hulu=[title(1, "Something Else", release_year="2020")])
    assert service.search("he", 5, ["hulu"]).resultados == []
    body = {"gustan": [2], "filtros": {"plataforma": "hulu"}}
    answer = service.mixes.for_mix(Pedido.model_validate(body), "es")
    assert answer.resultados == []
    assert answer.avisos[-1] == "Ninguna película cumple los filtros."


def test_without_catalogues_nothing_is_said_of_platforms(service_over) -> None:
    service = service_over(FILMS)
    assert service.card(1).plataformas == []
    assert service.search("Heat", 1).resultados[0].plataformas == []
    similar = service.similar_to(1, 10, "es").similares
    assert len(similar) == 2
    for one in similar:
        assert one.plataformas == []
        assert "plataformas" not in [why.bloque for why in one.porque]
    with pytest.raises(ValueNotFound) as told:
        service.search("he", 5, ["netflix"])
    assert (told.value.detail.es, told.value.suggestions) == (
        "El catálogo de Netflix no está cargado.",
        (),
    )


def told_of(results: list[Recomendada], movie_id: int) -> Motivo:
    [one] = [one for one in results if one.id == movie_id]
    return one.porque[-1]


def test_a_catalogue_without_dates_is_told_without_one(service_over) -> None:
    service = service_over(FILMS, netflix=[title(1, date_added=""), title(2, "Up", date_added="")])
    assert [there.fecha_catalogo for there in service.card(1).plataformas] == [None]
    reason = told_of(service.similar_to(2, 10, "es").similares, 1)
    assert reason == Motivo(bloque="plataformas", texto="Disponible en Netflix", aporte=0.0)


def test_the_date_is_that_of_the_catalogue_and_not_of_the_title(service_over) -> None:
    later = title(2, "Other", date_added="October 1, 2021", release_year="2020")
    service = service_over(FILMS, hulu=[title(1), later], netflix=[title(1)])
    assert told_of(service.similar_to(2, 10, "en").similares, 1).texto == (
        "Available on Hulu (catalogue of 1 October 2021) and Netflix (of 25 September 2021)"
    )


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    ("query", "filtros"),
    [
        ("", {}),
        ("&plataforma=hulu,netflix", {"plataforma": ["hulu", "netflix"]}),
        ("&anio_desde=1990", {"anio_desde": 1990}),
    ],
)
async def test_the_last_reason_says_where_to_watch_and_counts_nothing(
    reco_with_text: httpx.AsyncClient, language: str, query: str, filtros: dict[str, Any]
) -> None:
    for found in await recommended(reco_with_text, language, query, **filtros):
        assert found
        for one in found:
            where = [why for why in one["porque"] if why["bloque"] == "plataformas"]
            assert len(where) == bool(one["plataformas"])
            assert one["puntaje"] == round(sum(why["aporte"] for why in one["porque"]), 4)
            if where:
                assert one["porque"][-1] == where[0] and where[0]["aporte"] == 0.0
                start = "Disponible en " if language == "es" else "Available on "
                assert where[0]["texto"].startswith(start)


async def test_a_film_is_said_to_be_where_its_list_says(reco: httpx.AsyncClient) -> None:
    displayed = {platform.name: platform.display for platform in PLATFORMS}
    for one in (await ask(reco, f"{SIMILAR}?k=100"))["similares"]:
        told = one["porque"][-1]["texto"] if one["plataformas"] else ""
        named = [name for name, display in displayed.items() if display in told]
        assert named == one["plataformas"]


async def test_where_to_watch_is_told_in_both_languages(reco: httpx.AsyncClient) -> None:
    address = f"/v1/peliculas/{TOYS}/similares?k=1"
    for language, told in (
        ("es", "Disponible en Disney+ (catálogo del 4 de noviembre de 2021)"),
        ("en", "Available on Disney+ (catalogue of 4 November 2021)"),
    ):
        [sequel] = (await ask(reco, address, language))["similares"]
        assert sequel["porque"][-1] == {"bloque": "plataformas", "texto": told, "aporte": 0.0}


async def test_the_five_titles_stay_titles(reco: httpx.AsyncClient) -> None:
    five = await ask(reco, "/recomendacion/Toy Story")
    assert len(five) == 5 and all(isinstance(one, str) for one in five)
