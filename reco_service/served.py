"""What the service answers from: one version, and what there is in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.api import EstadoBloque
from reco_service.recommend import Recommender


@dataclass(frozen=True)
class Served:
    """One version: what gives its answers, and the states of its blocks."""

    recommender: Recommender
    blocks: Sequence[EstadoBloque]
