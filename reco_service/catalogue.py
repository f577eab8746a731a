"""The films' cards: one data version in memory, kept as Arrow and read a few rows at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any
from weakref import proxy

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.api import Motivo, Pelicula, PeliculaEncontrada, Recomendada
from contracts.errors import MovieNotFound, Sentence
from index.names.titles import Titles, read_aliases
from reco_service.columns import Lists, numbered
from reco_service.filters import FilmFilter
from reco_service.platforms import WhereToWatch

MOVIE_COLUMNS = [
    "movie_id",
    "title",
    "release_date",
    "release_year",
    "belongs_to_collection",
    "genres",
    "original_language",
    "production_companies",
    "production_countries",
    "overview",
    "runtime",
    "popularity",
    "vote_average",
    "vote_count",
]
CAST_SHOWN = 10

FACTS_KEPT = 512
"""Films whose facts stay read, some 2 kB each: well-known ones are found time and again."""


@dataclass(frozen=True)
class Facts:
    """What the reasons of a recommendation speak of."""

    title: str
    year: int
    genres: Sequence[str]
    keywords: Sequence[str]
    cast: Sequence[str]
    directors: Sequence[str]
    saga: str | None
    companies: Sequence[str] = ()
    language: str | None = None
    mean: float = 0.0
    votes: int = 0


class Cards:
    """All films of one data version; a film is its row, in the order of movie_id."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        """From the data version in `folder`, whose manifest has these settings."""
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
        self.genres = Lists(self._movies["genres"])
        self.companies = Lists(self._movies["production_companies"])
        self.language, self.languages = numbered(self._movies["original_language"])
        self.means: NDArray[np.float64] = self._movies["vote_average"].to_numpy()
        self.sagas, self.saga_names = numbered(self._movies["belongs_to_collection"])
        self.credits = _BesideMovies(folder / "credits.parquet", self.movie_ids)
        self.keywords = _BesideMovies(folder / "keywords.parquet", self.movie_ids)
        self.platforms = WhereToWatch.load(folder, settings, self.movie_ids)
        # by a proxy, for a cycle would keep a version in memory that is served no more
        self._facts_of = lru_cache(FACTS_KEPT)(partial(_FactsOfRow, proxy(self)))

    def row_of(self, movie_id: int) -> int:
        """The film's row; raises MovieNotFound."""
        row = int(np.searchsorted(self.movie_ids, movie_id))
        if row == len(self.movie_ids) or self.movie_ids[row] != movie_id:
            raise MovieNotFound(
                Sentence(f"Ninguna película tiene el id {movie_id}.", f"No film has id {movie_id}.")
            )
        return row

    def rows_of(self, movie_ids: Iterable[int]) -> list[int]:
        """As `row_of`, for films that are known to be there."""
        rows: list[int] = np.searchsorted(self.movie_ids, list(movie_ids)).tolist()
        return rows

    def found(self, row: int) -> PeliculaEncontrada:
        """The film as search lists it."""
        return PeliculaEncontrada(
            id=int(self.movie_ids[row]),
            titulo=self.titles.titles[row],
            anio=int(self.titles.years[row]),
            titulos_alternativos=self._aliases.get(row, []),
            voto_total=int(self.votes[row]),
            plataformas=self.platforms.names(row),
        )

    def recommended(
        self, row: int, score: float, why: Sequence[Motivo], language: str,
        adjusted: float | None = None,
    ) -> Recomendada:  # fmt: skip
        """The film as it is recommended; after the reasons `why`, where it can be watched."""
        return Recomendada(
            id=int(self.movie_ids[row]),
            titulo=self.titles.titles[row],
            anio=int(self.titles.years[row]),
            puntaje=score,
            puntaje_ajustado=adjusted,
            plataformas=self.platforms.names(row),
            porque=[*why, *self.platforms.reasons(row, language)],
        )

    def card(self, row: int) -> Pelicula:
        """All that is known of a film."""
        film = self._movies.slice(row, 1).to_pylist()[0]
        credits, keywords = self.credits.at(row), self.keywords.at(row)
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
            plataformas=self.platforms.titles(row),
        )

    def facts(self, rows: Sequence[int]) -> list[Facts]:
        """What reasons are told from, for several films at once."""
        return [self._facts_of(row) for row in rows]

    def told_of(self) -> NDArray[np.int8]:
        """How many of these are known of each film: overview, keywords, genres, cast, directors."""
        overviews = pc.binary_length(self._movies["overview"]).fill_null(0).to_numpy()
        held = [
            overviews > 0,
            self.keywords.has("keywords"),
            self.genres.lengths() > 0,
            self.credits.has("cast"),
            self.credits.has("directors"),
        ]
        return np.asarray(np.sum(held, axis=0), dtype=np.int8)

    def genre_counts(self) -> tuple[list[str], NDArray[np.int64]]:
        """The genres, and how many films have each."""
        texts = self._movies["genres"].combine_chunks().flatten()
        places, names = numbered(pa.chunked_array([texts]))
        return names, np.bincount(places[places >= 0], minlength=len(names))

    def filter(self) -> FilmFilter:
        """What can be asked of films beside likeness."""
        return FilmFilter(self._movies, self.platforms)


class _FactsOfRow(Facts):
    """The facts of one film, each list read when a reason first asks for it: most never are."""

    _cards: Cards
    _row: int

    def __init__(self, cards: Cards, row: int) -> None:
        self.__dict__.update(_cards=cards, _row=row, title=cards.titles.titles[row])

    @cached_property
    def year(self) -> int:
        return int(self._cards.titles.years[self._row])

    @cached_property
    def genres(self) -> Sequence[str]:
        return self._cards.genres.at(self._row)

    @cached_property
    def keywords(self) -> Sequence[str]:
        return self._cards.keywords.names_at("keywords", self._row)

    @cached_property
    def cast(self) -> Sequence[str]:
        return self._cards.credits.names_at("cast", self._row, CAST_SHOWN)

    @cached_property
    def directors(self) -> Sequence[str]:
        return self._cards.credits.names_at("directors", self._row)

    @cached_property
    def companies(self) -> Sequence[str]:
        return self._cards.companies.at(self._row)

    @cached_property
    def saga(self) -> str | None:
        return self._cards.saga_names[saga] if (saga := self._cards.sagas[self._row]) >= 0 else None

    @cached_property
    def language(self) -> str | None:
        place = self._cards.language[self._row]
        return self._cards.languages[place] if place >= 0 else None

    @cached_property
    def mean(self) -> float:
        return float(self._cards.means[self._row])

    @cached_property
    def votes(self) -> int:
        return int(self._cards.votes[self._row])


class _BesideMovies:
    """A table that has a row for some of the films."""

    def __init__(self, path: Path, movie_ids: NDArray[np.int64]) -> None:
        names = [name for name in pq.read_schema(path).names if not name.endswith("_ids")]
        self._table = _one_chunk(pq.ParquetFile(path).read(names))
        self._place = np.full(len(movie_ids), -1, dtype=np.int32)
        rows = np.searchsorted(movie_ids, self._table["movie_id"].to_numpy())
        self._place[rows] = np.arange(len(rows))
        columns = [name for name in names if name != "movie_id"]
        self._lists = {name: Lists(self._table[name]) for name in columns}

    def at(self, row: int) -> dict[str, Any]:
        """The film's row of the table; empty if it has none."""
        place = int(self._place[row])
        found: list[dict[str, Any]] = self._table.slice(place, 1).to_pylist() if place >= 0 else []
        return found[0] if found else {}

    def has(self, column: str) -> NDArray[np.bool_]:
        """Whether each film has a name in one column."""
        there = self._place >= 0
        found = np.zeros(len(there), bool)
        found[there] = self._lists[column].lengths()[self._place[there]] > 0
        return found

    def names_at(self, column: str, row: int, most: int | None = None) -> list[str]:
        """The first `most` names of one column for a film, or all; empty if it has none."""
        place = int(self._place[row])
        return self._lists[column].at(place, most) if place >= 0 else []


def _one_chunk(table: pa.Table) -> pa.Table:
    """In one piece, so that single rows are found without searching chunks."""
    return table.combine_chunks()
