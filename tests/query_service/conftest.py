"""The query service over the sample, and the sample read the slow and plain way to compare."""

import ast
import csv
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

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


@pytest.fixture
async def query(sample_data: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(data_dir=sample_data))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://query") as client:
            yield client
