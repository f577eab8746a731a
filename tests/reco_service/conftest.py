"""The service in process over the sample's index."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from etl.run import run_etl
from index.build import run_index
from index.store import Floats
from reco_service.app import create_app
from reco_service.recommend import Recommender
from reco_service.settings import Settings
from tests.fakes import hash_encoders
from tests.raw import Row, add_titles, link, raw_folder


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
    return Recommender.load(settings, hash_encoders().multilingual)


@pytest.fixture
def service_over(tmp_path: Path):
    """Builds the service's answers over raw films, ratings (by TMDB id) and catalogues."""

    def build(
        films: list[Row], ratings: list[Row] | None = None, **catalogues: list[Row]
    ) -> Recommender:
        links = [link(one["id"], one["id"]) for one in films]
        raw = raw_folder(
            tmp_path / "raw", films, link_rows=links if ratings else None, rating_rows=ratings
        )
        for platform, titles in catalogues.items():
            add_titles(raw, titles, f"{platform}_titles.csv")
        run_etl(raw, tmp_path / "data")
        run_index(tmp_path / "data", tmp_path / "index", hash_encoders(), tmp_path / "cache")
        settings = Settings(data_dir=tmp_path / "data", index_dir=tmp_path / "index")
        return Recommender.load(settings, hash_encoders().multilingual)

    return build


@pytest.fixture
async def reco(settings: Settings, recommender: Recommender) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, whose version is loaded once for all tests."""
    async with client_of(create_app(settings, lambda _: recommender)) as client:
        yield client


@pytest.fixture
def client_for():
    """Opens a client of a service that loads what its settings name."""
    return lambda settings: client_of(
        create_app(settings, lambda given: Recommender.load(given, hash_encoders().multilingual))
    )


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


class SpokenText:
    """A TextScorer that knows three words: 'toys' means Toy Story, 'robots' another film."""

    MEANT: ClassVar[dict[str, int]] = {"toys": 862, "juguetes": 862, "robots": 10020}

    def __init__(self, movie_ids: list[int]) -> None:
        self._ids = movie_ids

    def scores(self, text: str, rows: object = None) -> Mapping[str, Floats]:
        meant = [self.MEANT[word] for word in text.split() if word in self.MEANT]
        said = np.isin(self._ids, meant).astype(np.float32)
        far = np.full(len(self._ids), -0.01, np.float32)
        return {"texto_multilingue": said + far, "palabras": said / 2}


@pytest.fixture
async def reco_without_text(
    settings: Settings, recommender: Recommender
) -> AsyncIterator[httpx.AsyncClient]:
    """As `reco`, of an index that cannot be searched by text."""
    mute = Recommender(
        recommender.version, recommender._cards, recommender._similar, recommender.users
    )
    async with client_of(create_app(settings, lambda _: mute)) as client:
        yield client


@pytest.fixture
async def reco_with_text(
    settings: Settings, recommender: Recommender
) -> AsyncIterator[httpx.AsyncClient]:
    """As `reco`, of an index that can be searched by text."""
    cards = recommender._cards
    text = SpokenText(cards.movie_ids.tolist())
    able = Recommender(recommender.version, cards, recommender._similar, recommender.users, text)
    async with client_of(create_app(settings, lambda _: able)) as client:
        yield client
