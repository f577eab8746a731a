"""Who gets the places there are when a service hangs and its requests take all they may."""

import asyncio
import contextlib

import httpx
import pytest

from gateway.app import create_app
from gateway.settings import Settings
from tests.gateway.conftest import OverHttpx, client_of

pytestmark = pytest.mark.anyio

PLACES = 8
OF_ONE_SERVICE = 6
KEPT, OTHERS_PAGE = "/score_titulo/Heat", "/recomendacion/Heat"


class Services:
    """Both services; the query service hangs from when it is told to, and has a new version."""

    def __init__(self) -> None:
        self.hangs = asyncio.Event()

    async def query(self, request: httpx.Request) -> httpx.Response:
        if self.hangs.is_set() and request.url.path != "/salud/lista":
            await asyncio.Event().wait()
        return self.answer("v2" if self.hangs.is_set() else "v1")

    async def reco(self, request: httpx.Request) -> httpx.Response:
        return self.answer("v1")

    def answer(self, version: str) -> httpx.Response:
        ready = {"estado": "lista", "servicio": "x"}
        return httpx.Response(200, json=ready, headers={"x-version": version})


@contextlib.asynccontextmanager
async def saturated():
    """A gateway that keeps KEPT, then is asked more of a hanging service than it serves at once."""
    services = Services()
    app = create_app(
        Settings(max_requests=PLACES, deadline_ms=2000, probe_ms=20),
        lambda name: OverHttpx(httpx.MockTransport(getattr(services, name))),
    )
    async with client_of(app) as gateway:
        assert (await gateway.get(KEPT)).headers["x-cache"] == "MISS"
        services.hangs.set()
        await asyncio.sleep(0.1)  # a few probes: what is kept is of the version before
        hanging = [
            asyncio.create_task(gateway.get(f"/score_titulo/{n}")) for n in range(PLACES + 2)
        ]
        await asyncio.sleep(0.05)
        yield gateway, hanging
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_service_that_hangs_leaves_places_to_the_other():
    async with saturated() as (gateway, hanging):
        refused = [task.result().json()["type"] for task in hanging if task.done()]
        assert refused == ["/problemas/servidor-saturado"] * (len(hanging) - OF_ONE_SERVICE)
        assert (await gateway.get(OTHERS_PAGE)).status_code == 200


async def test_what_is_kept_is_given_as_stale_where_no_place_is_left_to_ask():
    async with saturated() as (gateway, _):
        answer = await gateway.get(KEPT)
    assert (answer.status_code, answer.headers["x-cache"]) == (200, "STALE")
