"""Small versions of data and index to compare, and rows to make them of."""

import random
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from contracts.columns import DATA_FORMAT, TABLES
from contracts.versions import Manifest, publish
from index.blocks import DENSE, INDEX_FORMAT, SPARSE, Block, Layout
from index.store import ExactIndex
from refresh.index_compared import IndexVersion
from refresh.tables_compared import DataVersion

Row = dict[str, Any]

WORDS = "guerra mundos amor robot ciudad perdida años night agent's l'été 2001 x-ray día".split()
GENRES = ("Drama", "Comedy", "War")


def movie(movie_id: int, **cells: Any) -> Row:
    """A film with a value in every column; `cells` replace single ones."""
    row: Row = {
        name: ["x"] if pa.types.is_list(kind) else "x" if kind == pa.string() else 1
        for name, kind in zip(TABLES["movies"].names, TABLES["movies"].types, strict=True)
    }
    return row | {"movie_id": movie_id, "release_date": date(2000, 1, 1)} | cells


def credit(movie_id: int, cast: Iterable[str] = ("A",), directors: Iterable[str] = ("D",)) -> Row:
    """Credits of a film, the first of its people without an id."""
    people, makers = list(cast), list(directors)
    return {
        "movie_id": movie_id,
        "cast": people,
        "cast_ids": [None, *range(1, len(people))][: len(people)],
        "directors": makers,
        "director_ids": [7] * len(makers),
    }


def title(title_id: str, **cells: Any) -> Row:
    """A platform's title."""
    row = {"title_id": title_id, "platform": "hulu", "kind": "movie", "title": "x"}
    lists = dict.fromkeys(("directors", "cast", "display_cast", "countries", "listed_in"), ["x"])
    return row | lists | {"display_title": "X", "rating": "g", "score_count": 0} | cells


def rating(user_id: int, movie_id: int, stars: float = 4.0) -> Row:
    """A user's rating of a film."""
    return {"user_id": user_id, "movie_id": movie_id, "rating": stars, "rated_at": 1}


def data_version(root: Path, name: str, **tables: list[Row]) -> DataVersion:
    """A published version of the data with these rows in each table."""
    folder = root / f".staging-{name}"
    folder.mkdir(parents=True)
    for table, schema in TABLES.items():
        rows = pa.Table.from_pylist(tables.get(table, []), schema)
        pq.write_table(rows, folder / f"{table}.parquet")
    manifest = Manifest(
        kind="data", format=DATA_FORMAT, version=name, inputs={}, settings={}, counts={}
    )
    return DataVersion(publish(folder, manifest, point=False))


def any_tables(seed: int) -> dict[str, list[Row]]:
    """Rows of every table, drawn so that two seeds share most keys and many cells."""
    draw = random.Random(seed)
    films = sorted(draw.sample(range(1, 41), 30))
    some = [film for film in films if draw.random() < 0.8]
    return {
        "movies": [_any_movie(draw, film) for film in films],
        "credits": [credit(film, _few(draw, "ABC"), _few(draw, "DE")) for film in some],
        "keywords": [{"movie_id": film, "keywords": _few(draw, WORDS)} for film in some],
        "titles": [_any_title(draw, f"as{n}") for n in sorted(draw.sample(range(10, 60), 40))],
        "ratings": [
            rating(user, film, draw.choice((3.0, 4.0)))
            for user in range(1, 6)
            for film in films
            if draw.random() < 0.5
        ],
        "aliases": [
            {"movie_id": film, "alias": alias} for film in some for alias in _few(draw, "XYZ")
        ],
    }


def index_version(
    vectors: np.ndarray[Any, Any],
    neighbours: list[list[int]],
    movie_ids: list[int] | None = None,
    **manifest: Any,
) -> IndexVersion:
    """An index with a dense block of all numbers but one, one of that, and a sparse block."""
    films, dim = vectors.shape
    layout = Layout(
        (
            Block("texto", DENSE, dim - 1, 1),
            Block("generos", SPARSE, 0, 1),
            Block("anio", DENSE, 1, 1),
        )
    )
    ids = np.array(movie_ids or range(films), np.int64)
    inputs = {"data": "d", "learnt_on": "d", "encoder": "hash/1"} | manifest.get("inputs", {})
    told = Manifest(
        kind="index",
        format=INDEX_FORMAT,
        version="v",
        inputs=inputs,
        settings={"rules": 1},
        counts=manifest.get("counts", {}),
    )
    index = ExactIndex(ids, vectors.astype(np.float32))
    return IndexVersion(told, layout, ids, np.array(neighbours, np.int32), index)


def _few(draw: random.Random, names: Iterable[str]) -> list[str]:
    return [name for name in names if draw.random() < 0.4]


def _any_movie(draw: random.Random, film: int) -> Row:
    return movie(
        film,
        overview=draw.choice((None, "", " ".join(draw.choices(WORDS, k=6)))),
        genres=_few(draw, GENRES),
        original_language=draw.choice((None, "en", "es")),
        production_countries=_few(draw, ("Spain", "Chile")),
        production_companies=_few(draw, ("Pixar", "A24")),
        runtime=draw.choice((None, 0.0, 90.0, float("nan"))),
        budget=draw.choice((0.0, 5.0)),
        vote_count=draw.randrange(5),
    )


def _any_title(draw: random.Random, title_id: str) -> Row:
    return title(
        title_id,
        platform=draw.choice(("hulu", "netflix")),
        rating=draw.choice(("g", "pg", "r")),
        countries=_few(draw, ("spain", "chile")),
        movie_id=draw.choice((None, 1, 2)),
    )
