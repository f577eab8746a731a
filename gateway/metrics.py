"""What the gateway counts, as Prometheus reads it; the sum of all processes that share a port.

Counting is an addition or two in memory: families are made of it when somebody reads them.
"""

import os
import platform
import shutil
import tempfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from contracts.errors import KeyRefused, KeyRequired, Saturated, TooManyRequests
from contracts.release import VERSION
from gateway.tallies import Counted, Key, Tallies

FOLDER_VARIABLE = "GATEWAY_METRICS_FOLDER"
"""Where processes that count together find one another: set by their parent, no setting."""

BUCKETS_S = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
SUM = len(BUCKETS_S) + 1
"""A row of times has a place for each bucket, one for longer times, and one for their sum."""

LIMITS = [*(str(limit) for limit in BUCKETS_S), "+Inf"]

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"))
OTHER_METHOD, OTHER_ROUTE = "otro", "otra"
MOST_ROUTES = 200
"""Routes told apart: services name them, and a service may have a fault."""

ALARMING = (Saturated, TooManyRequests, KeyRequired, KeyRefused)
"""Refusals told as 0 before the first, which no rate would see otherwise; so are retries."""

RETRIES = ("fallo", "cobertura", "sin_saldo")
STATES = ("cerrado", "abierto", "semiabierto")
FORMER_VERSIONS = 3

PREFIX = "cartelera_gateway_"
ANSWERS, UPSTREAM, VERSIONS = "peticiones", "servicio_seconds", "version"
COUNTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "reintentos": (
        "Requests tried again: fallo, cobertura; or not: sin_saldo",
        ("servicio", "motivo"),
    ),
    "circuito_aperturas": ("Times that a breaker opened", ("servicio",)),
    "rechazos": ("Requests the gateway refused, by the problem's slug", ("motivo",)),
}
GAUGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "circuito": ("Processes whose breaker is in the state", ("servicio", "estado")),
    "cache_bytes": ("Bytes of answers kept", ()),
    "cache_respuestas": ("Answers kept", ()),
    "en_curso": ("Requests being served", ()),
    "conexiones": ("Connections of clients", ()),
}


@contextmanager
def metrics_folder() -> Iterator[Path]:
    """For a parent of several processes: they count together until the block ends."""
    folder = tempfile.mkdtemp(prefix="cartelera-gateway-")
    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = folder
    try:
        yield Path(folder)
    finally:
        os.environ.pop(FOLDER_VARIABLE)
        if before is not None:
            os.environ[FOLDER_VARIABLE] = before
        shutil.rmtree(folder, ignore_errors=True)


class Metrics(Collector):
    """One gateway's metrics; to be counted in by one thread, and read from any."""

    def __init__(self) -> None:
        shared = os.environ.get(FOLDER_VARIABLE)
        self._tallies = tallies = Tallies(Path(shared) if shared else None)
        self._values = tallies.values
        self._answers: dict[tuple[str, str, int, str], int] = {}
        self._routes: set[str] = set()
        self._versions: dict[str, int] = {}
        for key in tallies.own().rows:  # of one that has ended, whose numbers go on here
            if key[0] in GAUGES or key[0] == VERSIONS:
                self._set(0, *key)
            elif key[0] == ANSWERS:
                self._routes.add(key[1])
        for problem in ALARMING:
            tallies.row(("rechazos", problem.slug))
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def answered(self, route: str, method: str, status: int, cache: str, seconds: float) -> None:
        """An answer was given; the cheapest of all, since kept answers are many."""
        try:
            row = self._answers[route, method, status, cache]
        except KeyError:
            row = self._row_of_answers(route, method, status, cache)
        values = self._values
        values[row + bisect_left(BUCKETS_S, seconds)] += 1
        values[row + SUM] += seconds

    def upstream(self, service: str, outcome: str, seconds: float) -> None:
        """A service was asked: `ok`, or the slug of the problem that came of it."""
        row = self._tallies.row((UPSTREAM, service, outcome), SUM + 1)
        self._values[row + bisect_left(BUCKETS_S, seconds)] += 1
        self._values[row + SUM] += seconds

    def retried(self, service: str, why: str) -> None:
        """A request was tried again, or would have been."""
        self._values[self._tallies.row(("reintentos", service, why))] += 1

    def circuit(self, service: str, state: str) -> None:
        """The state of the service's breaker, in this process."""
        for each in STATES:
            self._set(each == state, "circuito", service, each)
        self._tallies.row(("circuito_aperturas", service))
        for why in RETRIES:
            self._tallies.row(("reintentos", service, why))

    def opened(self, service: str) -> None:
        """The service's breaker opened."""
        self._values[self._tallies.row(("circuito_aperturas", service))] += 1

    def cache_holds(self, size: int, answers: int) -> None:
        """What this process keeps: bytes, answers."""
        self._set(size, "cache_bytes")
        self._set(answers, "cache_respuestas")

    def refused(self, slug: str) -> None:
        """A request was refused with that problem."""
        self._values[self._tallies.row(("rechazos", slug))] += 1

    def in_flight(self, requests: int) -> None:
        """Requests that this process is serving."""
        self._set(requests, "en_curso")

    def clients(self, connections: int) -> None:
        """Connections of clients to this process."""
        self._set(connections, "conexiones")

    def version(self, service: str, version: str) -> None:
        """The version that the service last answered from."""
        row = self._tallies.row((VERSIONS, service, version[:100]))
        if (before := self._versions.get(service)) is not None:
            self._values[before] = 0
        self._values[row] = 1
        self._versions[service] = row

    def as_text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Metric]:
        """Nothing: what there is to collect is known once it was counted."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        everyone = list(self._tallies.everyone())
        rows = _summed(everyone)
        yield from _of_answers(rows)
        yield _histogram("servicio_seconds", "How long services took, and how it ended",
                         ("servicio", "resultado"), _named(rows, UPSTREAM))  # fmt: skip
        for name, (told, labels) in COUNTERS.items():
            counter = CounterMetricFamily(PREFIX + name, told, labels=labels)
            for key, (count,) in _named(rows, name).items():
                counter.add_metric(key, count)
            yield counter
        for name, (told, labels) in GAUGES.items():
            gauge = GaugeMetricFamily(PREFIX + name, told, labels=labels)
            for key, (value,) in _named(rows, name).items():
                gauge.add_metric(key, value)
            yield gauge
        yield from (_of_versions(everyone), _build())

    def _row_of_answers(self, route: str, method: str, status: int, cache: str) -> int:
        known = route if route in self._routes or len(self._routes) < MOST_ROUTES else OTHER_ROUTE
        self._routes.add(known)
        named = method if method in METHODS else OTHER_METHOD
        row = self._tallies.row((ANSWERS, known, named, str(status), str(cache)), SUM + 1)
        if row and known == route and named == method:  # what is made up is not remembered
            self._answers[route, method, status, cache] = row
        return row

    def _set(self, value: float, *key: str) -> None:
        self._values[self._tallies.row(key)] = value


def _summed(everyone: Iterable[Counted]) -> dict[Key, tuple[float, ...]]:
    """Each row over all processes; gauges are those of processes that run."""
    rows: dict[Key, tuple[float, ...]] = {}
    for counted in everyone:
        for key, row in counted.rows.items():
            if counted.alive or key[0] not in GAUGES:
                before = rows.get(key)
                rows[key] = tuple(map(sum, zip(before, row, strict=True))) if before else row
    return rows


def _named(rows: Mapping[Key, tuple[float, ...]], name: str) -> dict[Key, tuple[float, ...]]:
    """The rows of a metric by the values of its labels, in order."""
    return {key[1:]: rows[key] for key in sorted(rows) if key[0] == name}


def _of_answers(rows: Mapping[Key, tuple[float, ...]]) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        PREFIX + "peticiones", "Requests answered", labels=("ruta", "metodo", "estado", "cache")
    )
    times: dict[Key, tuple[float, ...]] = {}
    for (route, method, status, cache), row in _named(rows, ANSWERS).items():
        requests.add_metric((route, method, status, cache), sum(row[:SUM]))
        before = times.get((route, cache), (0.0,) * len(row))
        times[route, cache] = tuple(map(sum, zip(before, row, strict=True)))
    yield requests
    yield _histogram("peticiones_seconds", "How long requests took", ("ruta", "cache"), times)


def _histogram(
    name: str, told: str, labels: tuple[str, ...], rows: Mapping[Key, tuple[float, ...]]
) -> Metric:
    family = HistogramMetricFamily(PREFIX + name, told, labels=labels)
    for key, row in rows.items():
        family.add_metric(key, list(zip(LIMITS, accumulate(row[:SUM]), strict=True)), row[SUM])
    return family


def _of_versions(everyone: Iterable[Counted]) -> Metric:
    """1 for what a running process saw last, 0 for the few before it."""
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    for counted in everyone:
        for (_, service, version), (now,) in _of(counted, VERSIONS):
            seen[service][version] = max(seen[service].get(version, 0), now * counted.alive)
    family = GaugeMetricFamily(
        PREFIX + "version",
        "1 for the version that a service last answered from, 0 for those before",
        labels=("servicio", "version"),
    )
    for service, versions in seen.items():
        former = [version for version, now in versions.items() if not now]
        for version, now in versions.items():
            if now or version in former[-FORMER_VERSIONS:]:
                family.add_metric((service, version), now)
    return family


def _of(counted: Counted, name: str) -> list[tuple[Key, tuple[float, ...]]]:
    return [(key, row) for key, row in counted.rows.items() if key[0] == name]


def _build() -> Metric:
    family = GaugeMetricFamily(PREFIX + "build", "Always 1", labels=("version", "python"))
    family.add_metric((VERSION, platform.python_version()), 1)
    return family
