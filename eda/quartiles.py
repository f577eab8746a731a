"""The quartile rule of Tukey: what lies far from the middle half of the values."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

REACH = 1.5
"""How many times the height of the middle half a value may lie beyond it."""


@dataclass(frozen=True)
class Quartiles:
    """Quartiles, the fences of the rule, and how many values lie beyond them."""

    count: int
    low: float
    """The smallest value."""
    q1: float
    median: float
    q3: float
    high: float
    """The largest value."""
    below: int
    above: int

    @property
    def lower_fence(self) -> float:
        """Values below this are outliers."""
        return self.q1 - REACH * (self.q3 - self.q1)

    @property
    def upper_fence(self) -> float:
        """Values above this are outliers."""
        return self.q3 + REACH * (self.q3 - self.q1)

    @property
    def outliers(self) -> int:
        """How many values lie beyond either fence."""
        return self.below + self.above

    @property
    def share(self) -> float:
        """The share of outliers."""
        return self.outliers / self.count if self.count else 0.0


def quartiles_of(values: Numbers) -> Quartiles:
    """Quartiles (linear between neighbours) and outliers of one value or more."""
    low, q1, median, q3, high = (float(q) for q in np.percentile(values, [0, 25, 50, 75, 100]))
    bare = Quartiles(len(values), low, q1, median, q3, high, 0, 0)
    below = int((values < bare.lower_fence).sum())
    above = int((values > bare.upper_fence).sum())
    return Quartiles(len(values), low, q1, median, q3, high, below, above)


def whiskers(values: Numbers, found: Quartiles) -> tuple[float, float]:
    """The smallest and largest values within the fences, where a box plot's whiskers end."""
    inside = values[(values >= found.lower_fence) & (values <= found.upper_fence)]
    return float(inside.min()), float(inside.max())
