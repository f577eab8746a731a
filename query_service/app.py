"""The query service: statistics and lookups over one data version at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from contracts.http import add_routes, health, install_service, metrics_of
from contracts.metrics import Metrics
from contracts.swap import Serving, Snapshot, tag_of
from contracts.tracing import Tracing
from query_service import api, streaming_api
from query_service.canary import check
from query_service.catalogue import Catalogue
from query_service.operation import operation_of
from query_service.settings import Settings
from query_service.statistics import Statistics

NAME = "consultas"

Load = Callable[[Settings], Statistics]


def load_statistics(settings: Settings) -> Statistics:
    """Statistics over the current data version; raises VersionError."""
    return Statistics(Catalogue.load(settings.data_dir))


def create_app(settings: Settings | None = None, load: Load = load_statistics) -> FastAPI:
    """The service, ready once its lifespan has started."""
    settings = settings or Settings()
    metrics, tracing = Metrics(), Tracing(NAME)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        serving = Serving(
            settings.data_dir, snapshot_of(load(settings)), lambda: checked(settings, load)
        )
        app.state.serving = metrics.serving = serving
        with serving.watching(settings.watch_ms):
            yield
        tracing.shutdown()

    app = FastAPI(title="Cartelera: consultas", lifespan=lifespan)
    for part in (api.router, streaming_api.router, metrics_of(metrics)):
        add_routes(app, part)
    app.include_router(health(NAME, lambda request: request.state.snapshot.version))
    app.include_router(operation_of(NAME, settings.data_dir))
    install_service(app, metrics, tracing, settings.slow_request_ms)
    return app


def snapshot_of(statistics: Statistics) -> Snapshot[Statistics]:
    """What requests are given; no setting changes an answer."""
    return Snapshot(statistics.version, tag_of(statistics.version, {}), statistics)


def checked(settings: Settings, load: Load) -> Snapshot[Statistics]:
    """What is published now, once it has answered a few questions; raises VersionError."""
    statistics = load(settings)
    check(statistics, settings.data_dir)
    return snapshot_of(statistics)
