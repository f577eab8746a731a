"""What the service counts: blocks, what they decide, requests."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from contracts.api import Motivo, Recomendada
from contracts.api_health import EstadoBloque
from contracts.swap import Serving, Snapshot
from reco_service.metrics import RecoMetrics
from reco_service.recommend import Recommender
from reco_service.served import Served
from tests.conftest import ROOT

pytestmark = pytest.mark.anyio

SIMILAR = "/v1/peliculas/862/similares"

Labels = frozenset[tuple[str, str]]


def samples(text: str) -> dict[tuple[str, Labels], float]:
    """Every number, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families(text)
        for sample in family.samples
    }


def of(text: str, name: str, **labels: str) -> float | None:
    return samples(text).get((name, frozenset(labels.items())))


def decided(text: str) -> dict[str, float]:
    """How many results each block decided, where it decided any."""
    name = "cartelera_bloque_decisiones_total"
    return {
        dict(labels)["bloque"]: value
        for (metric, labels), value in samples(text).items()
        if metric == name and value
    }


def deciding(answer: httpx.Response, key: str) -> dict[str, float]:
    """The same, from an answer's reasons."""
    firsts = [result["porque"][0] for result in answer.json()[key]]
    assert all(first["aporte"] > 0 for first in firsts)
    names = [first["bloque"] for first in firsts]
    return {name: names.count(name) for name in names}


def result(*shares: tuple[str, float]) -> Recomendada:
    why = [Motivo(bloque=name, texto="", aporte=share) for name, share in shares]
    return Recomendada(id=1, titulo="Heat", anio=1995, puntaje=0.5, plataformas=[], porque=why)


BLOCKS = (
    EstadoBloque(bloque="texto", peliculas=2, estado="completo"),
    EstadoBloque(bloque="asociacion", peliculas=0, estado="ausente"),
    EstadoBloque(bloque="busqueda_libre", peliculas=2, estado="completo"),
)


@pytest.fixture
def snapshot_of(recommender: Recommender):
    """A version that has these blocks alone."""
    return lambda version, *blocks: Snapshot(version, version, Served(recommender, blocks))


@pytest.fixture
def metrics(snapshot_of, tmp_path: Path) -> RecoMetrics:
    metrics, first = RecoMetrics(), snapshot_of("v1", *BLOCKS)
    metrics.serving = Serving(tmp_path, first, lambda: first)
    return metrics


async def test_blocks_are_told_with_their_films_and_states(
    reco: httpx.AsyncClient, recommender: Recommender
) -> None:
    answer = await reco.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    text, health = answer.text, (await reco.get("/salud/lista")).json()
    assert of(text, "cartelera_version_info", version=recommender.version) == 1
    for block in health["bloques"]:
        name, state = block["bloque"], block["estado"]
        assert of(text, "cartelera_bloque_peliculas", bloque=name) == block["peliculas"]
        assert of(text, "cartelera_bloque_estado", bloque=name, estado=state) == 1


@pytest.mark.parametrize("query", ["", "?k=7", "?k=07", "?anio_desde=1990", "?diversidad=0.4"])
async def test_similar_films_count_for_the_block_that_weighed_most(
    reco: httpx.AsyncClient, query: str
) -> None:
    answer = await reco.get(SIMILAR + query)
    assert decided((await reco.get("/metrics")).text) == deciding(answer, "similares")


async def test_films_found_by_text_count(reco_with_text: httpx.AsyncClient) -> None:
    answer = await reco_with_text.get("/v1/buscar?texto=toys&k=1")
    assert answer.json()["resultados"]
    counted = decided((await reco_with_text.get("/metrics")).text)
    assert counted == deciding(answer, "resultados")


async def test_films_of_a_mix_count(reco: httpx.AsyncClient) -> None:
    answer = await reco.post("/v1/recomendaciones", json={"gustan": [862], "k": 20})
    assert decided((await reco.get("/metrics")).text) == deciding(answer, "resultados")
    assert sum(decided((await reco.get("/metrics")).text).values()) == 20


async def test_films_for_a_user_count(reco: httpx.AsyncClient) -> None:
    answer = await reco.get("/v1/usuarios/1/recomendaciones?k=20")
    counted = decided((await reco.get("/metrics")).text)
    assert counted == deciding(answer, "resultados") and sum(counted.values()) == 20


async def test_an_estimate_for_a_user_recommends_nothing_to_count(reco: httpx.AsyncClient) -> None:
    assert (await reco.get("/recomendacion_usuario/1/Heat")).status_code == 200
    text = (await reco.get("/metrics")).text
    assert decided(text) == {}
    route = "/recomendacion_usuario/{user_id}/{titulo}"
    assert of(text, "cartelera_peticiones_seconds_count", ruta=route, estado="200") == 1


async def test_a_refused_request_counts_no_result(reco: httpx.AsyncClient) -> None:
    await reco.get(f"{SIMILAR}?k=0")
    await reco.get("/v1/peliculas/1/similares")
    assert decided((await reco.get("/metrics")).text) == {}


async def test_requests_are_timed_by_route_and_status(reco: httpx.AsyncClient) -> None:
    for target in (SIMILAR, "/v1/peliculas/10020/similares", "/v1/peliculas/1/similares"):
        await reco.get(target)
    for target in ("/recomendacion/Heat", "/salud/lista", "/nada", "/nada/mas", "/%zz"):
        await reco.get(target)
    await reco.request("FORGED", SIMILAR)
    text = (await reco.get("/metrics")).text

    def answered(route: str, status: int) -> float | None:
        count = "cartelera_peticiones_seconds_count"
        return of(text, count, ruta=route, estado=str(status))

    assert answered("/v1/peliculas/{id}/similares", 200) == 2
    assert answered("/v1/peliculas/{id}/similares", 404) == 1
    assert answered("/v1/peliculas/{id}/similares", 405) == 1
    assert answered("/recomendacion/{titulo}", 200) == 1
    assert answered("/salud/lista", 200) == 1
    assert (answered("otra", 404), answered("otra", 400)) == (2, 1)


async def test_no_header_makes_reading_the_metrics_fail(reco: httpx.AsyncClient) -> None:
    for accepted in ("text/plain; version=x", "application/openmetrics-text; version=", "?;=,"):
        answer = await reco.get("/metrics", headers={"Accept": accepted})
        assert answer.status_code == 200


def test_every_block_starts_at_nothing_decided(metrics: RecoMetrics) -> None:
    text = metrics.as_text().decode()
    for name in ("texto", "asociacion", "ninguno"):
        assert of(text, "cartelera_bloque_decisiones_total", bloque=name) == 0
    assert of(text, "cartelera_bloque_decisiones_total", bloque="busqueda_libre") is None


def test_a_share_that_is_no_blocks_counts_under_its_own_name(metrics: RecoMetrics) -> None:
    metrics.count([result(("palabras", 0.4), ("texto", 0.1))])
    assert decided(metrics.as_text().decode()) == {"palabras": 1}


def test_a_result_with_nothing_in_its_favour_is_decided_by_no_block(metrics: RecoMetrics) -> None:
    bare = [result(), result(("saga", 0.0)), result(("plataformas", 0.0))]
    metrics.count([*bare, result(("texto", -0.1), ("plataformas", 0.0))])
    assert decided(metrics.as_text().decode()) == {"ninguno": 4}


def test_an_app_counts_for_itself_alone(metrics: RecoMetrics) -> None:
    RecoMetrics().count([result(("texto", 0.4))])
    assert decided(metrics.as_text().decode()) == {}


def test_before_anything_is_loaded_there_is_no_version() -> None:
    metrics = RecoMetrics()
    metrics.took("/x", 200, 0.001)
    text = metrics.as_text().decode()
    assert of(text, "cartelera_peticiones_seconds_count", ruta="/x", estado="200") == 1
    assert "cartelera_version" not in text


def test_another_version_tells_its_own_blocks_and_goes_on_counting(
    metrics: RecoMetrics, snapshot_of
) -> None:
    metrics.count([result(("texto", 0.4))])
    assert metrics.serving is not None
    metrics.serving.current = snapshot_of(
        "v2", EstadoBloque(bloque="saga", peliculas=1, estado="parcial")
    )
    text = metrics.as_text().decode()
    assert of(text, "cartelera_version_info", version="v2") == 1
    assert of(text, "cartelera_bloque_peliculas", bloque="saga") == 1
    assert of(text, "cartelera_bloque_peliculas", bloque="texto") is None
    assert decided(text) == {"texto": 1}


def test_nothing_is_lost_when_many_threads_count_and_read(metrics: RecoMetrics) -> None:
    found = [result(("texto", 0.4)), result(("palabras", 0.1)), result()]

    def ask(_: int) -> None:
        for turn in range(200):
            metrics.count(found)
            metrics.took("/x", 200, 0.001)
            if turn % 50 == 0:
                metrics.as_text()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(16)))
    text = metrics.as_text().decode()
    assert decided(text) == {"texto": 3200, "palabras": 3200, "ninguno": 3200}
    assert of(text, "cartelera_peticiones_seconds_count", ruta="/x", estado="200") == 3200


async def test_every_metric_is_documented(reco: httpx.AsyncClient) -> None:
    await reco.get(SIMILAR)
    document = (ROOT / "docs" / "operacion" / "metrics.md").read_text()
    told = {family.name for family in families((await reco.get("/metrics")).text)}
    # the text format writes a counter's total and a histogram's birth as families of their own
    names = {name.removesuffix("_created") for name in told}
    assert names and not [name for name in names if f"`{name}" not in document]
