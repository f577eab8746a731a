"""What a user should watch, on the page."""

import pytest
from playwright.sync_api import expect

from tests.pages.test_discover import everywhere

pytestmark = pytest.mark.slow

USER = "/?ver=usuario"


@everywhere
def test_a_film_is_judged_for_a_user_with_reasons(visit, sample_stack, language, width):
    page = visit(USER, language=language, width=width)
    page.get_by_label({"es": "Usuario", "en": "User"}[language], exact=True).fill("1")
    page.get_by_label({"es": "Película", "en": "Film"}[language], exact=True).press_sequentially(
        "face of"
    )
    option = page.locator("#user-film-list").get_by_role("option").first
    expect(option).to_contain_text("Face/Off")
    option.click()
    verdict = page.locator(".verdict")
    expect(verdict.locator("p").first).to_contain_text("Face/Off")
    told = sample_stack.get("/recomendacion_usuario/1/Face%2FOff").json()
    kind = "yes" if told["recomendar"] else "no"
    expect(page.locator(f".verdict.{kind}")).to_be_visible()
    rating = f"{told['valoracion_estimada']:.2f}"
    expect(verdict).to_contain_text({"es": rating.replace(".", ","), "en": rating}[language])
    assert verdict.locator(".reason").count() >= 2


@everywhere
def test_films_for_a_user_come_with_reasons_and_expected_ratings(visit, language, width):
    page = visit(USER, language=language, width=width)
    page.get_by_role(
        "button", name={"es": "Probar con el usuario", "en": "Try user"}[language]
    ).click()
    expect(page.locator(".films > li")).to_have_count(12)
    expect(page.locator(".films .tag").first).to_contain_text(
        {"es": "se espera", "en": "expected"}[language]
    )
    expect(page.locator(".note").first).to_contain_text(
        {"es": "simuladas", "en": "simulated"}[language]
    )


def test_the_list_for_a_user_takes_filters(visit):
    page = visit(f"{USER}&usuario=1")
    before = page.locator(".films h3 a").first.inner_text()
    page.locator(".filters summary").click()
    page.get_by_role("button", name="Terror").click()
    page.wait_for_function(
        "b => document.querySelector('.films h3 a')?.innerText !== b", arg=before
    )
    assert "generos=Horror" in page.url


def test_a_user_without_ratings_is_told_of_another_way(visit):
    page = visit(f"{USER}&usuario=987654", expected=(404,))
    expect(page.locator(".fault")).to_contain_text("Sin historial")


@pytest.mark.parametrize("who", ["", "abc", "-1"])
def test_what_is_no_user_is_told_in_a_sentence(visit, who):
    page = visit(USER)
    page.get_by_label("Usuario", exact=True).fill(who)
    page.get_by_role("button", name="¿Qué ver ahora?").click()
    expect(page.locator(".panel")).to_contain_text(
        "Escribe primero" if not who else "número entero"
    )
    expect(page.get_by_label("Usuario", exact=True)).to_be_focused()


def test_enter_asks_for_the_user_that_was_typed(visit):
    page = visit(USER)
    user = page.get_by_label("Usuario", exact=True)
    user.fill("1")
    user.press("Enter")
    expect(page.locator("#main h2").nth(1)).to_have_text("Para el usuario 1")
    expect(page.locator("#main h2").nth(1)).to_be_focused()
    user.fill("2")
    user.press("Enter")
    expect(page.locator("#main h2").nth(1)).to_have_text("Para el usuario 2")


def test_the_old_address_of_this_page_leads_here(visit):
    page = visit("/usuario")
    page.wait_for_url("**/?ver=usuario")
    expect(page.get_by_label("Usuario", exact=True)).to_be_visible()
