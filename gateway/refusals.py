"""Requests that are refused at the socket, before there is a request to hand to anyone."""

import uuid
from collections.abc import Sequence

from contracts.context import as_problem
from contracts.errors import (
    HeadersTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    ProductError,
    RequestTooSlow,
    Saturated,
    Sentence,
)
from gateway.transport import Header

SHOWN = 200
"""Bytes of the address that a refusal repeats."""


def refusal(problem: ProductError, url: bytes, headers: Sequence[Header]) -> bytes:
    """The whole answer, as it goes to the socket; the connection ends with it."""
    request_id = uuid.uuid4().hex
    path = url.partition(b"?")[0][:SHOWN].decode("ascii", "replace")
    scope = {"path": path, "headers": headers, "state": {"request_id": request_id}}
    answer = as_problem({"type": "http", **scope}, problem)
    lines = [
        f"HTTP/1.1 {problem.status.value} {problem.status.phrase}".encode(),
        *(name + b": " + value for name, value in answer.raw_headers),
        b"cache-control: no-store",
        b"x-content-type-options: nosniff",
        b"x-request-id: " + request_id.encode(),
        b"connection: close",
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + bytes(answer.body)


def not_http() -> MalformedRequest:
    """What came cannot be read."""
    return MalformedRequest(
        Sentence(
            "Lo recibido no es una petición HTTP/1.1 bien formada.",
            "What came is not a well-formed HTTP/1.1 request.",
        )
    )


def no_tunnels() -> MethodNotAllowed:
    """CONNECT asks a proxy for a way to somebody else, and this is none."""
    problem = MethodNotAllowed(
        Sentence(
            "El servidor no es un proxy: no admite el método CONNECT.",
            "The server is not a proxy: it does not take the method CONNECT.",
        )
    )
    problem.headers = {"allow": "GET, HEAD, POST"}
    return problem


def ambiguous() -> MalformedRequest:
    """Two servers could disagree on where the request ends, or whom it is for."""
    return MalformedRequest(
        Sentence(
            "La petición no dice de un solo modo dónde acaba o a quién va: «Host»,"
            " «Content-Length» y «Transfer-Encoding» han de ser únicos y compatibles.",
            "The request does not say in one way only where it ends or whom it is for: 'Host',"
            " 'Content-Length' and 'Transfer-Encoding' must be single and compatible.",
        )
    )


def large_head(most: int) -> HeadersTooLarge:
    """More headers, or more bytes of them, than are taken."""
    return HeadersTooLarge(
        Sentence(
            f"Las cabeceras superan los {most} bytes, o son demasiadas.",
            f"The headers are longer than {most} bytes, or too many.",
        )
    )


def slow_head() -> RequestTooSlow:
    """Request line and headers took too long."""
    return RequestTooSlow(
        Sentence(
            "La cabecera de la petición no llegó entera a tiempo.",
            "The request's head did not come whole in time.",
        )
    )


def slow_body() -> RequestTooSlow:
    """The body took too long."""
    return RequestTooSlow(
        Sentence(
            "El cuerpo de la petición no llegó entero a tiempo.",
            "The request's body did not come whole in time.",
        )
    )


def too_many_clients() -> Saturated:
    """There are as many connections as there may be."""
    return Saturated(
        Sentence(
            "El servidor tiene ya todas las conexiones que admite.",
            "The server has as many connections as it takes.",
        )
    )
