"""What every service counts, as Prometheus reads it: requests, the version, its changes."""

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from contracts.refreshes import FOLDER, GOOD, OUTCOMES, Refreshes, Run
from contracts.swap import Serving

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""The format every Prometheus reads. Which one a client prefers is not asked: the library's
reading of that header fails on a malformed one."""

BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics(Collector):
    """One app's metrics. Safe to count in and to read from several threads.

    What is told of versions is read off `serving`, once there is one.
    """

    def __init__(self) -> None:
        self.serving: Serving[Any] | None = None
        self._refreshes: Refreshes | None = None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._requests = Histogram(
            "cartelera_peticiones_seconds",
            "How long requests took, by route and status",
            ("ruta", "estado"),
            registry=self._registry,
            buckets=BUCKETS_S,
        )

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
        if self.serving is not None:
            yield from self.of_serving(self.serving)
            yield from self._of_refreshes(self.serving)

    def of_serving(self, serving: Serving[Any]) -> Iterator[Metric]:
        """What is told of the version served."""
        info = InfoMetricFamily("cartelera_version", "The version served")
        info.add_metric((), {"version": serving.current.version})
        changes = CounterMetricFamily(
            "cartelera_cambios_version",
            "Changes of version while serving: hecho or rechazado",
            labels=["resultado"],
        )
        for how, count in serving.ended.items():
            changes.add_metric([how], count)
        refused = GaugeMetricFamily(
            "cartelera_version_rechazada",
            "1 while the version published is one that was refused",
            value=float(serving.refusing),
        )
        yield from (info, changes, refused)

    def _of_refreshes(self, serving: Serving[Any]) -> Iterator[Metric]:
        """What is told of refreshes, in the folder beside the root that is served from."""
        if self._refreshes is None:
            self._refreshes = Refreshes(serving.root.parent / FOLDER)
        if (told := self._refreshes.told()) is None:
            return
        yield GaugeMetricFamily(
            "cartelera_refresco_en_curso",
            "1 while a refresh is under way",
            value=float(told.under_way),
        )
        if told.runs:
            yield from _of_runs(told.runs)


def _of_runs(runs: list[Run]) -> Iterator[Metric]:
    last = runs[-1]
    ended = GaugeMetricFamily(
        "cartelera_refresco_ultimo_resultado",
        "1 for what the last refresh ended with",
        labels=["resultado"],
    )
    counted = GaugeMetricFamily(
        "cartelera_refrescos", "Refreshes in the history, by their end", labels=["resultado"]
    )
    for outcome in OUTCOMES:
        ended.add_metric([outcome], float(last.outcome == outcome))
        counted.add_metric([outcome], sum(run.outcome == outcome for run in runs))
    good = next((run.ended() for run in reversed(runs) if run.outcome in GOOD), 0.0)
    for name, said, value in (
        ("ultimo_timestamp", "When the last refresh ended", last.ended()),
        ("ultimo_correcto_timestamp", "When the last good refresh ended; 0: never", good),
        ("duracion", "How long the last refresh took", last.seconds),
    ):
        yield GaugeMetricFamily(f"cartelera_refresco_{name}_seconds", said, value=value)
    yield from (ended, counted)
