"""/recomendacion_usuario: what to expect one user to rate one film, and whether to recommend it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.users.known import KnownUsers
from reco_service.app import create_app
from reco_service.recommend import Recommender
from reco_service.settings import Settings
from tests.raw import film, rating
from tests.reco_service.conftest import client_of

pytestmark = pytest.mark.anyio

TITLES = ["Toy Story", "Heat", "Face/Off", "Star Wars", "The Matrix"]
SIMULATED = {
    "es": "Las valoraciones son simuladas: no son de personas.",
    "en": "The ratings are simulated: no persons gave them.",
}
WAYS = ["/recomendacion_usuario/{}/Heat", "/recomendacion_usuario?user_id={}&titulo=Heat"]
LISTS = "/v1/usuarios/{}/recomendaciones"


@pytest.fixture
def known(recommender: Recommender) -> KnownUsers:
    assert recommender.users.known is not None
    return recommender.users.known


async def judged(
    reco: httpx.AsyncClient, user: int, title: str, language: str = "es"
) -> dict[str, Any]:
    answer = await reco.get(
        f"/recomendacion_usuario/{user}/{title}", headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (status, f"/problemas/{slug}"), answer.text
    return problem


async def test_the_rating_lies_on_the_scale_and_its_parts_add_up_to_it(
    reco: httpx.AsyncClient, known: KnownUsers
) -> None:
    cut = 0
    for user in known.some(40):
        for title in TITLES:
            found = await judged(reco, user, title)
            assert 1 <= found["valoracion_estimada"] <= 5
            added = round(sum(why["aporte"] for why in found["porque"]), 4)
            assert added == found["valoracion_estimada"]
            parts = [why["bloque"] for why in found["porque"]]
            assert parts[0] == "media"
            assert ("escala" not in parts) or found["valoracion_estimada"] in (1, 5)
            cut += "escala" in parts
    assert cut


async def test_a_film_is_recommended_from_the_threshold_on(
    reco: httpx.AsyncClient, known: KnownUsers
) -> None:
    verdicts = set()
    for user in known.some(60):
        found = await judged(reco, user, "Titanic")
        assert found["umbral"] == 3.5
        assert found["recomendar"] == (found["valoracion_estimada"] >= 3.5)
        start = "Se recomienda" if found["recomendar"] else "No se recomienda"
        assert found["mensaje"].startswith(f"{start} «Titanic» al usuario {user}: ")
        verdicts.add(found["recomendar"])
    assert verdicts == {True, False}


@pytest.mark.parametrize(("least", "verdict"), [("1", True), ("5", False)])
async def test_the_setting_moves_the_threshold(
    settings: Settings, client_for, monkeypatch: pytest.MonkeyPatch, least: str, verdict: bool
) -> None:
    monkeypatch.setenv("RECO_RECOMMEND_FROM", least)
    moved = Settings(data_dir=settings.data_dir, index_dir=settings.index_dir)
    async with client_for(moved) as reco:
        found = await judged(reco, 1, "Toy Story")
    assert (found["umbral"], found["recomendar"]) == (float(least), verdict)


def test_a_film_exactly_at_the_threshold_is_recommended(recommender: Recommender) -> None:
    expected = recommender.users.judge(1, "Heat", None, "es").valoracion_estimada
    for least, verdict in ((expected, True), (expected + 0.0001, False)):
        users = replace(recommender.users, recommend_from=round(least, 4))
        assert users.judge(1, "Heat", None, "es").recomendar is verdict


def test_the_sentence_never_rounds_the_rating_up_to_a_threshold_it_misses(
    recommender: Recommender,
) -> None:
    expected = recommender.users.judge(1, "Toy Story", None, "es").valoracion_estimada
    assert expected != round(expected, 2)
    for least in (expected + 0.0001, expected - 0.0001):
        users = replace(recommender.users, recommend_from=round(least, 4))
        found = users.judge(1, "Toy Story", None, "en")
        told = float(found.mensaje.split("rating is ")[1].split(" of")[0])
        assert (told >= users.recommend_from) == found.recomendar


async def test_what_the_user_gave_a_film_is_told_of_films_rated_alone(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    user = known.find(1)
    assert user is not None
    titles = recommender._cards.titles.titles
    rated = dict(zip(user.rows.tolist(), user.values.tolist(), strict=True))
    asked = 0
    for row, title in enumerate(titles):
        if row in rated and titles.count(title) == 1:
            assert (await judged(reco, 1, title))["valoracion_propia"] == rated[row]
            asked += 1
    assert asked > 10
    assert "Heat" not in [titles[row] for row in rated]
    assert (await judged(reco, 1, "Heat"))["valoracion_propia"] is None


async def test_a_taste_names_films_that_the_user_rated(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    titles, named = recommender._cards.titles.titles, 0
    for number in known.some(20):
        user = known.find(number)
        assert user is not None
        given = [
            f"{titles[row]} ({value:g})"
            for row, value in zip(user.rows.tolist(), user.values.tolist(), strict=True)
        ]
        for why in (await judged(reco, number, "Heat", "en"))["porque"]:
            if why["bloque"] == "gustos" and ": " in why["texto"]:
                rest = why["texto"].partition(": ")[2]
                for one in sorted(given, key=len, reverse=True):
                    rest = rest.replace(one, "")
                assert rest.strip(", ") == ""
                named += 1
    assert named


@pytest.mark.parametrize("title", ["TOY STORY", "toy story", "Tóy Stóry", " toy  story "])
async def test_a_title_is_found_without_case_or_accents(
    reco: httpx.AsyncClient, title: str
) -> None:
    assert (await judged(reco, 1, title))["pelicula"]["titulo"] == "Toy Story"


@pytest.mark.parametrize("target", [b"1/Face/Off", b"1/Face%2FOff", b"1/face%2foff?anio=1997"])
async def test_a_title_may_hold_a_slash(ask_as_sent, target: bytes) -> None:
    answer = await ask_as_sent(b"/recomendacion_usuario/" + target)
    assert answer.json()["pelicula"]["titulo"] == "Face/Off"


async def test_the_year_picks_one_of_several_versions(reco: httpx.AsyncClient) -> None:
    for year in (1954, 1998, 2014):
        found = await judged(reco, 1, f"Godzilla?anio={year}")
        assert found["pelicula"]["anio"] == year
    problem = refused(
        await reco.get("/recomendacion_usuario/1/Godzilla?anio=1955"), 404, "anio-no-encontrado"
    )
    assert problem["sugerencias"] == ["1954", "1998", "2014"]


async def test_both_ways_to_ask_have_the_same_answer(reco: httpx.AsyncClient) -> None:
    by_path, by_query = [await reco.get(way.format(1)) for way in WAYS]
    assert by_path.status_code == 200 and by_path.content == by_query.content


async def test_an_unknown_title_is_a_404_with_suggestions(reco: httpx.AsyncClient) -> None:
    answer = await reco.get("/recomendacion_usuario/1/Toi Stori")
    assert refused(answer, 404, "titulo-no-encontrado")["sugerencias"][0] == "Toy Story"


@pytest.mark.parametrize("target", [*WAYS, LISTS])
@pytest.mark.parametrize("user", [0, 9999, 2**63 - 1])
async def test_an_unknown_user_is_told_of_the_way_without_an_account(
    reco: httpx.AsyncClient, target: str, user: int
) -> None:
    for language, start in (("es", "Ningún usuario con el id"), ("en", "No user of id")):
        answer = await reco.get(target.format(user), headers={"Accept-Language": language})
        detail = refused(answer, 404, "usuario-no-encontrado")["detail"]
        assert detail.startswith(f"{start} {user} ")
        assert "POST /v1/recomendaciones" in detail and "gustan" in detail


@pytest.mark.parametrize("target", [*WAYS, LISTS])
@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("abc", "debe ser un número entero."),
        ("1.5", "debe ser un número entero."),
        ("😀", "debe ser un número entero."),
        ("-1", "debe ser mayor o igual que 0."),
        (str(2**63), f"debe ser menor que {2**63}."),
        ("9" * 5000, "debe ser un número entero con menos cifras."),
    ],
    ids=lambda value: value[:20],
)
async def test_an_id_that_is_none_is_refused(
    reco: httpx.AsyncClient, target: str, user: str, said: str
) -> None:
    problem = refused(await reco.get(target.format(user)), 422, "peticion-invalida")
    name = "id" if target == LISTS else "user_id"
    assert problem["detail"] == f"El parámetro «{name}» {said}"


async def test_what_is_missing_from_the_query_is_named(reco: httpx.AsyncClient) -> None:
    for query, name in (("titulo=Heat", "user_id"), ("user_id=1", "titulo")):
        answer = await reco.get(f"/recomendacion_usuario?{query}")
        detail = refused(answer, 422, "peticion-invalida")["detail"]
        assert detail == f"Falta el parámetro «{name}»."


@pytest.mark.parametrize("language", ["es", "en"])
async def test_simulated_ratings_are_said_to_be_so(reco: httpx.AsyncClient, language: str) -> None:
    found = await judged(reco, 1, "Heat", language)
    assert found["avisos"] == [SIMULATED[language]]
    headers = {"Accept-Language": language}
    listed = await reco.get(LISTS.format(1), headers=headers)
    mixed = await reco.post("/v1/recomendaciones", json={"usuario": 1}, headers=headers)
    for answer in (listed, mixed):
        assert answer.json()["avisos"][-1] == SIMULATED[language]


async def test_where_to_watch_is_the_last_reason_and_counts_nothing(
    reco: httpx.AsyncClient,
) -> None:
    last = (await judged(reco, 1, "Toy Story"))["porque"][-1]
    assert (last["bloque"], last["aporte"]) == ("plataformas", 0.0)
    assert "Disney+" in last["texto"]


async def test_an_index_without_ratings_says_so(service_over, tmp_path: Path) -> None:
    service = service_over([film(1), film(2, "Ronin")])
    settings = Settings(data_dir=tmp_path / "data", index_dir=tmp_path / "index")
    async with client_of(create_app(settings, lambda _: service)) as reco:
        for target in (*WAYS, LISTS):
            answer = await reco.get(target.format(1), headers={"Accept-Language": "en"})
            detail = refused(answer, 404, "usuario-no-encontrado")["detail"]
            assert detail.startswith("This index knows no user: it lacks ratings of films")
            assert "POST /v1/recomendaciones" in detail


async def test_ratings_of_people_are_not_said_to_be_simulated(service_over) -> None:
    films = [film(n, f"Film {n}") for n in range(1, 7)]
    stars = [rating(user, n, 1 + (user + n) % 5) for user in range(8) for n in range(1, 5)]
    assert service_over(films, stars).users.judge(3, "Film 6", None, "es").avisos == []


async def test_the_sentence_says_what_the_user_gave_the_film(
    reco: httpx.AsyncClient, recommender: Recommender
) -> None:
    user = recommender.users.find(1)
    row = int(user.rows[0])
    titles = recommender._cards.titles
    given = f"{user.values[0]:g}"
    address = f"/recomendacion_usuario/1/{titles.titles[row]}?anio={titles.years[row]}"
    answer = (await reco.get(address)).json()
    assert answer["avisos"][0].startswith("El usuario ya valoró esta película")
    spanish = answer["mensaje"]
    english = (await reco.get(address, headers={"Accept-Language": "en"})).json()["mensaje"]
    assert spanish.endswith(f"; ya la valoró con {given.replace('.', ',')}")
    assert english.endswith(f"; it was rated {given} already")


@pytest.mark.parametrize("address", ["/1/Heat?year=1995", "?user_id=1&titulo=Heat&year=1995"])
async def test_a_parameter_that_nobody_reads_is_refused(
    reco: httpx.AsyncClient, address: str
) -> None:
    problem = refused(await reco.get(f"/recomendacion_usuario{address}"), 422, "peticion-invalida")
    assert problem["detail"] == "El parámetro «year» no existe."
    assert "anio" in problem["sugerencias"] and "plataforma" not in problem["sugerencias"]


async def test_an_id_says_which_film_is_meant_whatever_the_title(reco: httpx.AsyncClient) -> None:
    by_id = (await reco.get("/recomendacion_usuario/1/Heat?id=862")).json()
    assert by_id == await judged(reco, 1, "Toy Story")
    refused(await reco.get("/recomendacion_usuario/1/Heat?id=1"), 404, "pelicula-no-encontrada")


async def test_a_film_rated_is_no_reason_for_itself(
    reco: httpx.AsyncClient, recommender: Recommender, known: KnownUsers
) -> None:
    user = known.find(1)
    assert user is not None
    for each, row in zip(known.estimates(user, user.rows), user.rows.tolist(), strict=True):
        assert row not in each.because
