"""The state that operators read: who may, what it tells, and what it never does."""

import contextlib
import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram
from pydantic import HttpUrl

from gateway.app import create_app
from gateway.keys import create_key
from gateway.metrics import PREFIX, Metrics
from gateway.operation import ADDRESS, counted
from gateway.settings import Settings
from query_service.app import create_app as query_app
from query_service.settings import Settings as QuerySettings
from tests.gateway.conftest import under_uvicorn

pytestmark = pytest.mark.anyio

FILM = "/cantidad_filmaciones_mes/mayo"
SCRIPTS = ("static/operacion.textos.js", "static/operacion.vistas.js")


@pytest.fixture
def nobody() -> int:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextlib.asynccontextmanager
async def standing(query: int, reco: int, **settings: object) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway on a socket, before services at these ports."""
    urls = {
        name: HttpUrl(f"http://127.0.0.1:{port}")
        for name, port in (("query_url", query), ("reco_url", reco))
    }
    async with under_uvicorn(create_app(Settings(**urls, **settings))) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client


@pytest.fixture
async def query(sample_data: Path) -> AsyncIterator[int]:
    """The port of a query service over the sample."""
    async with under_uvicorn(query_app(QuerySettings(data_dir=sample_data))) as port:
        yield port


async def test_it_tells_versions_breakers_and_cache_and_a_service_that_is_down(
    query: int, nobody: int, sample_data: Path
) -> None:
    async with standing(query, nobody) as gateway:
        await gateway.get(FILM)
        await gateway.get(FILM)
        answer = await gateway.get(ADDRESS, headers={"x-request-id": "mine"})
        state = answer.json()
    assert (answer.status_code, state["estado"]) == (200, "degradada")
    told, out = state["servicios"]["consultas"], state["servicios"]["recomendaciones"]
    version = (sample_data / "current").read_text().strip()
    assert told["versiones"]["servida"] == told["version"] == version
    assert told["version_confirmada"].startswith(f"{version}.")
    assert (told["circuito"], told["problema"]) == ("cerrado", None)
    assert told["versiones"]["compilaciones"][0]["datos"]["registro"]
    assert (out["estado"], out["versiones"]) == ("no disponible", None)
    assert out["problema"]["type"] in (
        "/problemas/servicio-no-disponible",
        "/problemas/servicio-apartado",
    )
    assert out["problema"]["request_id"] == "mine"
    assert state["cache"]["respuestas"] == 1 and state["cache"]["bytes"] > 0
    assert state["contadas"]["por_cache"]["HIT"] == state["contadas"]["por_cache"]["MISS"] == 1
    assert state["contadas"]["por_estado"]["2xx"] >= 2


async def test_it_is_never_kept(query: int) -> None:
    async with standing(query, query) as gateway:
        first, second = [await gateway.get(ADDRESS) for _ in range(2)]
        held = (await gateway.get(ADDRESS)).json()["cache"]["respuestas"]
    for answer in (first, second):
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers and "x-cache" not in answer.headers
    assert first.headers["x-request-id"] != second.headers["x-request-id"] and held == 0


async def test_services_are_not_asked_for_it_by_clients(query: int) -> None:
    async with standing(query, query) as gateway:
        answer = await gateway.get("/operacion/versiones")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problemas/ruta-no-encontrada")


async def test_where_keys_are_on_one_opens_it_from_anywhere(
    query: int, nobody: int, tmp_path: Path
) -> None:
    file = tmp_path / "llaves.json"
    _, text = create_key(file, "Ana")
    settings = {"keys_file": file, "metrics_from": "10.0.0.0/8"}
    async with standing(query, nobody, **settings) as gateway:
        without = await gateway.get(ADDRESS)
        wrong = await gateway.get(ADDRESS, headers={"X-API-Key": "ctl_0"})
        right = await gateway.get(ADDRESS, headers={"X-API-Key": text.get_secret_value()})
    assert (without.status_code, without.json()["type"]) == (401, "/problemas/llave-requerida")
    assert (wrong.status_code, wrong.json()["type"]) == (401, "/problemas/llave-no-valida")
    assert right.status_code == 200 and right.json()["ajustes"]["llaves"] is True


@pytest.mark.parametrize(
    "path", [ADDRESS, "/operacion/est%61do", "/%6fperacion/estado", "/operacion/nada?a=b"]
)
async def test_without_keys_strangers_are_refused(nobody: int, path: str) -> None:
    async with standing(nobody, nobody, metrics_from="10.0.0.0/8") as gateway:
        refused = await gateway.get(path, headers={"X-Forwarded-For": "10.0.0.1"})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problemas/acceso-denegado")
    assert "GATEWAY_METRICS_FROM" in refused.json()["detail"]


async def test_who_comes_by_a_trusted_proxy_is_who_it_says(nobody: int) -> None:
    async with standing(nobody, nobody, trusted_proxies="127.0.0.1") as gateway:
        outside = await gateway.get(ADDRESS, headers={"X-Forwarded-For": "8.8.8.8"})
        inside = await gateway.get(ADDRESS, headers={"X-Forwarded-For": "10.1.1.1"})
    assert (outside.status_code, inside.status_code) == (403, 200)


async def test_rates_count_it_like_any_question(nobody: int) -> None:
    async with standing(nobody, nobody, address_rate="1/minute") as gateway:
        first, second = [await gateway.get(ADDRESS) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 429)
    assert first.headers["ratelimit-policy"] == '"direccion";q=1;w=60'
    assert first.json()["ajustes"]["limite_por_direccion"] is True


async def test_nothing_secret_is_told(query: int, nobody: int, tmp_path: Path) -> None:
    file = tmp_path / "llaves-de-ana.json"
    key, text = create_key(file, "La tele de Ana")
    redis = f"redis://quien:clave-secreta@127.0.0.1:{nobody}/0"
    settings = {"keys_file": file, "redis_url": redis, "address_rate": "9/minute"}
    async with standing(query, nobody, **settings) as gateway:
        answer = await gateway.get(ADDRESS, headers={"X-API-Key": text.get_secret_value()})
    assert answer.json()["ajustes"]["cuenta_compartida"] is True
    secrets = (key.id, key.hash, key.nombre, text.get_secret_value(), file.name, "clave-secreta")
    assert not [secret for secret in (*secrets, "redis", "quien") if secret in answer.text]


async def test_it_speaks_english_to_who_asks_in_it(nobody: int) -> None:
    async with standing(nobody, nobody) as gateway:
        answer = await gateway.get(ADDRESS, headers={"Accept-Language": "en"})
    problem = answer.json()["servicios"]["consultas"]["problema"]
    assert answer.headers["content-language"] == "en" and "query service" in problem["detail"]


@pytest.mark.parametrize(
    "body", [b"{}", b"no json", json.dumps({"servicio": "consultas"}).encode()]
)
async def test_a_service_that_says_something_else_is_told_in_its_place(
    tcp_service, body: bytes
) -> None:
    async def behave(reader, writer):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            head = (
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            )
            writer.write(head % len(body) + body)

    async with tcp_service(behave) as port, standing(port, port) as gateway:
        answer = await gateway.get(ADDRESS)
    problem = answer.json()["servicios"]["consultas"]["problema"]
    assert answer.status_code == 200 and problem["type"] == "/problemas/respuesta-defectuosa"


async def test_a_service_that_hangs_is_told_within_the_deadline(tcp_service, query: int) -> None:
    async def behave(reader, writer):
        await reader.read()

    async with tcp_service(behave) as hangs, standing(query, hangs, deadline_ms=300) as gateway:
        state = (await gateway.get(ADDRESS)).json()
    assert state["servicios"]["consultas"]["versiones"]
    assert state["servicios"]["recomendaciones"]["problema"]["status"] in (503, 504)


async def test_its_page_opens_to_all_with_the_services_down_and_names_no_other_host(
    nobody: int, tmp_path: Path
) -> None:
    file = tmp_path / "llaves.json"
    create_key(file, "Ana")
    settings = {"keys_file": file, "metrics_from": "10.0.0.0/8"}
    async with standing(nobody, nobody, **settings) as gateway:
        page = await gateway.get("/operacion")
        links = re.findall(r"""(?:src|href)=["'](static/[^"']+)["']""", page.text)
        files = [await gateway.get(f"/{link}") for link in [*links, *SCRIPTS]]
    policy = page.headers["content-security-policy"]
    assert page.status_code == 200 and "unsafe-inline" not in policy
    assert "script-src 'self';" in policy and "connect-src 'self';" in policy
    assert not re.search(r"<style|style=|<script>|\son\w+=", page.text)
    assert len(links) == 5 and {answer.status_code for answer in files} == {200}
    for answer in (page, *files):
        own = answer.text.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|innerHTML|outerHTML|insertAdjacentHTML|eval\(", own)


async def test_the_document_tells_who_may_read_it(nobody: int) -> None:
    async with standing(nobody, nobody) as gateway:
        document = (await gateway.get("/openapi.json")).json()
    described = document["paths"][ADDRESS]["get"]
    assert described["tags"] == ["gateway"] and {"X-API-Key": []} in described["security"]
    assert {"200", "401", "403", "429"} <= set(described["responses"])
    assert "/operacion/versiones" not in document["paths"]


def test_half_and_nearly_all_of_the_answers_are_within_a_limit() -> None:
    metrics = Metrics()
    nothing = counted(metrics.collect())
    assert (nothing.respuestas, nothing.mitad_ms, nothing.casi_todas_ms) == (0, None, None)
    for took_s, times in ((0.002, 60), (0.04, 39), (0.9, 1)):
        for _ in range(times):
            metrics.answered("/recomendacion/{titulo}", "GET", 200, "MISS", took_s)
    for _ in range(1000):  # these would hide it
        metrics.answered("/recomendacion/{titulo}", "GET", 200, "HIT", 0.0001)
        metrics.answered("/salud/lista", "GET", 503, "NONE", 0.0001)
    told = counted(metrics.collect())
    assert (told.mitad_ms, told.casi_todas_ms) == (2.5, 50.0)
    assert told.por_estado == {"2xx": 1100, "5xx": 1000} and told.respuestas == 2100
    for _ in range(10):
        metrics.answered("/recomendacion/{titulo}", "GET", 200, "MISS", 60.0)
    assert counted(metrics.collect()).casi_todas_ms is None


def test_metrics_of_others_count_for_nothing() -> None:
    registry = CollectorRegistry()
    Counter("otra_cosa", "…", registry=registry).inc()
    Histogram(f"{PREFIX}servicio_seconds", "…", registry=registry).observe(1)
    assert counted(registry.collect()).respuestas == 0
