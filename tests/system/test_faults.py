"""Services killed and frozen under load, and workers of the gateway killed: real processes."""

import contextlib
import itertools
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from tests.stack import Stack, running

pytestmark = pytest.mark.slow

DEADLINE_S, MARGIN_S = 1.0, 1.0
RECOVERY_S = 5.0
WORKERS = 2
PAUSE_S = 0.01
PORTS = {"query": 1, "reco": 2}
PUBLIC = {"query": "consultas", "reco": "recomendaciones"}
KEPT = {
    "query": ["/score_titulo/Heat", "/votos_titulo/Toy%20Story", "/peliculas_pais/argentina"],
    "reco": ["/recomendacion/Heat", "/v1/peliculas?q=toy", "/recomendacion/Toy%20Story"],
}
ENDPOINT = {"query": "score_titulo", "reco": "recomendacion"}
counted = itertools.count(1)


def never_asked(service: str) -> str:
    """An address that nobody has asked yet: a film's, in letters of its own."""
    number = next(counted)
    title = (c.upper() if number >> place & 1 else c for place, c in enumerate("goldfinger"))
    return f"/{ENDPOINT[service]}/{''.join(title)}"


@contextlib.contextmanager
def started(raw: Path, var: Path, **settings: str) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(f"GATEWAY_{name}", value)
        with running(raw, var) as stack:
            yield stack


@pytest.fixture(scope="module")
def stack(sample_raw: Path, real_var: Path) -> Iterator[Stack]:
    with started(sample_raw, real_var, DEADLINE_MS=str(int(DEADLINE_S * 1000))) as stack:
        yield stack


@pytest.fixture(scope="module")
def workers(sample_raw: Path, real_var: Path) -> Iterator[Stack]:
    """A stack whose gateway is several processes."""
    with started(sample_raw, real_var, WORKERS=str(WORKERS)) as stack:
        assert stack.until(lambda: len(workers_of(stack)) == WORKERS)
        yield stack


@dataclass
class Client:
    """Asks in turn for what the gateway keeps and for what it never heard of."""

    stack: Stack
    service: str
    before: dict[str, bytes] = field(default_factory=dict)
    kept: list[httpx.Response] = field(default_factory=list)
    new: list[httpx.Response] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        self.before = {path: self.stack.get(path).content for path in KEPT[self.service]}
        stop = threading.Event()
        threads = [threading.Thread(target=self._ask, args=(stop, kept)) for kept in (True, False)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _ask(self, stop: threading.Event, kept: bool) -> None:
        paths = itertools.cycle(KEPT[self.service])
        with httpx.Client(base_url=self.stack.address, timeout=10) as client:
            while not stop.wait(PAUSE_S):
                path = next(paths) if kept else never_asked(self.service)
                try:
                    (self.kept if kept else self.new).append(client.get(path))
                except httpx.HTTPError as exc:
                    self.faults.append(f"{path}: {exc!r}")


@contextlib.contextmanager
def killed(stack: Stack, service: str) -> Iterator[None]:
    """The service is dead, and whoever would start it again cannot for now."""
    supervisor = psutil.Process(stack.process.pid)
    supervisor.suspend()
    try:
        stack.service(service).kill()
        yield
    finally:
        supervisor.resume()


@contextlib.contextmanager
def frozen(stack: Stack, service: str) -> Iterator[None]:
    process = stack.service(service)
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def breaker_is_told(stack: Stack, service: str) -> bool:
    """Whether the gateway says that the service is out, and since when it is not asked."""
    answer = stack.get("/salud/lista")
    told = answer.json()["servicios"]
    mine = told.pop(PUBLIC[service])
    return bool(
        (answer.status_code, answer.json()["estado"]) == (503, "degradada")
        and mine["estado"] == "no disponible"
        and mine["circuito"] in ("abierto", "semiabierto")
        and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", mine["desde"] or "")
        and [other["estado"] for other in told.values()] == ["lista"]
    )


def is_ready(stack: Stack, service: str) -> bool:
    """By its own word."""
    with contextlib.suppress(httpx.HTTPError):
        address = f"http://127.0.0.1:{stack.port + PORTS[service]}/salud/lista"
        return httpx.get(address, timeout=1).status_code == 200
    return False


def is_refused_in_time(answer: httpx.Response) -> bool:
    return (
        answer.status_code in (502, 503, 504)
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["status"] == answer.status_code
        and answer.elapsed.total_seconds() < DEADLINE_S + MARGIN_S
    )


@pytest.mark.parametrize("service", ["query", "reco"])
@pytest.mark.parametrize("fault", [killed, frozen])
def test_what_was_kept_is_answered_and_the_rest_refused_in_time_until_the_service_is_back(
    stack: Stack, service: str, fault: type
) -> None:
    client = Client(stack, service)
    with client.asking():
        with fault(stack, service):
            assert stack.until(lambda: breaker_is_told(stack, service))
        assert stack.until(lambda: is_ready(stack, service))
        assert stack.until(lambda: stack.get(never_asked(service)).status_code == 200, RECOVERY_S)
        assert stack.until(lambda: stack.get("/salud/lista").status_code == 200, RECOVERY_S)
    assert client.faults == []
    assert {answer.headers["x-cache"] for answer in client.kept} == {"HIT", "STALE"}
    for answer in client.kept:
        assert (answer.status_code, answer.content) == (
            200,
            client.before[answer.url.raw_path.decode()],
        )
    refused = [answer for answer in client.new if answer.status_code != 200]
    assert refused and all(map(is_refused_in_time, refused))


def workers_of(stack: Stack) -> set[int]:
    return {child.pid for child in stack.service("gateway").children() if is_worker(child)}


def is_worker(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):  # it ends, or is dead and not yet looked after
        return "spawn_main" in " ".join(process.cmdline())
    return False


def metric(stack: Stack, name: str, *labels: str) -> float:
    """The sum over the lines of a metric that have those labels, among others."""
    lines = [line for line in stack.get("/metrics").text.splitlines() if line.startswith(name)]
    counted = [line for line in lines if all(label in line for label in labels)]
    return sum(float(line.rpartition(" ")[2]) for line in counted)


def answered(stack: Stack) -> float:
    return metric(stack, "cartelera_gateway_peticiones_total", 'ruta="/score_titulo/{titulo}"')


def test_the_metrics_are_those_of_all_workers_whichever_is_asked(workers: Stack) -> None:
    before = answered(workers)
    for _ in range(20):  # each on a connection of its own: any worker may get it
        assert workers.get("/score_titulo/heat").status_code == 200
    assert answered(workers) == before + 20
    closed = ('estado="cerrado"', 'servicio="consultas"')
    assert metric(workers, "cartelera_gateway_circuito{", *closed) == WORKERS


def test_a_worker_that_is_killed_is_replaced_and_who_asks_anew_is_answered(workers: Stack) -> None:
    before, count = workers_of(workers), answered(workers)
    victim = min(before)
    psutil.Process(victim).kill()
    killed_at, last_failure, asked = time.monotonic(), 0.0, 0
    while workers_of(workers) & {victim} or len(workers_of(workers)) < WORKERS:
        assert time.monotonic() - killed_at < 20, "the worker was not replaced"
        try:
            assert workers.get("/score_titulo/heat").status_code == 200
            asked += 1
        except httpx.TransportError:
            last_failure = time.monotonic() - killed_at
    assert last_failure < 1 and asked
    assert len(workers_of(workers) - before) == 1
    assert workers.until(lambda: answered(workers) >= count + asked)
