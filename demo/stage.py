"""The page that is shown, what is said of it, and what must not happen while it is."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, Route, expect

from demo.captions import Caption
from demo.faults import DemoError
from demo.hand import Hand
from demo.sizes import PAGE_HEIGHT, PHONE_WIDTH, WIDTH
from demo.stack import Stack

STATIC = Path(__file__).parent / "static"
OWN = "/demostracion/"
"""Where our own pages are, in the browser alone: the title and what shows the requests."""
OWN_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cross-origin-opener-policy": "same-origin",
}
"""As the gateway's pages have: between pages that differ in it the browser changes process, and
what the new one paints first may be missing from the recording."""
SERVER_FAULT = 500


class Stage:
    """One page before the stack, with its captions, addresses and complaints."""

    def __init__(self, page: Page, stack: Stack, figures: Mapping[str, str]) -> None:
        self.page = page
        self.hand = Hand(page)
        self.stack = stack
        self.figures = dict(figures)
        self.captions: list[tuple[float, Caption]] = []
        self.addresses: list[tuple[float, str]] = []
        self.allowed: tuple[int, ...] = ()
        """Statuses that the scene means to meet."""
        self.complaints: list[str] = []
        self._waiting: list[Caption] = []
        page.on("framenavigated", lambda _: self._addressed())
        page.on("pageerror", lambda error: self.complaints.append(f"page: {error}"))
        page.on("console", self._heard)
        page.on("response", self._answered)

    # What is said ----------------------------------------------------------------------------

    def begin(self, captions: Sequence[Caption], allowed: tuple[int, ...]) -> None:
        """A scene begins: its first caption stands."""
        self._waiting, self.allowed = list(captions), allowed
        self.say()

    def say(self) -> None:
        """Show the scene's next caption."""
        if not self._waiting:
            raise DemoError("a scene says more than it has captions")
        self.captions.append((time.time(), self._waiting.pop(0).told(self.figures)))

    def end(self, scene: str) -> None:
        """A scene is over: all was said, and nothing complained."""
        if self._waiting:
            raise DemoError(f"scene {scene}: {len(self._waiting)} captions were not shown")
        if self.complaints:
            raise DemoError(f"scene {scene}: {'; '.join(self.complaints)}")

    # Where it is -----------------------------------------------------------------------------

    def go(self, path: str) -> None:
        """Open an address of the stack."""
        self.page.goto(self.stack.address + path)
        self.hand.appear()

    def own(self, name: str) -> None:
        """Open one of our own pages, as if the stack had it."""
        address = f"{self.stack.address}{OWN}{name}"
        body = (STATIC / name).read_text(encoding="utf-8")

        def answer(route: Route) -> None:
            route.fulfill(body=body, headers=OWN_HEADERS)

        self.page.route(address, answer)
        self.page.goto(address)
        self.page.unroute(address)

    def addressed(self, text: str) -> None:
        """Say where we are, in the bar above the page."""
        self.addresses.append((time.time(), text))

    def phone(self, narrow: bool) -> None:
        """Make the window as narrow as a phone, or as wide as it was."""
        width = PHONE_WIDTH if narrow else WIDTH
        self.page.set_viewport_size({"width": width, "height": PAGE_HEIGHT})

    # What is there ---------------------------------------------------------------------------

    def one(self, selector: str, text: str | None = None) -> Locator:
        """The first element of a kind, with a text in it."""
        return self.page.locator(selector, has_text=text).first

    def button(self, name: str, exact: bool = True) -> Locator:
        """The first button with a name."""
        return self.page.get_by_role("button", name=name, exact=exact).first

    def field(self, label: str) -> Locator:
        """The field with a label."""
        return self.page.get_by_label(label, exact=True).first

    def holds(self, target: Locator, text: str) -> None:
        """Fail unless an element is there in time and holds a text."""
        expect(target).to_be_visible()
        expect(target).to_contain_text(text)

    def titles(self) -> list[str]:
        """The films that are listed."""
        expect(self.one(".films > li")).to_be_visible()
        return self.page.locator(".films h3 a").all_inner_texts()

    def changed(self, before: Sequence[str]) -> list[str]:
        """The films listed, once they are others than before."""
        self.page.wait_for_function(
            "before => { const now = [...document.querySelectorAll('.films h3 a')]"
            ".map(a => a.innerText); return now.length && now.join('|') !== before.join('|'); }",
            arg=list(before),
        )
        return self.titles()

    def pause(self, seconds: float) -> None:
        """Let people read."""
        self.page.wait_for_timeout(seconds * 1000)

    def fetch(self, path: str) -> Any:
        """What the stack answers to a GET, asked beside the page."""
        response = self.page.context.request.get(self.stack.address + path)
        if not response.ok:
            raise DemoError(f"GET {path}: {response.status}")
        return json.loads(response.body())

    # What must not happen --------------------------------------------------------------------

    def _addressed(self) -> None:
        url = self.page.url
        if url.startswith(self.stack.address) and OWN not in url:
            self.addressed(unquote(url.removeprefix("http://")).replace("+", " "))
        elif url.endswith("card.html"):
            self.addressed("")

    def _heard(self, said: ConsoleMessage) -> None:
        known = any(f"status of {status}" in said.text for status in self.allowed)
        if said.type == "error" and not known:
            self.complaints.append(f"console: {said.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= SERVER_FAULT and response.status not in self.allowed:
            self.complaints.append(f"{response.status} of {response.url}")
