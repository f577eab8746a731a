"""Figures as plotly takes them, with texts in both languages and colours by name.

A spec is the dictionary that plotly.js draws, except that a text may be a Sentence and a colour a
Color: `resolve` puts in those of one language and colour scheme. The page does the same in the
browser, so that one spec is carried for all four.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from contracts.errors import Sentence
from eda.wording import NO_BREAK, same


@dataclass(frozen=True)
class Color:
    """A colour of the palette, by its name."""

    name: str


LIGHT = {
    "ink": "#2b2624",
    "soft": "#6a615c",
    "grid": "#e4ddd6",
    "paper": "#faf8f5",
    "accent": "#a3262a",
    "main": "#56697b",
    "gold": "#b07a1e",
    "teal": "#2f7f79",
    "cold": "#2f6690",
    "middle": "#f1ece6",
}
DARK = {
    "ink": "#ece6e1",
    "soft": "#b3a8a1",
    "grid": "#383230",
    "paper": "#161413",
    "accent": "#ff8f7f",
    "main": "#8fa5b9",
    "gold": "#e0b35c",
    "teal": "#6cc2ba",
    "cold": "#74b3e0",
    "middle": "#2a2523",
}
"""The colours of the report on light and on dark pages, by name."""

INK, SOFT, GRID, PAPER = Color("ink"), Color("soft"), Color("grid"), Color("paper")
ACCENT, MAIN, GOLD, TEAL = Color("accent"), Color("main"), Color("gold"), Color("teal")
COLORS = (MAIN, ACCENT, GOLD, TEAL)
"""The colours of several series in one figure, in order."""

DIVERGING = [[0, Color("cold")], [0.5, Color("middle")], [1, ACCENT]]
FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
LONGEST_LABEL = 26
LOG_FROM = 500
"""Counts from this on call for a logarithmic axis where the least is to be seen."""

Spec = dict[str, Any]


def resolve(value: Any, language: str, palette: dict[str, str]) -> Any:
    """The spec, or a part of it, with its texts in one language and its colours filled in."""
    if isinstance(value, Sentence):
        return value.spoken_in(language)
    if isinstance(value, Color):
        return palette[value.name]
    if isinstance(value, dict):
        return {key: resolve(inner, language, palette) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(inner, language, palette) for inner in value]
    return value


def literal(text: str) -> str:
    """A text of the data as plotly shows it literally, though plotly's texts may hold tags."""
    return escape(text, quote=False)


def literally(text: Sentence) -> Sentence:
    """As `literal`, in both languages."""
    return Sentence(literal(text.es), literal(text.en))


def axis(title: Sentence | None = None, **more: Any) -> Spec:
    """One axis in the house's style."""
    style = {
        "gridcolor": GRID,
        "linecolor": GRID,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": SOFT},
    }
    told = {"title": {"text": title, "font": {"size": 12, "color": SOFT}}} if title else {}
    return style | told | more


def figure(traces: Sequence[Spec], x: Spec, y: Spec, **more: Any) -> Spec:
    """A whole figure: its traces and a layout in the house's style."""
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": INK},
        "separators": Sentence(",.", ".,"),
        "margin": {"l": 8, "r": 16, "t": 12, "b": 8},
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": SOFT, "font": {"color": INK}},
        "showlegend": False,
        "dragmode": False,
        "bargap": 0.12,
        "xaxis": x,
        "yaxis": y,
    }
    return {"data": list(traces), "layout": layout | more}


LEGEND = {
    "traceorder": "normal",
    "orientation": "h",
    "y": 1.02,
    "yanchor": "bottom",
    "x": 0,
    "font": {"size": 12},
}
"""A legend above the plot, where no series is covered."""


def ranking(
    names: Sequence[Sentence],
    values: Sequence[float],
    hovers: Sequence[Sentence],
    title: Sentence,
    **more: Any,
) -> Spec:
    """Horizontal bars, the first on top."""
    places = list(range(len(names)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": places,
        "hovertext": [literally(text) for text in hovers],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": MAIN} | more.pop("marker", {}),
    }
    labels = [Sentence(_label(name.es), _label(name.en)) for name in names]
    y = axis(tickvals=places, ticktext=labels, autorange="reversed", gridcolor="rgba(0,0,0,0)")
    x = axis(title, rangemode="tozero", tickformat=",") | more.pop("xaxis", {})
    return figure([bars], x, y, **more)


def many(values: Sequence[float]) -> Spec:
    """What an axis of counts needs so that small ones are seen beside very large ones."""
    if max(values) < LOG_FROM:
        return {}
    return {"type": "log", "rangemode": "normal", "dtick": 1}


def ranking_height(count: int) -> int:
    """Pixels for so many horizontal bars."""
    return 96 + 25 * max(count, 3)


def columns(
    x: Sequence[Any],
    values: Sequence[float],
    x_axis: Spec,
    y_title: Sentence,
    hover: Sentence | str,
    colors: Sequence[Color] | Color = MAIN,
) -> Spec:
    """Vertical bars; `hover` is a plotly template."""
    bars = {
        "type": "bar",
        "x": list(x),
        "y": list(values),
        "hovertemplate": hover,
        "marker": {"color": colors if isinstance(colors, Color) else list(colors)},
    }
    return figure([bars], x_axis, axis(y_title, rangemode="tozero", tickformat=","))


def heat(names: Sequence[Sentence], values: Sequence[Sequence[float]]) -> Spec:
    """A square of correlations from -1 to 1 with their values written in."""
    places = list(range(len(names)))
    told = [[_correlation(value) for value in row] for row in values]
    cells = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": [[None if value != value else round(value, 3) for value in row] for row in values],
        "text": told,
        "texttemplate": "%{text}",
        "textfont": {"size": 11},
        "zmin": -1,
        "zmax": 1,
        "colorscale": DIVERGING,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{text}<extra></extra>",
    }
    bare: Spec = {"tickvals": places, "ticktext": list(names), "showgrid": False}
    x = axis(tickangle=-40, **bare)
    return figure([cells], x, axis(autorange="reversed", **bare), margin=dict.fromkeys("lrtb", 8))


def _correlation(value: float) -> Sentence:
    if value != value:
        return same("")
    told = f"{value:.2f}".replace("-", "−")
    return Sentence(told.replace(".", ","), told)


def _label(name: str) -> str:
    cut = name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"
    return literal(cut) + NO_BREAK
