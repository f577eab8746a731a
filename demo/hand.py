"""A human's pace: the pointer glides, keys come one after another, the page scrolls by and by."""

from pathlib import Path

from playwright.sync_api import Locator, Page

POINTER = (Path(__file__).parent / "static" / "pointer.js").read_text(encoding="utf-8")
STEPS, STEP_MS = 22, 14
KEY_MS = 75
SETTLED_MS = 180
PRESSED_MS = 60
SCROLL = """async ([top, ms]) => {
  const from = scrollY, began = performance.now();
  const eased = (x) => x < .5 ? 2 * x * x : 1 - (2 - 2 * x) ** 2 / 2;
  for (let share = 0; share < 1;) {
    await new Promise(requestAnimationFrame);
    share = Math.min(1, (performance.now() - began) / ms);
    scrollTo({ top: from + (top - from) * eased(share), behavior: "instant" });
  }
}"""
TOP_OF = "(node, above) => node.getBoundingClientRect().top + scrollY - above"


class Hand:
    """Moves, clicks, types and scrolls on one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._at = (640.0, 420.0)

    def appear(self) -> None:
        """Show the pointer where it was, after a new document was opened."""
        x, y = self._at
        self._page.mouse.move(x + 1, y)
        self._page.mouse.move(x, y)

    def glide(self, x: float, y: float, steps: int = STEPS) -> None:
        """Move the pointer there, slower towards both ends."""
        from_x, from_y = self._at
        for step in range(1, steps + 1):
            share = step / steps
            eased = share * share * (3 - 2 * share)
            self._page.mouse.move(from_x + (x - from_x) * eased, from_y + (y - from_y) * eased)
            self._page.wait_for_timeout(STEP_MS)
        self._at = (x, y)

    def point(self, target: Locator, steps: int = STEPS) -> None:
        """Move the pointer onto an element, which is scrolled into view first."""
        target.wait_for(state="visible")
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box
        self.glide(box["x"] + min(box["width"] / 2, 220), box["y"] + box["height"] / 2, steps)
        self._page.wait_for_timeout(SETTLED_MS)

    def click(self, target: Locator, steps: int = STEPS) -> None:
        """Point at an element and click it; in fewer steps the pointer is there sooner."""
        self.point(target, steps)
        self._page.mouse.down()
        self._page.wait_for_timeout(PRESSED_MS)
        self._page.mouse.up()
        self._page.wait_for_timeout(SETTLED_MS)

    def write(self, field: Locator, text: str, key_ms: float = KEY_MS) -> None:
        """Click a field, empty it, and type a text."""
        self.click(field)
        if field.input_value():
            field.press("Control+a")
            field.press("Delete")
        field.press_sequentially(text, delay=key_ms)

    def scroll(self, target: Locator, above: float = 90.0, seconds: float = 0.8) -> None:
        """Scroll until an element stands `above` pixels below the top of the window."""
        target.wait_for(state="attached")
        self.scroll_by(to=float(target.evaluate(TOP_OF, above)), seconds=seconds)

    def scroll_by(self, to: float, seconds: float = 0.8) -> None:
        """Scroll to a height of the page."""
        self._page.evaluate(SCROLL, [max(0.0, to), seconds * 1000])
