"""The recommendation service: films like a film, and why, over one index version."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from contracts.http import add_routes, health, install
from reco_service.api import router
from reco_service.recommend import Recommender
from reco_service.settings import Settings

NAME = "recomendaciones"


def create_app(
    settings: Settings | None = None,
    load: Callable[[Settings], Recommender] = Recommender.load,
) -> FastAPI:
    """The service, ready once its lifespan has started."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.recommender = load(settings)
        yield

    app = FastAPI(title="Cartelera: recomendaciones", lifespan=lifespan)
    add_routes(app, router)
    app.include_router(health(NAME, lambda request: request.app.state.recommender.version))
    install(app, settings.slow_request_ms)
    return app
