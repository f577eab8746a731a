"""What the service counts beside what every service does: blocks, and what they decide."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Annotated, Any

from fastapi import Depends, Request
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from contracts.api import Recomendada
from contracts.api_health import EstadoBloque
from contracts.metrics import Metrics
from contracts.swap import Serving
from index.block_states import FREE_TEXT
from index.engines import EngineState
from reco_service.served import Served

NOTHING = "ninguno"
"""Stands for the block where no share of a result is above 0."""


class RecoMetrics(Metrics):
    """One app's metrics. Safe to count in and to read from several threads.

    Decisions are plain numbers, made into metrics only when they are read: counting those of a
    request costs a microsecond or two, which the library's own counters take for each result.
    They go on counting when the version changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._decided = {NOTHING: 0}

    def count(self, results: Sequence[Recomendada]) -> None:
        """Count, for each result given, the block with the largest share of its score."""
        tally: dict[str, int] = defaultdict(int)
        for result in results:
            why = result.porque
            tally[why[0].bloque if why and why[0].aporte > 0 else NOTHING] += 1
        with self._lock:  # after the loop, so that nobody waits for more than a few additions
            for block, results_given in tally.items():
                self._decided[block] = self._decided.get(block, 0) + results_given

    def of_serving(self, serving: Serving[Any]) -> Iterator[Metric]:
        """See Metrics; a block that has decided nothing yet is told with 0."""
        yield from super().of_serving(serving)
        served: Served = serving.current.content
        blocks = served.blocks
        yield from _of_blocks(blocks)
        yield from _of_engine(served.engine_state())
        with self._lock:
            decided = dict(self._decided)
        names = [block.bloque for block in blocks if block.bloque != FREE_TEXT]
        results = CounterMetricFamily(
            "cartelera_bloque_decisiones",
            "Results of which the block had the largest share of the score",
            labels=["bloque"],
        )
        for name in dict.fromkeys([*names, *decided]):
            results.add_metric([name], decided.get(name, 0))
        yield results


def _of_engine(state: EngineState) -> tuple[Metric, Metric, Metric]:
    named = GaugeMetricFamily(
        "cartelera_motor_vectores",
        "1 for the engine that finds the nearest films: flat, hnsw, ivfpq or milvus",
        labels=["motor"],
    )
    named.add_metric([state.name], 1)
    down = GaugeMetricFamily(
        "cartelera_motor_vectores_caido",
        "1 while the engine does not answer and all films are compared",
        value=float(state.fault is not None),
    )
    faults = CounterMetricFamily(
        "cartelera_motor_vectores_fallos",
        "Searches for which the engine of the version served gave no answer",
        value=state.faults,
    )
    return named, down, faults


def _of_blocks(blocks: Sequence[EstadoBloque]) -> tuple[Metric, Metric]:
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
    return films, states


async def get_metrics(request: Request) -> RecoMetrics:
    """Those of the app that answers."""
    metrics: RecoMetrics = request.app.state.metrics
    return metrics


MetricsDep = Annotated[RecoMetrics, Depends(get_metrics)]
