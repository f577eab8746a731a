"""What is kept, until when, and what is given while a service is down or slow."""

import asyncio
import contextlib

import httpx
import pytest

from gateway.app import create_app
from gateway.settings import Settings
from tests.gateway.conftest import OverHttpx, client_of

pytestmark = pytest.mark.anyio

PATH = "/score_titulo/Heat"


class Service:
    """A service whose version, answer and faults a test can change; it counts what it is asked."""

    def __init__(self) -> None:
        self.version = "v1"
        self.status = 200
        self.down = False
        self.pause_s = 0.0
        self.asked: list[httpx.Request] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused")
        headers = {"x-version": self.version, "x-route": "/score_titulo/{titulo}"}
        if request.url.path == "/salud/lista":
            return httpx.Response(200, json={"estado": "lista", "servicio": "x"}, headers=headers)
        self.asked.append(request)
        version = self.version
        await asyncio.sleep(self.pause_s)
        said = f"{request.url.path} {request.headers['accept-language']} {version}"
        kind = "application/json" if self.status == 200 else "application/problem+json"
        problem = {"said": said, "request_id": request.headers["x-request-id"], "instance": "/x"}
        body = {"said": said} if self.status == 200 else problem
        return httpx.Response(self.status, json=body, headers={**headers, "content-type": kind})


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def gateway_before(service):
    """A gateway before that service; both of its services are it."""

    @contextlib.asynccontextmanager
    async def opened(**settings):
        given = Settings(**{"deadline_ms": 1000, "probe_ms": 50, "stale_after_ms": 100, **settings})
        app = create_app(given, lambda _: OverHttpx(httpx.MockTransport(service.answer)))
        async with client_of(app) as client:
            await asyncio.sleep(0.01)  # the first probes
            yield client

    return opened


def state(answer):
    return answer.headers["x-cache"]


async def test_an_answer_is_asked_for_once_and_given_again(gateway_before, service):
    async with gateway_before() as gateway:
        first, second = await gateway.get(PATH), await gateway.get(PATH)
    assert (state(first), state(second)) == ("MISS", "HIT")
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert second.headers["age"] == "0"
    assert second.headers["cache-control"] == "public, max-age=60"
    assert len(service.asked) == 1


async def test_each_language_has_its_own_answer(gateway_before, service):
    async with gateway_before() as gateway:
        spanish = await gateway.get(PATH)
        english = await gateway.get(PATH, headers={"Accept-Language": "en-GB,en;q=0.9"})
        again = await gateway.get(PATH, headers={"Accept-Language": "en"})
    assert "en" in english.json()["said"].split() and "es" in spanish.json()["said"].split()
    assert (state(english), state(again)) == ("MISS", "HIT")
    assert english.headers["vary"] == "accept-language"


async def test_addresses_that_mean_the_same_share_an_answer(gateway_before, service):
    async with gateway_before() as gateway:
        await gateway.get("/v1/peliculas?q=ni%C3%B1o&k=3")
        assert state(await gateway.get("/v1/peliculas?k=3&q=ni%c3%b1o")) == "HIT"


async def test_a_client_that_has_the_answer_is_told_so(gateway_before):
    async with gateway_before() as gateway:
        tag = (await gateway.get(PATH)).headers["etag"]
        for given in (tag, f'"x", W/{tag}', "*"):
            answer = await gateway.get(PATH, headers={"If-None-Match": given})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == tag
            assert "content-length" not in answer.headers and "content-type" not in answer.headers
        assert (await gateway.get(PATH, headers={"If-None-Match": '"x"'})).status_code == 200


async def test_head_is_answered_from_what_get_left_and_the_other_way_round(gateway_before, service):
    async with gateway_before() as gateway:
        head = await gateway.head(PATH)
        got = await gateway.get(PATH)
    assert (state(head), state(got), head.content) == ("MISS", "HIT", b"")
    assert int(head.headers["content-length"]) == len(got.content)


async def test_many_who_ask_at_once_are_one_question_to_the_service(gateway_before, service):
    service.pause_s = 0.05
    async with gateway_before() as gateway:
        answers = await asyncio.gather(*(gateway.get(PATH) for _ in range(20)))
    assert len(service.asked) == 1
    assert {answer.content for answer in answers} == {answers[0].content}


async def test_a_problem_that_many_share_names_each_ones_request(gateway_before, service):
    service.pause_s, service.status = 0.05, 404
    async with gateway_before() as gateway:
        answers = await asyncio.gather(
            *(gateway.get(PATH, headers={"X-Request-ID": f"r-{n}"}) for n in range(5))
        )
    assert len(service.asked) == 1
    assert [answer.json()["request_id"] for answer in answers] == [f"r-{n}" for n in range(5)]
    assert all(answer.json()["said"] for answer in answers)


@pytest.mark.parametrize("status", [201, 204, 302, 404, 422, 500, 503])
async def test_only_good_answers_are_kept(gateway_before, service, status):
    service.status = status
    async with gateway_before() as gateway:
        first, second = await gateway.get(PATH), await gateway.get(PATH)
    assert first.status_code == status and len(service.asked) == 2
    assert second.headers["cache-control"] == "no-store" and "etag" not in second.headers


async def test_answers_that_name_no_version_are_not_kept(gateway_before, service):
    service.version = ""
    async with gateway_before() as gateway:
        await gateway.get(PATH)
        await gateway.get(PATH)
    assert len(service.asked) == 2


async def test_what_is_posted_is_asked_each_time(gateway_before, service):
    async with gateway_before() as gateway:
        answers = [await gateway.post("/v1/recomendaciones", json={}) for _ in range(2)]
    assert len(service.asked) == 2
    assert answers[1].headers["cache-control"] == "no-store"


async def test_a_new_version_is_noticed_without_being_asked_for(gateway_before, service):
    async with gateway_before() as gateway:
        await gateway.get(PATH)
        service.version = "v2"
        await asyncio.sleep(0.12)  # two probes
        answer = await gateway.get(PATH)
        assert state(answer) == "MISS" and answer.json()["said"].endswith("v2")
        service.version = "v1"  # a rollback is a change like any other
        await asyncio.sleep(0.12)
        assert (await gateway.get(PATH)).json()["said"].endswith("v1")


async def test_any_answer_of_the_new_version_makes_the_old_ones_stale(gateway_before, service):
    async with gateway_before(probe_ms=60_000) as gateway:
        await gateway.get(PATH)
        service.version = "v2"
        await gateway.get("/score_titulo/Alien")
        assert (await gateway.get(PATH)).json()["said"].endswith("v2")


async def test_while_the_service_is_down_its_last_answers_are_given_as_stale(
    gateway_before, service
):
    async with gateway_before() as gateway:
        kept = await gateway.get(PATH)
        service.down = True
        await asyncio.sleep(0.12)
        answer, other = await gateway.get(PATH), await gateway.get("/score_titulo/Alien")
        assert (answer.status_code, state(answer), answer.content) == (200, "STALE", kept.content)
        assert answer.headers["cache-control"] == "no-cache"
        assert other.status_code == 503
        service.down = False
        await asyncio.sleep(0.12)
        assert state(await gateway.get(PATH)) == "HIT"  # the version is the same: it is fresh again


async def test_the_age_of_a_stale_answer_is_how_long_its_version_is_unconfirmed(
    gateway_before, service
):
    async with gateway_before() as gateway:
        await gateway.get(PATH)
        service.down = True
        await asyncio.sleep(1.2)
        assert (await gateway.get(PATH)).headers["age"] == "1"


async def test_an_older_answer_is_given_if_the_service_takes_long(gateway_before, service):
    async with gateway_before() as gateway:
        await gateway.get(PATH)
        service.version, service.pause_s = "v2", 0.3
        await asyncio.sleep(0.12)
        answer = await gateway.get(PATH)
        assert state(answer) == "STALE" and answer.json()["said"].endswith("v1")
        await asyncio.sleep(0.35)  # the question went on without its client
        answer = await gateway.get(PATH)
        assert state(answer) == "HIT" and answer.json()["said"].endswith("v2")
    assert len(service.asked) == 2


async def test_an_older_answer_is_given_if_the_service_fails_on_the_newer(gateway_before, service):
    async with gateway_before() as gateway:
        await gateway.get(PATH)
        service.version, service.status = "v2", 500
        await asyncio.sleep(0.12)
        assert state(await gateway.get(PATH)) == "STALE"
        service.status = 404  # no fault: this version has no such film
        assert (await gateway.get(PATH)).status_code == 404


async def test_the_cache_holds_no_more_than_its_bytes(gateway_before, service):
    async with gateway_before(cache_bytes=64 * 1024) as gateway:
        for number in range(200):
            await gateway.get(f"/score_titulo/{number}")
        cache = gateway._transport.app.state.parts.answers.cache
        assert 10 < len(cache) < 64 and cache.bytes <= 64 * 1024
        assert state(await gateway.get("/score_titulo/199")) == "HIT"
        assert state(await gateway.get("/score_titulo/0")) == "MISS"


async def test_without_a_cache_every_request_is_a_question(gateway_before, service):
    async with gateway_before(cache_bytes=0) as gateway:
        await gateway.get(PATH)
        assert state(await gateway.get(PATH)) == "MISS"
    assert len(service.asked) == 2


async def test_where_keys_are_asked_for_proxies_are_told_to_keep_nothing(
    gateway_before, service, tmp_path
):
    from gateway.keys import create_key

    _, text = create_key(tmp_path / "llaves.json", "prueba")
    key = {"X-API-Key": text.get_secret_value()}
    async with gateway_before(keys_file=tmp_path / "llaves.json") as gateway:
        answer = await gateway.get(PATH, headers=key)
        assert answer.headers["cache-control"].startswith("private")
        assert state(await gateway.get(PATH, headers=key)) == "HIT"
        assert (await gateway.get(PATH)).status_code == 401  # kept or not


async def test_a_late_answer_of_the_old_version_does_not_bring_it_back(gateway_before, service):
    async with gateway_before() as gateway:
        await gateway.get(PATH)
        service.pause_s = 0.4
        late = asyncio.create_task(gateway.get("/score_titulo/Alien"))
        await asyncio.sleep(0.05)
        assert not late.done()
        service.version, service.pause_s = "v2", 0.0
        await asyncio.sleep(0.12)
        assert (await gateway.get(PATH)).json()["said"].endswith("v2")
        await late
        assert state(await gateway.get(PATH)) == "HIT"
        assert (await gateway.get(PATH)).json()["said"].endswith("v2")


async def test_only_so_many_answers_are_refreshed_for_nobody_at_once(gateway_before, service):
    async with gateway_before(max_requests=8, stale_after_ms=20) as gateway:
        paths = [f"/score_titulo/{number}" for number in range(6)]
        for path in paths:
            await gateway.get(path)
        service.version, service.pause_s = "v2", 0.5
        await asyncio.sleep(0.12)
        asked = len(service.asked)
        answers = [await gateway.get(path) for path in paths]
    assert {state(answer) for answer in answers} == {"STALE"}
    assert len(service.asked) - asked == 2
