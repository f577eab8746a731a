from pathlib import Path

import httpx
import pytest

from contracts.errors import VersionError
from query_service.app import create_app
from query_service.settings import Settings

pytestmark = pytest.mark.anyio

ENDPOINTS = {
    "cantidad_filmaciones_mes": "mes",
    "cantidad_filmaciones_dia": "dia",
    "score_titulo": "titulo",
    "votos_titulo": "titulo",
    "get_actor": "nombre",
    "get_director": "nombre",
    "peliculas_idioma": "idioma",
    "peliculas_duracion": "pelicula",
    "franquicia": "franquicia",
    "peliculas_pais": "pais",
    "productoras_exitosas": "productora",
}


@pytest.mark.parametrize("path", ["/score_titulo/Face/Off", "/score_titulo/face%2foff"])
async def test_a_title_may_hold_a_slash_encoded_or_not(query: httpx.AsyncClient, path: str) -> None:
    assert (await query.get(path)).json()["titulo"] == "Face/Off"


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("8½", "8½"),
        ("amelie", "Amélie"),
        ("el laberinto del fauno", "Pan's Labyrinth"),
        ("  toy   STORY ", "Toy Story"),
        ("wall-e", "WALL·E"),
    ],
)
async def test_titles_are_found_whatever_case_accents_and_spaces(
    query: httpx.AsyncClient, asked: str, title: str
) -> None:
    response = await query.get("/peliculas_duracion", params={"pelicula": asked})
    assert response.json()["pelicula"] == title


@pytest.mark.parametrize(("endpoint", "argument"), ENDPOINTS.items())
async def test_every_endpoint_takes_its_argument_both_ways_and_tells_when_it_lacks(
    query: httpx.AsyncClient, endpoint: str, argument: str
) -> None:
    in_path = await query.get(f"/{endpoint}/xyzzy")
    in_query = await query.get(f"/{endpoint}", params={argument: "xyzzy"})
    assert in_path.status_code == in_query.status_code >= 400
    assert in_path.json()["detail"] == in_query.json()["detail"]
    lacking = await query.get(f"/{endpoint}")
    assert lacking.status_code == 422
    assert lacking.json()["detail"] == f"Falta el parámetro «{argument}»."


async def test_an_unknown_title_is_a_problem_with_suggestions(query: httpx.AsyncClient) -> None:
    response = await query.get("/score_titulo/Toi Stori", headers={"X-Request-ID": "abc-1"})
    body = response.json()
    assert response.status_code == body["status"] == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == body["request_id"] == "abc-1"
    assert body["type"] == "/problemas/titulo-no-encontrado"
    assert body["instance"] == "/score_titulo/Toi Stori"
    assert body["sugerencias"][0] == "Toy Story" and len(body["sugerencias"]) <= 5


@pytest.mark.parametrize(
    ("path", "likely"),
    [("get_actor/Tom Hanx", "Tom Hanks"), ("get_director/Almodobar", "Pedro Almodóvar")],
)
async def test_an_unknown_person_is_a_problem_with_suggestions(
    query: httpx.AsyncClient, path: str, likely: str
) -> None:
    response = await query.get(f"/{path}")
    assert response.status_code == 404
    assert likely in response.json()["sugerencias"]


async def test_problems_speak_english_on_request(query: httpx.AsyncClient) -> None:
    wants = {"Accept-Language": "en-GB,en;q=0.9,es;q=0.3"}
    response = await query.get("/score_titulo/zzzz", headers=wants)
    assert response.json()["detail"] == "No film is titled 'zzzz'."
    assert response.headers["content-language"] == "en"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/score_titulo/%ZZ", 400),
        ("/score_titulo/%FF%FE", 400),
        ("/score_titulo/heat%00", 400),
        ("/score_titulo?titulo=%C3", 400),
        ("/score_titulo/heat?anio=abc", 422),
        ("/score_titulo/heat?anio=99999", 422),
        ("/get_actor/Tom%20Hanks?excluir_dirigidas=quizas", 422),
        ("/score_titulo/", 422),
        ("/score_titulo/" + "x" * 10_000, 404),
        ("/score_titulo/%F0%9F%8E%AC", 404),
        ("/nada", 404),
    ],
)
async def test_bad_input_is_a_problem_in_one_sentence(
    query: httpx.AsyncClient, path: str, status: int
) -> None:
    response = await query.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    detail = response.json()["detail"]
    assert detail.endswith(".") and "\n" not in detail and len(detail) < 300


async def test_a_wrong_method_is_a_problem(query: httpx.AsyncClient) -> None:
    response = await query.post("/score_titulo/heat")
    assert response.status_code == 405
    assert response.json()["type"] == "/problemas/metodo-no-permitido"


async def test_a_request_id_that_could_forge_a_log_line_is_replaced(
    query: httpx.AsyncClient,
) -> None:
    response = await query.get("/salud/viva", headers={"X-Request-ID": "x event=forged"})
    assert len(response.headers["x-request-id"]) == 32


async def test_it_is_ready_with_its_version(query: httpx.AsyncClient, sample_data: Path) -> None:
    version = (sample_data / "current").read_text().strip()
    assert (await query.get("/salud/lista")).json() == {
        "estado": "lista",
        "servicio": "consultas",
        "version": version,
    }


async def test_every_answer_is_described(query: httpx.AsyncClient) -> None:
    document = (await query.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            schema = answers["200"]["content"]["application/json"]["schema"]
            assert all("$ref" in one for one in schema.get("anyOf", [schema])), path
            if "422" in answers:
                assert "application/problem+json" in answers["422"]["content"]
    assert set(document["components"]["schemas"]) >= {"Problema", "Actor", "Director"}


async def test_it_refuses_to_start_without_a_version(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path))
    with pytest.raises(VersionError, match="nothing has been published"):
        async with app.router.lifespan_context(app):
            pass


async def test_an_unforeseen_error_is_a_500_that_tells_nothing(sample_data: Path) -> None:
    class Broken:
        version = "x"

        def in_month(self, month: str) -> None:
            raise RuntimeError("secret")

    app = create_app(Settings(data_dir=sample_data), lambda _: Broken())  # type: ignore[arg-type, return-value]
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://query") as client:
            response = await client.get("/cantidad_filmaciones_mes/enero")
    assert response.status_code == 500
    assert response.headers["x-request-id"] == response.json()["request_id"]
    assert "secret" not in response.text


@pytest.mark.parametrize("path", ["/get_actor/tom%20hanks?", "/get_actor?nombre=tom%20hanks&"])
async def test_an_actors_films_are_added_by_date_when_asked_for(query, plain, path):
    asked = (await query.get(f"{path}con_peliculas=true")).json()
    films = asked.pop("peliculas")
    assert asked == (await query.get(path.rstrip("?&"))).json()
    dates = [film["fecha_estreno"] for film in films]
    assert dates == sorted(dates) and len(films) == asked["cantidad_filmaciones"]
    returns = sorted(film["retorno_pelicula"] for film in films)
    played = plain.with_actor("Tom Hanks")
    assert returns == pytest.approx(sorted(plain.returns(played)), abs=1e-4)


async def test_an_actors_films_leave_out_those_directed_when_asked_to(query, plain):
    path = "/get_actor/Clint%20Eastwood?con_peliculas=true"
    every = (await query.get(path)).json()["peliculas"]
    without = (await query.get(f"{path}&excluir_dirigidas=true")).json()["peliculas"]
    directed = set(plain.by_director("Clint Eastwood"))
    played = [film_id for film_id in plain.with_actor("Clint Eastwood") if film_id not in directed]
    assert len(every) > len(without) == len(played)
