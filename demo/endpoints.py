"""A real request for every operation of the merged OpenAPI document, none left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from demo.faults import DemoError
from docs.answers.pages import encoded, endpoints
from docs.answers.questions import QUESTIONS, Body, Question

PARAMETER = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Request:
    """What is asked of one operation, written for people in `shown`, for the wire in `path`."""

    operation: str
    shown: str
    path: str
    body: Body | None = None

    @property
    def method(self) -> str:
        """GET or POST."""
        return self.operation.split()[0]


@dataclass(frozen=True)
class Shown:
    """One picture: a request, and the same asked by query where there is such an operation."""

    tag: str
    request: Request
    by_query: Request | None = None


def operations(document: Mapping[str, Any]) -> list[str]:
    """`METHOD path` of every operation of a document, as it lists them."""
    return [
        f"{method.upper()} {path}" for path, found in document["paths"].items() for method in found
    ]


def pictures(document: Mapping[str, Any]) -> list[Shown]:
    """What shows every operation of a document; raises DemoError if one would be left out."""
    named = endpoints(document)
    repeated = set(operations(document)) - set(named)
    if unasked := sorted(set(named) - set(QUESTIONS)):
        raise DemoError(f"docs/answers/questions.py asks nothing of: {', '.join(unasked)}")
    shown = [_picture(operation, found["tags"][0], repeated) for operation, found in named.items()]
    check_driven(document, [request for one in shown for request in requests_of(one)])
    return shown


def requests_of(shown: Shown) -> list[Request]:
    """The requests of one picture."""
    return [shown.request, *([shown.by_query] if shown.by_query else [])]


def check_driven(document: Mapping[str, Any], driven: Sequence[Request]) -> None:
    """Raise DemoError unless every operation of the document is among those driven."""
    if missing := sorted(set(operations(document)) - {request.operation for request in driven}):
        raise DemoError(f"not driven: {', '.join(missing)}")


def _picture(operation: str, tag: str, repeated: set[str]) -> Shown:
    """One picture; `repeated` are the operations that ask the same of another by query."""
    question = QUESTIONS[operation][0]
    request = Request(operation, question.path, encoded(question.path), question.body)
    base = operation.partition("/{")[0]
    if base not in repeated:
        return Shown(tag, request)
    path, parameters = base.split()[1], _parameters(operation, question)
    written = "&".join(f"{name}={value}" for name, value in parameters.items())
    by_query = Request(base, f"{path}?{written}", f"{path}?{urlencode(parameters)}")
    return Shown(tag, request, by_query)


def _parameters(operation: str, question: Question) -> dict[str, str]:
    """The path arguments of a question by name, and what its query says besides."""
    path, _, query = question.path.partition("?")
    pattern = PARAMETER.sub(r"(?P<\1>.+)", operation.split()[1])
    match = re.fullmatch(pattern, path)
    given = match.groupdict() if match else {}
    return given | dict(pair.split("=", 1) for pair in query.split("&") if pair)
