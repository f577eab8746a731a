"""Services that fail over real sockets, each in its own way, and what the client is told."""

import asyncio
import socket
import struct
import time

import pytest
from pydantic import HttpUrl

from contracts.errors import UpstreamUnavailable
from gateway.clients import open_upstreams
from gateway.metrics import Metrics
from gateway.settings import Settings

pytestmark = pytest.mark.anyio

PATH = "/score_titulo/Heat"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


async def asked(reader):
    await reader.readuntil(b"\r\n\r\n")


async def hang(reader, writer):
    await asked(reader)
    await reader.read()


async def hang_in_the_body(reader, writer):
    await asked(reader)
    writer.write(OK + b"Content-Length: 9\r\n\r\nmed")
    await reader.read()


async def drip(reader, writer):
    await asked(reader)
    writer.write(OK + b"Content-Length: 1000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.02)


async def close_at_once(reader, writer):
    return


async def close_unanswered(reader, writer):
    await asked(reader)


async def reset(reader, writer):
    await asked(reader)
    linger_for_no_time = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, linger_for_no_time
    )
    writer.transport.abort()


def answering(raw):
    async def answer(reader, writer):
        await asked(reader)
        writer.write(raw)
        await writer.drain()

    return answer


DOWN = (503, "servicio-no-disponible", "El servicio de consultas no está disponible.")
LATE = (504, "servicio-sin-respuesta", "El servicio de consultas no respondió a tiempo.")
BROKEN = (502, "respuesta-defectuosa", "El servicio de consultas dio una respuesta defectuosa.")

FAULTS = {
    "hangs": (hang, LATE),
    "hangs in the middle of the body": (hang_in_the_body, LATE),
    "drips without end": (drip, LATE),
    "closes on connecting": (close_at_once, DOWN),
    "closes without an answer": (close_unanswered, DOWN),
    "resets": (reset, DOWN),
    "is no HTTP": (answering(b"220 smtp ready\r\n\r\n"), BROKEN),
    "is binary": (answering(bytes(range(256))), BROKEN),
    "has no status": (answering(b"HTTP/1.1 two hundred\r\n\r\n"), BROKEN),
    "has a broken header": (answering(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"), BROKEN),
    "has a broken length": (answering(OK + b"Content-Length: many\r\n\r\nx"), BROKEN),
    "has endless headers": (answering(OK + b"x: " + b"y" * 100_000 + b"\r\n\r\n"), BROKEN),
    "is cut in the headers": (answering(OK), BROKEN),
    "is cut in the body": (answering(OK + b"Content-Length: 9\r\n\r\nmed"), BROKEN),
    "is cut in a chunk": (answering(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nmed"), BROKEN),
    "has a broken chunk": (
        answering(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nmed\r\n0\r\n\r\n"),
        BROKEN,
    ),
}


def told(answer):
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, problem["type"].removeprefix("/problemas/"), problem["detail"]


@pytest.mark.parametrize(("behave", "expected"), FAULTS.values(), ids=FAULTS)
async def test_a_fault_of_a_service_is_told_for_what_it_is(
    tcp_service, gateway_to, behave, expected
):
    async with tcp_service(behave) as port, gateway_to(port) as gateway:
        started = time.monotonic()
        answer = await gateway.get(PATH)
    assert told(answer) == expected
    assert time.monotonic() - started < 2


async def test_a_refused_connection_is_a_503_that_says_when_to_retry(gateway_to):
    async with gateway_to(free_port()) as gateway:
        answer = await gateway.get(PATH)
    assert told(answer) == DOWN
    assert answer.headers["retry-after"] == "1"


async def test_a_fault_is_logged_once_under_the_request_id(gateway_to, caplog):
    async with gateway_to(free_port()) as gateway:
        await gateway.get(PATH, headers={"X-Request-ID": "r-7"})
    logged = [record.getMessage() for record in caplog.records if "upstream" in record.message]
    assert len(logged) == 1
    assert logged[0].startswith("upstream_failed service=query problem=servicio-no-disponible")
    assert logged[0].endswith("request_id=r-7")


async def test_a_connection_nobody_accepts_is_a_503(gateway_to):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # fill the queue, so that the next SYN is left unanswered
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        async with gateway_to(port, deadline_ms=2000) as gateway:
            answer = await gateway.get(PATH)
        for one in waiting:
            one.close()
    assert told(answer) == DOWN


async def test_a_name_that_is_no_machine_is_a_503():
    settings = Settings(query_url=HttpUrl("http://nadie.invalid:1"))
    async with open_upstreams(settings, Metrics()) as upstreams:
        with pytest.raises(UpstreamUnavailable):
            await upstreams["query"].forward("GET", b"/")


async def test_the_fault_is_told_in_english_to_who_asks_so_and_names_the_service(gateway_to):
    async with gateway_to(free_port()) as gateway:
        answer = await gateway.get("/v1/peliculas?q=x", headers={"Accept-Language": "en"})
    assert answer.json()["detail"] == "The recommendation service is not available."


async def test_a_client_that_waits_in_vain_leaves_its_connection_to_the_next(
    tcp_service, gateway_to
):
    connections = []

    async def first_hangs(reader, writer):
        connections.append(writer)
        await (hang if len(connections) == 1 else answering(OK + b"Content-Length: 2\r\n\r\nya"))(
            reader, writer
        )

    async with tcp_service(first_hangs) as port, gateway_to(port, max_connections=1) as gateway:
        assert (await gateway.get(PATH)).status_code == 504
        assert (await gateway.get(PATH)).text == "ya"


async def test_waiting_for_a_free_connection_counts_towards_the_deadline(tcp_service, gateway_to):
    async with tcp_service(hang) as port, gateway_to(port, max_connections=1) as gateway:
        answers = await asyncio.gather(*(gateway.get(PATH) for _ in range(3)))
    assert [told(answer) for answer in answers] == [LATE] * 3


async def test_connections_are_kept_and_used_again(tcp_service, gateway_to):
    connections = []  # two of them are for the probes of the two services, which begin at once

    async def keep_answering(reader, writer):
        connections.append(writer)
        while True:
            await asked(reader)
            writer.write(OK + b"Content-Length: 2\r\n\r\nya")

    async with tcp_service(keep_answering) as port, gateway_to(port) as gateway:
        for _ in range(5):
            assert (await gateway.get(PATH)).text == "ya"
    assert len(connections) <= 3


async def test_a_kept_connection_that_a_restart_closed_is_not_the_clients_problem(
    tcp_service, gateway_to
):
    async with tcp_service(answering(OK + b"Content-Length: 2\r\n\r\nya")) as port:
        async with gateway_to(port) as gateway:  # each answer promises keep-alive, then closes
            answers = [await gateway.get(PATH) for _ in range(5)]
    assert [answer.text for answer in answers] == ["ya"] * 5


async def test_a_service_that_comes_back_is_served_at_once(tcp_service, gateway_to):
    port = free_port()
    async with gateway_to(port) as gateway:
        assert (await gateway.get(PATH)).status_code == 503
        async with tcp_service(answering(OK + b"Content-Length: 2\r\n\r\nya"), port):
            assert (await gateway.get(PATH)).text == "ya"


async def test_the_log_of_a_broken_answer_does_not_say_what_was_asked_for(
    tcp_service, gateway_to, caplog
):
    async with tcp_service(answering(b"HTTP/1.1 two hundred\r\n\r\n")) as port:
        async with gateway_to(port) as gateway:
            await gateway.get("/score_titulo/MiSecreto?anio=1995")
    assert "upstream_failed" in caplog.text
    assert "MiSecreto" not in caplog.text and "1995" not in caplog.text
