"""Writes that go out together, and connections whose last bytes nobody takes."""

import asyncio
import socket

import pytest

from gateway.cork import Corked

pytestmark = pytest.mark.anyio


class Ended(asyncio.Protocol):
    def __init__(self):
        self.lost = asyncio.Event()

    def connection_lost(self, exc):
        self.lost.set()


@pytest.fixture
async def connection():
    """A corked transport, its protocol, and the other side's socket, which reads by itself."""
    ours, theirs = socket.socketpair()
    for one in (ours, theirs):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_connection(Ended, sock=ours)
    yield Corked(transport, loop, patience_ms=200), protocol, theirs
    if not protocol.lost.is_set():
        transport.abort()
    theirs.close()
    await asyncio.sleep(0)


async def test_what_is_written_in_one_turn_goes_out_together_and_in_order(connection):
    corked, _, theirs = connection
    corked.write(b"head ")
    corked.write(b"body ")
    theirs.setblocking(False)
    with pytest.raises(BlockingIOError):
        theirs.recv(100)
    await asyncio.sleep(0)
    assert theirs.recv(100) == b"head body "
    corked.write(b"first ")
    corked.write_now(b"second")
    assert theirs.recv(100) == b"first second"


async def test_what_is_held_goes_out_before_the_end(connection):
    corked, protocol, theirs = connection
    corked.write(b"last words")
    corked.close()
    await asyncio.wait_for(protocol.lost.wait(), 1)
    assert theirs.recv(100) == b"last words"


async def test_a_connection_whose_last_bytes_nobody_takes_is_cut_off(connection):
    corked, protocol, _ = connection
    corked.write(b"x" * 50_000)  # less than what makes uvicorn wait
    corked.close()
    await asyncio.wait_for(protocol.lost.wait(), 2)


async def test_one_whose_last_bytes_are_taken_in_time_is_not(connection):
    corked, protocol, theirs = connection
    corked.write(b"x" * 50_000)
    corked.close()
    theirs.setblocking(False)
    read = 0
    while read < 50_000:
        await asyncio.sleep(0.002)
        try:
            read += len(theirs.recv(10_000))
        except BlockingIOError:
            continue
    await asyncio.wait_for(protocol.lost.wait(), 1)
    corked.lost()
