"""From the tables of a data version to the features of its films, block by block."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import sparse

from index.association import association_vectors
from index.blocks import ASSOCIATION, DENSE, Layout
from index.ratings import NO_RATINGS, Ratings, read_ratings
from index.sparse import Weighted, by_rarity, narrow, plain
from index.text import describe, title_words

CAST_COMPARED = 10
FIRST_YEAR, LAST_YEAR, YEAR_STEP, YEAR_WIDTH = 1880, 2032, 8, 8.0
RENOWN_STEP, KNOWN_ALIKE = 0.1, 0.17
"""Bumps over log-votes from 0 to 1; and the part of renown that says that films are known alike."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FilmFacts:
    """What the features are made of, one entry a film, sorted by movie_id."""

    movie_ids: NDArray[np.int64]
    titles: list[str]
    years: NDArray[np.int16]
    votes: NDArray[np.int64]
    overviews: list[str | None]
    genres: list[list[str]]
    keywords: list[list[str]]
    cast: list[list[str]]
    directors: list[list[str]]
    ratings: Ratings = NO_RATINGS

    def texts(self) -> list[str]:
        """The text of each film that is embedded; '' for a film that has none."""
        parts = zip(self.overviews, self.genres, self.cast, self.directors, strict=True)
        return [describe(*part) for part in parts]


@dataclass(frozen=True)
class Features:
    """Unit rows of every block: dense ones as arrays (films, dim), sparse ones exact."""

    layout: Layout
    dense: dict[str, Floats]
    sparse: dict[str, sparse.csr_matrix]

    def __len__(self) -> int:
        return len(next(iter(self.dense.values())))

    def vectors(self) -> Floats:
        """The vectors that FAISS stores, shape (films, layout.dim)."""
        whole = np.zeros((len(self), self.layout.dim), dtype=np.float32)
        for block in self.layout.blocks:
            span = self.layout.span(block.name)
            if block.name in self.dense:
                whole[:, span] = self.dense[block.name]
            else:
                whole[:, span] = narrow(self.sparse[block.name], block.dim, block.name)
        return whole

    def coverage(self) -> dict[str, int]:
        """How many films have each block."""
        counts = {name: int(np.any(rows, axis=1).sum()) for name, rows in self.dense.items()}
        for name, rows in self.sparse.items():
            counts[name] = int((np.diff(rows.indptr) > 0).sum())
        return counts


def read_facts(folder: Path) -> FilmFacts:
    """The facts of every film in the data version at `folder`."""
    movies = pq.ParquetFile(folder / "movies.parquet").read(
        ["movie_id", "title", "release_year", "vote_count", "overview", "genres"]
    )
    movie_ids = movies["movie_id"].to_numpy()
    credits = _by_film(folder / "credits.parquet", ["cast", "directors"])
    keywords = _by_film(folder / "keywords.parquet", ["keywords"])
    none: dict[str, Any] = {}
    return FilmFacts(
        movie_ids=movie_ids,
        titles=movies["title"].to_pylist(),
        years=movies["release_year"].to_numpy(),
        votes=movies["vote_count"].to_numpy(),
        overviews=movies["overview"].to_pylist(),
        genres=movies["genres"].to_pylist(),
        keywords=[keywords.get(film, none).get("keywords", []) for film in movie_ids.tolist()],
        cast=[credits.get(film, none).get("cast", []) for film in movie_ids.tolist()],
        directors=[credits.get(film, none).get("directors", []) for film in movie_ids.tolist()],
        ratings=read_ratings(folder, movie_ids),
    )


def build_features(facts: FilmFacts, text_vectors: Floats, layout: Layout) -> Features:
    """Features of every film; `text_vectors` are unit rows, or zero where there is no text."""
    return Features(
        layout,
        dense={
            # rounded as FAISS stores them, so that build and service compute the same score
            "texto": text_vectors.astype(np.float16).astype(np.float32),
            "anio": year_bumps(facts.years),
            "renombre": renown(facts.votes),
        }
        | _of_users(facts, layout),
        sparse={
            "palabras_clave": by_rarity(plain(facts.keywords)),
            "generos": by_rarity(plain(facts.genres)),
            "reparto": by_rarity([billing(cast) for cast in facts.cast]),
            "direccion": by_rarity(plain(facts.directors)),
            "titulo": by_rarity(plain(title_words(title) for title in facts.titles)),
        },
    )


def _of_users(facts: FilmFacts, layout: Layout) -> dict[str, Floats]:
    """The block of users' likes, where the layout has it."""
    if ASSOCIATION.name not in layout.names(DENSE):
        return {}
    return {ASSOCIATION.name: association_vectors(facts.ratings, len(facts.titles))}


def billing(cast: list[str]) -> Weighted:
    """The first actors, the leading ones weighing most."""
    return [(name, 1 / np.sqrt(1 + place)) for place, name in enumerate(cast[:CAST_COMPARED])]


def year_bumps(years: NDArray[Any]) -> Floats:
    """Years as smooth bumps: unit rows whose inner product falls off with the distance.

    Shape (films, 20). Ten years apart gives about 0.7, thirty about 0.03: Gaussian radial basis
    functions, eight years wide and apart.
    """
    centres = np.arange(FIRST_YEAR, LAST_YEAR + 1, YEAR_STEP, dtype=np.float32)
    clipped = np.clip(years.astype(np.float32), FIRST_YEAR, LAST_YEAR)
    bumps = np.exp(-(((clipped[:, None] - centres) / YEAR_WIDTH) ** 2) / 2)
    unit = bumps / np.linalg.norm(bumps, axis=1, keepdims=True)
    return np.asarray(unit, dtype=np.float16).astype(np.float32)


def log_votes(votes: NDArray[Any]) -> NDArray[np.float64]:
    """How well known each film is, from 0 to 1 for the most voted, on a logarithmic scale."""
    return np.asarray(np.log1p(votes) / max(float(np.log1p(votes.max(initial=0))), 1.0))


def renown(votes: NDArray[Any]) -> Floats:
    """How well known each film is, shape (films, 12), length 1 at most.

    The inner product of two films grows with the renown of both (the product of their squared
    log-votes, scaled to 1 for the most voted), and a smaller part says that they are known alike
    (Gaussian bumps over log-votes). Thus a well-known film favours well-known ones, where an
    obscure one hardly does. A film without votes is zero.
    """
    known = log_votes(votes)
    centres = np.arange(0, 1 + RENOWN_STEP / 2, RENOWN_STEP)
    bumps = np.exp(-(((known[:, None] - centres) / RENOWN_STEP) ** 2) / 2)
    bumps /= np.linalg.norm(bumps, axis=1, keepdims=True)
    bumps[votes == 0] = 0
    whole = np.column_stack([np.sqrt(1 - KNOWN_ALIKE) * known**2, np.sqrt(KNOWN_ALIKE) * bumps])
    return np.asarray(whole, dtype=np.float16).astype(np.float32)


def _by_film(path: Path, columns: list[str]) -> dict[int, dict[str, Any]]:
    table: pa.Table = pq.ParquetFile(path).read(["movie_id", *columns])
    return {row["movie_id"]: row for row in table.to_pylist()}
