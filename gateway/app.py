"""The gateway's composition root: `uvicorn gateway.app:create_app --factory`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from contracts.http import install
from gateway.api import router
from gateway.clients import TransportFor, open_upstreams
from gateway.openapi import MergedOpenAPI
from gateway.pages import install_pages
from gateway.routing import Forwarder
from gateway.settings import Settings

DESCRIPTION = """\
Recomendador y estadísticas de películas y series, en una sola dirección.

Los errores son `application/problem+json` (RFC 9457), en español o, con `Accept-Language: en`,
en inglés; [/problemas](problemas) los explica. Toda respuesta lleva `X-Request-ID`.\
"""


def create_app(
    settings: Settings | None = None, transport_for: TransportFor | None = None
) -> FastAPI:
    """The gateway; `transport_for(service)` replaces the sockets to a service, in tests."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_upstreams(settings, transport_for) as upstreams:
            app.state.upstreams = upstreams
            app.state.openapi = MergedOpenAPI(app.openapi, upstreams)
            yield

    app = FastAPI(
        title="Cartelera",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,  # ours is merged from the services': see gateway.openapi
        redirect_slashes=False,  # it would walk all routes twice for each forwarded request
    )
    app.include_router(router)
    install_pages(app)
    install(app, settings.slow_request_ms)
    # The default, not a route for every path: a wrong method on our own paths stays a 405.
    app.router.default = Forwarder(app.router.not_found)
    return app
