"""Who may ask: keys, rates, metrics, other sites' pages, and what browsers are told."""

import httpx
import pytest

from contracts.errors import DataError
from gateway.app import create_app
from gateway.keys import create_key, revoke_key
from gateway.settings import Settings

pytestmark = pytest.mark.anyio

PATH = "/score_titulo/Heat"
PAGES = ["/", "/operacion", "/docs", "/static/pagina/dom.js"]
OPEN = ["/salud/viva", "/problemas", "/openapi.json", *PAGES]


def ok(service, request):
    if request.url.path == "/openapi.json":
        return httpx.Response(200, json={"paths": {}})
    return httpx.Response(200, json="ya")


@pytest.fixture
def keys(tmp_path):
    return tmp_path / "llaves.json"


@pytest.fixture
def key(keys):
    return create_key(keys, "prueba")[1].get_secret_value()


async def test_without_a_setting_nobody_needs_a_key(fronting):
    async with fronting(ok) as gateway:
        answer = await gateway.get(PATH)
    assert answer.status_code == 200 and "ratelimit" not in answer.headers


async def test_with_keys_what_services_answer_needs_one(fronting, keys, key):
    async with fronting(ok, keys_file=keys) as gateway:
        missing = await gateway.get(PATH)
        assert (missing.status_code, missing.json()["type"]) == (401, "/problemas/llave-requerida")
        assert missing.headers["www-authenticate"].startswith("Bearer")
        for given in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
            assert (await gateway.get(PATH, headers=given)).status_code == 200
            assert (await gateway.post("/v1/x", headers=given, json={})).status_code == 200


@pytest.mark.parametrize("path", OPEN)
async def test_with_keys_health_and_pages_stay_open(fronting, keys, key, path):
    async with fronting(ok, keys_file=keys) as gateway:
        assert (await gateway.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("networks", "given", "status"),
    [("127.0.0.0/8", False, 200), ("10.0.0.0/8", False, 401), ("10.0.0.0/8", True, 200)],
)
async def test_with_keys_the_report_needs_one_outside_the_networks_of_the_metrics(
    fronting, keys, key, tmp_path, networks, given, status
):
    (tmp_path / "abc").mkdir()
    (tmp_path / "abc" / "informe.html").write_text("informe")
    (tmp_path / "current").write_text("abc\n")
    headers = {"X-API-Key": key} if given else {}
    settings = {"keys_file": keys, "report_dir": tmp_path, "metrics_from": networks}
    async with fronting(ok, **settings) as gateway:
        assert (await gateway.get("/informe", headers=headers)).status_code == status


async def test_a_revoked_key_opens_nothing_any_more(fronting, keys, key):
    async with fronting(ok, keys_file=keys) as gateway:
        assert (await gateway.get(PATH, headers={"X-API-Key": key})).status_code == 200
        revoke_key(keys, key.split("_")[1])
        gateway._transport.app.state.parts.admission.keys.refresh()  # the ticker's, once a second
        answer = await gateway.get(PATH, headers={"X-API-Key": key})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problemas/llave-no-valida")


def test_a_file_of_keys_that_is_missing_stops_the_start_in_one_sentence(tmp_path):
    with pytest.raises(DataError, match="llaves crear"):
        create_app(Settings(keys_file=tmp_path / "nada.json"))


def test_a_rate_that_is_none_stops_the_start_in_one_sentence():
    with pytest.raises(DataError, match="is no rate"):
        create_app(Settings(address_rate="many"))


async def test_rates_are_told_with_each_answer_and_end_in_a_429(fronting):
    async with fronting(ok, address_rate="3/minute") as gateway:
        answers = [await gateway.get(PATH) for _ in range(4)]
        health = await gateway.get("/salud/viva")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"direccion";q=3;w=60'
    assert answers[0].headers["ratelimit"].startswith('"direccion";r=2;')
    assert int(answers[3].headers["retry-after"]) > 0
    assert answers[3].json()["type"] == "/problemas/demasiadas-peticiones"
    assert health.status_code == 200 and "ratelimit" not in health.headers


async def test_kept_answers_count_too(fronting):
    def kept(service, request):
        return httpx.Response(200, json="ya", headers={"x-version": "v1"})

    async with fronting(kept, address_rate="2/minute") as gateway:
        answers = [await gateway.get(PATH) for _ in range(3)]
    assert [answer.headers.get("x-cache") for answer in answers] == ["MISS", "HIT", None]


async def test_clients_behind_a_trusted_proxy_count_apart(fronting):
    async with fronting(ok, address_rate="1/minute", trusted_proxies="127.0.0.1") as gateway:
        for address in ("1.2.3.4", "5.6.7.8"):
            forwarded = {"X-Forwarded-For": address}
            assert (await gateway.get(PATH, headers=forwarded)).status_code == 200
            assert (await gateway.get(PATH, headers=forwarded)).status_code == 429


async def test_metrics_are_for_the_networks_that_the_setting_names(fronting):
    async with fronting(ok) as gateway:
        assert (await gateway.get("/metrics")).status_code == 200
    async with fronting(ok, metrics_from="10.0.0.0/8") as gateway:
        refused = await gateway.get("/metrics")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problemas/acceso-denegado")


async def test_metrics_are_not_for_the_internet_behind_a_trusted_proxy(fronting):
    async with fronting(ok, trusted_proxies="127.0.0.1") as gateway:
        outside = await gateway.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"})
        inside = await gateway.get("/metrics", headers={"X-Forwarded-For": "10.1.1.1"})
    assert (outside.status_code, inside.status_code) == (403, 200)


async def test_pages_of_other_sites_may_ask_where_the_setting_says_so(fronting):
    there = {"Origin": "https://cine.example"}
    preflight = {**there, "Access-Control-Request-Method": "GET"}
    async with fronting(ok) as gateway:
        assert "access-control-allow-origin" not in (await gateway.get(PATH, headers=there)).headers
    async with fronting(ok, cors_origins="https://cine.example") as gateway:
        answer = await gateway.get(PATH, headers=there)
        asked_first = await gateway.options(PATH, headers=preflight)
        other = await gateway.get(PATH, headers={"Origin": "https://otro.example"})
    assert answer.headers["access-control-allow-origin"] == "https://cine.example"
    assert "x-cache" in answer.headers["access-control-expose-headers"]
    assert asked_first.status_code == 200 and asked_first.headers["x-request-id"]
    assert "access-control-allow-origin" not in other.headers


async def test_a_kept_answer_is_let_to_each_origin_for_itself(fronting):
    def kept(service, request):
        return httpx.Response(200, json="ya", headers={"x-version": "v1"})

    origins = ("https://a.example", "https://b.example")
    async with fronting(kept, cors_origins=",".join(origins)) as gateway:
        answers = [await gateway.get(PATH, headers={"Origin": origin}) for origin in origins]
        plain = await gateway.get(PATH)  # a proxy may give this to who has an origin
    assert [a.headers["access-control-allow-origin"] for a in answers] == list(origins)
    assert answers[1].headers["x-cache"] == "HIT"
    assert all("origin" in answer.headers["vary"].lower() for answer in [*answers, plain])


@pytest.mark.parametrize("path", ["/", "/operacion", "/docs", "/redoc"])
async def test_pages_tell_the_browser_what_they_may_not_do(fronting, path):
    async with fronting(ok) as gateway:
        answer = await gateway.get(path)
        again = await gateway.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", [PATH, "/nada", "/salud/viva", "/problemas", "/v1/x"])
async def test_no_answer_is_guessed_to_be_of_another_type(fronting, path):
    async with fronting(ok) as gateway:
        answer = await gateway.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_more_at_once_than_there_is_room_for_is_a_503_at_once():
    import asyncio

    from tests.gateway.conftest import OverHttpx, client_of

    going_on = asyncio.Event()

    async def waits(request):
        if "Heat" in request.url.path:
            await going_on.wait()
        return httpx.Response(200, json="ya")

    transport = OverHttpx(httpx.MockTransport(waits))
    app = create_app(Settings(max_requests=2, probe_ms=60_000), lambda _: transport)
    async with client_of(app) as gateway:
        held = [asyncio.create_task(gateway.get(f"{PATH}?n={n}")) for n in range(2)]
        await asyncio.sleep(0.05)
        refused = await gateway.get("/score_titulo/Alien")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["type"] == "/problemas/servidor-saturado"
        assert (await gateway.get("/salud/viva")).status_code == 200
        going_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*held)] == [200, 200]
        assert (await gateway.get("/score_titulo/Alien")).status_code == 200
