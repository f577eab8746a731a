"""One recording: a browser, the scenes played in it, and the files that come of it."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from demo.bars import Bars
from demo.captions import LANGUAGES, Caption, Cue, webvtt
from demo.hand import POINTER
from demo.programs import chromium
from demo.recorder import Recorder
from demo.sizes import PAGE_HEIGHT, WIDTH
from demo.video import Layers, widened, write_video

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--hide-scrollbars",
]
WAIT_MS = 15_000

Played = tuple[Sequence[tuple[float, Caption]], Sequence[tuple[float, str]]]
"""What was said and which addresses were shown, each with its moment."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            yield launched
        finally:
            launched.close()


def open_page(
    opened: Browser, width: int = WIDTH, theme: str = "light", pointer: bool = True
) -> Page:
    """A page of a reader in Buenos Aires who has never been here."""
    context = opened.new_context(
        viewport={"width": width, "height": PAGE_HEIGHT},
        locale="es-AR",
        timezone_id="America/Argentina/Buenos_Aires",
        color_scheme="dark" if theme == "dark" else "light",
    )
    context.set_default_timeout(WAIT_MS)
    if pointer:
        context.add_init_script(POINTER)
    return context.new_page()


def record(
    opened: Browser,
    page: Page,
    play: Callable[[], Played],
    out: Path,
) -> float:
    """Play while recording `page`; write the video and its subtitles; how long it is."""
    with tempfile.TemporaryDirectory(prefix="cartelera-demo-") as scratch:
        folder = Path(scratch)
        recorder = Recorder(page, folder)
        start = time.time()
        recorder.start()
        said, shown = play()
        end = recorder.stop()
        bars = Bars(opened, folder)
        layers = Layers(
            bars.addresses([(start, ""), *shown]),
            widened(recorder.frames, folder / "phone"),
            bars.captions([(at, caption.es) for at, caption in said]),
        )
        subtitles = _write_subtitles(said, start, end, out)
        write_video(layers, (start, end), subtitles, out)
    return end - start


def _write_subtitles(
    said: Sequence[tuple[float, Caption]], start: float, end: float, out: Path
) -> dict[str, Path]:
    until = [at for at, _ in said[1:]] + [end]
    cues = [
        Cue(max(0.0, at - start), to - start, caption)
        for (at, caption), to in zip(said, until, strict=True)
    ]
    written = {}
    for language in LANGUAGES:
        written[language] = out.with_suffix(f".{language}.vtt")
        written[language].write_text(webvtt(cues, language), encoding="utf-8")
    return written


def empty(folder: Path) -> Path:
    """The folder, there and without what an earlier recording left."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("cartelera.*"), *folder.glob("*.png")]:
        old.unlink()
    return folder
