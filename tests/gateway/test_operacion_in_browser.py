"""The operator's page as a browser shows it, before a service that runs and one that is down."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pydantic import HttpUrl

from contracts.versions import current_version
from etl.ledger import REASONS
from etl.run import run_etl
from gateway.app import create_app
from gateway.keys import create_key
from gateway.settings import Settings
from query_service.app import create_app as query_app
from query_service.settings import Settings as QuerySettings
from tests.gateway.conftest import under_uvicorn
from tests.raw import film, raw_folder

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextlib.contextmanager
def standing(data: Path, **settings: Any) -> Iterator[str]:
    """The address of a gateway before a query service over `data`, and no other, in a thread."""
    ready, stop = threading.Event(), asyncio.Event()
    told: dict[str, Any] = {}

    async def serve() -> None:
        told["loop"] = asyncio.get_running_loop()
        async with under_uvicorn(query_app(QuerySettings(data_dir=data))) as query:
            urls = {
                name: HttpUrl(f"http://127.0.0.1:{port}")
                for name, port in (("query_url", query), ("reco_url", free_port()))
            }
            async with under_uvicorn(create_app(Settings(**urls, **settings))) as port:
                told["port"] = port
                ready.set()
                await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(30)
        yield f"http://127.0.0.1:{told['port']}"
    finally:
        told["loop"].call_soon_threadsafe(stop.set)
        thread.join()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root of two builds: a film, then one more and a row that is dropped."""
    root = tmp_path_factory.mktemp("operator")
    run_etl(raw_folder(root / "raw1", [film(1)]), root / "data")
    films = [film(1), film(2, "Ronin"), film(3, "Alien", release_date="")]
    run_etl(raw_folder(root / "raw2", films), root / "data")
    return root / "data"


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with standing(data) as url:
        yield url


@pytest.fixture
def opened(browser: Browser) -> Iterator[Any]:
    """Opens the page at an address: the page, and what its console said."""
    with contextlib.ExitStack() as stack:

        def open_page(url: str, width: int = 1440, **context: Any) -> tuple[Any, list[str]]:
            given = {"viewport": {"width": width, "height": 900}, "locale": "es-AR", **context}
            within = browser.new_context(**given)
            stack.callback(within.close)
            page, said = within.new_page(), []
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"{url}/operacion")
            return page, said

        yield open_page


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_service_that_is_down_is_told_in_its_place(
    opened, address: str, data: Path, width: int, scheme: str
) -> None:
    page, said = opened(address, width, color_scheme=scheme)
    page.wait_for_selector("#servicios")
    text = page.inner_text("main")
    assert page.inner_text("#estado") == "Algo falla"
    assert "no disponible" in page.inner_text("#servicios")
    assert str(current_version(data)) in page.inner_text("#datos")
    assert "la película no tiene fecha de estreno" in text
    assert page.inner_text("#indice").endswith("No dice qué versiones tiene.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == "es"
    assert said == []


def test_it_speaks_english_once_it_is_asked_to(opened, address: str) -> None:
    page, said = opened(address)
    page.wait_for_selector("#servicios")
    page.click("#idioma")
    page.wait_for_selector("#servicios:has-text('The recommendation service')")
    assert page.title() == "Operation · Cartelera"
    assert page.inner_text("#estado") == "Something fails"
    assert "the film has no release date" in page.inner_text("#datos")
    assert "undefined" not in page.inner_text("body") and said == []


def test_the_way_back_is_a_command_that_can_be_copied(opened, address: str, data: Path) -> None:
    page, _ = opened(address, permissions=["clipboard-read", "clipboard-write"])
    page.click("#datos .command ~ button")
    page.wait_for_selector("#datos [role=status]:not(:empty)")
    before = (data / "previous").read_text().strip()
    command = f"cp {data}/current {data}/previous && printf '%s\\n' {before} > {data}/current"
    assert page.evaluate("navigator.clipboard.readText()") == command
    assert page.inner_text("#datos .command") == command


def test_it_refreshes_itself_keeps_what_is_open_and_can_be_paused(opened, address: str) -> None:
    page, said = opened(address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("#datos summary")
    page.wait_for_selector("#datos details[open]")
    page.clock.install()
    page.click("#actualizar")
    with page.expect_response("**/operacion/estado"):
        page.clock.run_for(5100)
    assert page.query_selector("#datos details[open]")
    page.click("#pausa")
    page.wait_for_selector("#hora:has-text('pausa')")
    before = len(asked)
    page.clock.run_for(60_000)
    assert len(asked) == before and {url.startswith(address) for url in asked} == {True}
    assert said == []


def test_a_gateway_that_is_gone_is_told_with_a_way_on(opened, data: Path) -> None:
    with standing(data) as url:
        page, _ = opened(url)
        page.wait_for_selector("#servicios")
    page.click("#actualizar")
    page.wait_for_selector("[role=alert]")
    told = page.inner_text("#aviso")
    assert "No se pudo llegar al gateway." in told and "Lo de abajo es de las" in told
    assert page.inner_text("#aviso button") == "Reintentar"
    assert page.query_selector("#datos")


def test_it_asks_for_the_key_where_one_is_needed(opened, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "llaves.json"
    _, text = create_key(file, "Ana")
    with standing(data, keys_file=file) as url:
        page, _ = opened(url)
        page.fill("#aviso input", "ctl_0")
        page.keyboard.press("Enter")
        page.wait_for_selector("#aviso form p")
        page.fill("#aviso input", text.get_secret_value())
        page.keyboard.press("Enter")
        page.wait_for_selector("#servicios")
        assert not page.query_selector("[role=alert]")
        assert page.evaluate("sessionStorage.length + ' ' + localStorage.length") == "1 0"


def test_a_stranger_is_told_what_to_do(opened, data: Path) -> None:
    with standing(data, metrics_from="10.0.0.0/8") as url:
        page, _ = opened(url)
        page.wait_for_selector("[role=alert]")
        assert "GATEWAY_METRICS_FROM" in page.inner_text("#aviso")
        assert "GATEWAY_KEYS_FILE" in page.inner_text("#aviso .hint")


def test_what_data_say_is_never_markup(opened, address: str, data: Path) -> None:
    stray = data / "<img src=x onerror=alert(1)>"
    stray.mkdir()
    try:
        page, said = opened(address)
        page.wait_for_selector("#datos")
        assert stray.name in page.inner_text("#datos")
        assert not page.query_selector("#datos img") and said == []
    finally:
        stray.rmdir()


def test_every_word_is_there_in_both_languages_and_every_reason_of_the_ledger(
    opened, address: str
) -> None:
    page, _ = opened(address)
    words = page.evaluate(
        """async () => {
          const { TEXTS, NAMES, REASONS } = await import("./static/operacion.textos.js");
          const keys = (words) => ["es", "en"].map((language) => Object.keys(words[language]));
          return { texts: keys(TEXTS), names: keys(NAMES), reasons: keys(REASONS) };
        }"""
    )
    for spanish, english in words.values():
        assert spanish == english
    assert set(words["reasons"][0]) == set(REASONS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_barrier_that_axe_knows(opened, address: str, scheme: str) -> None:
    page, _ = opened(address, 390, color_scheme=scheme)
    page.wait_for_selector("#servicios")
    page.evaluate("for (const node of document.querySelectorAll('details')) node.open = true")
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
