"""The bars above and below the page, drawn by the browser as pictures."""

from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page

from demo.sizes import HEIGHT, WIDTH

SHEET = (Path(__file__).parent / "static" / "bars.html").read_text(encoding="utf-8")

Draw = Callable[[str], Path]
"""Where the picture of a text is."""


class Bars:
    """Draws each bar once; a moment and a text become a moment and a picture."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._page: Page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        self._page.set_content(SHEET)
        self._folder = folder
        self._drawn: dict[tuple[str, str, str], Path] = {}

    def captions(self, said: Sequence[tuple[float, str]]) -> list[tuple[float, Path]]:
        """A bar for each caption, with how far along it is."""
        return [
            (at, self._draw("caption", text, f"{number} / {len(said)}"))
            for number, (at, text) in enumerate(said, start=1)
        ]

    def addresses(self, shown: Sequence[tuple[float, str]]) -> list[tuple[float, Path]]:
        """A bar for each address."""
        return [(at, self._draw("address", text, "")) for at, text in shown]

    def _draw(self, bar: str, text: str, aside: str) -> Path:
        key = (bar, text, aside)
        if key not in self._drawn:
            place = self._page.locator(f"#{bar}")
            place.locator("span").evaluate("(node, text) => { node.textContent = text; }", text)
            if aside:
                place.locator("small").evaluate("(n, text) => { n.textContent = text; }", aside)
            path = self._folder / f"{bar}-{len(self._drawn):04d}.png"
            place.screenshot(path=path)
            self._drawn[key] = path
        return self._drawn[key]
