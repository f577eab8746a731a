"""What the service counts, as Prometheus reads it: blocks, what they decide, requests."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from contracts.api import EstadoBloque, Recomendada
from index.block_states import FREE_TEXT

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""The format every Prometheus reads. Which one a client prefers is not asked: the library's
reading of that header fails on a malformed one."""

NOTHING = "ninguno"
"""Stands for the block where no share of a result is above 0."""

BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics(Collector):
    """One app's metrics. Safe to count in and to read from several threads.

    Decisions are plain numbers, made into metrics only when they are read: counting those of a
    request costs a microsecond or two, which the library's own counters take for each result.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._version = ""
        self._blocks: Sequence[EstadoBloque] = ()
        self._decided = {NOTHING: 0}
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._requests = Histogram(
            "cartelera_peticiones_seconds",
            "How long requests took, by route and status",
            ("ruta", "estado"),
            registry=self._registry,
            buckets=BUCKETS_S,
        )

    def loaded(self, version: str, blocks: Sequence[EstadoBloque]) -> None:
        """A version is served from now on; each of its blocks has decided nothing yet."""
        with self._lock:
            self._version, self._blocks = version, blocks
            names = [block.bloque for block in blocks if block.bloque != FREE_TEXT]
            self._decided = dict.fromkeys([*names, NOTHING], 0)

    def count(self, results: Sequence[Recomendada]) -> None:
        """Count, for each result given, the block with the largest share of its score."""
        tally: dict[str, int] = defaultdict(int)
        for result in results:
            why = result.porque
            tally[why[0].bloque if why and why[0].aporte > 0 else NOTHING] += 1
        with self._lock:  # after the loop, so that nobody waits for more than a few additions
            for block, results_given in tally.items():
                self._decided[block] = self._decided.get(block, 0) + results_given

    def took(self, route: str, status: int, seconds: float) -> None:
        """Count a request, by the route's pattern and the status it was answered with."""
        self._requests.labels(route, status).observe(seconds)

    def as_text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Metric]:
        """Nothing: what there is to collect is known once a version is loaded."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        with self._lock:
            version, blocks, decided = self._version, self._blocks, dict(self._decided)
        info = InfoMetricFamily("cartelera_version", "The index version served")
        info.add_metric((), {"version": version})
        films = GaugeMetricFamily(
            "cartelera_bloque_peliculas", "How many films have the block", labels=["bloque"]
        )
        states = GaugeMetricFamily(
            "cartelera_bloque_estado",
            "1 for the state of the block: completo, parcial, vacio or ausente",
            labels=["bloque", "estado"],
        )
        for block in blocks:
            films.add_metric([block.bloque], block.peliculas)
            states.add_metric([block.bloque, block.estado], 1)
        results = CounterMetricFamily(
            "cartelera_bloque_decisiones",
            "Results of which the block had the largest share of the score",
            labels=["bloque"],
        )
        for name, count in decided.items():
            results.add_metric([name], count)
        yield from (info, films, states, results)


async def get_metrics(request: Request) -> Metrics:
    """Those of the app that answers."""
    metrics: Metrics = request.app.state.metrics
    return metrics


MetricsDep = Annotated[Metrics, Depends(get_metrics)]

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def metrics_as_text(metrics: MetricsDep) -> Response:
    """For Prometheus, on this service's own port."""
    return Response(metrics.as_text(), media_type=MEDIA_TYPE)
