"""What a ranking reached, metric by metric: the figures all parts of a report are made of."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from index.evaluation.metrics import Estimate


@dataclass(frozen=True)
class Metric:
    """A column of the report."""

    key: str
    title: str
    meaning: str
    decimals: int
    compared: bool
    """Whether a ratio of it says anything."""


@dataclass(frozen=True)
class Result:
    """What one ranking reached: estimates by metric, and ratios by ranking compared with.

    None where no film was asked about: without collections, there is no saga recall.
    """

    name: str
    metrics: dict[str, Estimate | None]
    ratios: dict[str, dict[str, Estimate | None]]

    def as_data(self) -> dict[str, Any]:
        """For JSON; estimates are objects of value, low and high."""
        ratios = {
            reference: {key: ratio and ratio._asdict() for key, ratio in of.items()}
            for reference, of in self.ratios.items()
        }
        metrics = {key: estimate and estimate._asdict() for key, estimate in self.metrics.items()}
        return {"name": self.name, "metrics": metrics, "ratios": ratios}


@dataclass(frozen=True)
class Plot:
    """One metric of some rankings, to be drawn; `marked` are the names under test."""

    metric: Metric
    results: tuple[Result, ...]
    marked: Collection[str]


def value_of(estimate: Estimate | None) -> float:
    """The value alone, 0 where there is none."""
    return estimate.value if estimate else 0.0


def shown(estimate: Estimate | None, decimals: int) -> str:
    """'0.071 [0.066, 0.077]', or a dash where there is nothing to tell."""
    if estimate is None:
        return "–"
    value, low, high = (f"{number:,.{decimals}f}" for number in estimate)
    return f"{value} [{low}, {high}]"
