"""What is said of short answers, and of answers that little speaks for."""

import httpx
import pytest

from index.search import TEXT, Found, Query, Share
from reco_service.bodies import Filtros, Pedido
from reco_service.notes import ANSWERS_TEXT, LeftOut, of_answer, of_fewer
from tests.raw import film

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("found", "passing", "given", "per_saga", "spanish", "english"),
    [
        (0, 0, 0, False, "Ninguna película cumple los filtros.", "No film passes the filters."),
        (
            0,
            0,
            1,
            False,
            "Solo la película dada cumple los filtros.",
            "Only the film given passes the filters.",
        ),
        (
            0,
            0,
            2,
            True,
            "Solo las películas dadas cumplen los filtros.",
            "Only the films given pass the filters.",
        ),
        (1, 1, 0, False, "Solo 1 película cumple los filtros.", "Only 1 film passes the filters."),
        (
            3,
            3,
            0,
            True,
            "Solo 3 películas cumplen los filtros.",
            "Only 3 films pass the filters.",
        ),
        (
            1,
            1,
            1,
            False,
            "Solo 1 película cumple los filtros, además de la dada.",
            "Only 1 film passes the filters, beside the one given.",
        ),
        (
            2,
            2,
            3,
            False,
            "Solo 2 películas cumplen los filtros, además de las dadas.",
            "Only 2 films pass the filters, beside the ones given.",
        ),
        (
            1,
            4,
            None,
            True,
            "Con «max_por_saga» solo queda 1 película.",
            "With 'max_por_saga' only 1 film is left.",
        ),
        (
            2,
            4,
            0,
            True,
            "Con los filtros y «max_por_saga» solo quedan 2 películas.",
            "With the filters and 'max_por_saga' only 2 films are left.",
        ),
    ],
)
def test_a_short_answer_says_why(
    found: int, passing: int, given: int | None, per_saga: bool, spanish: str, english: str
) -> None:
    [note] = of_fewer(found, 5, passing, given is not None, per_saga, LeftOut(given or 0))
    assert (note.es, note.en) == (spanish, english)


def test_an_answer_as_long_as_asked_says_nothing() -> None:
    assert of_fewer(5, 5, 5, True, True, LeftOut(1, 1)) == []
    assert of_fewer(5, 5, 9, False, True, LeftOut()) == []


def test_a_catalogue_that_is_small_is_no_fault_of_the_question() -> None:
    assert of_fewer(2, 5, 2, False, False, LeftOut()) == []
    assert of_fewer(2, 5, 2, False, True, LeftOut(0, 3)) == []


@pytest.mark.parametrize(
    ("passing", "left_out", "spanish", "english"),
    [
        (
            0,
            LeftOut(rated=1),
            "Solo la película ya valorada cumple los filtros.",
            "Only the film already rated passes the filters.",
        ),
        (
            0,
            LeftOut(given=1, rated=2),
            "Solo las películas dadas o ya valoradas cumplen los filtros.",
            "Only the films given or already rated pass the filters.",
        ),
        (
            2,
            LeftOut(rated=1),
            "Solo 2 películas cumplen los filtros, además de la ya valorada.",
            "Only 2 films pass the filters, beside the one already rated.",
        ),
        (
            1,
            LeftOut(rated=7),
            "Solo 1 película cumple los filtros, además de las ya valoradas.",
            "Only 1 film passes the filters, beside the ones already rated.",
        ),
    ],
)
def test_films_that_a_user_rated_are_told_apart_from_those_given(
    passing: int, left_out: LeftOut, spanish: str, english: str
) -> None:
    [note] = of_fewer(passing, 5, passing, True, False, left_out)
    assert (note.es, note.en) == (spanish, english)


def test_a_user_who_rated_every_film_is_told_so() -> None:
    [note] = of_fewer(0, 5, 0, False, False, LeftOut(rated=9))
    assert note.es == "El usuario ya ha valorado todas las películas."


def answered(*scores: float) -> list[Found]:
    return [Found(row, score, ()) for row, score in enumerate(scores)]


def test_results_that_nothing_speaks_for_are_told() -> None:
    films = Query(liked=(9,))
    assert of_answer(films, answered(0.3, 0.1), False) == []
    [some] = of_answer(films, answered(0.3, 0.0, -0.1), False)
    assert some.es == "Resultados sin nada a favor, al final de la lista: 2."
    [among] = of_answer(films, answered(0.3, -0.1, 0.1), False)
    assert among.es == "Resultados sin nada a favor: 1."
    [none] = of_answer(films, answered(0.0, -0.1), False)
    assert none.es == "Nada habla a favor de ninguno de los resultados."
    assert of_answer(films, [], True) == []


@pytest.mark.parametrize(("fits", "notes"), [(ANSWERS_TEXT, 0), (ANSWERS_TEXT - 0.01, 1)])
def test_fame_alone_does_not_answer_a_text(fits: float, notes: int) -> None:
    shares = (Share("renombre", TEXT, 0.3), Share("palabras", TEXT, fits))
    best = [Found(1, 0.3 + fits, shares)]
    assert len(of_answer(Query(text="x"), best, False)) == notes
    assert of_answer(Query(text="x", liked=(2,)), best, False) == []


async def test_a_text_that_no_film_answers_says_so(reco_with_text: httpx.AsyncClient) -> None:
    answer = (await reco_with_text.get("/v1/buscar?texto=zxcvb")).json()
    said = "Ninguna película responde bien a este texto: se dan las más conocidas."
    assert answer["avisos"] == [said]
    assert (await reco_with_text.get("/v1/buscar?texto=toys&k=1")).json()["avisos"] == []
    filtered = (await reco_with_text.get("/v1/buscar?texto=zxcvb&generos=Drama")).json()
    assert filtered["avisos"][0].startswith("Ninguna película que cumpla los filtros")


def test_the_film_given_may_be_the_one_that_passes(service_over) -> None:
    service = service_over([film(1), film(2, "Up", release_date="2009-05-13")])
    year = Filtros(anio_desde=1995, anio_hasta=1995)
    answer = service.mixes.for_mix(Pedido(gustan=[1], filtros=year), "es")
    assert answer.resultados == []
    assert "Solo la película dada cumple los filtros." in answer.avisos
