"""Which service answers what, and what is passed on and back."""

import httpx
import pytest

from gateway.routing import SERVICES
from gateway.settings import Settings
from tests.gateway.conftest import DEADLINE_MS

MAX_BODY = Settings().max_body_bytes
MAX_TARGET = Settings().max_address_bytes

pytestmark = pytest.mark.anyio

ENDPOINTS = {
    "/cantidad_filmaciones_mes/enero": "query",
    "/cantidad_filmaciones_dia/lunes": "query",
    "/score_titulo/Heat": "query",
    "/votos_titulo/Heat": "query",
    "/get_actor/Tom Hanks": "query",
    "/get_actor/netflix/2018": "query",
    "/get_director/John Lasseter": "query",
    "/peliculas_idioma/es": "query",
    "/peliculas_duracion/Heat": "query",
    "/franquicia/Toy Story Collection": "query",
    "/peliculas_pais/Argentina": "query",
    "/productoras_exitosas/Pixar": "query",
    "/get_max_duration?year=2018": "query",
    "/get_score_count/netflix/3/2018": "query",
    "/get_count_platform/netflix": "query",
    "/recomendacion/Heat": "reco",
    "/recomendacion_usuario/1/Heat": "reco",
    "/v1/peliculas?q=toy": "reco",
    "/v1/peliculas/862/similares": "reco",
    "/v1/buscar?texto=robots": "reco",
}


def named(service, request):
    return httpx.Response(200, json=service)


def echoed(service, request):
    return httpx.Response(200, json=[[k, v] for k, v in request.headers.multi_items()])


def never(service, request):
    raise AssertionError("no service should have been asked")


@pytest.mark.parametrize(("path", "service"), ENDPOINTS.items())
async def test_each_endpoint_of_the_spec_is_answered_by_its_service(fronting, path, service):
    async with fronting(named) as gateway:
        assert (await gateway.get(path)).json() == service


def test_no_route_is_left_out_of_the_table_above():
    assert {path.strip("/").split("/")[0].split("?")[0] for path in ENDPOINTS} == set(SERVICES)


@pytest.mark.parametrize("path", ["/nada", "/v2/peliculas", "//score_titulo/x", "/score_titulox/y"])
async def test_an_unknown_address_is_a_404_problem(fronting, path):
    async with fronting(never) as gateway:
        answer = await gateway.get(f"http://cartelera{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problemas/ruta-no-encontrada"
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/score_titulo/Heat", "GET, HEAD"),
        ("DELETE", "/v1/peliculas/862", "GET, HEAD"),
        ("DELETE", "/v1/recomendaciones", "POST"),
        ("PUT", "/salud/viva", "GET"),
        ("POST", "/docs", "GET, HEAD"),
        ("OPTIONS", "/recomendacion/Heat", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_a_405_that_says_the_right_ones(fronting, method, path, allowed):
    async with fronting(never) as gateway:
        answer = await gateway.request(method, path)
    assert answer.status_code == 405
    assert answer.json()["type"] == "/problemas/metodo-no-permitido"
    assert set(allowed.split(", ")) <= set(answer.headers["allow"].split(", "))


async def test_an_answer_is_passed_back_byte_for_byte(fronting):
    body = '{"detail": "ñ",\n  "otro": 1}'.encode()
    headers = {
        "content-type": "application/problem+json",
        "content-language": "en",
        "retry-after": "7",
        "allow": "GET",
        "set-cookie": "a=b",
        "server": "uvicorn",
        "connection": "close",
        "x-request-id": "of-the-service",
    }
    async with fronting(lambda *_: httpx.Response(418, content=body, headers=headers)) as gateway:
        answer = await gateway.get("/score_titulo/x", headers={"X-Request-ID": "mine"})
    assert (answer.status_code, answer.content) == (418, body)
    assert dict(answer.headers) == {
        "content-length": str(len(body)),
        "content-type": "application/problem+json",
        "content-language": "en",
        "retry-after": "7",
        "allow": "GET",
        "x-request-id": "mine",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-cache": "MISS",
    }


async def test_a_service_gets_the_headers_it_reads_and_no_others(fronting):
    sent = {
        "accept": "application/json",
        "accept-language": "en",
        "content-type": "application/json",
        "x-request-id": "abc-1",
        "authorization": "Bearer secret",
        "cookie": "a=b",
        "x-forwarded-for": "10.0.0.1",
        "connection": "x-hop",
        "x-hop": "1",
        "te": "trailers",
        "accept-encoding": "gzip",
    }
    async with fronting(echoed) as gateway:
        received = (await gateway.post("/v1/recomendaciones", headers=sent, content=b"{}")).json()
    received = dict(received)
    assert 0 < int(received.pop("x-deadline-ms")) <= DEADLINE_MS
    assert received == {
        "host": "servicio",
        "accept": "application/json",
        "accept-language": "en",
        "content-type": "application/json",
        "x-request-id": "abc-1",
        "accept-encoding": "identity",
        "content-length": "2",
    }


async def test_a_bad_request_id_is_replaced_and_the_new_one_is_passed_on(fronting):
    async with fronting(echoed) as gateway:
        answer = await gateway.get("/score_titulo/x", headers={"X-Request-ID": "a b"})
    assert dict(answer.json())["x-request-id"] == answer.headers["x-request-id"] != "a b"


async def test_a_header_no_request_can_carry_is_left_out(fronting):
    async with fronting(echoed) as gateway:
        received = await gateway.get("/score_titulo/x", headers=[(b"accept-language", b"es\xf1")])
    assert dict(received.json())["accept-language"] == "es"


async def test_head_is_asked_as_get_and_answered_without_body(fronting):
    async with fronting(lambda _, request: httpx.Response(200, text=request.method)) as gateway:
        answer = await gateway.head("/score_titulo/Heat")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len("GET"))


async def test_a_post_carries_its_body(fronting):
    async with fronting(lambda _, request: httpx.Response(200, content=request.read())) as gateway:
        assert (await gateway.post("/v1/recomendaciones", content=b"{\x00}")).content == b"{\x00}"


async def in_pieces(total):
    for _ in range(total // 1024):
        yield b"x" * 1024


@pytest.mark.parametrize("content", [b"x" * (MAX_BODY + 1), in_pieces(MAX_BODY + 1024)])
async def test_too_large_a_body_is_a_413_problem(fronting, content):
    async with fronting(never) as gateway:
        answer = await gateway.post("/v1/recomendaciones", content=content)
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problemas/cuerpo-demasiado-grande"


async def test_the_largest_body_is_taken(fronting):
    async with fronting(
        lambda _, request: httpx.Response(200, json=len(request.read()))
    ) as gateway:
        assert (await gateway.post("/v1/x", content=b"x" * MAX_BODY)).json() == MAX_BODY


async def test_too_long_an_address_is_a_414_problem(fronting):
    async with fronting(never) as gateway:
        answer = await gateway.get("/score_titulo/" + "x" * MAX_TARGET)
    assert answer.status_code == 414
    assert answer.json()["type"] == "/problemas/direccion-demasiado-larga"


async def test_a_redirect_of_a_service_does_not_leave_the_gateway(fronting):
    def redirect(service, request):
        return httpx.Response(307, headers={"location": "http://127.0.0.1:8001/get_max_duration"})

    async with fronting(redirect) as gateway:
        answer = await gateway.get("/get_max_duration/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/get_max_duration")


@pytest.mark.parametrize("path", ["/score_titulo/x", "/nada", "/salud/viva", "/"])
async def test_a_nonsense_host_is_no_error_of_ours(fronting, path):
    async with fronting(named) as gateway:
        answer = await gateway.get(path, headers={"Host": "["})
    assert answer.status_code < 500
