"""Writes of one turn of the event loop as one: a system call each is most of what they cost."""

import asyncio
from typing import Any

from gateway.patience import Patience


class Corked:
    """A transport whose writes go out together, at the end of the turn they were made in.

    uvicorn writes the head of an answer and its body one after the other. All else is the
    transport's own, but that one closed with bytes that nobody takes is cut off after a while.
    """

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, patience_ms: int
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._closing = Patience(loop)
        self._patience_ms = patience_ms
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        """To go out with what is written until the end of this turn."""
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)

    def write_now(self, data: bytes) -> None:
        """To go out at once, after what is held."""
        self.flush()
        self._transport.write(data)

    def flush(self) -> None:
        """Send what is held."""
        if self._held:
            held, self._held = self._held, []
            self._transport.write(held[0] if len(held) == 1 else b"".join(held))

    def write_eof(self) -> None:
        """See asyncio.Transport."""
        self.flush()
        self._transport.write_eof()

    def close(self) -> None:
        """See asyncio.Transport."""
        self.flush()
        self._transport.close()
        if self._transport.get_write_buffer_size() and not self._closing.runs:
            self._closing.start(self._patience_ms, self._transport.abort)

    def lost(self) -> None:
        """The connection is gone."""
        self._closing.stop()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
