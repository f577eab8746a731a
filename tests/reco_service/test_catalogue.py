"""Cards and the search for titles."""

import httpx
import pytest

from reco_service.recommend import Recommender
from tests.raw import film

pytestmark = pytest.mark.anyio


async def found(reco: httpx.AsyncClient, text: str, k: int = 10) -> list[str]:
    answer = await reco.get("/v1/peliculas", params={"q": text, "k": k})
    assert answer.status_code == 200, answer.text
    assert answer.json()["consulta"] == text.strip()
    return [film["titulo"] for film in answer.json()["resultados"]]


async def test_a_card_tells_all_that_is_known_of_a_film(reco: httpx.AsyncClient) -> None:
    card = (await reco.get("/v1/peliculas/862")).json()
    assert card.pop("sinopsis").strip()
    assert card == {
        "id": 862,
        "titulo": "Toy Story",
        "anio": 1995,
        "titulos_alternativos": [],
        "fecha_estreno": "1995-10-30",
        "generos": ["Animation", "Comedy", "Family"],
        "directores": ["John Lasseter"],
        "reparto": [
            "Tom Hanks",
            "Tim Allen",
            "Don Rickles",
            "Jim Varney",
            "Wallace Shawn",
            "John Ratzenberger",
        ],
        "palabras_clave": ["jealousy", "toy", "friendship", "rivalry", "neighbor", "birthday"],
        "saga": "Toy Story Collection",
        "idioma_original": "en",
        "paises": ["United States of America"],
        "duracion": 81.0,
        "voto_promedio": 7.7,
        "voto_total": 5415,
        "popularidad": card["popularidad"],
        "plataformas": [
            {
                "plataforma": "disney",
                "nombre": "Disney+",
                "id": "ds56",
                "titulo": "Toy Story",
                "fecha_catalogo": "2021-11-04",
            }
        ],
    }


async def test_a_card_gives_the_other_titles(reco: httpx.AsyncClient) -> None:
    card = (await reco.get("/v1/peliculas/1417")).json()
    assert card["titulos_alternativos"] == ["El laberinto del fauno"]


@pytest.mark.parametrize(
    ("movie_id", "lacking"),
    [
        (44379, {"directores": [], "reparto": []}),
        (990002, {"generos": [], "palabras_clave": [], "saga": None}),
        (990001, {"duracion": None}),
        (148353, {"sinopsis": None, "voto_total": 0}),
        (11314, {"reparto": []}),
    ],
)
async def test_a_card_says_what_is_not_known(
    reco: httpx.AsyncClient, movie_id: int, lacking: dict
) -> None:
    card = (await reco.get(f"/v1/peliculas/{movie_id}")).json()
    assert {name: card[name] for name in lacking} == lacking


@pytest.mark.parametrize("runtime", ["0", "0.0", ""])
def test_a_runtime_of_nothing_is_not_known(service_over, runtime: str) -> None:
    assert service_over([film(1, runtime=runtime)]).card(1).duracion is None


def test_without_credits_and_keywords_files_cards_are_bare(service_over) -> None:
    card = service_over([film(1), film(2, "Ronin")]).card(1)
    assert (card.reparto, card.directores, card.palabras_clave) == ([], [], [])


async def test_every_film_has_a_card(reco: httpx.AsyncClient, recommender: Recommender) -> None:
    for movie_id in recommender._cards.movie_ids.tolist():
        answer = await reco.get(f"/v1/peliculas/{movie_id}")
        assert (answer.status_code, answer.json()["id"]) == (200, movie_id)


def test_facts_of_several_films_are_those_of_each(recommender: Recommender) -> None:
    cards = recommender._cards
    rows = [cards.row_of(movie_id) for movie_id in (44379, 862, 990002, 862, 11314)]
    assert cards.facts(rows) == [cards.facts([row])[0] for row in rows]
    gleaners, toys = cards.facts(rows)[:2]
    assert (gleaners.directors, toys.directors) == ([], ["John Lasseter"])
    assert (toys.title, toys.saga) == ("Toy Story", "Toy Story Collection")


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("toi sto", "Toy Story"),
        ("Toy Stroy", "Toy Story"),
        ("toy story 2", "Toy Story 2"),
        ("laber", "Pan's Labyrinth"),
        ("el laberinto del", "Pan's Labyrinth"),
        ("amelie", "Amélie"),
        ("AMÉLI", "Amélie"),
        ("face/o", "Face/Off"),
        ("story toy", "Toy Story"),
    ],
)
async def test_a_title_is_found_half_typed_misspelt_or_without_accents(
    reco: httpx.AsyncClient, typed: str, title: str
) -> None:
    assert (await found(reco, typed))[0] == title


async def test_the_best_known_of_equal_titles_comes_first(reco: httpx.AsyncClient) -> None:
    answer = await reco.get("/v1/peliculas?q=godzilla")
    assert [film["anio"] for film in answer.json()["resultados"][:3]] == [2014, 1998, 1954]


async def test_a_title_search_gives_as_many_as_asked_for(reco: httpx.AsyncClient) -> None:
    assert len(await found(reco, "the", 3)) == 3
    assert await found(reco, "the", 3) == (await found(reco, "the", 100))[:3]
    assert len((await reco.get("/v1/peliculas?q=the")).json()["resultados"]) == 10


@pytest.mark.parametrize(
    "text", ["🎬", "%", "\\", "'; DROP TABLE", "x" * 10_000, "the " * 2_500, "千", "..", "\u200b"]
)
async def test_a_text_that_is_like_no_title_finds_at_most_k(
    reco: httpx.AsyncClient, text: str
) -> None:
    assert len(await found(reco, text, 5)) <= 5


async def test_emoji_are_like_no_title(reco: httpx.AsyncClient) -> None:
    assert await found(reco, "🎬🍿") == []
