"""Pages with marked places, which are filled from a running stack."""

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from docs.answers.parameters import body_table, own_errors, parameter_table
from docs.answers.questions import QUESTIONS, Question
from docs.answers.shortening import pretty, shorten

FOLDER = Path(__file__).resolve().parent.parent / "api"
PLACE = re.compile(
    r"(<!-- respuestas: (?P<endpoint>[A-Z]+ \S+) -->\n).*?(<!-- /respuestas -->)", re.DOTALL
)
SHOWN_AT = "localhost:8000"
BY_QUERY = "Por Consulta"
"""How the summary ends of an operation that takes path arguments as query parameters."""
Ask = Callable[[Question], httpx.Response]


def regenerate(address: str) -> dict[Path, str]:
    """What each page should say, from the stack at `address`; nothing is written."""
    with httpx.Client(base_url=address, timeout=30) as client:
        document = client.get("/openapi.json").raise_for_status().json()
        pages = {path: path.read_text() for path in sorted(FOLDER.glob("*.md"))}
        _check_complete(endpoints(document), pages)

        def ask(question: Question) -> httpx.Response:
            method = "GET" if question.body is None else "POST"
            return client.request(method, encoded(question.path), json=question.body)

        return {path: _filled(text, document, ask) for path, text in pages.items()}


def endpoints(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """`METHOD pattern` → operation, without those that only repeat another by query."""
    return {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if not operation.get("summary", "").endswith(BY_QUERY)
    }


def encoded(path: str) -> str:
    """A path and query as they go over the wire."""
    return quote(path, safe="/?&=,-_.~")


def _check_complete(known: Mapping[str, Any], pages: Mapping[Path, str]) -> None:
    """Refuse, in one sentence, an endpoint without a place, a place or question too many."""
    placed = {m["endpoint"] for text in pages.values() for m in PLACE.finditer(text)}
    if missing := sorted(set(known) - placed):
        raise SystemExit(f"no place in docs/api for: {', '.join(missing)}")
    if gone := sorted(placed - set(known)):
        raise SystemExit(f"docs/api has a place for what the API lacks: {', '.join(gone)}")
    if unasked := sorted(set(known) - set(QUESTIONS)):
        raise SystemExit(f"docs/answers/questions.py asks nothing of: {', '.join(unasked)}")


def _filled(text: str, document: Mapping[str, Any], ask: Ask) -> str:
    def fill(match: re.Match[str]) -> str:
        return match[1] + _section(match["endpoint"], document, ask) + match[3]

    return PLACE.sub(fill, text)


def _section(endpoint: str, document: Mapping[str, Any], ask: Ask) -> str:
    method, path = endpoint.split()
    operation = document["paths"][path][method.lower()]
    blocks = [
        f"`{endpoint}`" + _variant(path, document),
        parameter_table(operation),
        body_table(operation, document),
        own_errors(operation),
        *(_example(question, ask(question)) for question in QUESTIONS[endpoint]),
    ]
    return "\n" + "\n\n".join(block for block in blocks if block) + "\n\n"


def _variant(path: str, document: Mapping[str, Any]) -> str:
    """The same by query parameters, where there is such an operation."""
    names = re.findall(r"{(\w+)}", path)
    base = path.partition("/{")[0]
    other = document["paths"].get(base, {}).get("get", {})
    if not names or not other.get("summary", "").endswith(BY_QUERY):
        return ""
    query = "&".join(f"{name}=" for name in names)
    return f", o `GET {base}?{query}`"


def _example(question: Question, response: httpx.Response) -> str:
    answer = pretty(shorten(response.json(), question.live))
    about = question.about or "Por ejemplo:"
    if response.is_error:
        about = f"{about.rstrip(':')} (estado {response.status_code}):"
    return f"{about}\n\n```sh\n{_curl(question)}\n```\n\n```json\n{answer}\n```"


def _curl(question: Question) -> str:
    line = f"curl '{SHOWN_AT}{encoded(question.path)}'"
    if question.body is None:
        return line
    body = shlex.quote(pretty(question.body))
    return f"{line} \\\n  -H 'content-type: application/json' \\\n  -d {body}"
