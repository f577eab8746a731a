"""Histograms with their box plot above, also on a logarithmic scale, counted here: a page of
45,000 films carries the forty counts, not the values."""

import math
from dataclasses import dataclass

import numpy as np

from contracts.errors import Sentence
from eda.charts import ACCENT, MAIN, SOFT, Color, Spec, axis, figure
from eda.quartiles import Numbers, Quartiles, quartiles_of, whiskers
from eda.wording import figure as told_number
from eda.wording import say, short

BINS = 40
WHOLE_STEP = 0.18
"""The narrowest bar of a logarithm of whole numbers: from 1 to 2 there is nothing to count."""

FEW = 100
"""Whole numbers that start below this are counts, not amounts of money."""

DRAWN_OUTLIERS = 120
"""Outliers drawn as dots: the farthest and a spread of the others; all are counted."""


@dataclass(frozen=True)
class Scale:
    """How values are laid out: logarithms or not, the width of a bar, where the axis ends."""

    log: bool = False
    step: float | None = None
    """Of a scale that is not logarithmic; else bars are of a number that suits."""
    cap: float = math.inf


def histogram(values: Numbers, title: Sentence, counted: Sentence, scale: Scale) -> Spec:
    """Bars of counts with a box plot above; bars beyond the fences in red.

    On a logarithmic scale values have to be above 0, and places on the axis are their logarithms.
    """
    found, log = quartiles_of(values), scale.log
    values = np.minimum(values, scale.cap)
    scaled = np.log10(values) if log else values
    whole = log and bool((values == values.round()).all()) and values.min() < FEW
    edges = _edges(scaled, None if log else scale.step, whole)
    counts, _ = np.histogram(scaled, bins=edges)
    middles = (edges[:-1] + edges[1:]) / 2
    bars = {
        "type": "bar",
        "x": [round(float(x), 4) for x in middles],
        "y": counts.tolist(),
        "width": round(float(edges[1] - edges[0]) * 0.92, 4),
        "marker": {"color": [_color(x, found, log) for x in middles]},
        "hovertext": _hovers(edges, counts.tolist(), log),
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    x = axis(title, anchor="y", range=[float(edges[0]), float(edges[-1])], **_ticks(edges, log))
    y = axis(counted, domain=[0, 0.8], rangemode="tozero", tickformat=",")
    over = axis(domain=[0.84, 1], showticklabels=False, showgrid=False, anchor="x")
    return figure([bars, *_box(values, found, log)], x, y, yaxis2=over)


def _edges(scaled: Numbers, step: float | None, whole: bool) -> Numbers:
    low, high = float(scaled.min()), float(scaled.max())
    bins = BINS if not whole else max(1, min(BINS, int((high - low) / WHOLE_STEP)))
    if step is not None:
        first, last = np.floor(low / step), np.floor(high / step) + 1
        return np.arange(first, last + 1) * step
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def _color(middle: float, found: Quartiles, log: bool) -> Color:
    value = 10**middle if log else middle
    return MAIN if found.lower_fence <= value <= found.upper_fence else ACCENT


def _hovers(edges: Numbers, counts: list[int], log: bool) -> list[Sentence]:
    ends = [told_number(float(10**edge if log else edge)) for edge in edges]
    return [
        say("de {a} a {b}: {n}", "{a} to {b}: {n}", a=a, b=b, n=n)
        for a, b, n in zip(ends[:-1], ends[1:], counts, strict=True)
    ]


def _ticks(edges: Numbers, log: bool) -> Spec:
    if not log:
        return {}
    if edges[-1] - edges[0] < 2:
        return _fine_ticks(edges)
    powers = range(int(np.ceil(edges[0])), int(np.floor(edges[-1])) + 1)
    if len(powers) > 9:
        powers = range(powers[0], powers[-1] + 1, 2)
    return {"tickvals": list(powers), "ticktext": [short(10.0**power) for power in powers]}


def _fine_ticks(edges: Numbers) -> Spec:
    """Ticks of a logarithmic axis of less than two powers of ten: 1, 2 and 5 of each."""
    powers = range(int(np.floor(edges[0])), int(np.ceil(edges[-1])) + 1)
    values = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    kept = [value for value in values if edges[0] <= np.log10(value) <= edges[-1]]
    places = [round(float(np.log10(value)), 4) for value in kept]
    return {"tickvals": places, "ticktext": [short(value) for value in kept]}


def _box(values: Numbers, found: Quartiles, log: bool) -> list[Spec]:
    """The box from its five numbers, and dots for some of the values beyond the fences."""
    far = np.unique(values[(values < found.lower_fence) | (values > found.upper_fence)])
    if len(far) > DRAWN_OUTLIERS:
        far = far[np.linspace(0, len(far) - 1, DRAWN_OUTLIERS).astype(int)]
    five = np.array([found.q1, found.median, found.q3, *whiskers(values, found)])
    q1, median, q3, low, high = (np.log10(five) if log else five).round(4).tolist()
    box = {
        "type": "box",
        "orientation": "h",
        "y": [0],
        "q1": [q1],
        "median": [median],
        "q3": [q3],
        "lowerfence": [low],
        "upperfence": [high],
        "yaxis": "y2",
        "line": {"color": MAIN, "width": 1.5},
        "hoverinfo": "skip",
        "width": 0.8,
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": (np.log10(far) if log else far).round(4).tolist(),
        "y": [0] * len(far),
        "yaxis": "y2",
        "hoverinfo": "skip",
        "marker": {"color": ACCENT, "size": 4, "opacity": 0.55},
    }
    return [box, dots] if len(far) else [box]


def fence_lines(spec: Spec, found: Quartiles, log: bool) -> Spec:
    """The figure with a dashed line at each fence that lies within it."""
    low, high = spec["layout"]["xaxis"]["range"]
    fences = [found.lower_fence, found.upper_fence]
    places = [float(np.log10(f)) if log else f for f in fences if f > 0 or not log]
    shapes = [
        {
            "type": "line",
            "x0": place,
            "x1": place,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": SOFT, "width": 1, "dash": "dash"},
        }
        for place in places
        if low < place < high
    ]
    return {"data": spec["data"], "layout": spec["layout"] | {"shapes": shapes}}
