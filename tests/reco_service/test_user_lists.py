"""Films for a user: /v1/usuarios/{id}/recomendaciones, and POST /v1/recomendaciones with one."""

from itertools import pairwise
from typing import Any

import httpx
import numpy as np
import pytest

from index.users.known import COUNTS, FACTORS, TASTE, KnownUser, KnownUsers
from reco_service.recommend import Recommender

pytestmark = pytest.mark.anyio

MIX = "/v1/recomendaciones"
TOYS = 862


@pytest.fixture
def known(recommender: Recommender) -> KnownUsers:
    assert recommender.users.known is not None
    return recommender.users.known


def user_of(known: KnownUsers, number: int) -> KnownUser:
    user = known.find(number)
    assert user is not None
    return user


async def listed(
    reco: httpx.AsyncClient, user: int, query: str = "", language: str = "es"
) -> dict[str, Any]:
    answer = await reco.get(
        f"/v1/usuarios/{user}/recomendaciones?{query}", headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def mixed(reco: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await reco.post(MIX, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer: dict[str, Any]) -> list[int]:
    return [film["id"] for film in answer["resultados"]]


def rated_by(recommender: Recommender, known: KnownUsers, number: int) -> set[int]:
    return set(recommender._cards.movie_ids[user_of(known, number).rows].tolist())


async def test_a_rated_film_never_comes_back(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    for user in known.some(10):
        rated = rated_by(recommender, known, user)
        for answer in (
            await listed(reco, user, "k=100"),
            await listed(reco, user, "k=100&diversidad=0.5&max_por_saga=2"),
            await mixed(reco, usuario=user, k=100),
        ):
            found = ids(answer)
            assert len(set(found)) == 100 and not rated & set(found)
        assert (await listed(reco, user, "k=1"))["valoradas"] == len(rated)


async def test_ten_films_are_the_usual_and_k_as_many_as_asked(reco: httpx.AsyncClient) -> None:
    assert len(ids(await listed(reco, 1))) == 10
    whole = ids(await listed(reco, 1, "k=100"))
    for k in (1, 7, 50):
        assert ids(await listed(reco, 1, f"k={k}")) == whole[:k]


async def test_scores_stand_in_order_and_reasons_and_parts_add_up_to_them(
    reco: httpx.AsyncClient, known: KnownUsers
) -> None:
    for user in known.some(8):
        found = (await listed(reco, user, "k=100"))["resultados"]
        scores = [one["puntaje"] for one in found]
        assert scores == sorted(scores, reverse=True)
        for one in found:
            assert one["puntaje"] == round(sum(why["aporte"] for why in one["porque"]), 4)
            assert one["puntaje"] == round(sum(one["partes"].values()), 4)
            for part in ("gustos", "factores", "asociacion"):
                told = [why["aporte"] for why in one["porque"] if why["bloque"] == part]
                assert one["partes"][part] == round(sum(told), 4)


async def test_taste_and_factors_count_as_they_move_the_rating_expected(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    user, cards = user_of(known, 1), recommender._cards
    found = (await listed(reco, 1, "k=50"))["resultados"]
    rows = np.array([cards.row_of(one["id"]) for one in found])
    for one, expected in zip(found, known.estimates(user, rows), strict=True):
        assert one["partes"]["gustos"] == pytest.approx(expected.taste * COUNTS[TASTE], abs=2e-4)
        assert one["partes"]["factores"] == pytest.approx(
            expected.factors * COUNTS[FACTORS], abs=2e-4
        )


async def test_every_part_speaks_for_some_film(reco: httpx.AsyncClient, known: KnownUsers) -> None:
    parts = [
        one["partes"]
        for user in known.some(8)
        for one in (await listed(reco, user, "k=100"))["resultados"]
    ]
    for name in ("contenido", "asociacion", "gustos", "factores"):
        assert any(of[name] > 0 for of in parts), name
    assert any(of["gustos"] < 0 for of in parts)


async def test_the_rating_expected_is_that_of_the_question_for_one_film(
    reco: httpx.AsyncClient,
) -> None:
    for one in (await listed(reco, 1, "k=20"))["resultados"]:
        answer = await reco.get(f"/recomendacion_usuario/1/{one['titulo']}?anio={one['anio']}")
        assert answer.json()["pelicula"]["id"] == one["id"]
        assert answer.json()["valoracion_estimada"] == pytest.approx(
            one["valoracion_estimada"], abs=1e-4
        )
        assert 1 <= one["valoracion_estimada"] <= 5


async def test_diversity_orders_by_the_adjusted_score(reco: httpx.AsyncClient) -> None:
    found = (await listed(reco, 1, "k=30&diversidad=0.5"))["resultados"]
    adjusted = [one["puntaje_ajustado"] for one in found]
    assert adjusted == sorted(adjusted, reverse=True)
    assert any(one["puntaje"] < other["puntaje"] for one, other in pairwise(found))


async def test_no_more_films_of_a_saga_than_asked_for(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    cards, most = recommender._cards, 0
    for user in known.some(5):
        for query, limit in (("k=50", 99), ("k=50&max_por_saga=1", 1)):
            found = ids(await listed(reco, user, query))
            sagas = [cards.card(cards.row_of(movie_id)).saga for movie_id in found]
            fullest = max(sagas.count(saga) for saga in set(sagas) - {None})
            assert fullest <= limit
            most = max(most, fullest)
    assert most > 1


async def test_filters_hold(reco: httpx.AsyncClient) -> None:
    whole = (await listed(reco, 1, "k=100"))["resultados"]
    for query, passes in (
        ("plataforma=netflix", lambda one: "netflix" in one["plataformas"]),
        ("plataforma=hulu,amazon", lambda one: {"hulu", "amazon"} & set(one["plataformas"])),
        ("anio_desde=2000", lambda one: one["anio"] >= 2000),
    ):
        expected = [one["id"] for one in whole if passes(one)]
        found = await listed(reco, 1, f"k=100&{query}")
        assert expected and ids(found)[: len(expected)] == expected
        assert all(passes(one) for one in found["resultados"])


async def test_a_parameter_that_is_none_is_refused_with_the_one_it_may_mean(
    reco: httpx.AsyncClient,
) -> None:
    for name, near in (("plataforms", "plataforma"), ("max_saga", "max_por_saga")):
        problem = (await reco.get(f"/v1/usuarios/1/recomendaciones?{name}=x")).json()
        assert (problem["status"], problem["detail"]) == (422, f"El parámetro «{name}» no existe.")
        assert problem["sugerencias"][0] == near


@pytest.mark.parametrize(("query", "status"), [("k=0", 422), ("k=101", 422), ("k=x", 422)])
async def test_a_number_of_films_that_cannot_be_is_refused(
    reco: httpx.AsyncClient, query: str, status: int
) -> None:
    answer = await reco.get(f"/v1/usuarios/1/recomendaciones?{query}")
    assert answer.status_code == status and "«k»" in answer.json()["detail"]


async def test_the_same_question_has_the_same_bytes_for_an_answer(
    reco: httpx.AsyncClient, client_for, settings
) -> None:
    address = "/v1/usuarios/7/recomendaciones?k=100&diversidad=0.2"
    first, again = await reco.get(address), await reco.get(address)
    async with client_for(settings) as started_anew:
        anew = await started_anew.get(address)
    assert first.status_code == 200 and first.content == again.content == anew.content


async def test_where_to_watch_is_the_last_reason(reco: httpx.AsyncClient) -> None:
    somewhere = 0
    for one in (await listed(reco, 1, "k=100"))["resultados"]:
        where = [why for why in one["porque"] if why["bloque"] == "plataformas"]
        assert len(where) == bool(one["plataformas"])
        if where:
            assert one["porque"][-1] == where[0] and where[0]["aporte"] == 0.0
            somewhere += 1
    assert somewhere


async def test_a_taste_names_films_that_the_user_rated(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    titles, named = recommender._cards.titles.titles, 0
    for number in known.some(8):
        rated = [titles[row] for row in user_of(known, number).rows.tolist()]
        for one in (await listed(reco, number, "k=50"))["resultados"]:
            for why in one["porque"]:
                if why["bloque"] == "gustos" and "esperado: " in why["texto"]:
                    rest = why["texto"].partition("esperado: ")[2]
                    for title in sorted(rated, key=len, reverse=True):
                        rest = rest.replace(title, "")
                    assert rest.strip(", ") == "", why["texto"]
                    named += 1
    assert named


async def test_users_get_lists_of_their_own(reco: httpx.AsyncClient, known: KnownUsers) -> None:
    lists = {tuple(ids(await listed(reco, user))) for user in known.some(20)}
    assert len(lists) == 20


# A user beside what a body gives ----------------------------------------------------------


async def test_a_user_alone_is_answered_as_by_the_users_address(reco: httpx.AsyncClient) -> None:
    by_body, by_address = await mixed(reco, usuario=1, k=30), await listed(reco, 1, "k=30")
    assert by_body["avisos"] == by_address["avisos"]
    for one, other in zip(by_body["resultados"], by_address["resultados"], strict=True):
        assert one == {name: other[name] for name in one}


async def test_films_given_beside_a_user_never_come_back_and_count(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    number = next(n for n in known.some(150) if TOYS not in rated_by(recommender, known, n))
    found = ids(await mixed(reco, usuario=number, gustan=[TOYS], k=100))
    assert not (rated_by(recommender, known, number) | {TOYS}) & set(found)
    assert found != ids(await mixed(reco, usuario=number, k=100))
    given = await mixed(reco, usuario=number, gustan=[TOYS], k=20)
    reasons = [why["texto"] for one in given["resultados"] for why in one["porque"]]
    assert any("(Toy Story" in text for text in reasons)


async def test_a_film_given_counts_as_much_as_all_that_the_user_likes(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    fan = next(one for one in known.some(150) if len(user_of(known, one).liked) > 10)
    likes = user_of(known, fan).liked
    [given] = recommender._cards.movie_ids[likes[-1:]].tolist()

    def by_likes(answer: dict[str, Any]) -> dict[int, float]:
        """Each film's score less what the user's ratings add beside likeness."""
        beside = ("gustos", "factores")
        return {
            one["id"]: sum(why["aporte"] for why in one["porque"] if why["bloque"] not in beside)
            for one in answer["resultados"]
        }

    alone = by_likes(await mixed(reco, gustan=[given], k=100))
    user = by_likes(await mixed(reco, usuario=fan, k=100))
    both = by_likes(await mixed(reco, usuario=fan, gustan=[given], k=100))
    films = alone.keys() & user.keys() & both.keys()
    assert len(films) > 20
    others = len(likes) - 1
    for film in films:
        # the film given leaves the user's own films, which share the other half
        rest = (user[film] * (others + 1) - alone[film]) / others
        assert both[film] == pytest.approx((alone[film] + rest) / 2, abs=1e-3)


async def test_a_film_disliked_now_counts_against_though_the_user_rated_it_high(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    liked = user_of(known, 1).liked[:1]
    [disliked] = recommender._cards.movie_ids[liked].tolist()
    answer = await mixed(reco, usuario=1, no_gustan=[disliked], k=100)
    assert disliked not in ids(answer)
    texts = [why["texto"] for one in answer["resultados"] for why in one["porque"]]
    assert any(text.startswith("En contra, por no gustar") for text in texts)
    before = {one["id"]: one["puntaje"] for one in (await listed(reco, 1, "k=100"))["resultados"]}
    after = {one["id"]: one["puntaje"] for one in answer["resultados"]}
    both = before.keys() & after.keys()
    assert sum(after[film] for film in both) < sum(before[film] for film in both)


async def test_a_text_beside_a_user_decides_with_the_ratings(
    reco_with_text: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    number = next(n for n in known.some(150) if TOYS not in rated_by(recommender, known, n))
    answer = await mixed(reco_with_text, usuario=number, texto="toys", k=20)
    assert ids(answer)[0] == TOYS
    blocks = {why["bloque"] for one in answer["resultados"] for why in one["porque"]}
    assert {"palabras", "gustos"} <= blocks
    for one in answer["resultados"]:
        assert one["puntaje"] == round(sum(why["aporte"] for why in one["porque"]), 4)
    nonsense = await mixed(reco_with_text, usuario=number, texto="zxcvb")
    assert not [note for note in nonsense["avisos"] if "responde bien a este texto" in note]


async def test_weights_beside_a_user_are_said_to_hold_for_films(reco: httpx.AsyncClient) -> None:
    answer = await mixed(reco, usuario=1, pesos={"anio": 1})
    assert answer["avisos"][0].startswith("Los «pesos» valen para el parecido con películas")
    assert "gustos" in str(answer["resultados"])


async def test_an_unknown_user_of_a_body_is_a_404(reco: httpx.AsyncClient) -> None:
    answer = await reco.post(MIX, json={"usuario": 9999, "gustan": [TOYS]})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (404, "/problemas/usuario-no-encontrado")
    assert problem["detail"].startswith("Ningún usuario con el id 9999 ")
