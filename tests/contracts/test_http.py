"""What is said of a malformed request, and what an observer of answers is told."""

import httpx
import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel

from contracts.http import NO_ROUTE, install, said_wrong

pytestmark = pytest.mark.anyio


def test_a_limit_that_is_a_whole_number_is_told_without_decimals() -> None:
    faults = [{"type": "less_than_equal", "loc": ("query", "x"), "ctx": {"le": 1.0}, "msg": ""}]
    assert said_wrong(faults).es == "El parámetro «x» debe ser menor o igual que 1."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("-0.1", "El parámetro «x» debe ser mayor o igual que 0."),
        ("2.6", "El parámetro «x» debe ser menor que 2.5."),
        ("nan", "El parámetro «x» debe ser un número finito."),
        ("inf", "El parámetro «x» debe ser un número finito."),
        ("uno", "El parámetro «x» debe ser un número."),
    ],
)
async def test_faults_of_fractions_are_told_in_spanish(given: str, sentence: str) -> None:
    async with client_of(app_with_observer([])) as client:
        answer = await client.get(f"/mitad/3?x={given}")
    assert (answer.status_code, answer.json()["detail"]) == (422, sentence)


async def test_logs_name_the_route_and_nothing_of_what_was_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = app_with_observer([], slow_request_ms=0)
    async with client_of(app) as client:
        for target in ("/mitad/4711?x=1", "/secreto", "/rota/4711"):
            await client.get(target, headers={"x-request-id": "an-id"})
    assert [line.split(" ms=")[0] for line in caplog.messages] == [
        "slow_request route=/mitad/{n}",
        "slow_request route=otra",
        "request_failed route=/rota/{n} request_id=an-id",
        "slow_request route=/rota/{n}",
    ]
    assert all(line.endswith("request_id=an-id") for line in caplog.messages)
    assert "4711" not in caplog.text and "secreto" not in caplog.text


async def test_an_observer_is_told_of_every_answer() -> None:
    seen: list[tuple[str, int, float]] = []
    async with client_of(app_with_observer(seen)) as client:
        for target in ("/mitad/3?x=1", "/mitad/4?x=1", "/mitad/3?x=9", "/nada", "/rota/1"):
            await client.get(target)
    assert [(route, status) for route, status, _ in seen] == [
        ("/mitad/{n}", 200),
        ("/mitad/{n}", 200),
        ("/mitad/{n}", 422),
        (NO_ROUTE, 404),
        ("/rota/{n}", 500),
    ]
    assert all(0 <= seconds < 5 for _, _, seconds in seen)


class Half(BaseModel):
    """An answer."""

    half: float


def app_with_observer(seen: list[tuple[str, int, float]], slow_request_ms: int = 10_000) -> FastAPI:
    """An app of two routes that tells `seen` of its answers."""
    app = FastAPI()

    @app.get("/mitad/{n}")
    async def half(x: float = Query(ge=0.0, lt=2.5, allow_inf_nan=False)) -> Half:
        return Half(half=x / 2)

    @app.get("/rota/{n}")
    async def broken() -> Half:
        raise RuntimeError

    install(app, slow_request_ms, lambda *told: seen.append(told))
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://x")
