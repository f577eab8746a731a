"""The films' cards: one data version in memory, kept as Arrow and read a few rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.api import Pelicula, PeliculaEncontrada
from contracts.errors import MovieNotFound, Sentence
from index.names.titles import Titles, read_aliases

MOVIE_COLUMNS = [
    "movie_id",
    "title",
    "release_date",
    "release_year",
    "belongs_to_collection",
    "genres",
    "original_language",
    "production_countries",
    "overview",
    "runtime",
    "popularity",
    "vote_average",
    "vote_count",
]
MADE_OF = ("genres", "keywords", "cast", "directors", "title", "release_year")
"""What reasons are told from."""

CAST_SHOWN = 10


@dataclass(frozen=True)
class Facts:
    """What the reasons of a recommendation speak of."""

    title: str
    year: int
    genres: list[str]
    keywords: list[str]
    cast: list[str]
    directors: list[str]
    saga: str | None


class Cards:
    """All films of one data version; a film is its row, in the order of movie_id."""

    def __init__(self, folder: Path) -> None:
        movies = pq.ParquetFile(folder / "movies.parquet").read(MOVIE_COLUMNS)
        self.movie_ids: NDArray[np.int64] = movies["movie_id"].to_numpy()
        self.votes: NDArray[np.int64] = movies["vote_count"].to_numpy()
        years: NDArray[np.int16] = movies["release_year"].to_numpy()
        aliases = read_aliases(folder, self.movie_ids)
        self.titles = Titles(movies["title"].to_pylist(), years, self.votes, aliases)
        self._aliases: dict[int, list[str]] = {}
        for row, alias in aliases:
            self._aliases.setdefault(row, []).append(alias)
        self._movies = _one_chunk(movies)
        self._credits = _BesideMovies(folder / "credits.parquet", self.movie_ids)
        self._keywords = _BesideMovies(folder / "keywords.parquet", self.movie_ids)

    def row_of(self, movie_id: int) -> int:
        """The film's row; raises MovieNotFound."""
        row = int(np.searchsorted(self.movie_ids, movie_id))
        if row == len(self.movie_ids) or self.movie_ids[row] != movie_id:
            raise MovieNotFound(
                Sentence(f"Ninguna película tiene el id {movie_id}.", f"No film has id {movie_id}.")
            )
        return row

    def found(self, row: int) -> PeliculaEncontrada:
        """The film as search lists it."""
        return PeliculaEncontrada(
            id=int(self.movie_ids[row]),
            titulo=self.titles.titles[row],
            anio=int(self.titles.years[row]),
            titulos_alternativos=self._aliases.get(row, []),
            voto_total=int(self.votes[row]),
        )

    def card(self, row: int) -> Pelicula:
        """All that is known of a film."""
        film = self._movies.slice(row, 1).to_pylist()[0]
        credits, keywords = self._credits.at(row), self._keywords.at(row)
        return Pelicula(
            id=film["movie_id"],
            titulo=film["title"],
            anio=film["release_year"],
            titulos_alternativos=self._aliases.get(row, []),
            fecha_estreno=film["release_date"].isoformat(),
            generos=film["genres"],
            directores=credits.get("directors", []),
            reparto=credits.get("cast", [])[:CAST_SHOWN],
            palabras_clave=keywords.get("keywords", []),
            saga=film["belongs_to_collection"],
            idioma_original=film["original_language"],
            paises=film["production_countries"],
            duracion=film["runtime"] or None,
            sinopsis=film["overview"],
            voto_promedio=film["vote_average"],
            voto_total=film["vote_count"],
            popularidad=film["popularity"],
        )

    def facts(self, rows: Sequence[int]) -> list[Facts]:
        """What reasons are told from, for several films at once."""
        chosen = self._movies.select(["genres", "belongs_to_collection"]).take(list(rows))
        credits, keywords = self._credits.all_at(rows), self._keywords.all_at(rows)
        return [
            Facts(
                title=self.titles.titles[row],
                year=int(self.titles.years[row]),
                genres=film["genres"],
                keywords=words.get("keywords", []),
                cast=people.get("cast", [])[:CAST_SHOWN],
                directors=people.get("directors", []),
                saga=film["belongs_to_collection"],
            )
            for row, film, people, words in zip(
                rows, chosen.to_pylist(), credits, keywords, strict=True
            )
        ]


class _BesideMovies:
    """A table that has a row for some of the films."""

    def __init__(self, path: Path, movie_ids: NDArray[np.int64]) -> None:
        names = [name for name in pq.read_schema(path).names if not name.endswith("_ids")]
        self._table = _one_chunk(pq.ParquetFile(path).read(names))
        self._place = np.full(len(movie_ids), -1, dtype=np.int32)
        rows = np.searchsorted(movie_ids, self._table["movie_id"].to_numpy())
        self._place[rows] = np.arange(len(rows))

    def at(self, row: int) -> dict[str, Any]:
        """The film's row of the table; empty if it has none."""
        return self.all_at([row])[0]

    def all_at(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """As `at`, for several films."""
        places = self._place[list(rows)].tolist()
        held = pa.array([place for place in places if place >= 0], pa.int32())  # typed, if empty
        there = iter(self._table.take(held).to_pylist())
        return [next(there) if place >= 0 else {} for place in places]


def _one_chunk(table: pa.Table) -> pa.Table:
    """In one piece, so that single rows are found without searching chunks."""
    return table.combine_chunks()
