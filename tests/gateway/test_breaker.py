"""When a service is set aside, tried again, and trusted again."""

import asyncio

import httpx
import pytest

from gateway.breaker import TRIALS, WINDOW_S, Breaker, State

PATH = "/score_titulo/{}"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(least_requests=4, failed_share=0.5, pause_s=1.0, clock=clock)


def ask(breaker, *outcomes):
    for answered in outcomes:
        permit = breaker.admits()
        assert permit is not None
        breaker.left(permit, answered)


def test_it_opens_when_enough_requests_failed(breaker):
    ask(breaker, True, False, True)
    assert breaker.state is State.CLOSED
    ask(breaker, False)
    assert breaker.state is State.OPEN and breaker.admits() is None
    assert breaker.since is not None and breaker.retry_in_s() == 1.0


def test_few_failures_say_nothing(breaker):
    ask(breaker, False, False, False)
    assert breaker.state is State.CLOSED


def test_failures_of_long_ago_do_not_count(breaker, clock):
    ask(breaker, False, False, False)
    clock.now += WINDOW_S + 1
    ask(breaker, False)
    assert breaker.state is State.CLOSED


def test_requests_given_up_by_their_clients_say_nothing(breaker):
    ask(breaker, None, None, None, None, None)
    assert breaker.state is State.CLOSED


def opened(breaker, clock):
    ask(breaker, False, False, False, False)
    clock.now += 1.0


def test_after_a_pause_a_few_requests_try_it(breaker, clock):
    opened(breaker, clock)
    permits = [breaker.admits() for _ in range(TRIALS + 1)]
    assert permits[-1] is None and None not in permits[:-1]
    assert breaker.state is State.HALF_OPEN
    breaker.left(permits[0], True)
    assert breaker.state is State.CLOSED and breaker.since is None


def test_a_trial_that_fails_opens_it_again_since_the_same_time(breaker, clock):
    opened(breaker, clock)
    since = breaker.since
    ask(breaker, False)
    assert breaker.state is State.OPEN and breaker.since == since
    clock.now += 1.0
    ask(breaker, True)
    assert breaker.state is State.CLOSED


def test_a_trial_given_up_by_its_client_leaves_room_for_another(breaker, clock):
    opened(breaker, clock)
    ask(breaker, *[None] * (TRIALS + 2))
    assert breaker.state is State.HALF_OPEN


def test_probes_missed_in_a_row_open_it_where_nothing_is_answered(breaker):
    for _ in range(3):
        breaker.probed(False)
    assert breaker.state is State.OPEN


def test_missed_probes_do_not_where_requests_are_answered(breaker):
    for _ in range(5):
        breaker.probed(False)
        breaker.probed(False)
        ask(breaker, True)
    assert breaker.state is State.CLOSED


def test_answered_probes_close_what_missed_ones_opened_without_waiting_for_a_request(breaker):
    for _ in range(3):
        breaker.probed(False)
    breaker.probed(True)
    assert breaker.state is State.CLOSED


def test_answered_probes_do_not_close_what_failed_requests_opened(breaker, clock):
    opened(breaker, clock)
    for _ in range(3):
        breaker.probed(True)
    assert breaker.state is State.HALF_OPEN
    ask(breaker, True)
    assert breaker.state is State.CLOSED


def test_trials_that_hang_do_not_keep_out_a_service_that_is_back(breaker, clock):
    opened(breaker, clock)
    assert None not in [breaker.admits() for _ in range(TRIALS)]
    assert breaker.admits() is None
    breaker.probed(True)
    ask(breaker, True)
    assert breaker.state is State.CLOSED


def test_what_was_asked_before_it_opened_says_nothing_of_it_now(breaker, clock):
    late = [breaker.admits() for _ in range(5)]
    ask(breaker, False, False, False, False)
    breaker.left(late[0], True)
    assert breaker.state is State.OPEN
    clock.now += 1.0
    trials = [breaker.admits() for _ in range(TRIALS)]
    for permit in late[1:]:
        breaker.left(permit, True)
    assert breaker.state is State.HALF_OPEN and breaker.admits() is None
    breaker.left(trials[0], False)
    assert breaker.state is State.OPEN


@pytest.mark.anyio
async def test_the_client_is_told_which_service_is_out_and_since_when(fronting):
    def reco_down(service, request):
        if service == "reco":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={})

    async with fronting(reco_down, breaker_requests=3, probe_ms=60_000) as gateway:
        for number in range(6):
            answer = await gateway.get(f"/v1/peliculas/{number}")
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (503, "/problemas/servicio-apartado")
        assert answer.headers["retry-after"] == "1"
        assert problem["servicio"] == "recomendaciones"
        assert problem["desde"].endswith("Z")
        assert problem["detail"].startswith("El servicio de recomendaciones no responde bien desde")
        assert (await gateway.get(PATH.format(1))).status_code == 200
        health = (await gateway.get("/salud/lista")).json()["servicios"]
        metrics = (await gateway.get("/metrics")).text
    assert health["recomendaciones"]["circuito"] == "abierto"
    assert health["recomendaciones"]["desde"] == problem["desde"]
    assert health["consultas"]["circuito"] == "cerrado"
    state = 'cartelera_gateway_circuito{{estado="{}",servicio="recomendaciones"}} {}'
    assert state.format("abierto", "1.0") in metrics and state.format("cerrado", "0.0") in metrics


@pytest.mark.anyio
async def test_a_service_that_comes_back_is_asked_again_within_two_seconds(fronting):
    down = True

    def answer(service, request):
        if down:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={"estado": "lista", "servicio": service})

    async with fronting(answer, breaker_requests=3, probe_ms=100) as gateway:
        for number in range(6):
            await gateway.get(PATH.format(number))
        down = False
        await asyncio.sleep(1.3)
        assert (await gateway.get(PATH.format(0))).status_code == 200
