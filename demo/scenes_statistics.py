"""A user's films, and the statistics."""

from demo.captions import Caption
from demo.faults import DemoError
from demo.scene import Scene
from demo.stage import Stage

DIRECTOR_MISSPELT, DIRECTOR = "Almodobar", "Pedro Almodóvar"
QUESTIONS = 12
QUICK = 8


def verdict(stage: Stage) -> None:
    """Whether to recommend a film to a user, and why."""
    stage.hand.write(stage.field("Usuario"), stage.figures["usuario"], key_ms=160)
    stage.hand.write(stage.field("Película"), "face of", key_ms=110)
    option = stage.one("#user-film-list [role=option]", "Face/Off")
    stage.pause(0.7)
    stage.hand.click(option)
    stage.holds(stage.one(".verdict"), "Face/Off")
    stage.one(".verdict .reason").wait_for()
    stage.hand.scroll(stage.one(".who"), above=90)
    stage.hand.point(stage.one(".verdict .scale"))


def watch_now(stage: Stage) -> None:
    """What the user should watch now."""
    stage.hand.click(stage.button("¿Qué ver ahora?"))
    stage.holds(stage.one(".films .tag"), "se espera")
    stage.hand.scroll(stage.one(".who"), above=90)
    stage.pause(1.5)
    stage.hand.scroll(stage.one(".films"), above=80, seconds=1.2)


def calendar(stage: Stage) -> None:
    """Films by month and by weekday."""
    stage.hand.scroll_by(to=0, seconds=0.3)
    stage.hand.click(stage.one("nav a[data-view=estadisticas]"))
    stage.one(".chart .bar").wait_for()
    bars = stage.page.locator(".chart:has(.bar)")
    stage.hand.point(bars.nth(0).locator(".bar").nth(8))
    stage.pause(0.8)
    stage.hand.point(bars.nth(1).locator(".bar").nth(4))


def actor(stage: Stage) -> None:
    """An actor's returns over the years."""
    field = stage.field("Actor o actriz")
    stage.hand.scroll(field, above=110)
    stage.hand.write(field, "leonardo dicaprio", key_ms=60)
    field.press("Enter")
    stage.holds(stage.one(".tile:has(form) p"), "Leonardo DiCaprio")
    stage.hand.point(stage.one(".tile:has(form) .point"))


def director(stage: Stage) -> None:
    """A misspelt director, and who was meant."""
    field = stage.field("Director o directora")
    stage.hand.write(field, DIRECTOR_MISSPELT, key_ms=100)
    field.press("Enter")
    fault = stage.one(".tile:has(form) .fault")
    stage.holds(fault, "¿Querías decir…?")
    stage.pause(1.4)
    stage.hand.click(fault.get_by_role("button", name=DIRECTOR).first)
    stage.holds(stage.one(".tile:has(form) p", DIRECTOR), DIRECTOR)


def questions(stage: Stage) -> None:
    """Every other question."""
    places = stage.page.locator("[data-question]")
    places.first.wait_for()
    if places.count() != QUESTIONS:
        raise DemoError(f"{places.count()} questions on the page, not {QUESTIONS}")
    for number in range(0, QUESTIONS, 3):
        stage.hand.scroll(places.nth(number), above=120, seconds=0.5)
        for place in (places.nth(number), places.nth(number + 1), places.nth(number + 2)):
            stage.hand.click(place.get_by_role("button"), steps=QUICK)
            place.locator("p").first.wait_for()
            if place.locator(".fault").count():
                raise DemoError(f"a question is refused: {place.inner_text()}")
    stage.pause(0.6)


SCENES = (
    Scene(
        "usuario",
        10,
        (
            Caption(
                "Para un usuario: ¿se la recomendamos? La valoración esperada, y por qué.",
                "For a user: shall we recommend it? The rating to be expected, and why.",
            ),
        ),
        verdict,
    ),
    Scene(
        "qué ver",
        7,
        (
            Caption(
                "Y qué ver ahora: lo que aún no valoró, según sus valoraciones.",
                "And what to watch now: films not rated yet, by the user's own ratings.",
            ),
        ),
        watch_now,
    ),
    Scene(
        "calendario",
        6,
        (
            Caption(
                "Estadísticas: estrenos por mes y por día de la semana, con sus cifras como tabla.",
                "Statistics: releases by month and weekday, their figures also as a table.",
            ),
        ),
        calendar,
    ),
    Scene(
        "actor",
        6.5,
        (
            Caption(
                "El retorno de un actor, película por película.",
                "An actor's returns, film by film.",
            ),
        ),
        actor,
    ),
    Scene(
        "director",
        8,
        (
            Caption(
                "Un director mal escrito: la página pregunta quién era, y basta un clic.",
                "A misspelt director: the page asks who was meant, and one click will do.",
            ),
        ),
        director,
        allowed=(404,),
    ),
    Scene(
        "consultas",
        15,
        (
            Caption(
                "Las otras doce consultas, cada una contestada con una frase y su JSON.",
                "The other twelve questions, each answered in a sentence and as JSON.",
            ),
        ),
        questions,
    ),
)
"""What an analyst asks."""
