"""Finding films on the start page, as its readers do: both languages, on a phone and on a desk."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

EVERYWHERE = [(language, width) for language in ("es", "en") for width in (390, 1440)]
everywhere = pytest.mark.parametrize(("language", "width"), EVERYWHERE)

TOY_STORY = "/?pelicula=862"


def titles(page: Page) -> list[str]:
    expect(page.locator(".films > li").first).to_be_visible()
    return page.locator(".films h3 a").all_inner_texts()


def listed_anew(page: Page, before: list[str]) -> list[str]:
    """The titles, once they are others than before."""
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('.films h3 a')]"
        ".map(a => a.innerText)) !== JSON.stringify(before)",
        arg=before,
    )
    return titles(page)


def test_the_start_shows_films_to_begin_with(visit):
    page = visit()
    expect(page.locator(".wall li")).to_have_count(12)
    page.locator(".wall a").first.click()
    expect(page.locator(".card h2")).to_be_visible()
    assert len(titles(page)) == 12


@everywhere
def test_a_misspelt_title_is_found_while_it_is_typed(visit, language, width):
    page = visit(language=language, width=width)
    page.keyboard.type("toi stori")  # the field has the focus from the start
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Toy Story")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".card h2")).to_contain_text("Toy Story")
    assert "Toy Story 2" in titles(page)[:3]
    assert page.url.endswith("?pelicula=862")


def test_enter_opens_the_title_that_was_begun(visit):
    page = visit()
    page.keyboard.type("el laberinto")
    page.keyboard.press("Enter")
    expect(page.locator(".card h2")).to_contain_text("Pan's Labyrinth")


def test_escape_closes_the_list_and_then_empties_the_field(visit):
    page = visit()
    page.keyboard.type("toy")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#q")).to_have_value("toy")
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_have_value("")


def test_what_no_title_is_like_says_so(visit):
    page = visit()
    page.keyboard.type("zzzzqqqqxxxx")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)  # to describe it
    expect(page.locator("#q-list + .unseen")).to_have_text("Ningún título se parece a eso.")


@everywhere
def test_a_description_finds_films(visit, language, width):
    page = visit(language=language, width=width)
    page.keyboard.type(
        {"es": "un tiburón aterroriza una playa", "en": "a shark and a beach"}[language]
    )
    page.keyboard.press("Enter")
    expect(page.locator(".column > h2")).to_contain_text(
        {"es": "Para «un", "en": "For “a shark"}[language]
    )
    assert "Jaws" in titles(page)[:3]


@everywhere
def test_a_film_has_its_facts_and_where_to_watch_it(visit, language, width):
    page = visit(TOY_STORY, language=language, width=width)
    card = page.locator(".card")
    expect(card.locator("h2")).to_contain_text("Toy Story")
    if width == 390:  # there the films like it come first
        card.locator(".facts summary").click()
    expect(card.get_by_text("John Lasseter")).to_be_visible()
    expect(card).to_contain_text({"es": "Animación", "en": "Animation"}[language])
    expect(card).to_contain_text({"es": "inglés", "en": "English"}[language])
    expect(card).to_contain_text({"es": "Dónde verla", "en": "Where to watch"}[language])


@everywhere
def test_every_neighbour_has_its_reasons_as_bars(visit, language, width):
    page = visit(TOY_STORY, language=language, width=width)
    for film in page.locator(".films > li").all():
        reasons = film.locator(".reasons").first.locator(".reason")
        assert 1 <= reasons.count() <= 5
        assert all(bar.bounding_box()["width"] > 0 for bar in reasons.locator("i").all())
        assert re.match(r"-?\d[.,]\d\d", reasons.locator("b").first.inner_text())


def test_the_rest_of_the_reasons_unfolds(visit):
    page = visit(TOY_STORY)
    film = page.locator(".films > li").first
    hidden = film.locator("details .reason").first
    expect(hidden).to_be_hidden()
    film.locator("summary").click()
    expect(hidden).to_be_visible()


@everywhere
def test_liking_and_disliking_reshape_the_list_at_once(visit, language, width):
    page = visit(TOY_STORY, language=language, width=width)
    before = titles(page)
    like, dislike = {"es": ("Me gusta", "No me gusta"), "en": ("I like", "I do not like")}[language]
    page.get_by_role("button", name=f"{like} {before[4]}", exact=True).click()
    liked = listed_anew(page, before)
    assert before[4] not in liked
    expect(page.locator(".taste.liked")).to_contain_text(before[4])
    page.get_by_role("button", name=f"{dislike} {liked[0]}", exact=True).click()
    disliked = listed_anew(page, liked)
    assert liked[0] not in disliked
    expect(page.locator(".taste.disliked")).to_contain_text(liked[0])


def test_a_taste_can_be_taken_back_one_by_one_or_all_at_once(visit):
    page = visit("/?pelicula=862&gustan=863,585&no_gustan=10193")
    with_tastes = titles(page)
    expect(page.locator(".taste")).to_have_count(3)
    page.get_by_role("button", name="Quitar Toy Story 2").click()
    expect(page.locator(".taste")).to_have_count(2)
    page.get_by_role("button", name="Quitar todos").click()
    expect(page.locator(".taste")).to_have_count(0)
    assert listed_anew(page, with_tastes)
    assert page.url.endswith("?pelicula=862")


def test_tastes_go_along_to_another_film_and_stand_alone_at_the_start(visit):
    page = visit("/?gustan=862")
    expect(page.locator(".column > h2")).to_have_text("Según tus gustos")
    first = titles(page)[0]
    page.locator(".films h3 a").first.click()
    expect(page.locator(".card h2")).to_contain_text(first)
    expect(page.locator(".taste.liked")).to_contain_text("Toy Story")


@everywhere
def test_filters_narrow_the_list(visit, language, width):
    page = visit(TOY_STORY, language=language, width=width)
    before = titles(page)
    page.locator(".filters summary").click()
    page.get_by_role(
        "button", name={"es": "Ciencia ficción", "en": "Science Fiction"}[language]
    ).click()
    narrowed = listed_anew(page, before)
    assert "generos=Science+Fiction" in page.url
    page.locator("input[type=number]").first.fill("1990")
    recent = listed_anew(page, narrowed)
    years = [int(year) for year in page.locator(".films h3 .hint").all_inner_texts()]
    assert recent and min(years) >= 1990
    page.get_by_role(
        "button", name={"es": "Quitar filtros", "en": "Remove filters"}[language]
    ).click()
    page.wait_for_url("**/?pelicula=862*")
    assert listed_anew(page, recent) == before


def test_variety_and_one_per_collection_change_the_list(visit):
    page = visit(TOY_STORY)
    before = titles(page)
    page.locator(".filters summary").click()
    page.get_by_label("Una por saga como mucho").check()
    once = listed_anew(page, before)
    assert not {"Toy Story 2", "Toy Story 3"} <= set(once)
    page.get_by_role("slider", name="Variedad").fill("0.8")
    assert listed_anew(page, once)


def test_a_platform_and_a_language_can_be_asked_for(visit):
    page = visit(TOY_STORY)
    before = titles(page)
    page.locator(".filters summary").click()
    page.get_by_role("button", name="Netflix").click()
    on_netflix = listed_anew(page, before)
    where = page.locator(".films .where").all_inner_texts()
    assert len(where) == len(on_netflix) and all("Netflix" in text for text in where)
    page.get_by_role("button", name="Netflix").click()
    again = listed_anew(page, on_netflix)
    page.get_by_label("Idioma original").select_option("es")
    assert listed_anew(page, again)
    assert "idioma=es" in page.url


def test_filters_that_no_film_passes_say_so_and_offer_a_way_on(visit):
    page = visit("/?pelicula=862&anio_desde=2015&generos=Western&idioma=es")
    expect(page.locator(".results .panel")).to_contain_text("Prueba con menos filtros")
    page.locator(".results").get_by_role("button", name="Quitar filtros").click()
    assert len(titles(page)) == 12


def test_going_back_takes_the_filters_along(visit):
    page = visit(TOY_STORY)
    titles(page)
    page.locator(".films .opinion").first.click()
    page.locator(".filters summary").click()
    page.get_by_role("button", name="Comedia", exact=True).click()
    expect(page.locator(".filters summary")).to_have_text("Filtros (1)")
    page.go_back()
    expect(page.locator(".filters summary")).to_have_text("Filtros")
    comedy = page.get_by_role("button", name="Comedia", exact=True)
    expect(comedy).to_have_attribute("aria-pressed", "false")


def test_going_back_shows_the_place_where_one_was(visit):
    page = visit(TOY_STORY)
    titles(page)
    page.locator(".films h3 a").nth(8).scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    page.locator(".films h3 a").nth(8).click()
    expect(page.locator(".card h2")).not_to_contain_text("Toy Story 1995")
    page.go_back()
    expect(page.locator(".card h2")).to_contain_text("Toy Story 1995")
    page.wait_for_function("y => Math.abs(scrollY - y) < 50 && y > 300", arg=before)


def test_a_second_press_takes_an_opinion_back(visit):
    page = visit(TOY_STORY)
    before = titles(page)
    like = page.locator(".card .opinion").first
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".taste")).to_have_count(0)
    assert titles(page) == before


def test_what_is_no_title_is_taken_for_a_description(visit):
    page = visit()
    page.keyboard.type("zapatillas")
    page.keyboard.press("Enter")
    expect(page.locator(".column > h2")).to_have_text("Para «zapatillas»")
    expect(page.locator(".results")).to_contain_text("prueba con el original")


def test_more_tastes_than_the_api_takes_are_cut_to_the_last(visit):
    many = ",".join(str(number) for number in range(1000, 1060))
    page = visit(f"/?pelicula=862&gustan={many},585", expected=(404,))
    expect(page.locator(".tray")).to_contain_text("Cuentan los últimos 49")
    expect(page.locator(".taste")).to_have_count(12)


def test_more_films_come_on_demand(visit):
    page = visit(TOY_STORY)
    before = titles(page)
    page.get_by_role("button", name="Ver más").click()
    expect(page.locator(".films > li")).to_have_count(24)
    assert titles(page)[:12] == before


def test_an_address_that_is_shared_shows_the_same(visit):
    path = "/?pelicula=862&gustan=585&no_gustan=10193&generos=Comedy&anio_desde=1980&variedad=0.3"
    assert titles(visit(path)) == titles(visit(path))


def test_going_back_shows_what_was_before(visit):
    page = visit(TOY_STORY)
    first = titles(page)
    page.locator(".films h3 a").first.click()
    expect(page.locator(".card h2")).to_contain_text(first[0])
    page.go_back()
    expect(page.locator(".card h2")).to_contain_text("Toy Story 1995")
    assert titles(page) == first


def test_a_film_opens_in_another_tab_like_any_link(visit):
    page = visit(TOY_STORY)
    href = page.locator(".films h3 a").first.get_attribute("href")
    assert re.fullmatch(r"\?pelicula=\d+", href)


def test_a_film_that_is_not_there_says_so_and_leads_back(visit):
    page = visit("/?pelicula=999999999", expected=(404,))
    expect(page.locator(".results .fault")).to_contain_text("999999999")
    page.locator(".results .fault").get_by_role("link", name="Volver al inicio").click()
    expect(page.locator(".wall li").first).to_be_visible()


@pytest.mark.parametrize(
    "query",
    ["?pelicula=abc", "?gustan=x,,y", "?ver=nada", "?ver=__proto__", "?idioma=%F0%9F%8E%AC"],
)
def test_an_address_that_says_nothing_shows_the_start(visit, query):
    page = visit(f"/{query}")
    expect(page.locator(".wall li").first).to_be_visible()
