"""The gateway's composition root: `uvicorn gateway.app:create_app --factory`."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.http import REQUEST_ID, install
from contracts.tracing import ENDPOINT_VARIABLE, Tracing
from gateway.admission import Admission
from gateway.answers import Answers
from gateway.api import router
from gateway.cache import Cache
from gateway.clients import open_upstreams
from gateway.edge import Edge, request_id_of
from gateway.files import most_clients
from gateway.metrics import Metrics
from gateway.openapi import MergedOpenAPI
from gateway.operation import Operation
from gateway.pages import install_pages
from gateway.parts import Parts
from gateway.places import Bodies, Places
from gateway.probes import Probes
from gateway.settings import Settings
from gateway.transport import TransportFor

DESCRIPTION = """\
Recomendador y estadísticas de películas y series, en una sola dirección.

Los errores son `application/problem+json` (RFC 9457), en español o, con `Accept-Language: en`,
en inglés; [/problemas](problemas) los explica. Toda respuesta lleva `X-Request-ID`.\
"""


class Cors(CORSMiddleware):
    """Starlette's, whose own answers have a request id like all others."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """See CORSMiddleware."""
        response = super().preflight_response(request_headers)
        response.headers[REQUEST_ID] = request_id_of(
            request_headers.get(REQUEST_ID, "").encode("latin-1")
        )
        return response


class Gateway(FastAPI):
    """FastAPI for the gateway's own endpoints, with `front` before all of it, lifespan apart.

    As a middleware it would stand within FastAPI's own, which every forwarded request would pay.
    """

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See starlette.applications.Starlette."""
        if scope["type"] == "http":
            await self.front(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def own(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the gateway answers itself."""
        await super().__call__(scope, receive, send)


logger = logging.getLogger(__name__)

TICK_S = 1.0
REFRESHED_SHARE = 4
"""One part in so many of the places may be refreshing answers for nobody who still waits."""

SHOWN_TO_PAGES = ("age", "etag", "ratelimit", "ratelimit-policy", "retry-after", "x-cache")
PREFLIGHT_KEPT_S = 600


def create_app(
    settings: Settings | None = None, transport_for: TransportFor | None = None
) -> Gateway:
    """The gateway; `transport_for(service)` replaces the sockets to a service, in tests.

    Raises DataError for a setting that only shows its fault here, as a file of keys does.
    """
    settings = settings or Settings()
    parts = _parts(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_upstreams(settings, parts.metrics, transport_for) as upstreams:
            parts.upstreams = upstreams
            app.state.openapi = MergedOpenAPI(app.openapi, upstreams)
            app.state.probes = Probes(upstreams, settings.probe_ms / 1000)
            app.state.operation = Operation(parts, app.state.probes)
            async with app.state.probes.running(), _ticking(parts):
                yield
        await parts.admission.aclose()
        if parts.tracing is not None:
            parts.tracing.shutdown()

    app = Gateway(
        title="Cartelera",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,  # ours is merged from the services': see gateway.openapi
        redirect_slashes=False,
    )
    app.state.parts = parts
    app.include_router(router)
    install_pages(app, settings)
    install(app, settings.slow_request_ms)
    app.front = Edge(app.own, parts)
    if settings.cors_origins:
        app.front = Cors(
            app.front,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["authorization", "content-type", "x-api-key", "x-request-id"],
            expose_headers=[*SHOWN_TO_PAGES, "x-request-id"],
            max_age=PREFLIGHT_KEPT_S,
        )
    return app


def _parts(settings: Settings) -> Parts:
    vary = [b"accept-language"]
    if settings.cors_origins and "*" not in settings.cors_origins:
        vary.append(b"origin")  # also without one: a proxy may give the answer to who has one
    cache = Cache(
        settings.cache_bytes,
        settings.cache_max_age_s,
        private=settings.keys_file is not None,
        vary=b", ".join(vary),
    )
    return Parts(
        settings,
        Metrics(),
        Answers(cache, settings.stale_after_ms / 1000, settings.max_requests // REFRESHED_SHARE),
        Admission(settings),
        Tracing("gateway") if os.environ.get(ENDPOINT_VARIABLE, "").strip() else None,
        Places(settings.max_requests),
        Bodies(settings.max_body_bytes),
        most_clients(settings),
    )


@asynccontextmanager
async def _ticking(parts: Parts) -> AsyncIterator[None]:
    """Once a second: tell the metrics what has been counted, look whether the keys changed."""

    def look() -> None:
        cache = parts.answers.cache
        parts.metrics.cache_holds(cache.bytes, len(cache))
        parts.metrics.in_flight(parts.places.taken)
        if parts.admission.keys is not None:
            parts.admission.keys.refresh()

    async def tick() -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                look()
            except Exception:  # one fault must not leave revoked keys valid
                logger.exception("tick_failed")

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
