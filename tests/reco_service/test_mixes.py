"""POST /v1/recomendaciones, /v1/buscar, and `similares` with more than k."""

from itertools import pairwise
from typing import Any

import httpx
import pytest

from index.profile import FAME
from reco_service.bodies import Pedido
from reco_service.recommend import Recommender
from tests.raw import film

pytestmark = pytest.mark.anyio

MIX = "/v1/recomendaciones"
TOYS, TOYS_2, HEAT, STAR_WARS, NEMO = 862, 863, 949, 11, 12


async def ask(reco: httpx.AsyncClient, language: str = "es", **body: Any) -> dict[str, Any]:
    answer = await reco.post(MIX, json=body, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer: dict[str, Any], of: str = "resultados") -> list[int]:
    return [film["id"] for film in answer[of]]


async def test_one_film_liked_is_answered_as_its_similar_films(reco: httpx.AsyncClient) -> None:
    similar = (await reco.get(f"/v1/peliculas/{TOYS}/similares?k=50")).json()
    assert (await ask(reco, gustan=[TOYS], k=50)) == {
        "resultados": similar["similares"],
        "version": similar["version"],
        "avisos": [],
    }


async def test_ten_films_are_the_usual_and_k_as_many_as_asked(reco: httpx.AsyncClient) -> None:
    assert len((await ask(reco, gustan=[TOYS]))["resultados"]) == 10
    for k in (1, 37, 100):
        assert len((await ask(reco, gustan=[TOYS, HEAT], k=k))["resultados"]) == k


async def test_films_given_never_come_back(reco: httpx.AsyncClient) -> None:
    found = ids(await ask(reco, gustan=[TOYS, HEAT], no_gustan=[TOYS_2, STAR_WARS], k=100))
    assert len(set(found)) == 100 and not {TOYS, HEAT, TOYS_2, STAR_WARS} & set(found)


async def test_an_id_given_twice_counts_once_and_order_does_not(reco: httpx.AsyncClient) -> None:
    once = await ask(reco, gustan=[TOYS, HEAT])
    assert ids(await ask(reco, gustan=[TOYS, HEAT, TOYS, TOYS])) == ids(once)
    assert ids(await ask(reco, gustan=[HEAT, TOYS])) == ids(once)


async def test_what_is_like_a_disliked_film_falls(reco: httpx.AsyncClient) -> None:
    before = await ask(reco, gustan=[TOYS], k=100)
    after = await ask(reco, gustan=[TOYS], no_gustan=[NEMO], k=100)
    assert TOYS_2 in ids(before)[:2]
    pixar = 585  # Monsters, Inc.
    [liked], [mixed] = (
        [film["puntaje"] for film in answer["resultados"] if film["id"] == pixar]
        for answer in (before, after)
    )
    assert mixed < liked


async def test_dislikes_alone_lead_to_well_known_films_unlike_them(reco: httpx.AsyncClient) -> None:
    answer = await ask(reco, no_gustan=[STAR_WARS], k=20)
    assert 1891 not in ids(answer)  # The Empire Strikes Back
    for found in answer["resultados"]:
        assert found["porque"][0]["bloque"] in FAME
        assert all(why["aporte"] > 0 for why in found["porque"] if why["bloque"] in FAME)


async def test_scores_stand_in_order_and_reasons_add_up(
    reco_with_text: httpx.AsyncClient,
) -> None:
    for body in (
        {"gustan": [TOYS, HEAT]},
        {"gustan": [TOYS], "no_gustan": [HEAT, STAR_WARS]},
        {"no_gustan": [HEAT]},
        {"gustan": [TOYS], "texto": "robots"},
        {"texto": "robots", "filtros": {"generos": ["Drama"]}},
        {"gustan": [TOYS], "pesos": {"generos": 1, "anio": 2}},
    ):
        found = (await ask(reco_with_text, **body, k=100))["resultados"]
        scores = [film["puntaje"] for film in found]
        assert scores == sorted(scores, reverse=True)
        for one in found:
            assert one["puntaje"] == round(sum(why["aporte"] for why in one["porque"]), 4)
            assert "puntaje_ajustado" not in one


async def test_reasons_name_what_is_shared_with_which_film(reco: httpx.AsyncClient) -> None:
    for language, told in [
        ("es", "Misma dirección: John Lasseter (Toy Story)"),
        ("en", "Same director: John Lasseter (Toy Story)"),
    ]:
        answer = await ask(reco, language, gustan=[TOYS, HEAT], k=100)
        [film] = [film for film in answer["resultados"] if film["id"] == TOYS_2]
        assert {"bloque": "direccion", "texto": told}.items() <= [
            why for why in film["porque"] if why["bloque"] == "direccion"
        ][0].items()


async def test_likeness_to_a_disliked_film_is_told_as_against(reco: httpx.AsyncClient) -> None:
    answer = await ask(reco, gustan=[HEAT], no_gustan=[TOYS], k=100, filtros={"generos": "Family"})
    [film] = [film for film in answer["resultados"] if film["id"] == TOYS_2]
    [why] = [why for why in film["porque"] if why["bloque"] == "direccion"]
    assert why["texto"] == "En contra, por no gustar: Misma dirección: John Lasseter (Toy Story)"
    assert why["aporte"] < 0


async def test_the_saga_of_a_liked_film_is_told_and_counts_nothing(
    reco: httpx.AsyncClient,
) -> None:
    answer = await ask(reco, gustan=[TOYS, HEAT], k=100)
    [sequel] = [film for film in answer["resultados"] if film["id"] == TOYS_2]
    saga = {"bloque": "saga", "texto": "Misma saga: Toy Story Collection", "aporte": 0.0}
    assert sequel["porque"][1] == saga


async def test_the_saga_of_a_disliked_film_is_not_told(reco: httpx.AsyncClient) -> None:
    answer = await ask(reco, gustan=[HEAT], no_gustan=[TOYS], k=100, filtros={"generos": "Family"})
    assert TOYS_2 in ids(answer) and "Toy Story Collection" not in str(answer)


async def test_similar_films_tell_the_saga_too(reco: httpx.AsyncClient) -> None:
    answer = await reco.get(f"/v1/peliculas/{TOYS}/similares", headers={"Accept-Language": "en"})
    sequel = answer.json()["similares"][0]
    saga = {"bloque": "saga", "texto": "Same saga: Toy Story Collection", "aporte": 0.0}
    assert sequel["porque"][1] == saga


async def test_diversity_orders_by_the_adjusted_score_which_is_shown(
    reco: httpx.AsyncClient,
) -> None:
    for found in (
        (await ask(reco, gustan=[TOYS, HEAT], diversidad=0.5, k=30))["resultados"],
        (await reco.get(f"/v1/peliculas/{TOYS}/similares?diversidad=0.5")).json()["similares"],
    ):
        adjusted = [film["puntaje_ajustado"] for film in found]
        assert adjusted == sorted(adjusted, reverse=True)
        assert any(one["puntaje"] < other["puntaje"] for one, other in pairwise(found))


async def test_diversity_of_nothing_changes_nothing(reco: httpx.AsyncClient) -> None:
    plain = await reco.get(f"/v1/peliculas/{TOYS}/similares?k=20")
    for query in ("&diversidad=0", "&diversidad=0.0&max_por_saga=50", "&voto_total_minimo=0"):
        answer = await reco.get(f"/v1/peliculas/{TOYS}/similares?k=20{query}")
        assert answer.json() == plain.json()


async def test_no_more_films_of_a_saga_than_asked_for(
    reco: httpx.AsyncClient, recommender: Recommender
) -> None:
    cards = recommender._cards
    for body in ({"gustan": [671]}, {"gustan": [671, TOYS], "diversidad": 0.3}):
        for most in (1, 2):
            found = ids(await ask(reco, **body, k=100, max_por_saga=most))
            sagas = [cards.card(cards.row_of(movie_id)).saga for movie_id in found]
            assert max(sagas.count(saga) for saga in set(sagas) - {None}) == most
            assert "Harry Potter Collection" in sagas
            assert len(found) == 100


async def test_weights_replace_those_of_the_film(reco: httpx.AsyncClient) -> None:
    answer = await ask(reco, gustan=[TOYS], pesos={"direccion": 5, "texto": 0})
    best = answer["resultados"][0]
    assert (best["id"], best["puntaje"]) == (TOYS_2, best["porque"][0]["aporte"])
    told = [why["texto"] for why in best["porque"] if why["bloque"] != "plataformas"]
    assert told == ["Misma dirección: John Lasseter", "Misma saga: Toy Story Collection"]
    assert answer["avisos"] == ["Resultados sin nada a favor, al final de la lista: 9."]


async def test_a_text_alone_is_answered_as_by_search(reco_with_text: httpx.AsyncClient) -> None:
    answer = await ask(reco_with_text, texto=" juguetes ", k=5)
    searched = (await reco_with_text.get("/v1/buscar?texto=juguetes&k=5")).json()
    assert searched == {"consulta": "juguetes"} | answer
    assert ids(answer)[0] == TOYS
    assert [why["texto"] for why in answer["resultados"][0]["porque"][:-1]] == [
        "La sinopsis responde al texto",
        "Dice palabras del texto",
    ]


async def test_a_text_and_a_film_count_half_each(reco_with_text: httpx.AsyncClient) -> None:
    film = (await ask(reco_with_text, gustan=[HEAT], k=100))["resultados"]
    alone = {one["id"]: one["puntaje"] for one in film}
    text = (await ask(reco_with_text, texto="toys", k=100))["resultados"]
    texts = {one["id"]: one["puntaje"] for one in text}
    mixed = (await ask(reco_with_text, texto="toys", gustan=[HEAT], k=100))["resultados"]
    assert mixed[0]["id"] == TOYS
    for one in mixed:
        if one["id"] in alone and one["id"] in texts:
            both = (alone[one["id"]] + texts[one["id"]]) / 2
            assert one["puntaje"] == pytest.approx(both, abs=0.001)


async def test_weights_beside_a_text_are_said_to_hold_for_films(
    reco_with_text: httpx.AsyncClient,
) -> None:
    answer = await ask(reco_with_text, "en", texto="toys", gustan=[HEAT], pesos={"anio": 1})
    assert answer["avisos"][0].startswith("The 'pesos' hold for likeness to films")


async def test_filters_hold_for_search_too(reco_with_text: httpx.AsyncClient) -> None:
    answer = (await reco_with_text.get("/v1/buscar?texto=toys&generos=Drama,War&k=100")).json()
    assert TOYS not in ids(answer) and len(ids(answer)) == 100


@pytest.mark.parametrize(
    ("language", "said"),
    [("es", "De «Heat» se sabe poco más"), ("en", "Little more than title and year is known of")],
)
async def test_a_film_of_which_little_is_known_says_so(
    service_over, language: str, said: str
) -> None:
    service = service_over([film(1, genres="[]", overview=""), film(2, "Ronin")])
    aviso = service.similar_to(1, 10, language).aviso
    assert aviso is not None and aviso.startswith(said)


async def test_a_film_that_is_known_says_nothing(reco: httpx.AsyncClient) -> None:
    assert "aviso" not in (await reco.get(f"/v1/peliculas/{TOYS}/similares")).json()


async def test_a_liked_film_of_which_little_is_known_is_told(service_over) -> None:
    bare = {"genres": "[]", "overview": ""}
    service = service_over([film(1, **bare), film(2, "Ronin", **bare), film(3, "Up")])
    told = service.mixes.for_mix(Pedido(gustan=[1], no_gustan=[2]), "es").avisos
    assert len(told) == 1 and "«Heat»" in told[0]


async def test_the_same_question_has_the_same_bytes_for_an_answer(
    reco: httpx.AsyncClient, client_for, settings
) -> None:
    body = {"gustan": [TOYS, HEAT], "no_gustan": [NEMO], "diversidad": 0.3, "max_por_saga": 1}
    first, again = await reco.post(MIX, json=body), await reco.post(MIX, json=body)
    async with client_for(settings) as started_anew:
        anew = await started_anew.post(MIX, json=body)
    assert first.content == again.content == anew.content


@pytest.mark.parametrize("query", ["", "k=7", "k=100", "k=007", "k=7&k=8"])
async def test_the_plain_question_is_answered_as_fastapi_would(
    reco: httpx.AsyncClient, query: str
) -> None:
    for language in ("es", "en"):
        headers = {"Accept-Language": language}
        plain = await reco.get(f"/v1/peliculas/{TOYS}/similares?{query}", headers=headers)
        usual = await reco.get(
            f"/v1/peliculas/{TOYS}/similares?{query}&diversidad=0", headers=headers
        )
        assert plain.content == usual.content
        assert plain.headers["content-type"] == usual.headers["content-type"]
