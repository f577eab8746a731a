"""Which films are recommended, and that the answer never changes."""

from collections import Counter

import httpx
import pytest

from contracts.errors import MovieNotFound
from contracts.fold import fold
from reco_service.recommend import Recommender
from tests.raw import film

pytestmark = pytest.mark.anyio

NAMED = ["Toy Story", "Amélie", "Cinderella", "The Gleaners & I", "The Disenchantment"]
MAZE = 1417
"""Pan's Labyrinth, in Spanish El laberinto del fauno."""


def every_film(recommender: Recommender) -> list[tuple[str, int]]:
    titles = recommender._cards.titles
    return list(zip(titles.titles, titles.years.tolist(), strict=True))


async def five(reco: httpx.AsyncClient, target: str) -> list[str]:
    answer = await reco.get(target)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_film_gets_five_titles_and_never_its_own_name(recommender: Recommender) -> None:
    films = every_film(recommender)
    assert len(films) == 290
    for title, year in films:
        chosen = recommender.five_like(title, year)
        assert len({fold(name) for name in chosen} - {fold(title)}) == len(chosen) == 5


@pytest.mark.parametrize("title", NAMED)
async def test_an_answer_is_five_titles_that_exist(
    reco: httpx.AsyncClient, recommender: Recommender, title: str
) -> None:
    chosen = await five(reco, f"/recomendacion/{title}")
    assert len(chosen) == 5
    assert set(chosen) < {name for name, _ in every_film(recommender)} - {title}


async def test_a_film_recommends_its_sequels_first(reco: httpx.AsyncClient) -> None:
    assert (await five(reco, "/recomendacion/Toy Story"))[:2] == ["Toy Story 2", "Toy Story 3"]


async def test_the_five_are_the_first_of_the_similar_films(reco: httpx.AsyncClient) -> None:
    similar = (await reco.get("/v1/peliculas/862/similares?k=5")).json()["similares"]
    assert await five(reco, "/recomendacion/Toy Story") == [film["titulo"] for film in similar]


async def test_a_remake_is_not_recommended_for_its_original(reco: httpx.AsyncClient) -> None:
    similar = (await reco.get("/v1/peliculas/150689/similares?k=100")).json()["similares"]
    assert "Cinderella" in [film["titulo"] for film in similar]
    assert "Cinderella" not in await five(reco, "/recomendacion/Cinderella")


def test_a_title_that_several_films_bear_is_recommended_once(service_over) -> None:
    named = ["Heat", "HEAT", "Ronin", "Ronin", "RONIN", "Rónin", "Up", "Jaws", "Big", "Duel"]
    service = service_over([film(n, title) for n, title in enumerate(named)])
    told = {fold(title) for title in service.five_like("Heat", None)}
    assert told == {"ronin", "up", "jaws", "big", "duel"}


def test_a_catalogue_of_a_few_films_recommends_what_there_is(service_over) -> None:
    service = service_over([film(1, "Heat"), film(2, "Ronin"), film(3, "Up")])
    assert set(service.five_like("Heat", None)) == {"Ronin", "Up"}
    assert len(service.similar_to(1, 100, "es").similares) == 2


def test_a_film_alone_has_nothing_to_recommend(service_over) -> None:
    service = service_over([film(1, "Heat")])
    assert service.five_like("Heat", None) == []
    assert service.similar_to(1, 10, "es").similares == []


@pytest.mark.parametrize("path", ["Face/Off", "Face%2FOff", "Face%2fOff", "face%2FOFF", "face/off"])
async def test_a_slash_in_a_title_may_be_encoded_or_not(reco: httpx.AsyncClient, path: str) -> None:
    chosen = await five(reco, f"/recomendacion/{path}")
    assert chosen == await five(reco, "/recomendacion?titulo=Face%2FOff")
    assert len(chosen) == 5


@pytest.mark.parametrize(
    "text",
    [
        "El laberinto del fauno",
        "el%20LABERINTO%20del%20fauno",
        "  El  laberinto del fauno ",
        "Pan's Labyrinth",
        "pan’s labyrinth",
    ],
)
async def test_a_film_is_known_by_its_alias_too(
    reco: httpx.AsyncClient, recommender: Recommender, text: str
) -> None:
    chosen = await five(reco, f"/recomendacion/{text}")
    assert chosen == recommender.five_like("Pan's Labyrinth", 2006)
    assert "El laberinto del fauno" not in chosen


@pytest.mark.parametrize("text", ["Amélie", "amelie", "AMÉLIE", "Am%C3%A9lie", "Ame%CC%81lie"])
async def test_neither_accents_nor_case_count(reco: httpx.AsyncClient, text: str) -> None:
    assert await five(reco, f"/recomendacion/{text}") == await five(reco, "/recomendacion/Amélie")


async def test_every_title_may_be_given_as_a_query_parameter(
    reco: httpx.AsyncClient, recommender: Recommender
) -> None:
    for title, year in every_film(recommender)[::30]:
        answer = await reco.get("/recomendacion", params={"titulo": title, "anio": year})
        assert answer.json() == recommender.five_like(title, year)


async def test_a_year_picks_the_version(reco: httpx.AsyncClient) -> None:
    known, old, older = [
        await five(reco, f"/recomendacion/Godzilla{query}")
        for query in ("", "?anio=1998", "?anio=1954")
    ]
    assert known == await five(reco, "/recomendacion/Godzilla?anio=2014")  # the most voted
    assert known != old != older != known


async def test_a_year_picks_the_version_by_query_parameter_too(reco: httpx.AsyncClient) -> None:
    by_path = await five(reco, "/recomendacion/Heat?anio=1986")
    assert by_path == await five(reco, "/recomendacion?titulo=Heat&anio=1986")
    assert by_path != await five(reco, "/recomendacion?titulo=Heat")


async def test_similar_films_come_with_scores_in_order_and_never_the_film(
    reco: httpx.AsyncClient,
) -> None:
    answer = (await reco.get(f"/v1/peliculas/{MAZE}/similares?k=100")).json()
    scores = [film["puntaje"] for film in answer["similares"]]
    ids = [film["id"] for film in answer["similares"]]
    assert answer["pelicula"] == {
        "id": MAZE,
        "titulo": "Pan's Labyrinth",
        "anio": 2006,
        "titulos_alternativos": ["El laberinto del fauno"],
        "voto_total": 3122,
        "plataformas": ["netflix"],
    }
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert max(Counter(ids).values()) == 1 and MAZE not in ids


@pytest.mark.parametrize(
    ("query", "films"), [("", 10), ("?k=1", 1), ("?k=37", 37), ("?k=100", 100)]
)
async def test_as_many_similar_films_as_asked_for(
    reco: httpx.AsyncClient, query: str, films: int
) -> None:
    answer = await reco.get(f"/v1/peliculas/862/similares{query}")
    assert len(answer.json()["similares"]) == films


def test_a_film_without_cast_keywords_or_genres_has_similar_films(recommender: Recommender) -> None:
    for bare in (44379, 990002, 11314, 4494):
        assert len(recommender.similar_to(bare, 10, "es").similares) == 10


@pytest.mark.parametrize("movie_id", [0, 1, 861 + 2**32, 2**63 - 1])
def test_an_id_of_no_film_is_not_found(recommender: Recommender, movie_id: int) -> None:
    with pytest.raises(MovieNotFound):
        recommender.similar_to(movie_id, 10, "es")


@pytest.mark.parametrize(
    "target",
    [
        "/recomendacion/Heat",
        "/v1/peliculas/862/similares?k=100",
        "/v1/peliculas?q=the",
        "/v1/peliculas/862",
        "/salud/lista",
    ],
)
async def test_the_same_question_has_the_same_bytes_for_an_answer(
    reco: httpx.AsyncClient, client_for, settings, target: str
) -> None:
    first, again = await reco.get(target), await reco.get(target)
    async with client_for(settings) as started_anew:
        anew = await started_anew.get(target)
    assert first.content == again.content == anew.content
