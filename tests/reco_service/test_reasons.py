import httpx
import pytest

from index.blocks import default_layout
from index.search import DISLIKED, FAMOUS, LIKED, TEXT, Share
from reco_service.catalogue import Facts
from reco_service.reasons import TELL, mixed_reasons, reasons
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
    votes=1886,
)
INSIDER = Facts(
    "The Insider",
    1999,
    genres=["Drama", "Thriller"],
    keywords=["loner", "police", "obsession", "bank", "heist", "tobacco"],
    cast=["Russell Crowe", "Al Pacino"],
    directors=["Michael Mann"],
    saga=None,
    votes=740,
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
        ("titulo", "Título parecido", "Similar title"),
        ("anio", "De época cercana: 1995 y 1999", "Of about the same time: 1995 and 1999"),
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
    assert {block.name for block in default_layout(rated=True).blocks} == set(TELL)


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
    assert reason.texto == "Años de estreno: 1995 y 1927"


MANN = Share("direccion", LIKED, 0.05, (1,))
RONIN = Facts("Ronin", 1998, ["Crime"], ["heist"], ["Robert De Niro"], ["John Frankenheimer"], "R")
SEEDS = {1: HEAT, 2: RONIN}


def mixed(share: Share, language: str = "es", other: Facts = INSIDER) -> str:
    [reason] = mixed_reasons(SEEDS, [1], other, [share], language)
    assert (reason.bloque, reason.aporte) == (share.block, share.value)
    return reason.texto


def test_a_reason_of_a_mix_names_the_films_that_share_each_name() -> None:
    other = Facts("X", 1997, [], ["heist", "police", "bank"], [], ["Michael Mann"], None)
    assert mixed(MANN) == "Misma dirección: Michael Mann (Heat)"
    both = Share("palabras_clave", LIKED, 0.1, (1, 2))
    told = "Temas en común: heist (Heat, Ronin); bank, police (Heat)"
    assert mixed(both, other=other) == told


def test_a_reason_of_a_mix_lists_at_most_four_names() -> None:
    told = mixed(Share("palabras_clave", LIKED, 0.1, (1,)), "en")
    assert told == "Shared themes: heist, bank, police, obsession (Heat); +1"


def test_years_are_told_of_the_film_that_counts_most_alone() -> None:
    assert mixed(Share("anio", LIKED, 0.1, (1, 2))).endswith("(Heat)")


@pytest.mark.parametrize(
    ("share", "spanish", "english"),
    [
        (
            Share("direccion", DISLIKED, -0.05, (1,)),
            "En contra, por no gustar: Misma dirección: Michael Mann (Heat)",
            "Against, as disliked: Same director: Michael Mann (Heat)",
        ),
        (
            Share("texto", DISLIKED, 0.01, (2,)),
            "A favor, por no gustar: Descripción distinta (Ronin)",
            "In favour, as disliked: Different description (Ronin)",
        ),
        (
            Share("asociacion", LIKED, -0.01, (1, 2)),
            "Gusta a otras personas (Heat, Ronin)",
            "Liked by other people (Heat, Ronin)",
        ),
        (Share("renombre", LIKED, 0.1, (1,)), "Conocida por el público", "Known to the public"),
        (Share("renombre", FAMOUS, 0.1, (3,)), "Conocida por el público", "Known to the public"),
        (
            Share("temas_multilingue", TEXT, 0.1),
            "Los temas responden al texto",
            "The themes fit the text",
        ),
        (
            Share("texto_multilingue", TEXT, -0.1),
            "La sinopsis trata de otra cosa",
            "The overview is of another",
        ),
        (Share("renombre", TEXT, 0.1), "Conocida por el público", "Known to the public"),
        (Share("otro", TEXT, 0.1), "Responde al texto", "Fits the text"),
        (Share("otro", TEXT, -0.1), "No responde al texto", "Does not fit the text"),
        (Share("otro", LIKED, 0.1, (1,)), "Parecidas (Heat)", "Alike (Heat)"),
    ],
    ids=str,
)
def test_a_reason_of_a_mix_tells_where_it_comes_from(
    share: Share, spanish: str, english: str
) -> None:
    assert (mixed(share), mixed(share, "en")) == (spanish, english)


def test_more_than_two_films_are_counted() -> None:
    seeds = {row: Facts(title, 1990, [], [], [], [], None) for row, title in enumerate("ABCD")}
    share = Share("texto", LIKED, 0.1, (2, 0, 1, 3))
    [reason] = mixed_reasons(seeds, list(seeds), INSIDER, [share], "es")
    assert reason.texto == "Descripción parecida (C, A +2)"


def test_the_saga_comes_second_and_counts_nothing() -> None:
    other = Facts("Ronin 2", 1999, [], [], [], [], "R")
    told = reasons(RONIN, other, {"anio": 0.1, "titulo": 0.2}, "es")
    assert [(why.bloque, why.aporte) for why in told] == [
        ("titulo", 0.2),
        ("saga", 0.0),
        ("anio", 0.1),
    ]
    assert told[1].texto == "Misma saga: R"
    [only] = reasons(RONIN, other, {}, "en")
    assert only.texto == "Same saga: R"


@pytest.mark.parametrize(
    ("block", "spanish", "english"),
    [
        ("productoras", "Mismas productoras: Warner", "Same companies: Warner"),
        ("idioma", "Mismo idioma original: inglés", "Same original language: English"),
        ("valoracion", "Valoración del público: 7,7", "Public rating: 7.7"),
        ("texto_multilingue", "Sinopsis parecida", "Similar overview"),
    ],
)
def test_newer_blocks_are_told(block: str, spanish: str, english: str) -> None:
    film = Facts("Heat", 1995, [], [], [], [], None, ["Warner"], "en", 7.7, 1886)
    for language, expected in (("es", spanish), ("en", english)):
        [reason] = reasons(film, film, {block: 0.1}, language)
        assert reason.texto == expected
