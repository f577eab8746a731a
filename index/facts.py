"""What a data version says of its films, as far as the index is made of it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from index.free_text_words import catalogue_words
from index.ratings import NO_RATINGS, Ratings, read_ratings
from index.text import describe


@dataclass(frozen=True)
class FilmFacts:
    """What the features are made of, one entry a film, sorted by movie_id."""

    movie_ids: NDArray[np.int64]
    titles: list[str]
    years: NDArray[np.int16]
    votes: NDArray[np.int64]
    mean_votes: NDArray[np.float64]
    """From 0 to 10; 0 for a film without votes."""
    overviews: list[str | None]
    genres: list[list[str]]
    keywords: list[list[str]]
    cast: list[list[str]]
    directors: list[list[str]]
    languages: list[str | None]
    """Of the original, as ISO 639-1."""
    companies: list[list[str]]
    sagas: list[str | None]
    """Name of the collection; never a feature, only what rankings are taught and tested with."""
    ratings: Ratings = NO_RATINGS

    def texts(self) -> list[str]:
        """The text of each film that is embedded; '' for a film that has none."""
        parts = zip(self.overviews, self.genres, self.cast, self.directors, strict=True)
        return [describe(*part) for part in parts]

    def overview_texts(self) -> list[str]:
        """The overview of each film; '' where there is none."""
        return [overview or "" for overview in self.overviews]

    def topic_texts(self) -> list[str]:
        """Genres and keywords of each film as one text; '' where there are none."""
        pairs = zip(self.genres, self.keywords, strict=True)
        return [", ".join([*genres, *keywords]) for genres, keywords in pairs]

    def words(self) -> list[str]:
        """The words of the catalogue that can stand for those of a query, some 15,000."""
        return self._words

    @cached_property
    def _words(self) -> list[str]:
        return catalogue_words(self.overview_texts(), self.keywords)


def read_facts(folder: Path) -> FilmFacts:
    """The facts of every film in the data version at `folder`."""
    movies = pq.ParquetFile(folder / "movies.parquet").read(
        [
            "movie_id",
            "title",
            "release_year",
            "vote_count",
            "vote_average",
            "original_language",
            "production_companies",
            "overview",
            "genres",
            "belongs_to_collection",
        ]
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
        mean_votes=movies["vote_average"].to_numpy(),
        languages=movies["original_language"].to_pylist(),
        companies=movies["production_companies"].to_pylist(),
        overviews=movies["overview"].to_pylist(),
        genres=movies["genres"].to_pylist(),
        keywords=[keywords.get(film, none).get("keywords", []) for film in movie_ids.tolist()],
        cast=[credits.get(film, none).get("cast", []) for film in movie_ids.tolist()],
        directors=[credits.get(film, none).get("directors", []) for film in movie_ids.tolist()],
        sagas=movies["belongs_to_collection"].to_pylist(),
        ratings=read_ratings(folder, movie_ids),
    )


def _by_film(path: Path, columns: list[str]) -> dict[int, dict[str, Any]]:
    table: pa.Table = pq.ParquetFile(path).read(["movie_id", *columns])
    return {row["movie_id"]: row for row in table.to_pylist()}
