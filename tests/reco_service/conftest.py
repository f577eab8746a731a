"""The service in process over the sample's index."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI

from etl.run import run_etl
from index.build import run_index
from reco_service.app import create_app
from reco_service.recommend import Recommender
from reco_service.settings import Settings
from tests.fakes import HashEncoder
from tests.raw import Row, raw_folder


@contextlib.asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of `app`, started as a server would; a 500 is an answer, not an exception."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=transport, base_url="http://reco") as client:
            yield client


@pytest.fixture(scope="session")
def settings(sample_var: Path) -> Settings:
    return Settings(data_dir=sample_var / "data", index_dir=sample_var / "index")


@pytest.fixture(scope="session")
def recommender(settings: Settings) -> Recommender:
    return Recommender.load(settings)


@pytest.fixture
def service_over(tmp_path: Path):
    """Builds the service's answers over raw films, as tests.raw makes them."""

    def build(films: list[Row]) -> Recommender:
        run_etl(raw_folder(tmp_path / "raw", films), tmp_path / "data")
        run_index(tmp_path / "data", tmp_path / "index", HashEncoder(), tmp_path / "cache")
        settings = Settings(data_dir=tmp_path / "data", index_dir=tmp_path / "index")
        return Recommender.load(settings)

    return build


@pytest.fixture
async def reco(settings: Settings, recommender: Recommender) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, whose version is loaded once for all tests."""
    async with client_of(create_app(settings, lambda _: recommender)) as client:
        yield client


@pytest.fixture
def client_for():
    """Opens a client of a service that loads what its settings name."""
    return lambda settings: client_of(create_app(settings))


@pytest.fixture
def ask_as_sent(settings: Settings, recommender: Recommender):
    """Sends bytes that httpx would rewrite, such as a broken escape, as a server passes them."""

    async def ask(target: bytes) -> httpx.Response:
        app = create_app(settings, lambda _: recommender)
        path, _, query = target.partition(b"?")
        sent = {"raw_path": path, "path": unquote(path.decode()), "query_string": query}

        async def as_sent(scope, receive, send):
            await app(scope | sent, receive, send)

        transport = httpx.ASGITransport(as_sent, raise_app_exceptions=False)
        async with app.router.lifespan_context(app):
            async with httpx.AsyncClient(transport=transport, base_url="http://reco") as client:
                return await client.get("/")

    return ask
