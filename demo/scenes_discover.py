"""Finding films on the start page."""

from demo.captions import Caption
from demo.faults import DemoError
from demo.scene import Scene
from demo.stage import Stage

TYPO, DESCRIPTION = "toi story", "un tiburón aterroriza una playa"
FIRST_FILM = ".films > li"


def begin(stage: Stage) -> None:
    """The start page, with films to begin with."""
    stage.go("/?lang=es")
    stage.one(".wall li").wait_for()
    stage.hand.point(stage.one(".wall li:nth-child(3) a"))


def search(stage: Stage) -> None:
    """A title with a typo, found while it is typed."""
    stage.hand.write(stage.one("#q"), TYPO, key_ms=170)
    option = stage.page.get_by_role("option").first
    stage.holds(option, "Toy Story")
    stage.pause(1.2)
    stage.hand.click(option)
    stage.holds(stage.one(".card h2"), "Toy Story")


def film(stage: Stage) -> None:
    """Its card: where to watch it, and the facts."""
    stage.holds(stage.one(".card"), "Dónde verla")
    stage.hand.point(stage.one(".card h3"))
    stage.pause(2.2)
    stage.one(".card").hover()
    stage.page.mouse.wheel(0, 260)
    stage.pause(1.5)
    stage.page.mouse.wheel(0, -600)


def reasons(stage: Stage) -> None:
    """The first of its neighbours, with all reasons."""
    first = stage.one(FIRST_FILM)
    stage.hand.point(first.locator(".reason").first)
    stage.pause(1.2)
    stage.hand.click(first.locator("summary"))
    first.locator("details .reason").first.wait_for(state="visible")
    stage.pause(2.2)
    stage.hand.click(first.locator("summary"))


def tastes(stage: Stage) -> None:
    """Liking one and disliking another changes the list."""
    before = stage.titles()
    stage.hand.click(stage.button(f"Me gusta {before[3]}"))
    liked = stage.changed(before)
    stage.hand.scroll_by(to=0)
    stage.pause(1.8)
    stage.say()
    stage.hand.click(stage.button(f"No me gusta {liked[1]}"))
    left = stage.changed(liked)
    if before[3] in left or liked[1] in left:
        raise DemoError("a film that was judged is listed still")
    stage.hand.scroll_by(to=0)
    stage.holds(stage.one(".taste.disliked"), liked[1])
    stage.pause(1.5)


def filters(stage: Stage) -> None:
    """Genre, years, platform, variety."""
    now = stage.titles()
    stage.hand.click(stage.one(".filters summary"))
    stage.pause(0.6)
    stage.hand.click(stage.button("Fantasía"))
    now = stage.changed(now)
    stage.hand.write(stage.one("input[type=number]"), "2000")
    now = stage.changed(now)
    stage.pause(0.6)
    stage.hand.click(stage.button("Disney+"))
    now = stage.changed(now)
    stage.pause(0.8)
    stage.hand.scroll(stage.one(".films"), above=330)
    stage.pause(1.5)
    stage.say()
    _variety(stage)


def _variety(stage: Stage) -> None:
    now = stage.titles()
    stage.hand.scroll(stage.one(".filters"), above=120)
    stage.hand.click(stage.button("Disney+"))
    now = stage.changed(now)
    slider = stage.page.get_by_role("slider", name="Variedad")
    stage.hand.click(slider)
    for _ in range(3):
        slider.press("ArrowRight")
        stage.pause(0.15)
    stage.changed(now)
    stage.pause(0.8)
    stage.hand.scroll(stage.one(".films"), above=330)
    stage.pause(1.2)


def share(stage: Stage) -> None:
    """The address says it all: opened anew, it shows the same."""
    before = stage.titles()
    stage.hand.scroll_by(to=0)
    stage.hand.glide(500, 8)
    stage.pause(1.5)
    stage.page.reload()
    stage.hand.appear()
    if stage.titles() != before:
        raise DemoError("an address that was opened anew shows another list")
    stage.pause(1.0)


def describe(stage: Stage) -> None:
    """A description in Spanish finds the film."""
    stage.go("/?lang=es")
    stage.one(".wall li").wait_for()
    field = stage.one("#q")
    stage.hand.write(field, DESCRIPTION, key_ms=62)
    stage.pause(0.5)
    field.press("Enter")
    stage.holds(stage.one(".column > h2"), "tiburón")
    if "Jaws" not in stage.titles()[:3]:
        raise DemoError("a shark at the beach is not found")
    stage.hand.point(stage.one(".films h3 a", "Jaws"))


def english(stage: Stage) -> None:
    """The same in English."""
    stage.hand.click(stage.one("#language"))
    stage.holds(stage.one(".column > h2"), "For “")
    stage.titles()
    stage.pause(2.6)
    stage.hand.click(stage.one("#language"))
    stage.holds(stage.one(".column > h2"), "Para «")


def dark(stage: Stage) -> None:
    """Dark colours."""
    stage.hand.click(stage.one("#theme"))
    stage.hand.point(stage.one(".films h3 a"))


def phone(stage: Stage) -> None:
    """On a phone: the same page, narrow."""
    stage.phone(True)
    stage.go("/?pelicula=862")
    stage.titles()
    stage.pause(1.8)
    stage.hand.scroll(stage.one(".column > h2"), above=12, seconds=1.6)
    stage.pause(1.2)
    stage.hand.scroll_by(to=1600, seconds=2.0)
    stage.pause(0.8)
    stage.phone(False)
    stage.go("/?ver=usuario")
    stage.hand.click(stage.one("#theme"))


SCENES = (
    Scene(
        "inicio",
        5,
        (
            Caption(
                "La página de inicio: qué hay para ver, sin instalar nada en el navegador.",
                "The start page: what there is to watch, with nothing to install in the browser.",
            ),
        ),
        begin,
    ),
    Scene(
        "búsqueda",
        7,
        (
            Caption(
                "Se busca mientras se escribe, y las erratas no molestan: «toi story».",
                "It searches as you type, and typos do no harm: “toi story”.",
            ),
        ),
        search,
    ),
    Scene(
        "ficha",
        7,
        (
            Caption(
                "La ficha: valoración, en qué plataforma verla, y los datos de la película.",
                "The card: its rating, the platform to watch it on, and the film's facts.",
            ),
        ),
        film,
    ),
    Scene(
        "motivos",
        7,
        (
            Caption(
                "Las parecidas dicen por qué: cada motivo, con lo que aporta al puntaje.",
                "Similar films say why: each reason with its share of the score.",
            ),
        ),
        reasons,
    ),
    Scene(
        "gustos",
        11,
        (
            Caption(
                "«Me gusta»: la lista se rehace al momento.",
                "“I like it”: the list is remade at once.",
            ),
            Caption(
                "«No me gusta»: lo que se le parece baja, y queda dicho en los motivos.",
                "“I do not like it”: what is like it sinks, and the reasons say so.",
            ),
        ),
        tastes,
    ),
    Scene(
        "filtros",
        17,
        (
            Caption(
                "Filtros: género, años, plataforma. Se cumplen siempre, sin perder los gustos.",
                "Filters: genre, years, platform. They always hold, and tastes are kept.",
            ),
            Caption(
                "Variedad: de lo más parecido a lo más distinto entre sí.",
                "Variety: from the most alike to the most unlike one another.",
            ),
        ),
        filters,
    ),
    Scene(
        "compartir",
        6,
        (
            Caption(
                "La dirección lo dice todo: quien la abra, cuando sea, verá lo mismo.",
                "The address says it all: opened again, or by somebody else, it shows the same.",
            ),
        ),
        share,
    ),
    Scene(
        "texto libre",
        8,
        (
            Caption(
                "O se cuenta de qué va, en español o en inglés: «un tiburón aterroriza una playa».",
                "Or tell what it is about, in Spanish or English: “a shark terrorises a beach”.",
            ),
        ),
        describe,
    ),
    Scene(
        "inglés",
        5,
        (
            Caption(
                "Toda la página está en español y en inglés.",
                "The whole page is in Spanish and in English.",
            ),
        ),
        english,
    ),
    Scene("oscuro", 3.5, (Caption("Con colores oscuros.", "With dark colours."),), dark),
    Scene(
        "teléfono",
        8,
        (
            Caption(
                "En un teléfono: la misma página, a su medida.",
                "On a phone: the same page, in its measure.",
            ),
        ),
        phone,
    ),
)
"""What a reader does on the start page."""
