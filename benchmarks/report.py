"""Figures said the same way in all benchmarks: what was measured, its limit or peer, the ratio."""

from collections.abc import Sequence
from statistics import median


def figure(value: float) -> str:
    """Three significant digits where it is small, none after the point where it is large."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def said(what: str, values: Sequence[float], unit: str) -> str:
    """The median of the rounds, and their range."""
    text = f"{what:<40}{figure(median(values)):>8} {unit:<6}"
    if len(values) > 1:
        text += f" ({figure(min(values))} to {figure(max(values))} in {len(values)} rounds)"
    return text.rstrip()


def at_most(what: str, values: Sequence[float], limit: float, unit: str) -> str:
    """As `said`, with the limit that the median is to stay below."""
    return _judged(what, values, limit, unit, median(values) <= limit)


def at_least(what: str, values: Sequence[float], limit: float, unit: str) -> str:
    """As `said`, with the limit that the median is to reach."""
    return _judged(what, values, limit, unit, median(values) >= limit)


def _judged(what: str, values: Sequence[float], limit: float, unit: str, fine: bool) -> str:
    bound = f"limit {limit:,g} {unit}".rstrip()
    ratio = f"{median(values) / limit:.2f} of it"
    return f"{said(what, values, unit)}; {bound}, {ratio}, {'met' if fine else 'MISSED'}"
