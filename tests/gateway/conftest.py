"""A gateway in process, and services in front of which it can be put: fakes, sockets, uvicorn."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import HttpUrl

from gateway.app import create_app
from gateway.protocol import GatewayProtocol
from gateway.settings import Settings
from gateway.transport import RawReply, Unreachable

DEADLINE_MS = 200


@pytest.fixture
def anyio_backend():
    return "asyncio"


@contextlib.asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of `app`, started as a server would; a 500 is an answer, not an exception."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=transport, base_url="http://cartelera") as client:
            yield client


class OverHttpx:
    """The way to a service over one of httpx's transports, which a test can be."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def send(self, method, target, headers, body) -> RawReply:
        request = httpx.Request(
            method, "http://servicio" + target.decode(), headers=list(headers), content=body or None
        )
        try:
            response = await self._transport.handle_async_request(request)
        except httpx.NetworkError as exc:
            raise Unreachable(str(exc)) from exc
        content = await response.aread()
        received = [(name.lower(), value) for name, value in response.headers.raw]
        return RawReply(response.status_code, received, content)

    async def aclose(self) -> None:
        await self._transport.aclose()


@pytest.fixture
def fronting():
    """A gateway before services that are functions: request → response."""

    def open_gateway(answer: Callable[[str, httpx.Request], httpx.Response], **settings):
        def transport_for(service: str) -> OverHttpx:
            return OverHttpx(httpx.MockTransport(lambda request: answer(service, request)))

        given = Settings(**{"deadline_ms": DEADLINE_MS, **settings})
        return client_of(create_app(given, transport_for))

    return open_gateway


@pytest.fixture
def gateway_to():
    """A gateway whose query service is at a port of this machine."""

    def open_gateway(port: int, **settings: int):
        limits = {"deadline_ms": DEADLINE_MS, "connect_timeout_ms": DEADLINE_MS, **settings}
        limits.setdefault("probe_ms", 60_000)  # one at the start, none in the way of the test
        url = HttpUrl(f"http://127.0.0.1:{port}")
        return client_of(create_app(Settings(query_url=url, reco_url=url, **limits)))

    return open_gateway


@pytest.fixture
def tcp_service():
    """A service that is a function of reader and writer, on a free port if none is given."""

    @contextlib.asynccontextmanager
    async def serve(behave, port: int = 0) -> AsyncIterator[int]:
        handling = {}

        async def connected(reader, writer):
            handling[asyncio.current_task()] = writer
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await behave(reader, writer)
            writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in handling.values():
                writer.close()
            await asyncio.gather(*handling)
            await asyncio.sleep(0)  # lets the sockets close before the loop does

    return serve


@contextlib.asynccontextmanager
async def under_uvicorn(app) -> AsyncIterator[int]:
    """An ASGI app under uvicorn on a free port; gives the port."""
    ours = hasattr(app.state, "parts")
    protocol = GatewayProtocol if ours else "auto"
    config = uvicorn.Config(
        app, http=protocol, log_config=None, ws="none", proxy_headers=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def real_server():
    return under_uvicorn
