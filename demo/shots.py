"""Pictures of the pages for the documents, taken of a stack by their addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from demo.faults import DemoError
from demo.recording import open_page
from demo.sizes import PHONE_WIDTH, WIDTH
from demo.video import run_ffmpeg

HEIGHT, PHONE_HEIGHT = 800, 780
QUALITY = 82
LARGEST = 150_000
"""Bytes of a picture that goes with the documents."""


def _as_it_is(page: Page) -> None:
    """Nothing to do once it is there."""


def _with_reasons(page: Page) -> None:
    page.locator(".films summary").first.click()


def _with_filters(page: Page) -> None:
    page.locator(".filters summary").click()


@dataclass(frozen=True)
class Shot:
    """One picture: its name, an address, what must be seen, and what is done before it is taken."""

    name: str
    path: str
    seen: str
    prepare: Callable[[Page], None] = _as_it_is
    phone: bool = False


SHOTS = (
    Shot("inicio", "/", ".wall li"),
    Shot("pelicula", "/?pelicula=862", ".films > li", _with_reasons),
    Shot(
        "gustos",
        "/?pelicula=862&gustan=14160&no_gustan=10193&generos=Family&anio_desde=2000",
        ".films > li",
        _with_filters,
    ),
    Shot("usuario", "/?ver=usuario&usuario={usuario}&pelicula=754", ".verdict .reason"),
    Shot("estadisticas", "/?ver=estadisticas", ".tile .point"),
    Shot("operacion", "/operacion", "#indice table"),
    Shot("telefono", "/?pelicula=862", ".films > li", phone=True),
)


def take(opened: Browser, address: str, user: str, folder: Path) -> list[Path]:
    """Take all pictures, as PNG files."""
    return [_take_one(opened, address, user, shot, folder) for shot in SHOTS]


def _take_one(opened: Browser, address: str, user: str, shot: Shot, folder: Path) -> Path:
    theme = "dark" if shot.phone else "light"
    page = open_page(opened, theme=theme, pointer=False)
    narrow = {"width": PHONE_WIDTH, "height": PHONE_HEIGHT}
    page.set_viewport_size(narrow if shot.phone else {"width": WIDTH, "height": HEIGHT})  # type: ignore[arg-type]
    page.goto(address + shot.path.format(usuario=user))
    expect(page.locator(shot.seen).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    shot.prepare(page)
    page.wait_for_timeout(300)
    path = folder / f"{shot.name}.png"
    page.screenshot(path=path)
    page.context.close()
    return path


def keep(pictures: list[Path], folder: Path) -> None:
    """Copy pictures, made small, to where the documents show them from."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        small = folder / f"{picture.stem}.webp"
        how = ["-c:v", "libwebp", "-quality", str(QUALITY), "-preset", "text"]
        run_ffmpeg(["-i", str(picture), *how, str(small)])
        if small.stat().st_size > LARGEST:
            raise DemoError(f"{small} has {small.stat().st_size} bytes, more than {LARGEST}")
