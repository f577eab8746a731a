"""Services asked for their health again and again, whatever they or their way answer."""

import asyncio

import httpx
import pytest

from gateway.clients import QUERY, open_upstreams
from gateway.metrics import Metrics
from gateway.probes import ABSENT, READY, Probes
from gateway.settings import Settings
from tests.gateway.conftest import OverHttpx

pytestmark = pytest.mark.anyio

HEALTH = {"estado": "lista", "servicio": "x"}


class Service:
    """Its answers to the first probes, then the last of them for ever; counts what it is asked."""

    def __init__(self, *answers: dict[str, str] | Exception) -> None:
        self.answers = list(answers)

    def answer(self, request: httpx.Request) -> httpx.Response:
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, Exception):
            raise said
        return httpx.Response(200, json=said)

    def upstreams(self):
        """The gateway's way to it, and to another service that is in order."""

        def transport_for(name: str) -> OverHttpx:
            mine = self.answer if name == QUERY else Service(HEALTH).answer
            return OverHttpx(httpx.MockTransport(mine))

        return open_upstreams(Settings(), Metrics(), transport_for)


async def until(what):
    """Returns once `what` comes true."""
    async with asyncio.timeout(10):
        while not what():
            await asyncio.sleep(0.005)


async def test_a_probe_that_fails_as_nobody_foresaw_is_logged_and_the_next_one_is_made(caplog):
    service = Service(ValueError("unforeseen"), HEALTH)
    async with service.upstreams() as upstreams:
        probes = Probes(upstreams, every_s=0.01)
        async with probes.running():
            await until(lambda: upstreams[QUERY].up)
            service.answers = [httpx.ConnectError("refused")]
            await until(lambda: not upstreams[QUERY].up)
    told = [record for record in caplog.records if record.getMessage().startswith("probe_failed")]
    assert [record.getMessage() for record in told] == ["probe_failed service=query"]
    assert told[0].exc_info and "unforeseen" in str(told[0].exc_info[1])


async def test_health_says_absent_where_a_probe_failed_as_nobody_foresaw():
    async with Service(ValueError("unforeseen")).upstreams() as upstreams:
        told = await Probes(upstreams, every_s=60).health()
    assert [health.estado for health in told] == [ABSENT, READY]
