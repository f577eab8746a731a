"""The streaming endpoints as they are asked: spellings, addresses, and what cannot be answered."""

import warnings
from pathlib import Path

import httpx
import pytest

from tests.query_service.conftest import client_over, with_titles

pytestmark = pytest.mark.anyio

LOADED = ["amazon", "hulu", "netflix"]
KNOWN = ["amazon", "disney", "hulu", "netflix"]


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("a", "amazon"),
        ("AMAZON", "amazon"),
        ("Amazon Prime", "amazon"),
        ("prime video", "amazon"),
        ("Amazon-Prime-Video", "amazon"),
        ("H", "hulu"),
        (" hulu ", "hulu"),
        ("n", "netflix"),
        ("NetFlix", "netflix"),
    ],
)
async def test_a_platform_goes_by_name_and_letter_in_any_case_everywhere(
    streaming: httpx.AsyncClient, called: str, name: str
) -> None:
    paths = [f"/get_count_platform/{called}", f"/get_score_count/{called}/3/2015"]
    paths += [f"/get_actor/{called}/2015"] if name != "hulu" else []
    for path in paths:
        assert (await streaming.get(path)).json()["plataforma"] == name, path
    longest = await streaming.get("/get_max_duration", params={"platform": called})
    assert longest.json()["plataforma"] == name


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/get_count_platform/netflix", "/get_count_platform?platform=netflix"),
        ("/get_score_count/n/2.5/2015", "/get_score_count?platform=n&scored=2.5&year=2015"),
        ("/get_actor/netflix/2015", "/get_actor?platform=netflix&year=2015"),
        ("/get_actor/Tom%20Hanks", "/get_actor?nombre=Tom%20Hanks"),
        ("/get_actor/hbo/2015", "/get_actor?platform=hbo&year=2015"),
    ],
)
async def test_arguments_are_taken_in_the_path_and_in_the_query(
    streaming: httpx.AsyncClient, path: str, query: str
) -> None:
    in_path, in_query = await streaming.get(path), await streaming.get(query)
    assert in_path.status_code == in_query.status_code
    told = ("actor", "cantidad", "mensaje", "detail", "sugerencias")
    assert [in_path.json().get(name) for name in told] == [
        in_query.json().get(name) for name in told
    ]


@pytest.mark.parametrize(
    "called", ["season", "Seasons", "TEMPORADA", "temporadas", "temporada(s)", " season "]
)
async def test_seasons_go_by_several_names(streaming: httpx.AsyncClient, called: str) -> None:
    response = await streaming.get("/get_max_duration", params={"duration_type": called})
    assert response.json()["tipo_duracion"] == "season"


@pytest.mark.parametrize("called", ["min", "MIN", "minutos", " Minutos"])
async def test_minutes_go_by_several_names(streaming: httpx.AsyncClient, called: str) -> None:
    response = await streaming.get("/get_max_duration", params={"duration_type": called})
    assert response.json()["tipo_duracion"] == "min"


@pytest.mark.parametrize(
    ("path", "status", "spanish", "english"),
    [
        ("/get_max_duration?duration_type=horas", 422,
         "«horas» no es un tipo de duración: se espera min o season.",
         "'horas' is not a type of duration: min or season is expected."),
        ("/get_max_duration?duration_type=", 422,
         "«» no es un tipo de duración: se espera min o season.",
         "'' is not a type of duration: min or season is expected."),
        ("/get_max_duration?year=1900&platform=n", 404,
         "Ningún título de Netflix de 1900 tiene su duración en minutos.",
         "No title of Netflix of 1900 has its duration in minutes."),
        ("/get_max_duration?year=1900&duration_type=season", 404,
         "Ningún título de 1900 tiene su duración en temporadas.",
         "No title of 1900 has its duration in seasons."),
        ("/get_count_platform/disney", 404,
         "El catálogo de Disney+ no está cargado.",
         "The catalogue of Disney+ is not loaded."),
        ("/get_max_duration?platform=Disney%2B", 404,
         "El catálogo de Disney+ no está cargado.",
         "The catalogue of Disney+ is not loaded."),
        ("/get_score_count/hbo/3/2018", 404,
         "«hbo» no es ninguna de las plataformas: amazon, disney, hulu, netflix.",
         "'hbo' is none of the platforms: amazon, disney, hulu, netflix."),
        ("/get_count_platform/hbo/max", 404,
         "«hbo/max» no es ninguna de las plataformas: amazon, disney, hulu, netflix.",
         "'hbo/max' is none of the platforms: amazon, disney, hulu, netflix."),
        ("/get_score_count/netflix/abc/2018", 422,
         "El parámetro «scored» debe ser un número.", "Parameter 'scored': "),
        ("/get_score_count/netflix/nan/2018", 422,
         "El parámetro «scored» debe ser un número finito.", "Parameter 'scored': "),
        ("/get_score_count/netflix/0.9/2018", 422,
         "El parámetro «scored» debe ser mayor o igual que 1.", "Parameter 'scored': "),
        ("/get_score_count/netflix/5.5/2018", 422,
         "El parámetro «scored» debe ser menor o igual que 5.", "Parameter 'scored': "),
        ("/get_score_count/netflix/3/1799", 422,
         "El parámetro «year» debe ser mayor o igual que 1800.", "Parameter 'year': "),
        ("/get_score_count?platform=netflix&scored=3", 422,
         "Falta el parámetro «year».", "Parameter 'year': "),
        ("/get_max_duration?year=2201", 422,
         "El parámetro «year» debe ser menor o igual que 2200.", "Parameter 'year': "),
        ("/get_actor/netflix/20x8", 422,
         "El parámetro «year» debe ser un número entero.", "Parameter 'year': "),
        ("/get_actor/netflix/3000", 422,
         "El parámetro «year» debe ser menor o igual que 2200.", "Parameter 'year': "),
        ("/get_actor/hbo/2018", 404,
         "«hbo» no es ninguna de las plataformas: amazon, disney, hulu, netflix.",
         "'hbo' is none of the platforms: amazon, disney, hulu, netflix."),
        ("/get_actor/disney/2018", 404,
         "El catálogo de Disney+ no está cargado.",
         "The catalogue of Disney+ is not loaded."),
        ("/get_actor/hulu/2018", 404,
         "El catálogo de Hulu no da el reparto de ningún título.",
         "The catalogue of Hulu gives no cast of any title."),
        ("/get_actor/netflix/1900", 404,
         "Netflix no tiene ningún título de 1900.", "Netflix has no title of 1900."),
        ("/get_actor?platform=netflix", 422, "Falta el parámetro «year».", "Parameter 'year': "),
        ("/get_actor?year=2018", 422,
         "Falta el parámetro «platform».", "Parameter 'platform': "),
        ("/get_actor", 422, "Falta el parámetro «nombre».", "Parameter 'nombre': "),
        ("/get_actor?nombre=Tom%20Hanks&year=2018", 422,
         "Se pide «nombre», o «platform» y «year», pero no todo a la vez.",
         "Ask for 'nombre', or for 'platform' and 'year', not for all at once."),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered_is_a_problem_in_both_languages(
    streaming: httpx.AsyncClient, path: str, status: int, spanish: str, english: str
) -> None:
    response = await streaming.get(path)
    assert (response.status_code, response.json()["detail"]) == (status, spanish)
    assert response.headers["content-type"] == "application/problem+json"
    in_english = await streaming.get(path, headers={"Accept-Language": "en"})
    assert in_english.json()["detail"].startswith(english)


@pytest.mark.parametrize(
    ("path", "suggested"),
    [
        ("/get_count_platform/hbo", KNOWN),
        ("/get_actor/hbo/2018", KNOWN),
        ("/get_count_platform/d", LOADED),
        ("/get_max_duration?duration_type=x", ["min", "season"]),
        ("/get_actor/netflix/1900", ["2012", "2013", "2014", "2015", "2016"]),
    ],
)
async def test_a_problem_suggests_what_there_is(
    streaming: httpx.AsyncClient, path: str, suggested: list[str]
) -> None:
    assert (await streaming.get(path)).json()["sugerencias"] == suggested


@pytest.mark.parametrize(
    "path", ["/get_actor/Tom Hanks", "/get_actor/tom%20hanks", "/get_actor?nombre=Tom Hanks"]
)
async def test_an_actor_still_goes_by_name(streaming: httpx.AsyncClient, path: str) -> None:
    body = (await streaming.get(path)).json()
    assert (body["actor"], "retorno_total" in body) == ("Tom Hanks", True)


@pytest.mark.parametrize(
    "name", ["AC/DC", "Tom/Hanks", "hbo/20x8", "netflix", "2018", "netflix/2018/x", "Tom/2018/9"]
)
async def test_a_name_may_hold_a_slash_where_no_platform_and_year_are_meant(
    streaming: httpx.AsyncClient, name: str
) -> None:
    response = await streaming.get(f"/get_actor/{name}")
    by_query = await streaming.get("/get_actor", params={"nombre": name})
    assert response.status_code == by_query.status_code
    assert response.json().get("detail") == by_query.json().get("detail")
    assert response.json().get("actor") == by_query.json().get("actor")


async def test_an_encoded_slash_parts_platform_and_year_too(streaming: httpx.AsyncClient) -> None:
    response = await streaming.get("/get_actor/netflix%2F2015")
    assert response.json()["anio"] == 2015


@pytest.mark.parametrize("path", ["/get_actor/netflix/2018", "/get_max_duration"])
async def test_nothing_but_get_is_taken(streaming: httpx.AsyncClient, path: str) -> None:
    response = await streaming.post(path)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"


async def test_each_way_to_ask_for_an_actor_is_described_by_itself(
    streaming: httpx.AsyncClient,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paths = (await streaming.get("/openapi.json")).json()["paths"]
    operations = [one["get"] for path, one in paths.items() if path.startswith("/get_actor")]
    assert len(operations) == 3
    assert len({one["operationId"] for one in operations}) == 3
    by_place = paths["/get_actor/{platform}/{year}"]["get"]
    assert [one["name"] for one in by_place["parameters"]] == ["platform", "year"]
    assert all(one["required"] and one["in"] == "path" for one in by_place["parameters"])


async def test_over_a_version_without_catalogues_the_other_questions_are_answered(
    sample_data: Path, tmp_path: Path
) -> None:
    data = with_titles(sample_data, tmp_path / "data", [], {})
    async with client_over(data) as client:
        assert (await client.get("/get_actor/Tom Hanks")).status_code == 200
        for path in ("/get_max_duration", "/get_count_platform/n", "/get_actor/netflix/2018"):
            response = await client.get(path)
            assert response.status_code == 404
            assert "cargado" in response.json()["detail"]
