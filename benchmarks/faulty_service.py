"""In the place of a service: something that listens and fails, for faults.py.

    python benchmarks/faulty_service.py --port 8001 --fault garbage

Ways to fail: garbage (no HTTP), half (less than the length it announced, then closes), drip (a byte
at a time, without end), mute (reads, and says nothing), reset (cuts the line).
"""

import argparse
import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
DRIP_S = 0.05
LINGER_FOR_NO_TIME = struct.pack("ii", 1, 0)


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Every byte there is."""
    writer.write(bytes(range(256)))


async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The beginning of an answer that looks right."""
    writer.write(OK + b'{"mensaje": "La pel')


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Always a little more, so that no pause is long."""
    writer.write(OK)
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(DRIP_S)


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Not a word, until the other side has had enough."""
    await reader.read()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The line cut, as where a machine dies."""
    taken: socket.socket = writer.get_extra_info("socket")
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_FOR_NO_TIME)
    writer.transport.abort()


HANGS = frozenset({"drip", "mute"})
FAULTS = {each.__name__: each for each in (garbage, half, drip, mute, reset)}
Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def serve(port: int, behave: Behave) -> None:
    """Fail each request until stopped."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            await reader.readuntil(b"\r\n\r\n")
            await behave(reader, writer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--fault", choices=sorted(FAULTS), required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.port, FAULTS[given.fault]))


if __name__ == "__main__":
    main()
