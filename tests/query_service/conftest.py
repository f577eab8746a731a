"""The query service over the sample, and the sample read the slow and plain way to compare."""

import ast
import csv
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.columns import DATA_FORMAT, TITLES
from contracts.versions import open_current, publish, staging
from query_service.app import create_app
from query_service.settings import Settings


class Plain:
    """The raw sample as the assignment's notebooks read it: row by row, no house code."""

    def __init__(self, raw: Path) -> None:
        csv.field_size_limit(2**31 - 1)
        films: dict[str, dict[str, str]] = {}
        for row in self._rows(raw / "movies_dataset.csv"):
            best = films.get(row["id"])
            votes = float(row["vote_count"] or 0)
            if len(row["release_date"]) == 10 and row["id"].isdigit():
                if best is None or votes > float(best["vote_count"] or 0):
                    films[row["id"]] = row
        self.films = films
        self.credits = {
            row["id"]: (ast.literal_eval(row["cast"]), ast.literal_eval(row["crew"]))
            for row in reversed(self._rows(raw / "credits.csv"))
            if row["id"] in films
        }

    @staticmethod
    def _rows(path: Path) -> list[dict[str, str]]:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def returns(self, film_ids: list[str]) -> list[float]:
        money = [(self._number(f, "revenue"), self._number(f, "budget")) for f in film_ids]
        return [revenue / budget if budget else 0.0 for revenue, budget in money]

    def _number(self, film_id: str, column: str) -> float:
        return float(self.films[film_id][column] or 0)

    def with_actor(self, name: str) -> list[str]:
        return [f for f, (cast, _) in self.credits.items() if any(a["name"] == name for a in cast)]

    def by_director(self, name: str) -> list[str]:
        return [
            film
            for film, (_, crew) in self.credits.items()
            if any(c["name"] == name and c["job"] == "Director" for c in crew)
        ]


@pytest.fixture(scope="session")
def plain(sample_raw: Path) -> Plain:
    return Plain(sample_raw)


@asynccontextmanager
async def client_over(data: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service over a data root."""
    app = create_app(Settings(data_dir=data, watch_ms=10))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://query") as client:
            yield client


@pytest.fixture
async def query(sample_data: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_over(sample_data) as client:
        yield client


ACTORS = [
    *("Penélope Cruz", "Penelope Cruz", "PENÉLOPE CRUZ", "Ricardo Darín", "Ricardo Darin"),
    *("Chris O'Dowd", "Zoë Kravitz", "Zoe Kravitz", "Álex Angulo", "Bo Derek", "Tom Hanks"),
]
"""Names as cells hold them: some are spelt in several ways."""


def title_row(number: int, **given: Any) -> dict[str, Any]:
    """A row of table TITLES: what is not given is of no importance."""
    row = {
        "platform": "netflix",
        "kind": "movie",
        "display_title": f"Title {number}",
        "display_cast": [],
        "release_year": 2018,
        "duration_int": 90,
        "duration_type": "min",
        **given,
    }
    return {
        "title_id": f"{row['platform'][0]}s{number}",
        "title": row["display_title"].lower(),
        "directors": [],
        "cast": [name.lower() for name in row["display_cast"]],
        "countries": [],
        "rating": "g",
        "listed_in": [],
        "score_count": 3 if row.get("score") is not None else 0,
        **row,
    }


def titles_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Table TITLES of these rows."""
    return pa.Table.from_pylist(rows, schema=TITLES)


def random_titles() -> list[dict[str, Any]]:
    """Titles of all platforms but Disney+, many as long as others; Hulu's have no cast."""
    draw, rows = Random(7), []
    for number in range(1200):
        platform = draw.choice(["amazon", "hulu", "netflix"])
        kind = draw.choice(["movie", "movie", "series"])
        unit = draw.choice(["min", "season"]) if kind == "series" else "min"
        given: dict[str, Any] = {
            "platform": platform,
            "kind": kind,
            "display_title": f"{draw.choice('ÁBCdeñ')} {number % 97}",
            "display_cast": [] if platform == "hulu" else draw.sample(ACTORS, draw.randrange(5)),
            "release_year": draw.choice([*range(2012, 2020), None]),
            "duration_int": draw.choice([*range(1, 5), None]),
            "duration_type": unit,
            "score": draw.choice([None, *(half / 2 for half in range(1, 11))]),
            "date_added": draw.choice([None, date(2020, 1, 1) + timedelta(draw.randrange(500))]),
        }
        rows.append(title_row(number, **given))
    return rows


def with_titles(
    data: Path, root: Path, rows: list[dict[str, Any]], settings: dict[str, Any]
) -> Path:
    """A data root whose version is the one in `data`, but for its titles and settings."""
    folder, manifest = open_current(data, "data", DATA_FORMAT)
    root.mkdir()
    with staging(root, manifest.version) as staged:
        for name in manifest.files:
            shutil.copy(folder / name, staged / name)
        pq.write_table(titles_table(rows), staged / "titles.parquet")
        publish(staged, manifest.model_copy(update={"settings": settings}))
    return root


@pytest.fixture(scope="session")
def titles() -> list[dict[str, Any]]:
    return random_titles()


@pytest.fixture(scope="session")
def titles_data(
    sample_data: Path, titles: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data root of the sample and of `titles`, with the settings of a manifest."""
    sizes = {"netflix": {"titles": 1, "snapshot": "2021-09-25"}, "hulu": {"snapshot": None}}
    settings = {"platforms": sizes, "scores": "platform", "simulated_ratings": True}
    return with_titles(sample_data, tmp_path_factory.mktemp("titles") / "data", titles, settings)


@pytest.fixture
async def streaming(titles_data: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_over(titles_data) as client:
        yield client
