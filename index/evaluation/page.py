"""A report as one page that loads nothing: plots of the intervals, and tables of every figure."""

from collections.abc import Sequence
from html import escape

from index.evaluation.metrics import Estimate
from index.evaluation.report import METRICS, Metric, Report, shown

PLOTTED = ("ndcg", "saga", "coverage_share", "diversity")
NAMES, PLOT, EDGE, LINE = 200, 180, 68, 26
"""Pixels of a plot: the names, the plot itself, the figures right of it, the height of a line."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dae1;
  --paper: #fff; --mark: #0b63c4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --soft: #a3adbb; --line: #3a4350;
  --paper: #12161c; --mark: #6db3ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.soft, dd { color: var(--soft); }
.plots { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
figure { margin: 0; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; font: 14px system-ui, sans-serif; fill: var(--ink); }
svg line { stroke: var(--line); } svg .interval { stroke: var(--mark); stroke-width: 3; }
svg circle { fill: var(--mark); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
td small { color: var(--soft); display: block; }
""".strip()


def as_html(report: Report) -> str:
    """The report for browsers: English, with a summary in Spanish; light, dark, and on a phone."""
    compared = [metric for metric in METRICS if metric.compared]
    plots = [_plot(report, metric) for metric in METRICS if metric.key in PLOTTED]
    sections = [
        "<h1>Recommendation quality</h1>",
        f'<p lang="es"><strong>{escape(report.resumen())}</strong></p>',
        f'<p class="soft">{escape(report.circumstances())}</p>',
        f'<div class="plots">{"".join(plots)}</div>',
        "<h2>Metrics</h2>",
        _table(METRICS, {result.name: dict(result.metrics) for result in report.results}),
    ]
    for reference in report.references():
        ratios = {result.name: result.ratios[reference] for result in report.results}
        sections += [f"<h2>Times {escape(reference)}</h2>", _table(compared, ratios, decimals=2)]
    terms = [f"<dt>{escape(m.title)}</dt><dd>{escape(m.meaning)}.</dd>" for m in METRICS]
    sections += ["<h2>What is measured</h2>", f"<dl>{''.join(terms)}</dl>"]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>Recommendation quality</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n"
        + "\n".join(sections)
        + "\n</body>\n</html>\n"
    )


def _table(
    metrics: Sequence[Metric],
    rows: dict[str, dict[str, Estimate | None]],
    decimals: int | None = None,
) -> str:
    head = "".join(f'<th scope="col">{escape(metric.title)}</th>' for metric in metrics)
    lines = []
    for name, of in rows.items():
        cells = [_figure(of[m.key], m.decimals if decimals is None else decimals) for m in metrics]
        lines.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    top = f'<thead><tr><th scope="col">Ranking</th>{head}</tr></thead>'
    # a table wider than a phone is scrolled, by keyboard too
    table = f"<table>{top}<tbody>{''.join(lines)}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{table}</div>'


def _figure(estimate: Estimate | None, decimals: int) -> str:
    value, _, interval = shown(estimate, decimals).partition(" ")
    return f"<td>{escape(value)}<small>{escape(interval)}</small></td>"


def _plot(report: Report, metric: Metric) -> str:
    """A point and an interval for every ranking, from 0 to the highest."""
    estimates = [(result.name, result.metrics[metric.key]) for result in report.results]
    most = max([estimate.high for _, estimate in estimates], default=0.0) or 1.0
    height = LINE * len(estimates) + 4
    marks = [
        _mark(name, estimate, most, 4 + LINE * place, metric.decimals)
        for place, (name, estimate) in enumerate(estimates)
    ]
    best = max(estimates, key=lambda pair: pair[1].value, default=("none", None))[0]
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
        f'<text x="{NAMES - 8}" y="{middle + 4}" text-anchor="end">{escape(short)}</text>'
        f'<line class="interval" x1="{x(estimate.low)}" y1="{middle}" '
        f'x2="{x(estimate.high)}" y2="{middle}"/>'
        f'<circle cx="{x(estimate.value)}" cy="{middle}" r="5"/>'
        f'<text x="{NAMES + PLOT + 10}" y="{middle + 4}">{estimate.value:.{decimals}f}</text>'
    )
