"""The figures as PNG files, drawn by kaleido in a browser of this machine that loads nothing."""

import asyncio
import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from contracts.progress import Advance
from eda.blocks import Figure, Picture
from eda.charts import LIGHT, literal, resolve

LANGUAGES = ("es", "en")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTH, HALF_WIDTH, SCALE = 1100, 760, 1.5
TITLE_HEIGHT, BELOW = 56, 12
TABS = 2
"""Figures drawn at a time."""

TIMEOUT_S = 60.0

NO_BROWSER = (
    "the PNG figures were left out: no Chromium or Chrome was found; install chromium, "
    "or ask for --without-png"
)


class NoBrowser(Exception):
    """No browser could be had; its text says why and what to do."""


def find_browser() -> str:
    """The first browser on PATH that kaleido can drive; raises NoBrowser."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise NoBrowser(NO_BROWSER)
    return found


def write_pictures(pictures: Iterable[Picture], folder: Path) -> None:
    """Write the word clouds, which need no browser, for both languages."""
    for language in LANGUAGES:
        target = folder / language
        target.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            (target / f"{picture.name}.png").write_bytes(picture.light)


def write_figures(figures: Sequence[Figure], folder: Path, advance: Advance) -> None:
    """Draw every figure in both languages into `folder`; raises NoBrowser, OSError."""
    browser = find_browser()
    for language in LANGUAGES:
        (folder / language).mkdir(parents=True, exist_ok=True)
    for name in ("kaleido", "choreographer", "browserproc"):  # they log each step of the browser
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        asyncio.run(_draw(list(_jobs(figures, folder)), browser, advance))
    except _faults_of_browsers() as exc:
        raise NoBrowser(
            f"the PNG figures were left out: {browser} could not draw them "
            f"({type(exc).__name__}); repair it, or ask for --without-png"
        ) from exc


def as_image(figure: Figure, language: str) -> dict[str, Any]:
    """The figure as plotly draws it on its own: with its title, on the light background."""
    spec: dict[str, Any] = resolve(figure.spec, language, LIGHT)
    title = {
        "text": literal(figure.title.spoken_in(language)),
        "x": 0.02,
        "xanchor": "left",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "pad": {"t": 16},
        "font": {"size": 18},
    }
    layout = spec["layout"]
    margin = layout["margin"] | {
        "t": layout["margin"]["t"] + TITLE_HEIGHT,
        "b": layout["margin"]["b"] + BELOW,
    }
    if layout.get("showlegend"):
        margin["t"] += 24
    layout |= {"title": title, "margin": margin, "paper_bgcolor": LIGHT["paper"]}
    return spec


def _jobs(figures: Sequence[Figure], folder: Path) -> Iterator[dict[str, Any]]:
    for figure in figures:
        for language in LANGUAGES:
            size = {
                "width": HALF_WIDTH if figure.half else WIDTH,
                "height": figure.height + TITLE_HEIGHT + BELOW,
            }
            yield {
                "fig": as_image(figure, language),
                "path": folder / language / f"{figure.name}.png",
                "opts": size | {"scale": SCALE, "format": "png"},
            }


async def _draw(jobs: Sequence[dict[str, Any]], browser: str, advance: Advance) -> None:
    """Draw with plotly's own script from this machine, no MathJax, no sandbox (root has none)."""
    from kaleido import Kaleido

    script = Path(str(files("plotly") / "package_data" / "plotly.min.js"))
    async with Kaleido(
        n=TABS,
        path=browser,
        plotlyjs=script.as_uri(),
        mathjax=False,
        enable_sandbox=False,
        timeout=TIMEOUT_S,
    ) as kaleido:
        for start in range(0, len(jobs), TABS):
            lot = jobs[start : start + TABS]
            await kaleido.write_fig_from_object(lot, cancel_on_error=True)
            advance(len(lot))


def _faults_of_browsers() -> tuple[type[Exception], ...]:
    from choreographer import errors
    from kaleido.errors import KaleidoError

    return (
        errors.BrowserClosedError,
        errors.BrowserFailedError,
        errors.BrowserDepsError,
        errors.ChannelClosedError,
        errors.ChromeNotFoundError,
        errors.DevtoolsProtocolError,
        KaleidoError,
        TimeoutError,
    )
