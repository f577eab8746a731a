"""The gateway's sockets: what is kept given at once, sizes, slow clients, room for so many."""

import asyncio
import json
import re
import socket

import httpx
import pytest

from gateway.app import create_app
from gateway.places import BODIES_AT_ONCE
from gateway.settings import Settings
from tests.gateway.conftest import OverHttpx

pytestmark = pytest.mark.anyio

HOST = b"Host: x\r\n"


def version_one(request):
    path = request.url.path
    if path == "/salud/lista":
        return httpx.Response(200, json={"estado": "lista", "servicio": "x"})
    if "lento" in path:
        return httpx.Response(200, content=b"x" * 4_000_000)
    if request.method == "POST":
        return httpx.Response(200, json=len(request.content))
    headers = {"x-version": "v1", "x-route": "/score_titulo/{titulo}"}
    return httpx.Response(200, json={"pelicula": path}, headers=headers)


@pytest.fixture
def served(real_server):
    def at(**settings):
        app = create_app(
            Settings(**settings), lambda _: OverHttpx(httpx.MockTransport(version_one))
        )
        return real_server(app)

    return at


class Wire:
    """One connection; what is sent is bytes."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, seconds=5.0):
        """Status, headers and body of the next answer."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), seconds)
        status, *lines = head.decode().strip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(status.split()[1]), headers, body

    async def ended(self, seconds=5.0):
        """Whether the other side closes, whatever it still says."""
        try:
            await asyncio.wait_for(self.reader.read(), seconds)
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True


@pytest.fixture
async def connected():
    """Opens connections to a port; they are closed at the end."""
    wires = []

    async def connect(port):
        wires.append(Wire(*await asyncio.open_connection("127.0.0.1", port)))
        return wires[-1]

    yield connect
    for wire in wires:
        wire.writer.transport.abort()
    await asyncio.sleep(0)


def get(path, *headers):
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode()


async def test_a_kept_answer_is_the_first_one_with_an_id_of_its_own(served, connected):
    async with served() as port:
        wire = await connected(port)
        await wire.send(get("/score_titulo/a"))
        first = await wire.answer()
        await wire.send(get("/score_titulo/a", "X-Request-ID: mine"))
        second = await wire.answer()
    assert (first[0], second[0], first[2]) == (200, 200, second[2])
    assert (first[1]["x-cache"], second[1]["x-cache"]) == ("miss", "hit")
    assert second[1]["x-request-id"] == "mine"
    assert set(first[1]) == set(second[1]) and "date" in second[1]
    own = ("x-cache", "x-request-id", "date", "age")
    assert all(first[1][name] == second[1][name] for name in first[1] if name not in own)


async def test_kept_answers_are_given_in_turn_to_requests_that_come_together(served, connected):
    async with served() as port:
        wire = await connected(port)
        await wire.send(get("/score_titulo/a") + get("/score_titulo/b"))
        assert [(await wire.answer())[1]["x-cache"] for _ in range(2)] == ["miss", "miss"]
        await wire.send(get("/score_titulo/a") + get("/v1/c") + get("/score_titulo/b") * 2)
        told = [json.loads((await wire.answer())[2])["pelicula"] for _ in range(4)]
    assert told == ["/score_titulo/a", "/v1/c", "/score_titulo/b", "/score_titulo/b"]


async def test_a_kept_answer_ends_the_connection_where_the_client_asks_for_it(served, connected):
    async with served() as port:
        wire = await connected(port)
        await wire.send(get("/score_titulo/a"))
        await wire.answer()
        await wire.send(get("/score_titulo/a", "Connection: close"))
        _, headers, _ = await wire.answer()
        assert headers["connection"] == "close" and await wire.ended(1)


async def test_kept_answers_are_counted(served, connected):
    async with served() as port:
        wire = await connected(port)
        for _ in range(4):
            await wire.send(get("/score_titulo/a"))
            await wire.answer()
        await wire.send(get("/metrics"))
        text = (await wire.answer())[2].decode()
    counted = re.search(r'peticiones_total\{cache="HIT",estado="200".*?\} (\S+)', text)
    assert counted and float(counted[1]) == 3
    assert 'ruta="/score_titulo/{titulo}"' in text


async def test_an_idle_connection_is_closed_after_a_while(served, connected):
    async with served(header_timeout_ms=300) as port:
        silent, blank = await connected(port), await connected(port)
        await blank.send(b"\r\n")
        assert await silent.ended(2) and await blank.ended(2)


@pytest.mark.parametrize(
    ("request_", "status", "slug"),
    [
        (get("/v1/x?q=" + "a" * 9000), 414, "direccion-demasiado-larga"),
        (get("/v1/x?q=" + "a" * 5000), 414, "direccion-demasiado-larga"),
        (get("/v1/x", "A: " + "b" * 17_000), 431, "cabeceras-demasiado-grandes"),
        (get("/v1/x", *["A: b"] * 101), 431, "cabeceras-demasiado-grandes"),
        (b"GET /v1/x HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 30_000, 431, "cabeceras"),
        (
            b"POST /v1/x HTTP/1.1\r\n" + HOST + b"Content-Length: 2000000\r\n\r\n",
            413,
            "cuerpo-demasiado-grande",
        ),
    ],
)
async def test_what_is_too_large_is_refused_in_a_problem_document(
    served, request_, status, slug, connected
):
    async with served() as port:
        wire = await connected(port)
        await wire.send(request_)
        answered, headers, body = await wire.answer()
        wire.writer.close()
    problem = json.loads(body)
    assert (answered, headers["content-type"]) == (status, "application/problem+json")
    assert problem["type"].startswith(f"/problemas/{slug}") and problem["status"] == status
    assert problem["request_id"] == headers["x-request-id"]


async def test_headers_that_never_end_are_cut_off_before_they_fill_the_memory(served, connected):
    async with served() as port:
        wire = await connected(port)
        await wire.send(b"GET /v1/x HTTP/1.1\r\nHost: x\r\n")
        sent = 0
        try:
            while sent < 9_000_000:
                await wire.send(b"A: " + b"b" * 60_000 + b"\r\n")
                sent += 60_000
        except ConnectionError:
            pass
    assert sent < 8_000_000


async def test_a_head_that_comes_too_slowly_is_cut_off(served, connected):
    async with served(header_timeout_ms=400) as port:
        wire = await connected(port)
        await wire.send(b"GET /v1/x HTTP/1.1\r\n")
        for _ in range(8):
            await wire.send(b"A: b\r\n")
            await asyncio.sleep(0.1)
            if wire.reader.at_eof() or wire.reader._buffer:
                break
        status, _, body = await wire.answer()
        assert (status, json.loads(body)["type"]) == (408, "/problemas/peticion-demasiado-lenta")
        assert await wire.ended(3)


async def test_a_later_request_of_a_connection_has_as_much_time_and_no_more(served, connected):
    async with served(header_timeout_ms=400) as port:
        wire = await connected(port)
        await wire.send(get("/v1/x"))
        await wire.answer()
        await wire.send(b"GET /v1/x HTTP/1.1\r\n")
        assert (await wire.answer())[0] == 408


async def test_a_body_that_comes_too_slowly_is_cut_off(served, connected):
    async with served(body_timeout_ms=400) as port:
        wire = await connected(port)
        await wire.send(b"POST /v1/x HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n{")
        status, _, body = await wire.answer()
        assert (status, json.loads(body)["type"]) == (408, "/problemas/peticion-demasiado-lenta")
        assert await wire.ended(3)


async def test_a_body_in_time_is_served(served, connected):
    async with served(body_timeout_ms=2000) as port:
        wire = await connected(port)
        await wire.send(b"POST /v1/x HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\n12345")
        await asyncio.sleep(0.2)
        await wire.send(b"67890")
        assert (await wire.answer())[2] == b"10"


async def test_a_client_that_takes_nothing_is_cut_off(served, connected):
    async with served(write_timeout_ms=400) as port:
        wire = await connected(port)
        wire.writer.transport.pause_reading()
        for _ in range(4):
            await wire.send(get("/v1/lento"))
        await asyncio.sleep(1.2)
        wire.writer.transport.resume_reading()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            for _ in range(4):
                await wire.answer()


async def test_more_clients_than_there_is_room_for_are_told_so(served, connected):
    async with served(max_clients=3) as port:
        wires = [await connected(port) for _ in range(3)]
        for wire in wires:
            await wire.send(get("/v1/x"))
            assert (await wire.answer())[0] == 200
        late = await connected(port)
        status, headers, body = await late.answer()
        assert (status, json.loads(body)["type"]) == (503, "/problemas/servidor-saturado")
        assert headers["retry-after"] == "1"
        wires[0].writer.close()
        await asyncio.sleep(0.1)
        again = await connected(port)
        await again.send(get("/v1/x"))
        assert (await again.answer())[0] == 200


async def test_the_rest_of_a_request_answered_early_gets_no_second_answer(served, connected):
    async with served(body_timeout_ms=300) as port:
        wire = await connected(port)
        await wire.send(b"PUT /v1/x HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n{")
        assert (await wire.answer())[0] == 405
        assert await asyncio.wait_for(wire.reader.read(), 3) == b""


async def test_a_request_is_answered_before_rubbish_ends_the_connection(served, connected):
    async with served() as port:
        wire = await connected(port)
        await wire.send(get("/v1/x") + b"\x00\x01 rubbish\r\n\r\n")
        status, _, body = await wire.answer()
        assert (status, json.loads(body)) == (200, {"pelicula": "/v1/x"})
        assert await wire.ended(3)


async def test_an_address_typed_with_accents_is_understood(served, connected):
    async with served() as port:
        wire = await connected(port)
        raw = "GET /score_titulo/niño?q=ñandú HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        await wire.send(raw)
        assert json.loads((await wire.answer())[2]) == {"pelicula": "/score_titulo/niño"}
        await wire.send(raw + get("/score_titulo/ni%C3%B1o?q=%C3%B1and%C3%BA"))
        assert [(await wire.answer())[1]["x-cache"] for _ in range(2)] == ["hit", "hit"]


async def test_bytes_that_are_no_text_are_a_400_wherever_they_stand(served, connected):
    async with served() as port:
        for line in (b"GET /score_titulo/\xff HTTP/1.1", b"GET /v1/x?q=\xff HTTP/1.1"):
            wire = await connected(port)
            await wire.send(line + b"\r\nHost: x\r\n\r\n")
            assert (await wire.answer())[0] == 400


async def test_bodies_that_do_not_come_take_no_places(served, connected):
    async with served(max_requests=4) as port:
        for _ in range(8):
            wire = await connected(port)
            await wire.send(b"POST /v1/x HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n{")
        wire = await connected(port)
        await wire.send(get("/v1/x"))
        assert (await wire.answer())[0] == 200


async def test_bodies_that_come_slowly_fill_no_more_than_their_share_of_memory(served, connected):
    async with served(max_body_bytes=20_000) as port:
        head = b"POST /v1/x HTTP/1.1\r\n" + HOST + b"Content-Length: 20000\r\n\r\n"
        wires = []
        for _ in range(BODIES_AT_ONCE + 5):
            wires.append(await connected(port))
            await wires[-1].send(head + b"x" * 19_999)
        await asyncio.sleep(0.2)
        told = [wire for wire in wires if wire.reader._buffer]
        assert 0 < len(told) < BODIES_AT_ONCE
        assert {(await wire.answer())[0] for wire in told} == {503}
        for wire in wires:
            wire.writer.transport.abort()
        await asyncio.sleep(0.2)
        wire = await connected(port)
        await wire.send(head + b"x" * 20_000)
        assert (await wire.answer())[2] == b"20000"


async def test_a_client_that_takes_its_answers_slowly_gets_all_of_them(served, connected):
    async with served(write_timeout_ms=300) as port:
        wire = await connected(port)
        own = wire.writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100_000)
        await wire.send(get("/v1/lento") * 3)
        read = 0
        while read < 12_000_000:  # each takes longer than the patience, and none stands still
            chunk = await wire.reader.read(200_000)
            assert chunk, f"cut off after {read} bytes"
            read += len(chunk)
            await asyncio.sleep(0.02)
