"""How soon is the start page there, how heavy is it, and how soon is each keystroke answered?

    python benchmarks/page.py --var var [--rounds 10]

Starts the whole stack on what was built in --var, and opens the start page in headless Chromium
(Debian's), a new profile each round, so that nothing is cached. First paint is the browser's own
(First Contentful Paint). Weight is what came over the wire, headers included, of the page and all
that it loads and asks until it is at rest. A keystroke is answered when the list under the field
stands for the text as it is then: from the key's event to the frame after the list has changed.
Titles are typed as people do, one key after another, right and wrong.
"""

import argparse
import shutil
import sys
from pathlib import Path
from statistics import quantiles

from machine import header
from playwright.sync_api import Browser, Page, sync_playwright
from processes import ROOT, cartelera, free_port, serving, status_of, this_command
from report import at_most

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TYPED = ["toy story", "toi stori", "el laberinto del fauno", "incepcion", "amelie", "face/off"]
PAUSE_MS = 90  # between keys: some 11 a second, faster than most type
LIMIT_PAINT_S, LIMIT_KB, LIMIT_KEY_MS = 1.0, 150.0, 100.0

WATCH = """() => {
  const field = document.getElementById('q'), list = document.getElementById('q-list');
  window.took = [];
  let pressed = null;
  field.addEventListener('input', () => { pressed = performance.now(); }, { capture: true });
  new MutationObserver(() => {
    if (pressed === null || !list.childElementCount) return;
    const since = pressed;
    pressed = null;
    requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - since)));
  }).observe(list, { childList: true });
}"""


def opened(browser: Browser, address: str) -> tuple[float, float, float]:
    """First paint in seconds, and KB over the wire, of page and files alone and in all."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    sizes = page.evaluate(
        """[performance.getEntriesByType('navigation')[0],
            ...performance.getEntriesByType('resource')]
           .map((one) => [one.name, one.transferSize])"""
    )
    context.close()
    every = sum(size for _, size in sizes)
    asked = sum(size for name, size in sizes if "/v1/" in name)
    return paint / 1000, (every - asked) / 1000, every / 1000


def keystrokes(page: Page, text: str) -> list[float]:
    """Milliseconds from each key of `text` to the list for it."""
    page.fill("#q", "")
    page.evaluate("window.took = []")
    for letter in text:
        page.keyboard.type(letter)
        page.wait_for_timeout(PAUSE_MS)
    page.wait_for_timeout(500)
    took: list[float] = page.evaluate("window.took")
    if len(took) != len(text):
        sys.exit(f"{len(text)} keys of {text!r} and {len(took)} lists: a key was not answered")
    return took


def measure(address: str, rounds: int) -> None:
    """Print what the module's docstring says."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        opened(browser, address)  # the browser's own start, and the gateway's cache
        visits = [opened(browser, address) for _ in range(rounds)]
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address, wait_until="networkidle")
        page.click("#q")
        page.evaluate(WATCH)
        keys = [took for text in TYPED for took in keystrokes(page, text)]
        browser.close()
    paints, files, every = (list(column) for column in zip(*visits, strict=True))
    print(at_most("first paint, nothing cached", paints, LIMIT_PAINT_S, "s"))
    print(at_most("page, styles and scripts", files, LIMIT_KB, "KB"))
    print(at_most("the same and what it asks", every, LIMIT_KB, "KB"))
    print(at_most(f"a keystroke, of {len(keys)}", keys, LIMIT_KEY_MS, "ms"))
    print(at_most("the slowest in a hundred", [quantiles(keys, n=100)[-1]], LIMIT_KEY_MS, "ms"))


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--rounds", type=int, default=10)
    chosen = parser.parse_args()
    if shutil.which("chromium") is None:
        sys.exit("chromium is not installed (Debian: apt-get install chromium)")
    print(header(this_command(), str(chosen.var)))
    port = free_port(3)
    address = f"http://127.0.0.1:{port}"
    var = chosen.var.resolve()
    with serving(cartelera("serve", "all", "--port", port, "--var", var)) as server:
        server.wait_until(lambda: status_of(f"{address}/salud/lista") == 200, patience_s=120)
        measure(f"{address}/", chosen.rounds)


if __name__ == "__main__":
    main()
