import httpx
import pytest

from index.blocks import default_layout
from reco_service.catalogue import Facts
from reco_service.reasons import TELL, reasons
from reco_service.recommend import Recommender

pytestmark = pytest.mark.anyio

HEAT = Facts(
    "Heat",
    1995,
    genres=["Crime", "Drama"],
    keywords=["heist", "bank", "los angeles", "police", "obsession", "loner"],
    cast=["Al Pacino", "Robert De Niro", "Val Kilmer"],
    directors=["Michael Mann"],
    saga=None,
)
INSIDER = Facts(
    "The Insider",
    1999,
    genres=["Drama", "Thriller"],
    keywords=["loner", "police", "obsession", "bank", "heist", "tobacco"],
    cast=["Russell Crowe", "Al Pacino"],
    directors=["Michael Mann"],
    saga=None,
)


def told(block: str, language: str = "es", share: float = 0.1) -> str:
    [reason] = reasons(HEAT, INSIDER, {block: share}, language)
    return reason.texto


@pytest.mark.parametrize(
    ("block", "spanish", "english"),
    [
        ("texto", "Descripción parecida", "Similar description"),
        ("generos", "Mismos géneros: Drama", "Same genres: Drama"),
        ("reparto", "Mismo reparto: Al Pacino", "Same cast: Al Pacino"),
        ("direccion", "Misma dirección: Michael Mann", "Same director: Michael Mann"),
        ("titulo", "Título parecido: The Insider", "Similar title: The Insider"),
        ("anio", "De época cercana: 1995, 1999", "Of about the same time: 1995, 1999"),
        ("renombre", "Conocida por el público", "Known to the public"),
        (
            "palabras_clave",
            "Temas en común: heist, bank, police, obsession (+1)",
            "Shared themes: heist, bank, police, obsession (+1)",
        ),
    ],
)
def test_a_reason_names_what_is_shared(block: str, spanish: str, english: str) -> None:
    assert (told(block), told(block, "en")) == (spanish, english)


def test_films_of_one_year_are_told_as_such() -> None:
    [reason] = reasons(HEAT, HEAT, {"anio": 0.1}, "es")
    assert reason.texto == "Del mismo año: 1995"


def test_descriptions_that_oppose_each_other_are_not_told_as_alike() -> None:
    assert told("texto", "es", -0.02) == "Descripción distinta"
    assert told("texto", "en", -0.02) == "Different description"


def test_reasons_stand_by_share_and_none_is_told_without_one() -> None:
    shares = {"texto": -0.01, "generos": 0.1, "reparto": 0.0, "anio": 0.3, "titulo": 0.2}
    told = [(reason.bloque, reason.aporte) for reason in reasons(HEAT, INSIDER, shares, "es")]
    assert told == [("anio", 0.3), ("titulo", 0.2), ("generos", 0.1), ("texto", -0.01)]


def test_every_block_of_the_index_can_be_told() -> None:
    assert {block.name for block in default_layout(16, rated=True).blocks} == set(TELL)


def test_likes_shared_and_opposed_are_told_as_such() -> None:
    assert told("asociacion") == "Gusta a las mismas personas"
    assert told("asociacion", "en", -0.1) == "Liked by other people"


def test_reasons_add_up_to_the_score_of_every_answer(recommender: Recommender) -> None:
    for movie_id in recommender._cards.movie_ids.tolist():
        for film in recommender.similar_to(movie_id, 20, "es").similares:
            assert film.puntaje == round(sum(reason.aporte for reason in film.porque), 4)


def test_no_reason_speaks_of_something_shared_without_naming_it(recommender: Recommender) -> None:
    for movie_id in recommender._cards.movie_ids.tolist():
        for film in recommender.similar_to(movie_id, 20, "es").similares:
            assert not [why.texto for why in film.porque if why.texto.strip().endswith(":")]


async def test_reasons_come_in_the_language_asked_for(reco: httpx.AsyncClient) -> None:
    answers = {}
    for language in ("es", "en", "en-GB,en;q=0.9,es;q=0.1", "fr", "*", ""):
        answer = await reco.get(
            "/v1/peliculas/862/similares?k=1", headers={"Accept-Language": language}
        )
        film = answer.json()["similares"][0]
        answers[language] = {why["bloque"]: why["texto"] for why in film["porque"]}
    assert answers["es"]["direccion"] == "Misma dirección: John Lasseter"
    assert answers["en"]["direccion"] == "Same director: John Lasseter"
    assert answers["en-GB,en;q=0.9,es;q=0.1"] == answers["en"]
    assert answers["fr"] == answers["*"] == answers[""] == answers["es"]


def test_films_far_apart_in_time_are_not_told_to_be_close() -> None:
    old = Facts("Metropolis", 1927, [], [], [], [], None)
    [reason] = reasons(HEAT, old, {"anio": 0.01}, "es")
    assert reason.texto == "Años de estreno: 1995, 1927"
