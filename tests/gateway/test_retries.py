"""What is tried a second time, and how often."""

import asyncio

import httpx
import pytest

from gateway.hedging import first_answer
from gateway.retries import BURST, RetryBudget

pytestmark = pytest.mark.anyio


class Failing:
    """Fails as often as it is told, then answers; counts what is not a probe."""

    def __init__(self, times, fault=httpx.ReadError):
        self.left, self.fault, self.asked = times, fault, 0

    def __call__(self, service, request):
        if request.url.path == "/salud/lista":
            return httpx.Response(200, json={"estado": "lista", "servicio": service})
        self.asked += 1
        if self.left:
            self.left -= 1
            raise self.fault("broken")
        return httpx.Response(200, json="ya")


async def test_a_get_that_met_a_fault_is_tried_once_more(fronting):
    service = Failing(1)
    async with fronting(service) as gateway:
        assert (await gateway.get("/score_titulo/x")).json() == "ya"
    assert service.asked == 2


async def test_it_is_not_tried_a_third_time(fronting):
    service = Failing(2)
    async with fronting(service) as gateway:
        assert (await gateway.get("/score_titulo/x")).status_code == 503
    assert service.asked == 2


async def test_a_post_is_never_tried_again(fronting):
    service = Failing(1)
    async with fronting(service) as gateway:
        assert (await gateway.post("/v1/recomendaciones", json={})).status_code == 503
    assert service.asked == 1


async def test_when_the_budget_is_spent_requests_are_tried_once(fronting):
    service = Failing(1000)
    async with fronting(service, retry_share=0.1, breaker_requests=10_000) as gateway:
        for number in range(100):
            await gateway.get(f"/score_titulo/{number}")
        metrics = (await gateway.get("/metrics")).text
    assert 100 + BURST <= service.asked <= 100 + BURST + 11
    assert 'reintentos_total{motivo="sin_saldo",servicio="consultas"}' in metrics


async def test_no_second_try_where_the_setting_says_none(fronting):
    service = Failing(1)
    async with fronting(service, retry_share=0) as gateway:
        assert (await gateway.get("/score_titulo/x")).status_code == 503
    assert service.asked == 1


def test_what_is_not_used_is_saved_up_to_a_limit():
    budget = RetryBudget(0.5)
    for _ in range(1000):
        budget.earn()
    assert [budget.spend() for _ in range(int(BURST) + 1)] == [True] * int(BURST) + [False]
    budget.earn()
    assert not budget.spend()
    budget.earn()
    assert budget.spend()


class Slow:
    """Its first answer takes a second, the next ones no time."""

    def __init__(self):
        self.asked = self.given_up = 0

    async def __call__(self):
        self.asked += 1
        number = self.asked
        try:
            await asyncio.sleep(1.0 if number == 1 else 0)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return number


async def test_a_slow_request_is_asked_again_and_the_slower_of_the_two_given_up():
    slow = Slow()
    assert await asyncio.wait_for(first_answer(slow, 0.02, lambda: True), 0.5) == 2
    assert (slow.asked, slow.given_up) == (2, 1)


async def test_it_is_not_asked_again_where_the_budget_says_no():
    slow = Slow()
    assert await first_answer(slow, 0.02, lambda: False) == 1
    assert slow.asked == 1


async def test_a_fault_before_patience_ends_is_told_at_once():
    async def fails():
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"):
        await asyncio.wait_for(first_answer(fails, 5, lambda: True), 0.5)


async def test_where_both_fail_the_first_fault_is_told():
    faults = iter(["first", "second"])

    async def fails():
        fault = next(faults)
        await asyncio.sleep(0.05)
        raise ValueError(fault)

    with pytest.raises(ValueError, match="first"):
        await first_answer(fails, 0.01, lambda: True)


async def test_a_request_whose_client_goes_away_is_given_up_with_its_second():
    slow = Slow()
    task = asyncio.create_task(first_answer(slow, 5, lambda: True))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert slow.given_up == 1


async def test_hedging_is_off_unless_set(fronting):
    asked = []

    async def slow_first(request):
        if request.url.path != "/salud/lista":
            asked.append(request)
            await asyncio.sleep(0.1 if len(asked) == 1 else 0)
        return httpx.Response(200, json=len(asked))

    from gateway.app import create_app
    from gateway.settings import Settings
    from tests.gateway.conftest import OverHttpx, client_of

    def gateway(**settings):
        transport = OverHttpx(httpx.MockTransport(slow_first))
        return client_of(create_app(Settings(**settings), lambda _: transport))

    async with gateway() as client:
        await client.get("/score_titulo/x")
    assert len(asked) == 1
    asked.clear()
    async with gateway(hedge_after_ms=20) as client:
        await client.get("/score_titulo/x")
        metrics = (await client.get("/metrics")).text
    assert len(asked) == 2
    assert 'reintentos_total{motivo="cobertura",servicio="consultas"} 1.0' in metrics
