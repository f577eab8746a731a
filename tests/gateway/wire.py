"""A running gateway before a service that says what it saw, and requests written by hand."""

import asyncio
import contextlib
import json
from typing import NamedTuple

from pydantic import HttpUrl

from gateway.app import create_app
from gateway.settings import Settings
from tests.gateway.conftest import under_uvicorn

NEXT = "/score_titulo/siguiente"
PROBLEM = "application/problem+json"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def told(self):
        """The request line that the service saw, or the problem's slug."""
        document = json.loads(self.body)
        if self.status == 200:
            return document["linea"]
        assert self.headers["content-type"] == PROBLEM and document["status"] == self.status
        assert document["request_id"] == self.headers["x-request-id"]
        assert self.headers["cache-control"] == "no-store"
        return document["type"].removeprefix("/problemas/")


class Service:
    """Answers each request with what it saw of it, and remembers that."""

    def __init__(self):
        self.heads = []

    async def __call__(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                lines = head.split("\r\n")[:-2]
                lengths = [line for line in lines if line.startswith("content-length:")]
                body = await reader.readexactly(int(lengths[0].split(":")[1]) if lengths else 0)
                if "/despacio" in lines[0]:
                    await asyncio.sleep(0.2)
                if not lines[0].startswith("get /salud/"):
                    self.heads.append(head)
                said = {"linea": lines[0], "cuerpo": body.decode("latin-1"), "vio": lines[1:]}
                answer = json.dumps(said).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Version: v1\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(answer), answer)
                )
        writer.close()


class Gateway:
    """A running gateway, seen from a socket."""

    def __init__(self, port, service):
        self.port, self.service = port, service

    async def said(self, data, seconds=5.0, heads_only=False):
        """Every answer to `data`, sent at once, until the gateway closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            with contextlib.suppress(ConnectionError):
                writer.write(data)
                await writer.drain()
            return await asyncio.wait_for(answers_of(reader, heads_only), seconds)
        finally:
            writer.transport.abort()

    async def get(self, path, *lines, method="GET"):
        head = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *lines]
        data = "\r\n".join(head).encode() + b"\r\n\r\n"
        return (await self.said(data, heads_only=method == "HEAD"))[0]

    async def serves(self):
        """Whether all is as ever: a new connection, a question, its answer."""
        return (await self.get(NEXT)).told() == f"get {NEXT} http/1.1"


async def answers_of(reader, heads_only=False):
    answers = []
    while True:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError) as end:
            assert not getattr(end, "partial", b"")
            return answers
        status, *lines = head.strip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        assert len(headers) == len(lines), "a header came twice"
        length = 0 if heads_only else int(headers.get("content-length", 0))
        body = await reader.readexactly(length)
        answers.append(Answer(int(status.split()[1]), headers, body))


@contextlib.asynccontextmanager
async def running(**settings):
    service = Service()
    server = await asyncio.start_server(service, "127.0.0.1", 0)
    url = HttpUrl(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    given = Settings(query_url=url, reco_url=url, **settings)
    async with under_uvicorn(create_app(given)) as port:
        yield Gateway(port, service)
    server.close()
    await asyncio.sleep(0.05)  # the service's connections end with the gateway's


def asking(*lines, body=b"{}", method="POST", path="/v1/x", version="HTTP/1.1", host="Host: x"):
    head = [f"{method} {path} {version}", *([host] if host is not None else []), *lines]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def getting(path="/v1/x", *lines, **rest):
    return asking(*lines, method="GET", path=path, **{"body": b"", **rest})


def chunked(body, *lines, **rest):
    return asking("Transfer-Encoding: chunked", *lines, body=body, **rest)
