"""Requests at a steady rate over connections that are kept: an HTTP client that hides nothing.

A part of faults.py and soak.py. It tries nothing twice, follows nothing, and takes no answer for
whole that is not: each of these would hide a fault. One request costs it some 0.1 ms of CPU.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

PATIENCE_S = 30
"""An answer later than this counts as none."""

FRESH_S = 2.0
"""A connection idle for longer is not used again: the server may be about to close it."""

MOST_AT_ONCE = 1500


class NoAnswer(Exception):
    """Nothing came, or only a part; its text says which."""


class Request(NamedTuple):
    """What is asked; a body makes it a POST of JSON."""

    path: str
    body: bytes = b""

    def as_bytes(self) -> bytes:
        """As it goes to the socket."""
        posted = b"content-type: application/json\r\ncontent-length: %d\r\n" % len(self.body)
        method, headers = (b"POST", posted) if self.body else (b"GET", b"")
        line = b"%s %s HTTP/1.1\r\nhost: x\r\n" % (method, self.path.encode("ascii"))
        return line + headers + b"\r\n" + self.body


class Answer(NamedTuple):
    """Status, headers by name in lower case, and the whole body."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Client:
    """Connections to one server, each kept until a fault or until it has been idle."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: Request, patience_s: float = PATIENCE_S) -> Answer:
        """The whole answer, or NoAnswer."""
        try:
            async with asyncio.timeout(patience_s):
                return await self._asked(request)
        except TimeoutError as exc:
            raise NoAnswer("late beyond patience") from exc
        except (OSError, EOFError) as exc:  # EOFError: IncompleteReadError is one
            raise NoAnswer(type(exc).__name__) from exc

    async def close(self) -> None:
        """Close what is open."""
        for _, _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _asked(self, request: Request) -> Answer:
        reader, writer = await self._connection()
        stays = False
        try:
            writer.write(request.as_bytes())
            answer = await read_answer(reader)
            stays = answer.headers.get(b"connection") != b"close"
            return answer
        finally:
            if stays:
                self._idle.append((time.monotonic(), reader, writer))
            else:
                writer.close()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            since, reader, writer = self._idle.pop()
            if time.monotonic() - since < FRESH_S and not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """One answer with the length it announces; NoAnswer where it announces none."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[:-2]
    named = (line.partition(b":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in named}
    if b"content-length" not in headers:
        raise NoAnswer("an answer without its length")
    body = await reader.readexactly(int(headers[b"content-length"]))
    return Answer(int(first.split()[1]), headers, body)


async def steady(rate: float, ask: Callable[[], Awaitable[None]], until: Callable[[], bool]) -> int:
    """Call `ask` so many times a second, however long each takes; the number left out.

    Left out is what comes while MOST_AT_ONCE are under way: it is the bound of this process.
    """
    under_way: set[asyncio.Task[None]] = set()
    left_out, due = 0, time.monotonic()
    while not until():
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due = max(due + 1 / rate, time.monotonic() - 0.1)  # what was missed is not made up for
        if len(under_way) >= MOST_AT_ONCE:
            left_out += 1
            continue
        task = asyncio.ensure_future(ask())
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    return left_out


async def ready(port: int, patience_s: float = 60.0) -> float:
    """When a service first said that it is ready, by its own word (monotonic seconds)."""
    client, ends = Client(port), time.monotonic() + patience_s
    while time.monotonic() < ends:
        with contextlib.suppress(NoAnswer):
            if (await client.ask(Request("/salud/lista"), 1.0)).status == 200:
                await client.close()
                return time.monotonic()
        await asyncio.sleep(0.02)
    raise TimeoutError(f"nothing ready on port {port} within {patience_s:.0f} s")
