"""The page as a browser shows it, under the policy that the gateway serves it with."""

import functools
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'"
)
pytestmark = pytest.mark.slow


class Served(http.server.SimpleHTTPRequestHandler):
    """Files under the policy, without a line in the log."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(sample_page: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "informe.html").write_text(sample_page, encoding="utf-8")
    handler = functools.partial(Served, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/informe.html"
        server.shutdown()


def opened(
    browser: Browser, address: str, width: int = 1440, scheme: str = "light", **more: Any
) -> Page:
    """The page with all its figures drawn; `page.told` collects complaints and requests."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        **more,
    )
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: told.append(request.url))
    page.goto(address)
    page.wait_for_selector(".plot:not([data-drawn])", state="detached")
    page.told = told  # type: ignore[attr-defined]
    return page


def test_every_figure_is_drawn_and_nothing_is_complained_of_or_asked_for(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address)
    outside = [t for t in page.told if t != address and not t.startswith("data:")]  # type: ignore[attr-defined]
    assert not outside
    marks = page.locator(".plot").evaluate_all(
        "plots => plots.map(plot => plot.querySelectorAll('g.trace, .hm').length)"
    )
    assert len(marks) > 30 and min(marks) > 0


def test_the_switch_changes_texts_and_figures_and_the_address_remembers(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address)
    title = page.locator("#t-fechas")
    months = page.locator('[data-figure="estrenos-por-mes"]')
    assert "Estrenos" in title.inner_text() and "ene" in months.inner_text()
    page.get_by_role("button", name="English").click()
    assert "Releases" in title.inner_text() and "Jan" in months.inner_text()
    assert page.url.endswith("?lang=en")
    assert page.get_attribute("html", "lang") == "en"
    page.reload()
    page.wait_for_selector(".plot:not([data-drawn])", state="detached")
    assert "Releases" in title.inner_text() and "Jan" in months.inner_text()
    page.get_by_role("button", name="Español").click()
    assert "Estrenos" in title.inner_text() and page.url.endswith("?lang=es")


@pytest.mark.parametrize(
    ("asked", "language"),
    [("", "es"), ("?lang=en", "en"), ("?lang=fr", "es"), ("#en", "en"), ("#dinero", "es")],
)
def test_the_address_asks_for_the_language(
    browser: Browser, address: str, asked: str, language: str
) -> None:
    page = opened(browser, address + asked)
    assert page.get_attribute("html", "lang") == language
    other = "en" if language == "es" else "es"
    assert page.locator(f'main [lang="{other}"]:visible').count() == 0


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["es", "en"])
def test_nothing_is_wider_than_the_page(
    browser: Browser, address: str, width: int, language: str
) -> None:
    page = opened(browser, f"{address}?lang={language}", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    widths = page.locator(".plot").evaluate_all(
        "plots => plots.filter(p => p.querySelector('.main-svg').clientWidth > p.clientWidth + 1)"
        ".map(p => p.dataset.figure)"
    )
    assert widths == []


def test_figures_follow_the_colours_of_the_page(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    tick = page.locator('[data-figure="estrenos-por-mes"] .xtick text').first
    expect(tick).to_have_css("fill", "rgb(106, 97, 92)")
    page.emulate_media(color_scheme="dark")
    expect(tick).to_have_css("fill", "rgb(179, 168, 161)")


def test_on_paper_there_is_no_index_and_every_figure_fits(browser: Browser, address: str) -> None:
    page = opened(browser, address, scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("nav").is_visible() and not page.locator(".switch").is_visible()
    widths = page.locator(".plot .main-svg").evaluate_all("all => all.map(one => one.clientWidth)")
    assert max(widths) <= 680
    assert len(page.pdf()) > 100_000


def test_what_is_folded_is_printed_and_folded_again(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    folded = "document.querySelectorAll('details:not([open])').length"
    before = page.evaluate(folded)
    assert before
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(folded) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(folded) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_breaks_no_rule_of_accessibility(
    browser: Browser, address: str, scheme: str
) -> None:
    # axe evaluates texts, which the policy forbids
    page = opened(browser, address, scheme=scheme, bypass_csp=True)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    told = [
        (violation["id"], [node["html"][:120] for node in violation["nodes"]][:3])
        for violation in found.response["violations"]
    ]
    assert told == []
