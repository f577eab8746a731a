"""The recommendation service: films like a film, and why, over one index version."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from contracts.api import EstadoBloque
from contracts.http import add_routes, health, install
from contracts.versions import read_manifest
from index.block_states import block_states
from index.blocks import Layout
from reco_service.api import bodies, plain_first, router
from reco_service.metrics import Metrics
from reco_service.metrics import router as counted
from reco_service.recommend import Recommender
from reco_service.settings import Settings

logger = logging.getLogger(__name__)

NAME = "recomendaciones"


def create_app(
    settings: Settings | None = None,
    load: Callable[[Settings], Recommender] = Recommender.load,
) -> FastAPI:
    """The service, ready once its lifespan has started."""
    settings = settings or Settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        recommender = app.state.recommender = load(settings)
        app.state.blocks = blocks_served(settings, recommender)
        metrics.loaded(recommender.version, app.state.blocks)
        warn_of_missing(app.state.blocks, recommender.version)
        yield

    app = FastAPI(title="Cartelera: recomendaciones", lifespan=lifespan)
    app.state.metrics = metrics
    for part in (plain_first, router, bodies, counted):
        add_routes(app, part)
    app.include_router(
        health(
            NAME,
            lambda request: request.app.state.recommender.version,
            lambda request: request.app.state.blocks,
        )
    )
    install(app, settings.slow_request_ms, metrics.took)
    return app


def blocks_served(settings: Settings, recommender: Recommender) -> list[EstadoBloque]:
    """The state of each block of the version served; raises VersionError.

    From the manifest's counts, which every index version has. Whether a text can be answered is
    what the recommender says, whatever files there are.
    """
    manifest = read_manifest(settings.index_dir / recommender.version)
    layout = Layout.from_settings(manifest.settings["blocks"])
    states = block_states(layout, manifest.counts, recommender.mixes.answers_text)
    return [
        EstadoBloque(bloque=state.name, peliculas=state.films, estado=state.state)
        for state in states
    ]


def warn_of_missing(blocks: list[EstadoBloque], version: str) -> None:
    """A line in the log for each block that no film has."""
    for block in blocks:
        if not block.peliculas:
            logger.warning(
                "block_missing block=%s state=%s version=%s", block.bloque, block.estado, version
            )
