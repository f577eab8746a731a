"""What the gateway is made of, as each request finds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.tracing import Tracing
from gateway.admission import Admission
from gateway.answers import Answers
from gateway.clients import Upstream
from gateway.metrics import Metrics
from gateway.places import Bodies, Places
from gateway.settings import Settings


@dataclass
class Parts:
    """The parts of one gateway in one process; `upstreams` are there once it has started."""

    settings: Settings
    metrics: Metrics
    answers: Answers
    admission: Admission
    tracing: Tracing | None
    places: Places
    bodies: Bodies
    most_clients: int
    upstreams: Mapping[str, Upstream] = field(default_factory=dict)

    @property
    def open_to_all(self) -> bool:
        """Whether a kept answer may be given without looking at who asks, or following a trace."""
        return not self.admission.asks and self.tracing is None
