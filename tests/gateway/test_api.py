"""The gateway's own endpoints: health and the problems explained."""

import asyncio

import httpx
import pytest

from contracts.errors import catalogue
from gateway.app import create_app
from gateway.problems import DESCRIPTIONS
from gateway.settings import Settings
from tests.gateway.conftest import OverHttpx

pytestmark = pytest.mark.anyio


def healthy(service, request):
    assert request.url.path == "/salud/lista"
    body = {"estado": "lista", "servicio": service, "version": f"v-{service}"}
    return httpx.Response(200, json=body)


def all_down(service, request):
    raise httpx.ConnectError("refused")


async def test_it_is_alive_whatever_the_services_do(fronting):
    async with fronting(all_down) as gateway:
        answer = await gateway.get("/salud/viva")
        assert (await gateway.head("/salud/viva")).status_code == 200
    assert answer.status_code == 200
    assert answer.json() == {"estado": "viva", "servicio": "gateway", "version": None}


async def test_it_is_ready_when_all_services_are(fronting):
    async with fronting(healthy) as gateway:
        answer = await gateway.get("/salud/lista")
    assert answer.status_code == 200
    assert answer.json() == {
        "estado": "lista",
        "servicio": "gateway",
        "servicios": {
            "consultas": {
                "estado": "lista",
                "servicio": "consultas",
                "version": "v-query",
                "circuito": "cerrado",
            },
            "recomendaciones": {
                "estado": "lista",
                "servicio": "recomendaciones",
                "version": "v-reco",
                "circuito": "cerrado",
            },
        },
    }


async def test_it_passes_on_which_blocks_a_service_lacks_and_how_its_engine_does(fronting):
    blocks = [
        {"bloque": "texto", "peliculas": 9, "estado": "completo"},
        {"bloque": "asociacion", "peliculas": 0, "estado": "ausente"},
    ]

    def lacking(service, request):
        engine = {"nombre": "milvus", "estado": "caido", "motivo": "http://inside:19530 is down"}
        told = {"bloques": blocks, "faltan": ["asociacion"], "motor": engine}
        told = told if service == "reco" else {}
        return httpx.Response(200, json=healthy(service, request).json() | told)

    async with fronting(lacking) as gateway:
        answer = await gateway.get("/salud/lista")
    assert (answer.status_code, answer.json()["estado"]) == (200, "lista")
    services = answer.json()["servicios"]
    assert services["recomendaciones"]["bloques"] == blocks
    assert services["recomendaciones"]["faltan"] == ["asociacion"]
    # without the reason, which is not for everybody
    assert services["recomendaciones"]["motor"] == {"nombre": "milvus", "estado": "caido"}
    assert services["recomendaciones"]["servicio"] == "recomendaciones"
    assert set(services["consultas"]) == {"estado", "servicio", "version", "circuito"}


async def test_its_metrics_are_its_own_and_not_those_of_a_service(fronting):
    def with_metrics(service, request):
        return (
            httpx.Response(200, text="of a service")
            if "metrics" in str(request.url)
            else healthy(service, request)
        )

    async with fronting(with_metrics) as gateway:
        answer = await gateway.get("/metrics")
    assert answer.status_code == 200
    assert "cartelera_gateway_build" in answer.text and "of a service" not in answer.text


@pytest.mark.parametrize(
    "answer",
    [
        lambda: httpx.Response(503, json={"estado": "arrancando", "servicio": "x"}),
        lambda: httpx.Response(200, text="hola"),
        lambda: httpx.Response(404, json={}),
        lambda: all_down(None, None),
    ],
)
async def test_it_is_degraded_when_one_service_is_missing(fronting, answer):
    def one_missing(service, request):
        return answer() if service == "reco" else healthy(service, request)

    async with fronting(one_missing) as gateway:
        health = await gateway.get("/salud/lista")
    assert health.status_code == 503
    assert health.headers["content-type"] == "application/json"
    assert health.json()["estado"] == "degradada"
    states = {name: one["estado"] for name, one in health.json()["servicios"].items()}
    assert states == {"consultas": "lista", "recomendaciones": "no disponible"}


async def test_services_are_asked_for_their_health_at_the_same_time():
    both_asked = asyncio.Barrier(2)

    async def together(request):
        await both_asked.wait()
        return healthy("x", request)

    app = create_app(Settings(deadline_ms=1000), lambda _: OverHttpx(httpx.MockTransport(together)))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as gateway:
            assert (await gateway.get("/salud/lista")).status_code == 200


def test_every_problem_of_the_catalogue_is_described_in_both_languages():
    assert {problem.slug for problem in catalogue()} == set(DESCRIPTIONS)
    assert all(meaning.es and meaning.en for meaning in DESCRIPTIONS.values())


@pytest.mark.parametrize(("language", "title"), [("es", "Ruta no encontrada"), ("en", "Route not")])
async def test_the_type_of_a_problem_leads_to_its_meaning(fronting, language, title):
    async with fronting(all_down) as gateway:
        gateway.headers["Accept-Language"] = language
        problem = (await gateway.get("/nada")).json()
        meaning = await gateway.get(problem["type"])
    assert meaning.status_code == 200
    assert meaning.headers["content-language"] == language
    assert meaning.json()["titulo"].startswith(title)
    assert meaning.json() | {"titulo": "", "descripcion": ""} == {
        "slug": "ruta-no-encontrada",
        "status": 404,
        "titulo": "",
        "descripcion": "",
    }


async def test_the_list_of_problems_is_the_catalogue(fronting):
    async with fronting(all_down) as gateway:
        listed = (await gateway.get("/problemas")).json()
    assert [problem["slug"] for problem in listed] == [problem.slug for problem in catalogue()]


async def test_a_problem_nobody_knows_is_a_404_problem(fronting):
    async with fronting(all_down) as gateway:
        answer = await gateway.get("/problemas/nada")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("GATEWAY_DEADLINE_MS", "1234")
    monkeypatch.setenv("GATEWAY_QUERY_URL", "http://consultas:80")
    settings = Settings()
    assert settings.deadline_ms == 1234
    assert str(settings.query_url) == "http://consultas/"
    assert all(field.description for field in Settings.model_fields.values())
