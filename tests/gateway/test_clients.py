"""How a service is asked: connections, what is left of the deadline, answers that are none."""

import asyncio
import contextlib

import pytest

from contracts.errors import UpstreamBroken
from gateway.clients import QUERY, Upstream
from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.transport import RawReply

pytestmark = pytest.mark.anyio


class Way:
    """A transport that answers what it is told to, after a while; it keeps what it was asked."""

    def __init__(self, reply=None, pause_s=0.0):
        self.reply = reply or RawReply(200, [], b"ya")
        self.pause_s = pause_s
        self.asked = []

    async def send(self, method, target, headers, body):
        self.asked.append((target, dict(headers)))
        if target != b"/salud/lista":
            await asyncio.sleep(self.pause_s)
        return self.reply

    async def aclose(self):
        pass


@contextlib.asynccontextmanager
async def upstream(way, **settings):
    made = Upstream(QUERY, Settings(**settings), lambda _: way, Metrics())
    yield made
    await made.aclose()


async def test_what_is_told_to_be_left_of_the_deadline_does_not_count_the_wait_for_a_connection():
    way = Way(pause_s=0.3)
    async with upstream(way, max_connections=1, deadline_ms=1000) as service:
        await asyncio.gather(*(service.forward("GET", b"/x") for _ in range(3)))
    left = sorted((int(headers[b"x-deadline-ms"]) for _, headers in way.asked), reverse=True)
    assert left[0] > 900 and left[1] < 750 and left[2] < 450


async def test_health_is_asked_for_also_while_all_connections_are_taken():
    way = Way(pause_s=0.5)
    async with upstream(way, max_connections=1) as service:
        taken = [asyncio.create_task(service.forward("GET", b"/x")) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert (await asyncio.wait_for(service.probe(0.2), 0.2)).status == 200
        for task in taken:
            task.cancel()
        await asyncio.gather(*taken, return_exceptions=True)


@pytest.mark.parametrize(
    "reply",
    [
        RawReply(600, [], b""),
        RawReply(999, [], b""),
        RawReply(101, [], b""),
        RawReply(200, [(b"content-type", b"text/plain\r\nx: y")], b""),
        RawReply(200, [(b"retry-after", b"1\x00")], b""),
    ],
)
async def test_what_no_client_could_be_sent_is_a_broken_answer(reply):
    async with upstream(Way(reply), retry_share=0) as service:
        with pytest.raises(UpstreamBroken):
            await service.forward("GET", b"/x")


async def test_a_client_that_goes_away_leaves_its_connection_to_the_next():
    way = Way(pause_s=5)
    async with upstream(way, max_connections=1) as service:
        gone = asyncio.create_task(service.forward("GET", b"/x"))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        way.pause_s = 0
        assert (await asyncio.wait_for(service.forward("GET", b"/x"), 0.5)).body == b"ya"
