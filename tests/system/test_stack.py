"""From raw files to an answer of the gateway: real files, encoder, processes and sockets."""

import signal
from pathlib import Path

import psutil
import pytest

from tests.stack import Stack, running

pytestmark = pytest.mark.slow

STATISTICS = [
    "/cantidad_filmaciones_mes/julio",
    "/cantidad_filmaciones_dia/viernes",
    "/score_titulo/Face/Off",
    "/votos_titulo/toy%20story",
    "/get_actor/Ricardo%20Dar%C3%ADn",
    "/get_director/Pedro%20Almod%C3%B3var",
    "/peliculas_idioma/espa%C3%B1ol",
    "/peliculas_duracion/heat",
    "/franquicia/toy%20story",
    "/peliculas_pais/argentina",
    "/productoras_exitosas/pixar%20animation%20studios",
    "/get_max_duration?platform=netflix&duration_type=season",
    "/get_count_platform/Disney%2B",
    "/get_score_count/amazon/3.5/2012",
    "/get_actor/netflix/2018",
]


@pytest.mark.parametrize("path", STATISTICS)
def test_every_statistic_answers_through_the_gateway(stack: Stack, path: str) -> None:
    response = stack.get(path)
    assert response.status_code == 200
    assert response.json()["mensaje"]


def test_a_film_has_five_recommendations_and_not_itself(stack: Stack) -> None:
    titles = stack.get("/recomendacion/toy%20story").json()
    assert len(set(titles)) == 5 and "Toy Story" not in titles
    assert titles[:2] == ["Toy Story 2", "Toy Story 3"]


def test_similar_films_come_with_reasons_that_add_up_in_the_order_shown(stack: Stack) -> None:
    found = stack.get("/v1/peliculas?q=el%20laber").json()["resultados"][0]
    assert found["titulo"] == "Pan's Labyrinth"
    answer = stack.get(f"/v1/peliculas/{found['id']}/similares?k=20").json()
    scores = [film["puntaje"] for film in answer["similares"]]
    assert scores == sorted(scores, reverse=True) and len(scores) == 20
    for film in answer["similares"]:
        assert sum(r["aporte"] for r in film["porque"]) == pytest.approx(film["puntaje"], abs=1e-9)


def test_a_film_is_judged_for_a_user_and_others_are_listed(stack: Stack) -> None:
    judged = stack.get("/recomendacion_usuario/1/face%2Foff").json()
    assert judged["pelicula"]["titulo"] == "Face/Off"
    assert sum(r["aporte"] for r in judged["porque"]) == pytest.approx(
        judged["valoracion_estimada"], abs=1e-9
    )
    assert judged["recomendar"] == (judged["valoracion_estimada"] >= judged["umbral"])
    answer = stack.get("/v1/usuarios/1/recomendaciones?plataforma=netflix&k=5").json()
    assert len(answer["resultados"]) == 5
    assert all("netflix" in film["plataformas"] for film in answer["resultados"])
    assert "simuladas" in answer["avisos"][-1] and "simuladas" in judged["avisos"][-1]
    assert stack.get("/v1/usuarios/9999/recomendaciones").status_code == 404


def test_no_block_of_the_sample_is_missing(stack: Stack) -> None:
    health = stack.get("/salud/lista").json()["servicios"]["recomendaciones"]
    states = {block["bloque"]: block["estado"] for block in health["bloques"]}
    assert health["faltan"] == [] and "asociacion" in states
    assert "ausente" not in states.values()


def test_a_request_id_travels_through_to_the_service_and_back(stack: Stack) -> None:
    import httpx

    response = httpx.get(
        f"{stack.address}/score_titulo/zzz", headers={"X-Request-ID": "seen-by-all"}
    )
    assert response.headers["x-request-id"] == response.json()["request_id"] == "seen-by-all"


def test_one_document_describes_every_endpoint(stack: Stack) -> None:
    paths = stack.get("/openapi.json").json()["paths"]
    assert {path.split("?")[0].split("/")[1] for path in STATISTICS} <= {
        path.split("/")[1] for path in paths
    }
    assert {"/v1/peliculas/{id}/similares", "/v1/usuarios/{id}/recomendaciones"} <= set(paths)


@pytest.mark.parametrize("page", ["/", "/operacion", "/static/pagina/main.js", "/docs"])
def test_a_page_opens(stack: Stack, page: str) -> None:
    assert stack.get(page).status_code == 200


def test_no_serving_process_holds_torch_or_pandas(stack: Stack) -> None:
    for name in ("query", "reco", "gateway"):
        mapped = {region.path for region in stack.service(name).memory_maps()}
        assert not [path for path in mapped if "/torch/" in path or "/pandas/" in path], name


def test_a_service_that_is_killed_gives_503_meanwhile_and_comes_back(stack: Stack) -> None:
    stack.service("reco").send_signal(signal.SIGKILL)
    assert stack.until(lambda: stack.get("/recomendacion/heat").status_code == 503)
    problem = stack.get("/recomendacion/heat")
    if problem.status_code == 503:  # it may be back by now
        assert problem.headers["content-type"] == "application/problem+json"
        assert "recomendaciones" in problem.json()["detail"]
    assert stack.get("/score_titulo/heat").status_code == 200
    assert stack.until(lambda: stack.get("/recomendacion/heat").status_code == 200)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_process_cleanly(
    sample_raw: Path, real_var: Path, number: signal.Signals
) -> None:
    with running(sample_raw, real_var) as stack:
        children = psutil.Process(stack.process.pid).children()
        stack.process.send_signal(number)
        assert stack.process.wait(20) == 0
        assert len(children) == 3 and not [child for child in children if child.is_running()]


def test_services_do_not_outlive_a_supervisor_that_is_killed(
    sample_raw: Path, real_var: Path
) -> None:
    with running(sample_raw, real_var) as stack:
        children = psutil.Process(stack.process.pid).children()
        stack.process.kill()
        assert stack.until(lambda: not any(child.is_running() for child in children))
