"""What the service answers from: one version, and what there is in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.api_health import EstadoBloque, MotorConMotivo
from index.engines import EngineState, state_of
from reco_service.recommend import Recommender

SERVING, DOWN = "en_servicio", "caido"
"""States of the engine; while it is down answers are as good, and take longer."""


@dataclass(frozen=True)
class Served:
    """One version: what gives its answers, and the states of its blocks."""

    recommender: Recommender
    blocks: Sequence[EstadoBloque]

    def engine_state(self) -> EngineState:
        """Which engine finds films in this version, and how it does."""
        return state_of(self.recommender.vectors)

    def engine(self) -> MotorConMotivo:
        """As `engine_state`, as health tells it."""
        state = self.engine_state()
        return MotorConMotivo(
            nombre=state.name, estado=DOWN if state.fault else SERVING, motivo=state.fault
        )
