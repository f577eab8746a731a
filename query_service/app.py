"""The query service: statistics and lookups over one data version."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from contracts.http import add_routes, health, install
from query_service import api, streaming_api
from query_service.catalogue import Catalogue
from query_service.settings import Settings
from query_service.statistics import Statistics

NAME = "consultas"


def load_statistics(settings: Settings) -> Statistics:
    """Statistics over the current data version; raises VersionError."""
    return Statistics(Catalogue.load(settings.data_dir))


def create_app(
    settings: Settings | None = None,
    load: Callable[[Settings], Statistics] = load_statistics,
) -> FastAPI:
    """The service, ready once its lifespan has started."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.statistics = load(settings)
        yield

    app = FastAPI(title="Cartelera: consultas", lifespan=lifespan)
    add_routes(app, api.router)
    add_routes(app, streaming_api.router)
    app.include_router(health(NAME, lambda request: request.app.state.statistics.version))
    install(app, settings.slow_request_ms)
    return app
