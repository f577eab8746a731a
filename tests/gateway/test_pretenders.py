"""Clients that say they are somebody else, or would have others get what is meant for none."""

import asyncio
import json
import logging

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import HttpUrl

from contracts.http import add_routes, install
from gateway.app import create_app
from gateway.keys import create_key
from gateway.settings import Settings
from reco_service.bodies import BodyRoute, Pedido
from tests.gateway.conftest import under_uvicorn
from tests.gateway.wire import NEXT, Gateway, asking, chunked, getting, running

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_fault_in_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    yield
    assert not [r for r in caplog.records if r.exc_info or r.levelno >= logging.ERROR]


FORGED = ["X-Forwarded-For: 9.9.9.{}", "X-Real-IP: 9.9.9.{}", "Forwarded: for=9.9.9.{}",
          "X-Client-IP: 9.9.9.{}", "CF-Connecting-IP: 9.9.9.{}", "True-Client-IP: 9.9.9.{}",
          "X_Forwarded_For: 9.9.9.{}", "X-Forwarded-For: 127.0.0.1, 9.9.9.{}"]  # fmt: skip


@pytest.mark.parametrize("line", FORGED)
async def test_a_forged_address_brings_no_rate_of_its_own(line):
    async with running(address_rate="3/minute") as gateway:
        told = [(await gateway.get("/v1/x", line.format(last))).status for last in range(5)]
    assert told == [200, 200, 200, 429, 429]


async def test_behind_a_proxy_of_ours_the_last_address_that_is_not_ours_is_counted():
    async with running(address_rate="2/minute", trusted_proxies="127.0.0.0/8,10.0.0.0/8") as there:

        async def status(*values):
            lines = [f"X-Forwarded-For: {value}" for value in values]
            return (await there.get("/v1/x", *lines)).status

        forged = [await status(f"1.1.1.{last}, 9.9.9.9, 10.0.0.7") for last in range(3)]
        parted = [await status(f"1.1.2.{last}", "9.9.9.9", "10.0.0.7") for last in range(2)]
        others = [await status("9.9.9.8"), await status("9.9.9.7, 10.1.1.1")]
        rubbish = [await status(f"9.9.9.{last}, <a>") for last in range(3)]
    assert forged == [200, 200, 429] and parted == [429, 429]
    assert others == [200, 200] and rubbish == [200, 200, 429]


@pytest.mark.parametrize("trailer", ["X-Forwarded-For: 9.9.9.{}", "x-api-key: ctl_{}"])
async def test_a_trailer_is_no_header(trailer):
    async with running(address_rate="3/minute", trusted_proxies="127.0.0.0/8") as gateway:
        told = []
        for last in range(5):
            ending = f"0\r\n{trailer.format(last)}\r\n\r\n".encode()
            body = b"2\r\n{}\r\n" + ending
            (answer,) = await gateway.said(chunked(body, "Connection: close"))
            told.append(answer.status)
    assert told == [200, 200, 200, 429, 429]
    assert not [head for head in gateway.service.heads if "9.9.9." in head or "ctl_" in head]


@pytest.fixture
def keys(tmp_path):
    """A file of keys, and the one in it."""
    file = tmp_path / "llaves.json"
    return file, create_key(file, "Ana")[1].get_secret_value()


async def test_who_tries_keys_is_soon_looked_at_no_more_and_no_key_is_logged(keys, caplog):
    file, right = keys
    wrong = [f"ctl_{number:08x}_{'5ec7e7' * 10}{number:04x}" for number in range(40)]
    async with running(keys_file=file) as gateway:
        first = await gateway.get(NEXT, f"X-API-Key: {right}")
        tried = await asyncio.gather(*(gateway.get(NEXT, f"X-API-Key: {k}") for k in wrong[:30]))
        bearer = [await gateway.get(NEXT, f"Authorization: Bearer {key}") for key in wrong[30:]]
        late = await gateway.get(NEXT, f"X-API-Key: {right}")
        health = await gateway.get("/salud/viva")
    told = [answer.status for answer in [*tried, *bearer]]
    assert first.status == 200 and set(told) == {401, 429} and told.count(401) <= 30
    assert told[-10:] == [429] * 10 and (late.status, health.status) == (429, 200)
    assert late.told() == "demasiadas-peticiones" and int(late.headers["retry-after"]) <= 61
    assert right not in caplog.text and "5ec7e7" not in caplog.text
    assert not [head for head in gateway.service.heads if "5ec7e7" in head or right in head]


@pytest.mark.parametrize("line", ["Cookie: api_key={}", "X-API-Key: {}\t,x", "Authorization: {}",
                                  "Authorization: Basic {}", "Proxy-Authorization: Bearer {}",
                                  "X-API-Key: {}{}", "X-Api_Key: {}"])  # fmt: skip
async def test_a_right_key_in_the_wrong_place_opens_nothing(keys, line):
    file, right = keys
    async with running(keys_file=file) as gateway:
        answer = await gateway.get(NEXT, line.format(right, right))
        in_address = await gateway.get(f"{NEXT}?api_key={right}&x-api-key={right}")
    assert answer.status == in_address.status == 401
    assert answer.headers["www-authenticate"].startswith("bearer")


async def test_what_is_kept_for_one_key_is_given_to_no_one_without(keys):
    file, right = keys
    async with running(keys_file=file) as gateway:
        mine = [await gateway.get(NEXT, f"X-API-Key: {right}") for _ in range(2)]
        theirs = [
            await gateway.get(NEXT, *line, method=method)
            for line in ([], ["X-API-Key: ctl_x"], ["Authorization: Bearer"], ["If-None-Match: *"])
            for method in ("GET", "HEAD")
        ]
    assert [answer.headers["x-cache"] for answer in mine] == ["miss", "hit"]
    assert mine[0].headers["cache-control"].startswith("private")
    assert {answer.status for answer in theirs} == {401}


UNKEYED = ["X-Forwarded-Host: malo", "X-Forwarded-Proto: malo", "Forwarded: host=malo",
           "X-Original-URL: /malo", "X-Rewrite-URL: /malo", "X-HTTP-Method-Override: MALO",
           "Accept: malo/malo", "Cookie: a=malo", "Range: bytes=0-3", "Authorization: Bearer malo",
           "Cache-Control: no-store, malo", "Pragma: malo", "Accept-Encoding: malo", "Via: malo",
           "Origin: http://malo", "Content-Type: malo", "User-Agent: malo", "X-Version: malo",
           "X-Deadline-Ms: 1", "X-Route: malo", "traceparent: malo", "If-Match: \"malo\"",
           "If-Range: \"malo\"", "If-Modified-Since: malo", "If-None-Match: \"malo\"",
           "Connection: close, x-request-id", "Upgrade: malo", "TE: malo"]  # fmt: skip


async def test_nothing_that_an_answer_is_not_kept_under_changes_what_others_get():
    async with running() as gateway:
        for number, line in enumerate(UNKEYED):
            path = f"/score_titulo/{number}"
            first = await gateway.get(path, line)
            others = [await gateway.get(path) for _ in range(2)]
            assert (first.status, first.headers["x-cache"]) == (200, "miss"), line
            for answer in others:
                assert answer.headers["x-cache"] == "hit" and answer.body == first.body, line
            assert b"malo" not in first.body and "malo" not in str(first.headers), line
            assert "content-range" not in first.headers, line
            again = await gateway.get(path, line)  # nor is it given anything else itself
            assert (again.status, again.body) == (200, first.body), line
    deadlines = [head for head in gateway.service.heads if "x-deadline-ms: 1\r" in head]
    assert len(gateway.service.heads) == len(UNKEYED) and not deadlines


async def test_a_head_and_a_get_of_one_address_are_one_answer():
    async with running() as gateway:
        head = await gateway.get(NEXT, "Range: bytes=0-0", method="HEAD")
        whole = await gateway.get(NEXT)
        again = await gateway.get(NEXT, method="HEAD")
    lengths = {answer.headers["content-length"] for answer in (head, whole, again)}
    assert lengths == {str(len(whole.body))} and whole.status == head.status == 200
    assert len({answer.headers["etag"] for answer in (head, whole, again)}) == 1
    assert len(gateway.service.heads) == 1


async def test_each_spelling_of_a_language_is_one_of_two_and_mixed_up_with_neither():
    async with running() as gateway:
        for tag in ("en", "EN-us", "en;q=0.9,es;q=0.1", "en" * 200, "fr, en;q=0.1"):
            await gateway.get(NEXT, f"Accept-Language: {tag}")
        seen = [head.partition("accept-language: ")[2][:2] for head in gateway.service.heads]
        spanish = await gateway.get(NEXT)
    assert sorted(seen) in (["en"], ["en", "es"])
    assert json.loads(spanish.body)["vio"] and spanish.headers["x-cache"] in ("miss", "hit")


async def test_a_thousand_idle_clients_are_in_nobodys_way():
    async with running(max_clients=1500) as gateway:
        idle = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(1000)]
        for _, writer in idle[::2]:
            writer.write(b"GET /v1/x HT")
        assert await asyncio.wait_for(gateway.serves(), 3)
        for _, writer in idle:
            writer.transport.abort()
        assert await gateway.serves()


def before_a_real_body():
    app = FastAPI()
    router = APIRouter(route_class=BodyRoute)

    @router.post("/v1/recomendaciones")
    async def recomendaciones(pedido: Pedido) -> dict:
        return {"k": pedido.k}

    add_routes(app, router)
    install(app)
    return app


TYPES = ["", "text/plain", "application/xml", "multipart/form-data", "application/x-www-form-url",
         "multipart/form-data; boundary=", "application/json; charset=utf-16", "application/json;",
         "application/problem+json", "application/json\xff", "json", "*/*", "a" * 5000]  # fmt: skip
BODIES = [b"", b"{", b"[]", b"null", b'{"k": "1"}', b'{"k": NaN}', b'{"k": 1e999}', b"\xff\xfe{",
          b'{"k": ' + b"1" * 5000 + b"}", b"[" * 100_000, b'{"a":' * 50_000, b'{"\\ud800": 1}',
          b'{"texto": "\\u0000\xc3\x28"}', b'{"gustan": [' + b"1," * 99 + b"1]}",
          b"\x00" * 100, b'{"k": 1, "k": 0}']  # fmt: skip


async def test_a_body_of_any_kind_is_a_problem_of_its_sender():
    async with under_uvicorn(before_a_real_body()) as port:
        url = HttpUrl(f"http://127.0.0.1:{port}")
        async with under_uvicorn(create_app(Settings(query_url=url, reco_url=url))) as public:
            gateway = Gateway(public, None)

            async def posted(kind, body):
                length = f"Content-Length: {len(body)}"
                lines = [f"Content-Type: {kind}", length, "Connection: close"]
                path = "/v1/recomendaciones"
                return (await gateway.said(asking(*lines, path=path, body=body)))[0]

            good = await posted("application/json", b'{"k": 3}')
            kinds = [await posted(kind, b'{"k": 3}') for kind in TYPES]
            bodies = [await posted("application/json", body) for body in BODIES]
            other = await gateway.get("/v1/otra", method="DELETE")
    assert json.loads(good.body) == {"k": 3} and other.status == 405
    assert {answer.status for answer in bodies} == {422}
    assert {answer.status for answer in kinds} <= {200, 422}
    assert {a.told() for a in [*kinds, *bodies] if a.status != 200} == {"peticion-invalida"}


async def test_room_for_requests_is_given_back_by_those_who_leave_theirs_half_sent():
    async with running(max_requests=5) as gateway:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.write(asking("Content-Length: 100", body=b"{"))
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.transport.abort()
        await asyncio.sleep(0.1)
        statuses = [await gateway.said(getting(f"/v1/{n}", "Connection: close")) for n in range(8)]
    assert {answers[0].status for answers in statuses} == {200}
