"""The metrics there are: those the gateway tells once all was counted, the services' as told."""

import re

from prometheus_client.parser import text_string_to_metric_families as families

from gateway.metrics import Metrics
from tests.conftest import ROOT

OPERATION = ROOT / "docs" / "operacion"
DOCUMENTED = re.compile(r"^\| `(cartelera_\w+)`", re.MULTILINE)
PARTS_OF_A_HISTOGRAM = ("_bucket", "_count", "_sum")
NAME = re.compile(r"\bcartelera_\w+")


def of_the_gateway() -> dict[str, set[str]]:
    """Each number the gateway tells, and its labels."""
    metrics = Metrics()
    metrics.answered("/x", "GET", 200, "HIT", 0.1)
    metrics.upstream("consultas", "ok", 0.1)
    metrics.circuit("consultas", "abierto")
    metrics.opened("consultas")
    metrics.cache_holds(1, 1)
    metrics.in_flight(1)
    metrics.clients(1)
    metrics.version("consultas", "v1")
    told: dict[str, set[str]] = {}
    for family in families(metrics.as_text().decode()):
        for sample in family.samples:
            told.setdefault(sample.name, set()).update(sample.labels)
    return told


def documented() -> set[str]:
    """Every metric of the tables of the documents on operation."""
    return {
        name for path in OPERATION.glob("*.md") for name in DOCUMENTED.findall(path.read_text())
    }


def of_the_services() -> set[str]:
    """Each number a service tells, by the documents."""
    names = {name for name in documented() if not name.startswith("cartelera_gateway_")}
    parts = {n + part for n in names if n.endswith("_seconds") for part in PARTS_OF_A_HISTOGRAM}
    return names | parts


def unknown(expression: str) -> set[str]:
    """The metrics of ours that an expression names and nobody tells."""
    return set(NAME.findall(expression)) - set(of_the_gateway()) - of_the_services()
