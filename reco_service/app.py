"""The recommendation service: films like a film, and why, over one index version at a time."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from contracts.api_health import EstadoBloque, MotorConMotivo
from contracts.http import add_routes, health, install_service, metrics_of
from contracts.swap import Serving, Snapshot, tag_of
from contracts.tracing import Tracing
from contracts.versions import read_manifest
from index.block_states import block_states
from index.blocks import Layout
from reco_service.api import bodies, plain_first, router
from reco_service.canary import check
from reco_service.metrics import RecoMetrics
from reco_service.operation import operation_of
from reco_service.recommend import Recommender
from reco_service.served import Served
from reco_service.settings import Settings

logger = logging.getLogger(__name__)

NAME = "recomendaciones"

Load = Callable[[Settings], Recommender]


def create_app(settings: Settings | None = None, load: Load = Recommender.load) -> FastAPI:
    """The service, ready once its lifespan has started."""
    settings = settings or Settings()
    metrics, tracing = RecoMetrics(), Tracing(NAME)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        serving = Serving(
            settings.index_dir,
            snapshot_of(settings, load(settings)),
            lambda: checked(settings, load),
        )
        app.state.serving = metrics.serving = serving
        with serving.watching(settings.watch_ms):
            yield
        tracing.shutdown()

    app = FastAPI(title="Cartelera: recomendaciones", lifespan=lifespan)
    app.state.metrics = metrics
    for part in (plain_first, router, bodies, metrics_of(metrics)):
        add_routes(app, part)
    app.include_router(
        health(
            NAME,
            lambda request: request.state.snapshot.version,
            lambda request: parts_of(request.state.snapshot.content),
        )
    )
    app.include_router(operation_of(NAME, settings.index_dir, settings.data_dir))
    install_service(app, metrics, tracing, settings.slow_request_ms)
    return app


def snapshot_of(settings: Settings, recommender: Recommender) -> Snapshot[Served]:
    """What requests are given; raises VersionError. A line in the log for each empty block."""
    blocks = blocks_served(settings, recommender)
    warn_of_missing(blocks, recommender.version)
    deciding = settings.model_dump(include={"recommend_from", "free_text_model"})
    tag = tag_of(recommender.version, deciding)
    return Snapshot(recommender.version, tag, Served(recommender, blocks))


def checked(settings: Settings, load: Load) -> Snapshot[Served]:
    """What is published now, once it has answered a few questions; raises VersionError."""
    recommender = load(settings)
    check(recommender, settings.index_dir)
    return snapshot_of(settings, recommender)


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


def parts_of(served: Served) -> tuple[list[EstadoBloque], MotorConMotivo]:
    """What health tells of the version served: its blocks, and its engine."""
    return list(served.blocks), served.engine()


def warn_of_missing(blocks: list[EstadoBloque], version: str) -> None:
    """A line in the log for each block that no film has."""
    for block in blocks:
        if not block.peliculas:
            logger.warning(
                "block_missing block=%s state=%s version=%s", block.bloque, block.estado, version
            )
