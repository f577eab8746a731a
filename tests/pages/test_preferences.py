"""Language and colours: by the browser at first, then by the reader's choice."""

import re

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT
from tests.pages.test_discover import TOY_STORY, titles

pytestmark = pytest.mark.slow

TEXTS = (ROOT / "gateway" / "static" / "pagina" / "texts.js").read_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_follow_the_system_until_the_reader_chooses(visit, theme):
    page = visit(theme=theme)
    dark = "getComputedStyle(document.body).backgroundColor"
    first = page.evaluate(dark)
    page.locator("#theme").click()
    other = page.evaluate(dark)
    assert first != other
    page.reload()
    assert page.evaluate(dark) == other


def test_the_switch_changes_every_word_and_is_remembered(visit):
    page = visit(TOY_STORY)
    before = titles(page)
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator(".column > h2")).to_have_text("Like Toy Story (1995)")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert titles(page) == before
    assert "lang=en" in page.url
    page.goto(page.url.split("?")[0])
    expect(page.locator(".tagline")).to_have_text("Find what to watch, and why.")


def test_a_shared_address_says_its_language(visit):
    page = visit("/?lang=en", language="es")
    expect(page.locator(".tagline")).to_have_text("Find what to watch, and why.")


def test_a_page_in_one_language_has_no_word_of_the_other(visit):
    for path in ["/", TOY_STORY, "/?ver=usuario&usuario=1", "/?ver=estadisticas"]:
        spoken = {}
        for language in ("es", "en"):
            page = visit(path, language=language)
            page.wait_for_load_state("networkidle")
            spoken[language] = set(page.locator("body").inner_text().split("\n"))
        sentences = {line for line in spoken["es"] & spoken["en"] if len(line.split()) > 3}
        told = "\n".join(sentences)
        assert not re.findall(r"\b(los|las|una|que|del|the|and|with|for)\b", told.lower()) or all(
            line not in TEXTS for line in sentences
        )


def test_both_languages_have_the_same_texts_with_the_same_gaps(visit):
    page = visit()
    found = page.evaluate(
        """async () => {
          const { TEXTS } = await import(new URL('static/pagina/texts.js', location.href));
          const kind = (text) => [typeof text, text.length * (typeof text !== 'string')];
          const kinds = (texts) => Object.entries(texts).map(([key, text]) => [key, kind(text)]);
          return { es: kinds(TEXTS.es), en: kinds(TEXTS.en) };
        }"""
    )
    assert found["es"] == found["en"] and len(found["es"]) > 100


def test_every_text_that_is_asked_for_exists_and_none_is_left_over():
    folder = ROOT / "gateway" / "static"
    sources = [path for path in (folder / "pagina").glob("*.js") if path.name != "texts.js"]
    code = "\n".join(path.read_text() for path in [*sources, folder / "index.html"])
    code += TEXTS[TEXTS.index("export function t(") :]
    block = TEXTS[TEXTS.index("  es: {") : TEXTS.index("  en: {")]
    keys = set(re.findall(r"(?:^|[,{]) ?(\w+): ", block.replace("\n    ", ", "), re.M)) - {"es"}
    asked = set(re.findall(r"""\bt\("(\w+)\"""", code)) | set(
        re.findall(r'data-(?:t|label)="(\w+)"', code)
    )
    assert asked <= keys
    assert not [key for key in keys if not re.search(rf"\b{key}\b", code)]
