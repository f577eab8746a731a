"""One version for each request, the headers that say which, and the caller's deadline."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from contracts.errors import RejectedRequest, Sentence
from contracts.http import health, install_service, metrics_of
from contracts.metrics import Metrics
from contracts.service import deadline_of
from contracts.swap import Serving, Snapshot
from contracts.tracing import Tracing

pytestmark = pytest.mark.anyio

LATE = {"x-deadline-ms": "60"}
EARLY = {"x-deadline-ms": "30000"}


class Service:
    """An app of a few routes over versions that are texts; those in `slow` wait for `go`."""

    def __init__(self, root: Path) -> None:
        self.go = threading.Event()
        self.began = threading.Event()
        self.ran = 0
        self.metrics = Metrics()
        self.app = FastAPI()
        self.serving = Serving(root, self.of("one"), lambda: self.of("two"))
        self.app.state.serving = self.metrics.serving = self.serving
        self._add_routes()
        self.app.include_router(health("x", lambda request: request.state.snapshot.version))
        self.app.include_router(metrics_of(self.metrics))
        install_service(self.app, self.metrics, Tracing("x", ""), 500)

    @staticmethod
    def of(version: str) -> Snapshot[str]:
        return Snapshot(version, f"{version}.tag", version)

    def _add_routes(self) -> None:
        @self.app.get("/lento/{n}")
        def slow(request: Request) -> str:
            self.ran += 1
            self.began.set()
            self.go.wait(20)
            content: str = request.state.snapshot.content
            return content

        @self.app.get("/espera")
        async def waits() -> str:
            await anyio.sleep(20)
            return ""

        @self.app.get("/a-trozos")
        async def in_parts() -> StreamingResponse:
            async def parts() -> AsyncIterator[bytes]:
                yield b"first "
                await anyio.sleep(0.15)
                yield b"last"

            return StreamingResponse(parts())

        @self.app.get("/negado")
        async def refused() -> str:
            raise RejectedRequest(Sentence("no", "no"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    yield service
    service.go.set()


@asynccontextmanager
async def client_of(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


@asynccontextmanager
async def no_thread_free() -> AsyncIterator[None]:
    """As if every thread for work had some."""
    limiter = anyio.to_thread.current_default_thread_limiter()
    somebody, before = object(), limiter.total_tokens
    limiter.total_tokens = 1
    await limiter.acquire_on_behalf_of(somebody)
    yield
    limiter.release_on_behalf_of(somebody)
    limiter.total_tokens = before


async def test_an_answer_says_its_version_and_its_route(service: Service) -> None:
    service.go.set()
    async with client_of(service) as client:
        answer = await client.get("/lento/3")
        refused, missing = await client.get("/negado"), await client.get("/nada")
    assert (answer.headers["x-version"], answer.headers["x-route"]) == ("one.tag", "/lento/{n}")
    assert (refused.status_code, refused.headers["x-route"]) == (400, "/negado")
    assert missing.headers["x-version"] == "one.tag" and "x-route" not in missing.headers


async def test_a_request_is_answered_from_the_version_it_began_with(service: Service) -> None:
    answers: list[httpx.Response] = []
    async with client_of(service) as client:

        async def ask() -> None:
            answers.append(await client.get("/lento/1"))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await anyio.to_thread.run_sync(service.began.wait)
            service.serving.current = service.of("two")
            health = (await client.get("/salud/lista")).json()
            service.go.set()
        after = await client.get("/lento/1")
    assert (answers[0].json(), answers[0].headers["x-version"]) == ("one", "one.tag")
    assert (after.json(), after.headers["x-version"]) == ("two", "two.tag")
    assert health["version"] == "two"


async def test_work_that_waits_for_a_thread_is_dropped_at_the_deadline(service: Service) -> None:
    async with client_of(service) as client:
        async with no_thread_free():
            late = await client.get("/lento/1", headers=LATE | {"x-request-id": "a-1"})
        assert service.ran == 0
        service.go.set()
        assert (await client.get("/lento/1", headers=EARLY)).status_code == 200
    assert (late.status_code, late.json()["type"]) == (504, "/problemas/plazo-agotado")
    assert late.headers["x-request-id"] == late.json()["request_id"] == "a-1"
    assert service.ran == 1


async def test_what_waits_by_itself_is_given_up_too(service: Service) -> None:
    async with client_of(service) as client:
        assert (await client.get("/espera", headers=LATE)).status_code == 504


async def test_an_answer_that_is_late_is_not_given(service: Service) -> None:
    """A thread cannot be stopped; once it ends, the deadline counts."""
    answers: list[int] = []
    async with client_of(service) as client:

        async def ask() -> None:
            answers.append((await client.get("/lento/1", headers=LATE)).status_code)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await anyio.to_thread.run_sync(service.began.wait)
            await anyio.sleep(0.15)
            service.go.set()
    assert answers == [504]


async def test_an_answer_that_has_begun_is_not_cut_off(service: Service) -> None:
    async with client_of(service) as client:
        answer = await client.get("/a-trozos", headers={"x-deadline-ms": "100"})
    assert (answer.status_code, answer.text) == (200, "first last")


@pytest.mark.parametrize("left", ["0", "-1", "-99999"])
async def test_a_deadline_that_has_passed_is_answered_at_once(service: Service, left: str) -> None:
    async with client_of(service) as client:
        answer = await client.get("/lento/1", headers={"x-deadline-ms": left})
    assert (answer.status_code, service.ran) == (504, 0)


@pytest.mark.parametrize("said", [None, "", "x", "1.5", "+5", "1e3", " 5", "٣", "99999999", "--1"])
async def test_a_deadline_that_means_nothing_is_none(said: str | None) -> None:
    assert deadline_of(said) is None


async def test_a_snapshot_is_not_kept_by_a_connection_that_stays_open(service: Service) -> None:
    scope = {"type": "http", "method": "GET", "path": "/salud/viva", "headers": []}
    scope |= {"query_string": b"", "raw_path": b"/salud/viva"}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: object) -> None:
        pass

    await service.app(scope, receive, send)
    assert "snapshot" not in scope["state"]


async def test_changes_of_version_are_counted(service: Service, tmp_path: Path) -> None:
    def told(text: str) -> list[str]:
        return [line for line in text.splitlines() if line.startswith("cartelera_")]

    (tmp_path / "current").write_text("two")
    async with client_of(service) as client:
        before = told((await client.get("/metrics")).text)
        service.serving.look()
        after = told((await client.get("/metrics")).text)
    assert 'cartelera_version_info{version="one"} 1.0' in before
    assert 'cartelera_version_info{version="two"} 1.0' in after
    changed = 'cartelera_cambios_version_total{resultado="hecho"} '
    assert changed + "0.0" in before and changed + "1.0" in after
    assert "cartelera_version_rechazada 0.0" in after
