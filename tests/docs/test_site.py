"""The site: strict, offline, and with every document in it."""

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser

from docs.answers.decisions import decision_pages
from tests.conftest import ROOT
from tests.docs.conftest import build, copy_of_documents

FETCHED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
OUTSIDE = re.compile(r"^(https?:)?//")
OUTSIDE_OF_CSS = re.compile(r"""(@import\s+|url\(\s*)["']?(https?:)?//""")


class References(HTMLParser):
    """What a browser fetches to show a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if (name := FETCHED.get(tag)) and (address := given.get(name)):
            self.found.append(address)


def test_a_link_to_a_page_or_an_anchor_that_is_not_there_fails_the_build(tmp_path: Path) -> None:
    project = copy_of_documents(tmp_path)
    page = project / "docs" / "index.md"
    page.write_text(page.read_text() + "\n[nada](nada.md)\n[nada](data.md#nada)\n")
    result = build(project)
    assert result.returncode != 0
    assert "page does not exist" in result.stdout + result.stderr
    assert "anchor does not exist" in result.stdout + result.stderr


def test_every_document_is_in_the_navigation_and_every_entry_is_a_document() -> None:
    entries = list(entries_of(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))
    documents = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert set(entries) == documents - {"README.es.md"}  # the site starts at index.md
    assert len(entries) == len(set(entries))


def test_every_decision_is_listed_with_its_title() -> None:
    pages = decision_pages()
    assert len(pages) == 2
    for path, text in pages.items():
        assert text.count("0022") >= 1
        assert path.read_text() == text, f"{path.name}: run `make docs-answers`"


def test_pages_fetch_nothing_from_other_hosts(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        references = References(page.read_text()).found
        assert references
        assert not [one for one in references if OUTSIDE.match(one)], page


def test_style_sheets_fetch_nothing_from_other_hosts(site: Path) -> None:
    sheets = [*site.rglob("*.css")]
    assert sheets
    assert not [path for path in sheets if OUTSIDE_OF_CSS.search(path.read_text())]


def test_programs_that_write_the_pages_are_not_published(site: Path) -> None:
    assert not (site / "answers").exists()
    assert not (site / "README.es").exists()
    assert (site / "ejemplos" / "cliente.py").exists()
    assert (site / "operacion" / "grafana" / "cartelera.json").exists()


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """The site over HTTP, since a browser searches no files."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.slow
def test_in_a_browser_nothing_is_asked_elsewhere_and_the_search_speaks_spanish(
    browser: Browser, address: str
) -> None:
    with browser.new_page(viewport={"width": 390, "height": 844}) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address + "api/recomendaciones/")
        width = page.evaluate("document.documentElement.scrollWidth")
        page.keyboard.press("/")
        page.get_by_placeholder("Buscar").fill("recomendacion de peliculas")
        page.get_by_text(re.compile(r"^\d+ resultados$")).wait_for()
        page.get_by_placeholder("Buscar").fill("qqqzzzqqq")
        page.get_by_text("Sin resultados").wait_for()
    assert width <= 390
    assert len(asked) > 3
    assert not [one for one in asked if not one.startswith((address, "data:", "blob:"))]


def entries_of(node: object) -> Iterator[str]:
    """The paths of a navigation, however deep."""
    if isinstance(node, str):
        yield node
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from entries_of(inner)
