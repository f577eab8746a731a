"""Every operation of the API, asked for real by the browser."""

from collections.abc import Sequence
from typing import Any

from demo.captions import Caption
from demo.endpoints import Request, Shown, check_driven, operations, pictures, requests_of
from demo.faults import DemoError
from demo.scene import Scene
from demo.stage import Stage

TAGS = ("estadísticas", "plataformas", "recomendaciones", "gateway")
LONG_READ_S, READ_S = 1.7, 1.6
PAUSE_BEFORE_REPEATED_S = 0.35
MISSPELT = Request(
    "GET /score_titulo/{titulo}", "/score_titulo/Toi Stori", "/score_titulo/Toi%20Stori"
)
OK, NOT_FOUND = 200, 404
LINES, FEWER_LINES = 18, 14
"""Of an answer, so that what stands below it has room."""


def endpoints(stage: Stage) -> None:
    """All operations of the merged document, in the order of TAGS."""
    document = stage.fetch("/openapi.json")
    shown = pictures(document)
    if strange := {one.tag for one in shown} - set(TAGS):
        raise DemoError(f"no caption for {', '.join(sorted(strange))}")
    stage.own("terminal.html")
    shown.sort(key=lambda one: TAGS.index(one.tag))
    asked = dict.fromkeys(request.operation for one in shown for request in requests_of(one))
    stage.page.evaluate("names => list(names)", list(asked))
    driven: list[Request] = []
    for number, tag in enumerate(TAGS):
        if number:
            stage.say()
        driven += _drive(stage, [one for one in shown if one.tag == tag])
    check_driven(document, driven)
    ticked = stage.page.locator("#done li.ok").count()
    if ticked != len(operations(document)):
        raise DemoError(f"{ticked} of {len(operations(document))} operations were answered")


def _drive(stage: Stage, shown: Sequence[Shown]) -> list[Request]:
    for one in shown:
        answer = ask(stage, one.request, OK, lines=FEWER_LINES if one.by_query else LINES)
        if one.by_query:
            stage.pause(PAUSE_BEFORE_REPEATED_S)
            if ask(stage, one.by_query, OK, first=False) != answer:
                raise DemoError(f"{one.by_query.shown} answers other than {one.request.shown}")
            stage.page.evaluate("note('→ la misma respuesta')")
        stage.pause(LONG_READ_S if one.by_query else READ_S)
    return [request for one in shown for request in requests_of(one)]


def ask(
    stage: Stage,
    request: Request,
    status: int,
    first: bool = True,
    language: str = "es",
    lines: int = LINES,
) -> Any:
    """Have the browser ask, and show it; the answer, which has the status expected."""
    stage.addressed(stage.stack.address.removeprefix("http://") + request.shown)
    told = stage.page.evaluate(
        "question => ask(question)",
        {
            "operation": request.operation,
            "method": request.method,
            "path": request.path,
            "shown": request.shown,
            "body": request.body,
            "headers": {"Accept-Language": language},
            "first": first,
            "lines": lines,
        },
    )
    if told["status"] != status:
        raise DemoError(f"{request.method} {request.shown}: {told['status']}, not {status}")
    return told["answer"]


def problem(stage: Stage) -> None:
    """An error says what is wrong, in the reader's language, and what was meant."""
    answer = ask(stage, MISSPELT, NOT_FOUND)
    if "Toy Story" not in answer["sugerencias"]:
        raise DemoError("a misspelt title has no suggestion")
    stage.pause(3.4)
    stage.say()
    ask(stage, MISSPELT, NOT_FOUND, language="en")
    stage.pause(2.8)


SCENES = (
    Scene(
        "API",
        40,
        (
            Caption(
                "La API, operación por operación: {operaciones} peticiones reales. Estadísticas…",
                "The API, operation by operation: {operaciones} real requests. Statistics…",
            ),
            Caption(
                "…los catálogos de las plataformas: Netflix, Amazon, Disney+ y Hulu…",
                "…the platforms' catalogues: Netflix, Amazon, Disney+ and Hulu…",
            ),
            Caption(
                "…las recomendaciones: por título, por texto, por gustos y por usuario…",
                "…recommendations: by title, by text, by tastes and by user…",
            ),
            Caption(
                "…y el propio gateway: salud, problemas explicados y estado.",
                "…and the gateway itself: health, problems explained, and its state.",
            ),
        ),
        endpoints,
    ),
    Scene(
        "error",
        7,
        (
            Caption(
                "Un error dice qué pasó y qué se quiso decir, en un formato estándar (RFC 9457)…",
                "An error says what happened and what was meant, in a standard form (RFC 9457)…",
            ),
            Caption("…y en el idioma de quien pregunta.", "…and in the language of whoever asks."),
        ),
        problem,
        allowed=(404,),
    ),
)
"""What a program asks."""
