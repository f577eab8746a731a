"""A report as one page that loads nothing: plots of the intervals, and tables of every figure."""

from collections.abc import Collection, Sequence
from html import escape

from index.evaluation.metrics import Estimate
from index.evaluation.report import METRICS, Report
from index.evaluation.results import Plot
from index.evaluation.sections import Grid, Section

NAMES, PLOT, EDGE, LINE = 200, 180, 68, 26
"""Pixels of a plot: the names, the plot itself, the figures right of it, the height of a line."""

LEGEND = (
    "In bold and blue, the rankings under test. Lines are the intervals; where there is none to be "
    "seen, it is narrower than the dot."
)

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dae1;
  --paper: #fff; --mark: #0b63c4; --other: #8b95a3; --tint: #eef5fd; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --soft: #a3adbb; --line: #3a4350;
  --paper: #12161c; --mark: #6db3ff; --other: #7b8696; --tint: #1a2634; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem 1.25rem 3rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { max-width: 60rem; } .summary { font-size: 1.1rem; font-weight: 600; }
.warning { border-left: .3rem solid var(--mark); background: var(--tint); padding: .6rem .9rem;
  font-weight: 600; }
dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; max-width: 60rem; }
.soft, dd { color: var(--soft); }
.plots { display: grid; gap: 1.5rem 2.5rem; margin-top: 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: .25rem; }
svg { width: 100%; height: auto; font: 14px system-ui, sans-serif; fill: var(--ink); }
svg line { stroke: var(--line); } svg .interval { stroke: var(--other); stroke-width: 3; }
svg circle { fill: var(--other); }
svg .ours .interval { stroke: var(--mark); } svg .ours circle { fill: var(--mark); }
svg .ours text { font-weight: 700; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; background: var(--paper); }
thead th { white-space: normal; vertical-align: bottom; overflow-wrap: normal; line-height: 1.25; }
tbody th { font-weight: 400; }
th:first-child { position: sticky; left: 0; text-align: left; }
tr.ours > * { background: var(--tint); } tr.ours th { font-weight: 700; }
@media (max-width: 40rem) { body { padding: .75rem .75rem 2rem; } h1 { font-size: 1.4rem; }
  th, td { padding: .35rem .45rem; } tbody th { white-space: normal; min-width: 7rem; } }
td small { color: var(--soft); display: block; }
""".strip()


def as_html(report: Report) -> str:
    """The report for browsers: English, with a summary in Spanish; light, dark, and on a phone."""
    sections = [
        "<h1>Recommendation quality</h1>",
        *(f'<p class="warning">{escape(text)}</p>' for text in report.warnings()),
        f'<p class="summary" lang="es">{escape(report.resumen())}</p>',
        f'<p class="soft">{escape(report.circumstances())}</p>',
        _plots(report.plots()),
        f'<p class="soft">{LEGEND}</p>' if report.provenance.under_test else "",
        *(_grid(grid, "h2") for grid in report.grids()),
        "<h2>What is measured</h2>",
        _terms([(metric.title, metric.meaning) for metric in METRICS]),
        *(_section(section) for section in report.sections()),
    ]
    sections += ["<h2>What the figures rest on</h2>"] if report.made_with() else []
    sections += [f'<p class="soft">{escape(text)}</p>' for text in report.made_with()]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>Recommendation quality</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n"
        + "\n".join(sections)
        + "\n</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    """A part after the rankings of films."""
    parts = [f"<h2>{escape(section.title)}</h2>"]
    parts += [f"<p>{escape(text)}</p>" for text in section.text]
    parts += [_plots(section.plots)] if section.plots else []
    parts += [_grid(grid, "h3") for grid in section.grids]
    parts += [_terms(section.terms)] if section.terms else []
    return "\n".join(parts)


def _terms(terms: Sequence[tuple[str, str]]) -> str:
    told = [f"<dt>{escape(name)}</dt><dd>{escape(meaning)}.</dd>" for name, meaning in terms]
    return f"<dl>{''.join(told)}</dl>"


def _grid(grid: Grid, heading: str) -> str:
    lines = []
    for name, *figures in grid.rows:
        cells = "".join(_figure(text) for text in figures)
        named = f'<th scope="row">{escape(name)}</th>'
        lines.append(f"<tr{_ours(name, grid.marked)}>{named}{cells}</tr>")
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in grid.head)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    above = f"<{heading}>{escape(grid.title)}</{heading}>\n" if grid.title else ""
    # a table wider than a phone is scrolled, by keyboard too
    return f'{above}<div class="scroll" tabindex="0">{table}</div>'


def _figure(text: str) -> str:
    """A cell, the interval of a figure below it."""
    value, _, interval = text.partition(" [")
    below = f"<small>[{escape(interval)}</small>" if interval else ""
    return f"<td>{escape(value)}{below}</td>"


def _ours(name: str, marked: Collection[str]) -> str:
    return ' class="ours"' if name in marked else ""


def _plots(plots: Sequence[Plot]) -> str:
    return f'<div class="plots">{"".join(_plot(plot) for plot in plots)}</div>'


def _plot(plot: Plot) -> str:
    """A point and an interval for every ranking, from 0 to the highest."""
    metric = plot.metric
    pairs = [(result.name, result.metrics[metric.key]) for result in plot.results]
    estimates = [(name, estimate) for name, estimate in pairs if estimate]
    if not estimates:
        return ""
    most = max(estimate.high for _, estimate in estimates) or 1.0
    height = LINE * len(estimates) + 4
    marks = [
        f"<g{_ours(name, plot.marked)}>"
        f"{_mark(name, estimate, most, 4 + LINE * place, metric.decimals)}</g>"
        for place, (name, estimate) in enumerate(estimates)
    ]
    best = max(estimates, key=lambda pair: pair[1].value)[0]
    label = escape(f"{metric.title} by ranking; highest: {best}", quote=True)
    axis = f'<line x1="{NAMES}" y1="0" x2="{NAMES}" y2="{height}"/>'
    return (
        f"<figure><figcaption>{escape(metric.title)}</figcaption>"
        f'<svg viewBox="0 0 {NAMES + PLOT + EDGE} {height}" role="img" aria-label="{label}">'
        f"{axis}{''.join(marks)}</svg></figure>"
    )


def _mark(name: str, estimate: Estimate, most: float, y: int, decimals: int) -> str:
    def x(value: float) -> str:
        return f"{NAMES + PLOT * max(value, 0.0) / most:.1f}"

    middle = y + LINE // 2 - 2
    short = name if len(name) <= 26 else name[:25] + "…"
    return (
        f'<text x="{NAMES - 10}" y="{middle + 4}" text-anchor="end">{escape(short)}</text>'
        f'<line class="interval" x1="{x(estimate.low)}" y1="{middle}" '
        f'x2="{x(estimate.high)}" y2="{middle}"/>'
        f'<circle cx="{x(estimate.value)}" cy="{middle}" r="4"/>'
        f'<text x="{NAMES + PLOT + 10}" y="{middle + 4}">{estimate.value:.{decimals}f}</text>'
    )
