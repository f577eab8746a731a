"""What the gateway counts: alone, and with other processes that come, are killed and return."""

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from logging.handlers import BufferingHandler
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from gateway.metrics import FOLDER_VARIABLE, MOST_ROUTES, Metrics, metrics_folder
from gateway.tallies import PLACES, SPARE, Tallies

SPAWN = multiprocessing.get_context("spawn")
ANSWERS = "cartelera_gateway_peticiones_total"
TIMES = "cartelera_gateway_peticiones_seconds"


def of(metrics: Metrics, name: str, **labels: str) -> float | None:
    """The number of that name and exactly these labels."""
    for family in families(metrics.as_text().decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    return None


def all_of(metrics: Metrics, name: str) -> list[dict[str, str]]:
    """The labels of each number of that name."""
    found = families(metrics.as_text().decode())
    return [s.labels for family in found for s in family.samples if s.name == name]


@pytest.fixture
def folder() -> Iterator[Path]:
    with metrics_folder() as path:
        yield path


def test_an_answer_counts_by_route_method_status_and_cache() -> None:
    metrics = Metrics()
    for seconds in (0.0001, 0.3, 60.0):
        metrics.answered("/x/{id}", "GET", 200, "HIT", seconds)
    metrics.answered("/x/{id}", "POST", 404, "NONE", 0.3)
    named = {"ruta": "/x/{id}", "metodo": "GET", "estado": "200", "cache": "HIT"}
    assert of(metrics, ANSWERS, **named) == 3
    assert of(metrics, ANSWERS, **named | {"metodo": "POST", "estado": "404", "cache": "NONE"}) == 1


def test_times_fall_into_the_buckets_up_to_their_limits() -> None:
    metrics = Metrics()
    for method, seconds in (("GET", 0.0001), ("GET", 0.00011), ("HEAD", 0.3), ("GET", 60.0)):
        metrics.answered("/x", method, 200, "MISS", seconds)
    named = {"ruta": "/x", "cache": "MISS"}

    def up_to(limit: str) -> float | None:
        return of(metrics, f"{TIMES}_bucket", le=limit, **named)

    assert [up_to(limit) for limit in ("0.0001", "0.00025", "0.25", "0.5", "5.0", "+Inf")] == [
        *(1, 2, 2, 3, 3, 4)
    ]
    assert of(metrics, f"{TIMES}_count", **named) == 4
    assert of(metrics, f"{TIMES}_sum", **named) == pytest.approx(60.30021)


def test_methods_and_routes_that_clients_or_faults_invent_become_one() -> None:
    metrics = Metrics()
    for number in range(MOST_ROUTES + 50):
        metrics.answered(f"/{number}", "GET", 200, "NONE", 0.1)
        metrics.answered("/0", f"MADE{number}", 405, "NONE", 0.1)
    assert len({labels["ruta"] for labels in all_of(metrics, ANSWERS)}) == MOST_ROUTES + 1
    assert {labels["metodo"] for labels in all_of(metrics, ANSWERS)} == {"GET", "otro"}
    other = {"ruta": "otra", "metodo": "GET", "estado": "200", "cache": "NONE"}
    assert of(metrics, ANSWERS, **other) == 50


def test_services_are_timed_by_how_it_ended() -> None:
    metrics = Metrics()
    metrics.upstream("consultas", "ok", 0.02)
    metrics.upstream("consultas", "servicio-sin-respuesta", 7)
    name = "cartelera_gateway_servicio_seconds"
    assert of(metrics, f"{name}_count", servicio="consultas", resultado="ok") == 1
    late = {"servicio": "consultas", "resultado": "servicio-sin-respuesta"}
    assert of(metrics, f"{name}_bucket", le="5.0", **late) == 0
    assert of(metrics, f"{name}_sum", **late) == 7


def test_what_is_worth_an_alarm_is_told_before_it_happens() -> None:
    metrics = Metrics()
    metrics.circuit("consultas", "cerrado")
    for slug in ("servidor-saturado", "llave-no-valida"):
        assert of(metrics, "cartelera_gateway_rechazos_total", motivo=slug) == 0
    for why in ("fallo", "cobertura", "sin_saldo"):
        named = {"servicio": "consultas", "motivo": why}
        assert of(metrics, "cartelera_gateway_reintentos_total", **named) == 0


def test_a_breaker_is_in_one_state_and_openings_are_told_from_0_on() -> None:
    metrics = Metrics()
    opened = "cartelera_gateway_circuito_aperturas_total"
    metrics.circuit("consultas", "cerrado")
    assert of(metrics, opened, servicio="consultas") == 0
    metrics.circuit("consultas", "abierto")
    metrics.opened("consultas")
    assert of(metrics, opened, servicio="consultas") == 1
    for state, processes in {"abierto": 1, "cerrado": 0, "semiabierto": 0}.items():
        named = {"servicio": "consultas", "estado": state}
        assert of(metrics, "cartelera_gateway_circuito", **named) == processes


def test_what_is_under_way_is_told_as_it_was_last() -> None:
    metrics = Metrics()
    for now in (7, 3):
        metrics.in_flight(now)
        metrics.clients(now + 1)
        metrics.cache_holds(now * 100, now + 2)
    assert of(metrics, "cartelera_gateway_en_curso") == 3
    assert of(metrics, "cartelera_gateway_conexiones") == 4
    assert of(metrics, "cartelera_gateway_cache_bytes") == 300
    assert of(metrics, "cartelera_gateway_cache_respuestas") == 5


def test_refusals_and_retries_count_by_their_reason() -> None:
    metrics = Metrics()
    for _ in range(2):
        metrics.refused("servidor-saturado")
        metrics.retried("recomendaciones", "cobertura")
    assert of(metrics, "cartelera_gateway_rechazos_total", motivo="servidor-saturado") == 2
    again = {"servicio": "recomendaciones", "motivo": "cobertura"}
    assert of(metrics, "cartelera_gateway_reintentos_total", **again) == 2


def versions(metrics: Metrics) -> dict[str, float | None]:
    name = "cartelera_gateway_version"
    return {told["version"]: of(metrics, name, **told) for told in all_of(metrics, name)}


def test_the_last_version_seen_is_1_and_a_few_before_it_are_0() -> None:
    metrics = Metrics()
    for number in range(9):
        metrics.version("consultas", f"v{number}")
    assert versions(metrics) == {"v5": 0, "v6": 0, "v7": 0, "v8": 1}
    metrics.version("consultas", "v2")
    assert versions(metrics)["v2"] == 1 and versions(metrics)["v8"] == 0


def test_a_label_is_written_so_that_it_can_be_read_again() -> None:
    metrics = Metrics()
    metrics.version("consultas", 'a"b\\c\nd')
    assert versions(metrics) == {'a"b\\c\nd': 1}


def test_nothing_is_shared_where_no_folder_is() -> None:
    first, second = Metrics(), Metrics()
    first.refused("servidor-saturado")
    assert of(second, "cartelera_gateway_rechazos_total", motivo="servidor-saturado") == 0


def test_readers_in_other_threads_see_whole_numbers_while_one_counts() -> None:
    metrics = Metrics()

    def read(_: int) -> list[dict[str, str]]:
        return all_of(metrics, ANSWERS)

    with ThreadPoolExecutor(4) as threads:
        reading = threads.map(read, range(8))
        for number in range(2000):
            metrics.answered(f"/{number % 150}", "GET", 200 + number % 7, "NONE", 0.1)
        assert len(list(reading)) == 8
    assert len(all_of(metrics, ANSWERS)) == 1050


# Several processes ------------------------------------------------------------------------------


def work(orders: Any) -> None:
    """A process of the gateway: counts what it is told, and lives until it is killed."""
    metrics = Metrics()
    orders.send("ready")
    while True:
        for _ in range(orders.recv()):
            metrics.answered("/x", "GET", 200, "HIT", 0.0001)
            metrics.upstream("consultas", "ok", 0.5)
        metrics.in_flight(2)
        metrics.circuit("consultas", "abierto")
        metrics.version("consultas", f"v{os.getpid()}")
        orders.send("counted")


class Worker:
    def __init__(self) -> None:
        self.orders, theirs = SPAWN.Pipe()
        self.process = SPAWN.Process(target=work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        assert self.orders.recv() == "ready"

    def count(self, times: int) -> None:
        self.orders.send(times)
        assert self.orders.recv() == "counted"

    def kill(self) -> None:
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()
        self.orders.close()


def counted(metrics: Metrics) -> tuple[float | None, ...]:
    """Answers, their times up to the least limit, and the seconds of the service."""
    answers = of(metrics, ANSWERS, ruta="/x", metodo="GET", estado="200", cache="HIT")
    quick = of(metrics, f"{TIMES}_bucket", ruta="/x", cache="HIT", le="0.0001")
    took = of(metrics, "cartelera_gateway_servicio_seconds_sum", servicio="consultas",
              resultado="ok")  # fmt: skip
    return answers, quick, took


def live(metrics: Metrics) -> tuple[float | None, float | None]:
    """Requests under way, and processes whose breaker is open."""
    open_ones = of(metrics, "cartelera_gateway_circuito", servicio="consultas", estado="abierto")
    return of(metrics, "cartelera_gateway_en_curso"), open_ones


def test_processes_killed_in_the_middle_lose_no_count(folder: Path) -> None:
    workers = [Worker(), Worker(), Worker()]
    for number, worker in enumerate(workers):
        worker.count(1000 + number)
    reader = Metrics()
    assert counted(reader) == (3003, 3003, 1501.5)
    assert live(reader) == (6, 3)
    workers[0].kill()
    workers[1].kill()
    assert counted(reader) == (3003, 3003, 1501.5)  # what they counted outlives them
    assert live(reader) == (2, 1)  # what they were doing does not
    workers[2].count(1)
    assert counted(reader) == (3004, 3004, 1502)
    workers[2].kill()
    assert counted(reader) == (3004, 3004, 1502) and live(reader) == (None, None)


def test_a_new_process_goes_on_where_one_that_was_killed_stopped(folder: Path) -> None:
    for _ in range(4):
        worker = Worker()
        worker.count(5)
        worker.kill()
    assert len(list(folder.glob("*.values"))) == 1
    heir = Metrics()
    assert counted(heir) == (20, 20, 10)
    assert live(heir) == (0, 0)
    assert [version for version, now in versions(heir).items() if now] == []


def test_each_process_reads_the_sum_of_all(folder: Path) -> None:
    first, second = Metrics(), Metrics()
    first.answered("/x", "GET", 200, "HIT", 0.1)
    second.answered("/x", "GET", 200, "HIT", 0.1)
    second.answered("/y", "GET", 200, "HIT", 0.1)
    assert first.as_text() == second.as_text()
    named = {"metodo": "GET", "estado": "200", "cache": "HIT"}
    assert of(first, ANSWERS, ruta="/x", **named) == 2


def test_a_line_that_its_writer_was_killed_in_is_no_key(folder: Path) -> None:
    worker = Worker()
    worker.count(5)
    worker.kill()
    (keys,) = folder.glob("*.keys")
    whole = keys.read_bytes()
    keys.write_bytes(whole + b'[1, "rechaz')
    heir = Metrics()
    assert keys.read_bytes() == whole
    heir.refused("servidor-saturado")
    assert counted(heir) == (5, 5, 2.5)
    assert of(heir, "cartelera_gateway_rechazos_total", motivo="servidor-saturado") == 1


def test_what_there_is_no_room_for_is_counted_nowhere_and_harms_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tallies = Tallies()
    tallies.row(("whole",), PLACES - SPARE)
    assert tallies.row(("late",)) == 0 and "metrics_full" in caplog.text
    tallies.values[0] += 1
    assert list(tallies.own().rows) == [("whole",)] and not any(tallies.own().rows["whole",])


def test_after_being_full_what_is_new_counts_as_soon_as_there_is_room(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tallies = Tallies()
    tallies.row(("most",), PLACES - SPARE - 1)
    assert [tallies.row(("wide",), 2) for _ in range(3)] == [0, 0, 0]
    assert len(caplog.messages) == 1  # and not with each count
    assert tallies.row(("narrow",)) == PLACES - 1


def fill(folder: Path) -> Path:
    """A file that takes what room there is."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return ballast


def on_a_disk_that_fills_up(folder: Path) -> None:
    """In a process of its own, so that the disk is let go at its end."""
    os.environ[FOLDER_VARIABLE] = str(folder)
    logging.getLogger().addHandler(told := BufferingHandler(1000))
    one, other = Metrics(), Metrics()
    ballast = fill(folder)
    for number in range(300):  # the page that the keys begin in has room for some of them
        one.retried("consultas", f"motivo {number}")
        one.refused("servidor-saturado")
    one.answered("/x", "GET", 200, "HIT", 0.1)
    assert len(told.buffer) == 1 and "metrics_full" in told.buffer[0].getMessage()
    assert 0 < one.as_text().count(b"motivo ") < 300 and one.as_text() == other.as_text()
    assert of(other, "cartelera_gateway_rechazos_total", motivo="servidor-saturado") == 300
    assert counted(other)[0] is None
    ballast.unlink()
    one.retried("consultas", "con sitio")
    one.answered("/x", "GET", 200, "HIT", 0.1)
    assert counted(other)[0] == 1 and one.as_text() == other.as_text()
    again = {"servicio": "consultas", "motivo": "con sitio"}
    assert of(other, "cartelera_gateway_reintentos_total", **again) == 1


def test_a_disk_that_fills_up_ends_no_count_and_shifts_none(small_disk: Path) -> None:
    with ProcessPoolExecutor(1, SPAWN) as processes:
        processes.submit(on_a_disk_that_fills_up, small_disk).result()


def test_the_folder_is_there_for_the_block_alone() -> None:
    with metrics_folder() as path:
        assert os.environ[FOLDER_VARIABLE] == str(path) and path.stat().st_mode & 0o077 == 0
        Metrics().refused("servidor-saturado")
    assert not path.exists() and FOLDER_VARIABLE not in os.environ
