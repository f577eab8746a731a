"""What the page says when something is wrong, and the way on that it offers."""

import contextlib

import httpx
import pytest
from playwright.sync_api import expect

from gateway.keys import create_key
from tests.pages.conftest import StandIn
from tests.pages.test_discover import TOY_STORY, everywhere, titles
from tests.waiting import until

pytestmark = pytest.mark.slow

NOWHERE = "http://127.0.0.1:9"
EMPTY = {
    "peliculas": 0, "anio_desde": None, "anio_hasta": None, "generos": [], "idiomas": [],
    "plataformas": [], "conocidas": [], "usuarios": 0, "usuario_de_ejemplo": None,
    "por_texto": False, "version": "v",
}  # fmt: skip


@everywhere
def test_with_the_recommendations_down_the_statistics_go_on(visit, gateway_with, language, width):
    base = gateway_with(GATEWAY_RECO_URL=NOWHERE)
    page = visit(base=base, language=language, width=width, expected=(503,))
    fault = page.locator(".fault").first
    expect(fault).to_be_visible()
    expect(
        fault.get_by_role("button", name={"es": "Reintentar", "en": "Try again"}[language])
    ).to_be_visible()
    page.get_by_role(
        "link", name={"es": "Estadísticas", "en": "Statistics"}[language], exact=True
    ).click()
    expect(page.locator(".chart .bar")).to_have_count(19)


@everywhere
def test_with_the_statistics_down_films_are_still_recommended(visit, gateway_with, language, width):
    base = gateway_with(GATEWAY_QUERY_URL=NOWHERE)
    page = visit("/?ver=estadisticas", base=base, language=language, width=width, expected=(503,))
    expect(page.locator(".fault").first).to_be_visible()
    page.goto(base + TOY_STORY)
    assert titles(page)


def test_what_failed_is_asked_again_when_the_reader_says_so(visit, gateway_with, stand_in):
    base = gateway_with(GATEWAY_RECO_URL=stand_in.url)
    stand_in.close()
    page = visit(base=base, expected=(503,))
    retry = page.get_by_role("button", name="Reintentar")
    expect(retry).to_be_visible()
    with contextlib.closing(StandIn(stand_in.port)) as back:
        back.answers["/v1/catalogo"] = (EMPTY, 0.0)
        assert until(lambda: httpx.get(f"{base}/v1/catalogo").status_code == 200)
        retry.click()
        expect(page.locator(".panel")).to_contain_text("El catálogo está vacío")


@everywhere
def test_an_empty_catalogue_says_how_to_fill_it(visit, gateway_with, stand_in, language, width):
    stand_in.answers["/v1/catalogo"] = (EMPTY, 0.0)
    base = gateway_with(GATEWAY_RECO_URL=stand_in.url)
    page = visit(base=base, language=language, width=width)
    expect(page.locator(".panel")).to_contain_text("cartelera etl")
    page.goto(f"{base}/?ver=usuario")
    expect(page.locator("main")).to_contain_text(
        {"es": "no hay valoraciones", "en": "no ratings"}[language]
    )


@everywhere
def test_a_slow_answer_is_said_to_be_slow_and_can_be_given_up(
    visit, gateway_with, stand_in, language, width
):
    stand_in.answers["/v1/catalogo"] = (EMPTY, 4.5)
    base = gateway_with(GATEWAY_RECO_URL=stand_in.url)
    page = visit(base=base, language=language, width=width)
    expect(page.locator(".waiting")).to_be_visible()
    expect(page.locator(".panel")).to_contain_text(
        {"es": "más de lo normal", "en": "longer than usual"}[language]
    )
    page.get_by_role("button", name={"es": "Cancelar", "en": "Cancel"}[language]).click()
    expect(page.locator(".panel")).to_contain_text({"es": "Cancelado", "en": "Cancelled"}[language])


def test_a_slow_answer_that_comes_is_shown(visit, gateway_with, stand_in):
    stand_in.answers["/v1/catalogo"] = (EMPTY, 3.8)
    page = visit(base=gateway_with(GATEWAY_RECO_URL=stand_in.url))
    expect(page.get_by_role("button", name="Cancelar")).to_be_visible()
    expect(page.locator(".panel")).to_contain_text("vacío")


def test_a_page_whose_server_is_gone_says_so_and_goes_on_once_it_is_back(visit):
    page = visit(TOY_STORY, offline=True)
    before = titles(page)
    page.context.set_offline(True)
    page.locator(".films h3 a").first.click()
    expect(page.locator(".results .fault")).to_contain_text("No se pudo llegar al servidor")
    page.context.set_offline(False)
    page.locator(".results").get_by_role("button", name="Reintentar").click()
    assert titles(page) != before


def test_a_search_whose_server_is_gone_says_so_beside_what_is_shown(visit):
    page = visit(TOY_STORY, offline=True)
    before = titles(page)
    page.context.set_offline(True)
    page.locator("#q").press_sequentially("toy")
    expect(page.locator(".trouble .fault")).to_contain_text("No se pudo llegar al servidor")
    assert titles(page) == before
    page.context.set_offline(False)
    page.locator(".trouble").get_by_role("button", name="Reintentar").click()
    expect(page.get_by_role("option", name="Toy Story 2").first).to_be_visible()
    expect(page.locator(".trouble .fault")).to_have_count(0)


@pytest.mark.parametrize("odd", [{}, [], None, "text", 7])
def test_an_answer_of_another_shape_is_said_not_to_be_understood(
    browser, gateway_with, stand_in, odd
):
    stand_in.answers["/v1/peliculas/862/similares"] = (odd, 0.0)
    base = gateway_with(GATEWAY_RECO_URL=stand_in.url)
    page = browser.new_page(locale="es-AR")
    page.goto(base + TOY_STORY)
    expect(page.locator(".results .fault")).to_contain_text("no se entiende")
    expect(page.locator(".results").get_by_role("button", name="Reintentar")).to_be_visible()
    page.close()


def test_an_api_key_is_asked_for_and_kept_in_the_tab(visit, gateway_with, tmp_path):
    file = tmp_path / "llaves.json"
    key = create_key(file, "pagina")[1].get_secret_value()
    page = visit(base=gateway_with(GATEWAY_KEYS_FILE=str(file)), expected=(401,))
    field = page.get_by_label("Llave de la API")
    field.fill("wrong")
    field.press("Enter")
    expect(page.locator(".fault")).to_be_visible()
    page.get_by_label("Llave de la API").fill(key)
    page.get_by_label("Llave de la API").press("Enter")
    expect(page.locator(".wall li").first).to_be_visible()
    page.reload()
    expect(page.locator(".wall li").first).to_be_visible()


def test_too_many_questions_are_told_with_how_long_to_wait(visit, gateway_with):
    page = visit(base=gateway_with(GATEWAY_ADDRESS_RATE="1/minute"), expected=(429,))
    expect(page.locator(".wall li").first).to_be_visible()
    page.locator(".wall a").first.click()
    expect(page.locator(".fault").first).to_contain_text("Demasiadas preguntas")


def test_an_operators_posters_are_shown_and_missing_ones_are_drawn(
    visit, gateway_with, stand_in, sample_stack
):
    best_known = sample_stack.get("/v1/catalogo").json()["conocidas"]
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="2" height="3"/>'
    stand_in.answers[f"/{best_known[0]['id']}.png"] = (picture, 0.0)
    base = gateway_with(GATEWAY_POSTER_URL=f"{stand_in.url}/{{id}}.png")
    page = visit(base=base)
    expect(page.locator(".wall img.poster")).to_have_count(1)  # the other answers are no pictures
    expect(page.locator(".wall svg.poster")).to_have_count(11)
