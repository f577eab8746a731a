"""The title, what an operator sees, a service killed, the documents, and the end."""

import json
import time
from collections.abc import Sequence

from demo.captions import Caption
from demo.faults import DemoError
from demo.scene import Scene
from demo.stage import Stage

REVIVED_S = 40.0
FAULT = ".results .fault"
CARD = "parts => { document.getElementById('card').innerHTML = parts; }"


def title(stage: Stage) -> None:
    """What it is, in figures of the running stack."""
    stage.own("card.html")
    counted = [
        ("peliculas", "películas"),
        ("anios", "años de estreno"),
        ("plataformas", "plataformas"),
        ("usuarios", "usuarios"),
        ("operaciones", "operaciones de la API"),
    ]
    figures = "".join(
        f"<div><dt>{name}</dt><dd>{stage.figures[key]}</dd></div>" for key, name in counted
    )
    lead = "Un recomendador de películas y series que dice por qué, en tus propias máquinas."
    stage.page.evaluate(CARD, f'<h1>Cartelera</h1><p class="lead">{lead}</p><dl>{figures}</dl>')


def operation(stage: Stage) -> None:
    """The operator's page."""
    stage.go("/operacion")
    stage.one("#servicios .tile").wait_for()
    stage.pause(2.2)
    stage.hand.scroll(stage.one("#servicios"), above=70)
    stage.pause(2.0)
    stage.hand.scroll(stage.one("#indice"), above=70)
    stage.pause(1.5)


def outage(stage: Stage) -> None:
    """A service is killed while the page is used; it comes back by itself."""
    stage.go("/?pelicula=862")
    stage.titles()
    stage.hand.point(stage.one(".films .opinion"))
    stage.pause(1.0)
    with stage.stack.down("reco") as process:
        stage.figures["proceso"] = str(process)
        stage.say()
        stage.hand.click(stage.one(".films .opinion"))
        stage.one(FAULT).wait_for()
        stage.hand.point(stage.one(FAULT))
        stage.pause(2.6)
    stage.say()
    _await_service(stage)
    stage.hand.click(stage.one(FAULT).get_by_role("button", name="Reintentar"))
    stage.one(FAULT).wait_for(state="hidden")
    stage.titles()
    stage.hand.point(stage.one(".films h3 a"))
    stage.pause(1.5)


def _await_service(stage: Stage) -> None:
    deadline = time.monotonic() + REVIVED_S
    while time.monotonic() < deadline:
        answer = stage.page.context.request.get(f"{stage.stack.address}/salud/lista")
        if answer.ok and json.loads(answer.body())["estado"] == "lista":
            return
        stage.pause(0.2)
    raise DemoError("the service that was killed did not come back")


def report(stage: Stage) -> None:
    """What the data hold and what they lack."""
    stage.go("/informe")
    stage.one("h1").wait_for()
    stage.pause(1.8)
    height = float(stage.page.evaluate("document.documentElement.scrollHeight"))
    for part in (0.08, 0.2, 0.34):
        stage.hand.scroll_by(to=height * part, seconds=1.0)
        stage.pause(1.0)


def documents(stage: Stage) -> None:
    """The API's documentation, served without the internet."""
    stage.go("/docs")
    stage.one(".opblock").wait_for()
    stage.pause(1.5)
    stage.hand.scroll(stage.one(".opblock-tag-section", "recomendaciones"), above=20, seconds=1.2)


def close(stage: Stage) -> None:
    """The two commands."""
    stage.own("card.html")
    stage.page.evaluate(
        CARD,
        '<h1>Cartelera</h1><p class="lead">Dos comandos; la muestra viene incluida.</p>'
        "<pre><b>make run</b>   <i># prepara, construye con la muestra y sirve</i></pre>"
        "<pre><b>make test</b>  <i># prepara y corre todas las pruebas</i></pre>",
    )


OPENING: Sequence[Scene] = (
    Scene(
        "título",
        6,
        (
            Caption(
                "Cartelera: {peliculas} películas y {usuarios} usuarios en esta instalación.",
                "Cartelera: {peliculas} films and {usuarios} users in this installation.",
            ),
        ),
        title,
    ),
)
CLOSING: Sequence[Scene] = (
    Scene(
        "operación",
        8,
        (
            Caption(
                "Para quien la opera: servicios, versiones de datos e índice, caché y límites.",
                "For whoever runs it: services, versions of data and index, cache and limits.",
            ),
        ),
        operation,
    ),
    Scene(
        "caída",
        14,
        (
            Caption(
                "¿Y si algo se cae? Con la página en uso…",
                "And if something falls? While the page is in use…",
            ),
            Caption(
                "…se mata el de recomendaciones (kill -9 {proceso}). La página dice qué pasa.",
                "…recommendations are killed (kill -9 {proceso}). The page says what is up.",
            ),
            Caption(
                "El supervisor lo levanta solo, y la página sigue donde estaba.",
                "The supervisor brings it back by itself, and the page goes on where it was.",
            ),
        ),
        outage,
        allowed=(502, 503, 504),
    ),
    Scene(
        "informe",
        9,
        (
            Caption(
                "El informe de los datos: qué hay, qué falta y qué se reparó.",
                "The report on the data: what they hold, what they lack, what was repaired.",
            ),
        ),
        report,
    ),
    Scene(
        "documentación",
        5,
        (
            Caption(
                "La documentación de la API, servida por el propio gateway.",
                "The API's documentation, served by the gateway itself.",
            ),
        ),
        documents,
    ),
    Scene(
        "cierre",
        6,
        (
            Caption(
                "make run, y a elegir película. make test, y a confiar en ella.",
                "make run, and pick a film. make test, and trust it.",
            ),
        ),
        close,
    ),
)
"""Before and after the page itself."""
