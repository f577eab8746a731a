"""The query service: statistics and lookups over one data version."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from contracts import logs
from contracts.api import Salud
from contracts.http import install
from query_service.api import router
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
    app.include_router(router)
    install(app, settings.slow_request_ms)

    @app.get("/salud/viva", tags=["salud"])
    async def viva() -> Salud:
        """El proceso responde."""
        return Salud(estado="viva", servicio=NAME)

    @app.get("/salud/lista", tags=["salud"])
    async def lista(request: Request) -> Salud:
        """El servicio tiene una versión cargada."""
        return Salud(estado="lista", servicio=NAME, version=request.app.state.statistics.version)

    return app


def app() -> FastAPI:
    """For `uvicorn --factory query_service.app:app`: logs configured as well."""
    logs.configure()
    return create_app()
