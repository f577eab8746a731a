"""The statistics of the page: charts, tables beside them, and a form for every other question."""

import pytest
from playwright.sync_api import expect

from tests.pages.test_discover import everywhere

pytestmark = pytest.mark.slow

STATISTICS = "/?ver=estadisticas"


@everywhere
def test_films_by_month_and_weekday_are_bars_that_the_api_counts(
    visit, sample_stack, language, width
):
    page = visit(STATISTICS, language=language, width=width)
    charts = page.locator(".chart:has(.bar)")
    expect(charts).to_have_count(2)
    expect(charts.nth(0).locator(".bar")).to_have_count(12)
    expect(charts.nth(1).locator(".bar")).to_have_count(7)
    page.locator(".as-table summary").first.click()
    july = page.locator("table").first.locator(
        "tr", has_text={"es": "julio", "en": "July"}[language]
    )
    counted = sample_stack.get("/cantidad_filmaciones_mes/julio").json()["cantidad"]
    assert july.locator("td").inner_text() == str(counted)


@everywhere
def test_returns_of_an_actor_and_a_director_are_points_over_time(
    visit, sample_stack, language, width
):
    page = visit(
        f"{STATISTICS}&actor=tom%20hanks&director=Pedro%20Almod%C3%B3var",
        language=language,
        width=width,
    )
    for kind, place in [("actor", 0), ("director", 1)]:
        tile = page.locator(".tile:has(form)").nth(place)
        name = {"actor": "Tom Hanks", "director": "Pedro Almodóvar"}[kind]
        expect(tile.locator("p").first).to_contain_text(name)
        path = f"/get_{kind}/{name}" + ("?con_peliculas=true" if kind == "actor" else "")
        films = sample_stack.get(path).json()["peliculas"]
        expect(tile.locator(".point")).to_have_count(len(films))


def test_another_actor_is_asked_for_and_stands_in_the_address(visit):
    page = visit(STATISTICS)
    field = page.get_by_label("Actor o actriz")
    field.fill("ricardo darin")
    field.press("Enter")
    expect(page.locator(".tile:has(form) p").first).to_contain_text("Ricardo Darín")
    page.wait_for_url("**actor=ricardo+darin*")


def test_a_misspelt_person_is_answered_by_whom_it_may_be(visit):
    page = visit(f"{STATISTICS}&director=Almodobar", expected=(404,))
    fault = page.locator(".tile:has(form) .fault")
    expect(fault).to_contain_text("¿Querías decir…?")
    fault.get_by_role("button", name="Pedro Almodóvar").click()
    expect(page.locator(".tile:has(form)").nth(1).locator("p").first).to_contain_text(
        "Pedro Almodóvar"
    )


@everywhere
def test_every_other_question_is_answered_in_a_sentence(visit, language, width):
    page = visit(STATISTICS, language=language, width=width)
    questions = page.locator("[data-question]")
    expect(questions).to_have_count(12)
    for question in questions.all():
        question.get_by_role("button").click()
        expect(question.locator("p").first).not_to_be_empty()
        expect(question.locator(".fault")).to_have_count(0)


def test_an_answer_can_be_had_as_json(visit):
    page = visit(STATISTICS)
    question = page.locator("[data-question=q_score]")
    question.get_by_role("button").click()
    question.get_by_role("link").click()
    expect(page.locator("body")).to_contain_text('"popularidad"')
