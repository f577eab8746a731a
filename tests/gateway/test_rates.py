import asyncio
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from limits import parse

from contracts.errors import DataError, TooManyRequests
from gateway.counting import PATIENCE_S, PAUSE_S, STEP_SHARE, BoundedMemory, Counters, Limiter
from gateway.rates import Rates, WrongKeys, parse_rates

pytestmark = pytest.mark.anyio

PATIENT_S = 10.0
"""On a busy machine Redis is not always there in a tenth of a second."""

ANA, BERTA = "203.0.113.7", "203.0.113.8"


class RedisServer:
    """A real redis-server on a port of this machine, which keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port = taken.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        command = ["redis-server"]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return process
            except ConnectionRefusedError:
                time.sleep(0.01)
        process.kill()
        raise AssertionError("redis-server did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        self.process = self._started()


@pytest.fixture
def redis(tmp_path: Path):
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not on this machine; counting in memory is tested without it")
    server = RedisServer(tmp_path)
    yield server
    server.kill()


@pytest.fixture(params=["memory", "redis"])
async def counters(request: pytest.FixtureRequest):
    """Both ways to count, which all of what is promised to clients holds for."""
    url = request.getfixturevalue("redis").url if request.param == "redis" else ""
    counting = Counters(url, PATIENT_S)
    yield counting
    await counting.aclose()


async def refused(rates: Rates, address: str = ANA, key_id: str | None = None) -> TooManyRequests:
    with pytest.raises(TooManyRequests) as caught:
        await rates.hit(address, key_id)
    return caught.value


@pytest.mark.parametrize("text", ["", "  "])
async def test_without_rates_nothing_is_counted_and_nothing_said(text: str):
    rates = Rates(text, text, Counters())
    assert not rates.enabled and (await rates.hit(ANA)).headers == {}


@pytest.mark.parametrize(
    "text",
    [
        *("300", "a lot", "300/fortnight", "-1/minute", "1.5/second", "5/minute;", ";", "/second"),
        *("0/minute", "5/second;0/minute", "5/minute; 9/minute", "5/60 seconds;9/minute"),
        *(f"{10**10}/second", "5/2 years", "5/minute 6", "٣/minute"),
    ],
)
async def test_what_is_no_rate_is_one_sentence_at_start(text: str):
    for texts in ((text, ""), ("", text)):
        with pytest.raises(DataError) as caught:
            Rates(*texts, Counters())
        assert repr(text) in str(caught.value) and "\n" not in str(caught.value)


async def test_rates_are_read_shortest_window_first():
    assert [rate.get_expiry() for rate in parse_rates("9/hour; 5/second;7 per 2 minutes")] == [
        *(1, 120, 3600)
    ]


async def test_an_address_has_its_rate_and_no_more(counters: Counters):
    rates = Rates("3/minute", "", counters)
    left = [(await rates.hit(ANA)).headers["ratelimit"] for _ in range(3)]
    assert left[:2] == ['"direccion";r=2;t=40', '"direccion";r=1;t=20']
    error = await refused(rates)
    assert error.headers["ratelimit-policy"] == '"direccion";q=3;w=60'
    assert error.headers["ratelimit"] == f'"direccion";r=0;t={error.headers["retry-after"]}'
    assert 1 <= int(error.headers["retry-after"]) <= 61
    assert (await rates.hit(BERTA)).headers["ratelimit"].startswith('"direccion";r=2')


async def test_a_client_that_waits_as_it_was_told_is_served(counters: Counters):
    rates = Rates("2/second", "", counters)
    for _ in range(2):
        with pytest.raises(TooManyRequests) as caught:
            for _ in range(100):
                await rates.hit(ANA)
        await asyncio.sleep(int(caught.value.headers["retry-after"]))
        await rates.hit(ANA)


async def test_two_bursts_at_the_border_of_a_window_do_not_fit(counters: Counters):
    """As a fixed window allows: all of one at its end, all of the next at its beginning."""
    rates, served = Rates("20/2 second", "", counters), 0
    await asyncio.sleep(1.9 - time.time() % 2 if time.time() % 2 < 1.9 else 0)
    began = time.monotonic()
    while time.monotonic() - began < 0.4:
        try:
            await rates.hit(ANA)
            served += 1
        except TooManyRequests:
            await asyncio.sleep(0.01)
    assert 20 <= served <= 25


async def test_with_a_key_the_rate_of_keys_counts_wherever_it_comes_from(counters: Counters):
    rates = Rates("1/minute", "2/hour", counters)
    for address in (ANA, BERTA):
        headers = (await rates.hit(address, "0badcafe")).headers
        assert headers["ratelimit-policy"] == '"llave";q=2;w=3600'
    error = await refused(rates, "198.51.100.1", "0badcafe")
    assert error.headers["ratelimit"].startswith('"llave";r=0;t=')
    assert int(error.headers["retry-after"]) > 60 and "llave" in error.detail.es
    await rates.hit(ANA)
    await refused(rates)
    await rates.hit(ANA, "01234567")


async def test_with_a_key_and_no_rate_of_keys_nothing_is_counted(counters: Counters):
    rates = Rates("1/minute", "", counters)
    assert [(await rates.hit(ANA, "0badcafe")).headers for _ in range(3)] == [{}] * 3


async def test_several_rates_all_count_and_each_has_a_name(counters: Counters):
    rates = Rates("3/hour;2/minute", "", counters)
    headers = (await rates.hit(ANA)).headers
    assert headers["ratelimit-policy"] == '"direccion-60";q=2;w=60, "direccion-3600";q=3;w=3600'
    assert headers["ratelimit"] == '"direccion-60";r=1;t=30, "direccion-3600";r=2;t=2400'
    await rates.hit(ANA)
    error = await refused(rates)
    minute, hour = error.headers["ratelimit"].split(", ")
    assert minute == f'"direccion-60";r=0;t={error.headers["retry-after"]}'
    assert hour.startswith('"direccion-3600";r=1'), "the hour does not pay for what was refused"


async def test_addresses_of_one_ipv6_network_share_a_rate(counters: Counters):
    rates = Rates("2/minute", "", counters)
    for host in (1, 2):
        await rates.hit(f"2001:db8::{host}")
    await refused(rates, "2001:db8::3")
    await rates.hit("2001:db8:0:1::3")


async def test_requests_at_the_same_time_do_not_slip_through(counters: Counters):
    rates = Rates("10/minute", "", counters)
    done = await asyncio.gather(*(rates.hit(ANA) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(one, TooManyRequests) for one in done) == 40


async def test_an_address_that_tries_keys_is_not_listened_to(counters: Counters):
    wrong = WrongKeys(counters)
    for _ in range(20):
        await wrong.check(ANA)
        await wrong.note(ANA)
    with pytest.raises(TooManyRequests) as caught:
        await wrong.check(ANA)
    assert list(caught.value.headers) == ["retry-after"]
    assert 1 <= int(caught.value.headers["retry-after"]) <= 61
    await wrong.check(BERTA)


async def test_memory_has_a_bound_however_many_addresses_ask():
    storage = BoundedMemory(most=100)
    limiter, rate = Limiter(storage), parse("2/hour")
    for host in range(1000):
        assert await limiter.hit(rate, str(host))
        assert await limiter.hit(rate, "regular") == (host < 2)
    assert len(storage) == 100


async def test_memory_gives_back_what_is_over():
    storage = BoundedMemory()
    limiter = Limiter(storage)
    for host in range(100):
        await limiter.hit(parse("2/second"), str(host))
    await asyncio.sleep(2.1)
    for _ in range(60):
        await limiter.hit(parse("100/hour"), "regular")
    assert len(storage) == 1


async def test_gateways_with_one_redis_count_together_and_others_apart(redis: RedisServer):
    one, two, apart = Counters(redis.url, PATIENT_S), Counters(redis.url, PATIENT_S), Counters()
    for counters in (one, two):
        for _ in range(2):
            await Rates("4/minute", "", counters).hit(ANA)
    for counters in (one, two):
        await refused(Rates("4/minute", "", counters))
        await counters.aclose()
    await Rates("4/minute", "", apart).hit(ANA)


async def test_many_at_once_wait_their_turn_for_redis(redis: RedisServer):
    counters = Counters(redis.url, PATIENT_S)
    rates = Rates("100000/hour", "", counters)

    async def several() -> None:
        for _ in range(20):
            await rates.hit(ANA)

    await asyncio.gather(*(several() for _ in range(40)))
    assert (await rates.hit(ANA)).headers["ratelimit"].startswith('"direccion";r=99199;')
    await counters.aclose()


async def test_requests_are_served_while_redis_is_down_and_counted_in_it_once_it_is_back(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
):
    counters = Counters(redis.url, PATIENT_S)
    rates = Rates("3/minute", "", counters)
    await rates.hit(ANA)
    redis.kill()
    for _ in range(3):
        await rates.hit(ANA)
    await refused(rates)
    redis.restart()
    await asyncio.sleep(PAUSE_S)
    assert (await rates.hit(ANA)).headers["ratelimit"].startswith('"direccion";r=2')
    told = [record.getMessage() for record in caplog.records]
    assert re.fullmatch(r"rates_alone fault=\w+", told[0]) and told[1:] == ["rates_shared_again"]
    await counters.aclose()


async def test_a_redis_that_hangs_is_waited_for_once_and_briefly(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
):
    counters = Counters(redis.url)
    rates = Rates("1000/minute", "", counters)
    await asyncio.gather(*(rates.hit(ANA) for _ in range(10)))
    redis.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    await asyncio.gather(*(rates.hit(ANA) for _ in range(10)))
    waited = time.monotonic() - began
    for _ in range(100):
        await rates.hit(ANA)
    assert PATIENCE_S * STEP_SHARE <= waited and time.monotonic() - began < 1
    assert [record.getMessage() for record in caplog.records] == ["rates_alone fault=TimeoutError"]
    redis.process.send_signal(signal.SIGCONT)
    await asyncio.sleep(PAUSE_S)
    await asyncio.gather(*(rates.hit(ANA) for _ in range(10)))
    assert caplog.records[-1].getMessage() == "rates_shared_again"
    await counters.aclose()


async def test_a_redis_that_refuses_the_password_fails_no_request_and_its_address_is_not_told(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
):
    with socket.create_connection(("127.0.0.1", redis.port)) as admin:
        admin.sendall(b"CONFIG SET requirepass otro\r\n")
        assert admin.recv(100) == b"+OK\r\n"
    counters = Counters(redis.url.replace("//", "//:secreto@"))
    await Rates("3/minute", "", counters).hit(ANA)
    assert "rates_alone fault=" in caplog.text and "secreto" not in caplog.text
    await counters.aclose()


@pytest.mark.parametrize(
    "url", ["localhost:6379", "http://:secreto@h", "redis://:secreto@h:port", "redis://h:99999"]
)
async def test_what_is_no_address_of_a_redis_is_one_sentence_without_the_password(url: str):
    with pytest.raises(DataError, match="GATEWAY_REDIS_URL") as caught:
        Counters(url)
    assert "secreto" not in str(caught.value)
