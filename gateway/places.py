"""Room for so many requests and so many bytes at once; who finds none is told so at once."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from starlette.types import Receive, Scope

from contracts.errors import RejectedRequest, Saturated, Sentence
from gateway.routing import too_large

LEFT_TO_OTHERS = 4
"""One part in so many of the places is not for requests of the same service: one that hangs takes
all that it may, and the other is to be served on."""

BODIES_AT_ONCE = 32
"""Bodies of the largest size that are held in memory while they come in, all clients together."""


class Places:
    """The requests that one process has with its services."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of_one = most - most // LEFT_TO_OTHERS
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many there are."""
        return self._taken.total()

    @contextlib.contextmanager
    def one(self, service: str) -> Iterator[None]:
        """A place for a request to `service`; raises Saturated."""
        if self._taken.total() >= self._most or self._taken[service] >= self._of_one:
            raise _saturated()
        self._taken[service] += 1
        try:
            yield
        finally:
            self._taken[service] -= 1


class Bodies:
    """The bodies that are being read, before their requests take places: clients may be slow."""

    def __init__(self, most_of_one: int) -> None:
        self._most_of_one = most_of_one
        self._room = most_of_one * BODIES_AT_ONCE

    async def read(self, scope: Scope, receive: Receive) -> bytes:
        """One, however it was announced; raises BodyTooLarge, RejectedRequest or Saturated."""
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self._most_of_one:
                raise too_large(self._most_of_one)
        body = bytearray()
        try:
            while await self._more(body, receive):
                if len(body) > self._most_of_one:
                    raise too_large(self._most_of_one)
                if self._room < 0:
                    raise _saturated()
            return bytes(body)
        finally:
            self._room += len(body)

    async def _more(self, body: bytearray, receive: Receive) -> bool:
        message = await receive()
        if message["type"] == "http.disconnect":  # nobody is left to read this
            raise RejectedRequest(Sentence("Cuerpo incompleto.", "Incomplete body."))
        chunk = message.get("body", b"")
        body += chunk
        self._room -= len(chunk)
        return bool(message.get("more_body", False)) or len(body) > self._most_of_one


def _saturated() -> Saturated:
    return Saturated(
        Sentence(
            "El servidor atiende ya todas las peticiones que puede a la vez.",
            "The server is already serving as many requests as it can at once.",
        )
    )
