"""Readable by all: axe finds nothing serious, and the keyboard alone reaches everything."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.pages.test_discover import EVERYWHERE

pytestmark = pytest.mark.slow

VIEWS = {
    "start": "/",
    "film": "/?pelicula=862&gustan=585&no_gustan=10193",
    "description": "/?texto=un%20tibur%C3%B3n%20en%20la%20playa",
    "verdict": "/?ver=usuario&usuario=1&pelicula=862",
    "list": "/?ver=usuario&usuario=1",
    "statistics": "/?ver=estadisticas",
    "missing": "/?pelicula=999999999",
}
GRAVE = ("serious", "critical")


def findings(page: Page) -> list[str]:
    page.wait_for_load_state("networkidle")
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(visit, view, theme):
    for language, width in EVERYWHERE[::3]:  # Spanish on a phone, English on a desk
        page = visit(VIEWS[view], language=language, width=width, theme=theme, expected=(404,))
        assert not findings(page)


def test_axe_finds_nothing_serious_in_what_unfolds(visit):
    page = visit(VIEWS["film"])
    for summary in page.locator("summary").all():
        summary.click()
    assert not findings(page)
    page = visit(VIEWS["statistics"])
    expect(page.locator(".as-table")).to_have_count(4)
    for summary in page.locator("summary").all():
        summary.click()
    assert not findings(page)
    page = visit()
    page.keyboard.type("toy")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert not findings(page)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_no_view_is_wider_than_a_phone(visit, view, language):
    page = visit(VIEWS[view], width=320, language=language, expected=(404,))
    page.wait_for_load_state("networkidle")
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_keyboard_alone_finds_a_film_and_likes_its_neighbour(visit):
    page = visit()
    page.keyboard.type("toy story")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".column > h2")).to_be_focused()
    expect(page.locator(".films > li").first).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.films .opinion')"):
            break
    page.keyboard.press("Space")
    expect(page.locator(".taste.liked")).to_have_count(1)


def test_the_focus_stays_where_it_was_when_a_list_is_reshaped(visit):
    page = visit("/?pelicula=862")
    dislike = page.locator(".card .opinion").last
    dislike.focus()
    page.keyboard.press("Space")
    expect(dislike).to_have_attribute("aria-pressed", "true")
    expect(dislike).to_be_focused()
    expect(page.locator(".films > li").first).to_be_visible()
    page.locator(".films .opinion").first.focus()
    page.keyboard.press("Space")  # the film that is liked leaves the list
    expect(page.locator(".taste.liked")).to_have_count(1)
    page.wait_for_function("document.activeElement.closest('.results') !== null")
    page.get_by_role("button", name="Ver más").press("Enter")
    expect(page.locator(".films h3 a").nth(12)).to_be_focused()


def test_a_slash_leads_to_the_search_from_anywhere(visit):
    page = visit("/?ver=estadisticas")
    page.locator("body").press("/")
    expect(page.locator("#q")).to_be_focused()


def test_the_first_key_skips_to_the_content(visit):
    page = visit("/?pelicula=862")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Saltar al contenido")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
