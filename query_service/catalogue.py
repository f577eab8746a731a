"""What the statistics are answered from: one data version's columns, and who is in which film."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.names.name_index import NameIndex
from index.names.titles import Titles, read_aliases
from query_service.platform_titles import PlatformTitles

DATA_KIND = "data"

MOVIE_COLUMNS = [
    "movie_id",
    "title",
    "release_date",
    "release_year",
    "belongs_to_collection",
    "original_language",
    "production_companies",
    "production_countries",
    "production_country_codes",
    "runtime",
    "budget",
    "revenue",
    "return",
    "popularity",
    "vote_average",
    "vote_count",
]
CREDITS_COLUMNS = ["movie_id", "cast", "directors"]

Rows = NDArray[np.int32]


class Groups:
    """Names (people, companies, collections), and the rows of the films each has."""

    def __init__(self, names: pa.Array, owners: Rows, weights: NDArray[np.float64]) -> None:
        """`names` and the row of the film each belongs to; a name weighs as its films together."""
        encoded = names.dictionary_encode()
        self.names: list[str] = encoded.dictionary.to_pylist()
        films = len(weights)
        # name and film in one number: each pair once, by name and then by film
        pairs = np.unique(encoded.indices.to_numpy().astype(np.int64) * films + owners)
        codes, rows = np.divmod(pairs, max(films, 1))
        self._rows: Rows = rows.astype(np.int32)
        self._starts = np.searchsorted(codes, np.arange(len(self.names) + 1))
        totals = np.bincount(codes, weights[rows], minlength=len(self.names))
        self.index = NameIndex(self.names, range(len(self.names)), totals.tolist())

    @classmethod
    def of_lists(cls, lists: pa.ChunkedArray, rows: Rows, weights: NDArray[np.float64]) -> "Groups":
        """From a column of lists of names, whose entries belong to the films at `rows`."""
        whole = lists.combine_chunks()
        lengths = np.diff(whole.offsets.to_numpy())
        return cls(whole.flatten(), np.repeat(rows, lengths), weights)

    @classmethod
    def of_names(cls, names: pa.ChunkedArray, rows: Rows, weights: NDArray[np.float64]) -> "Groups":
        """From a column of single names, null where a film has none."""
        given = names.is_valid().to_numpy()
        return cls(names.drop_null().combine_chunks(), rows[given], weights)

    def rows(self, key: int) -> Rows:
        """Rows of the films of the name at `key`, ascending, each once."""
        return self._rows[self._starts[key] : self._starts[key + 1]]


@dataclass(frozen=True)
class Catalogue:
    """One data version in memory; arrays have one entry a film, in the order of movie_id."""

    version: str
    titles: Titles
    dates: NDArray[np.datetime64]
    budget: NDArray[np.float64]
    revenue: NDArray[np.float64]
    returns: NDArray[np.float64]
    popularity: NDArray[np.float64]
    votes: NDArray[np.int64]
    vote_average: NDArray[np.float64]
    runtime: NDArray[np.float64]
    actors: Groups
    directors: Groups
    companies: Groups
    collections: Groups
    languages: dict[str, int]
    countries: dict[str, tuple[str, int]]
    platforms: PlatformTitles

    @classmethod
    def load(cls, data_dir: Path) -> "Catalogue":
        """The current data version under `data_dir`; raises VersionError."""
        folder, manifest = open_current(data_dir, DATA_KIND, DATA_FORMAT)
        # before the larger tables, which then take up the memory that this one gives back
        platforms = PlatformTitles.load(folder, manifest.settings)
        movies = pq.ParquetFile(folder / "movies.parquet").read(MOVIE_COLUMNS)
        credits = pq.ParquetFile(folder / "credits.parquet").read(CREDITS_COLUMNS)
        movie_ids = movies["movie_id"].to_numpy()
        votes = movies["vote_count"].to_numpy()
        weights = votes.astype(np.float64)
        rows = np.arange(len(movie_ids), dtype=np.int32)
        credited = np.searchsorted(movie_ids, credits["movie_id"].to_numpy()).astype(np.int32)
        return cls(
            version=manifest.version,
            titles=Titles(
                movies["title"].to_pylist(),
                movies["release_year"].to_numpy(),
                votes,
                read_aliases(folder, movie_ids),
            ),
            dates=movies["release_date"].to_numpy(),
            budget=movies["budget"].to_numpy(),
            revenue=movies["revenue"].to_numpy(),
            returns=movies["return"].to_numpy(),
            popularity=movies["popularity"].to_numpy(),
            votes=votes,
            vote_average=movies["vote_average"].to_numpy(),
            runtime=movies["runtime"].to_numpy(),
            actors=Groups.of_lists(credits["cast"], credited, weights),
            directors=Groups.of_lists(credits["directors"], credited, weights),
            companies=Groups.of_lists(movies["production_companies"], rows, weights),
            collections=Groups.of_names(movies["belongs_to_collection"], rows, weights),
            languages=_counts(movies["original_language"]),
            countries=_countries(movies),
            platforms=platforms,
        )


def _counts(values: pa.ChunkedArray) -> dict[str, int]:
    counts = values.drop_null().value_counts().to_pylist()
    return {entry["values"]: entry["counts"] for entry in counts}


def _countries(movies: pa.Table) -> dict[str, tuple[str, int]]:
    """By country code: the name the data gives it, and how many films it took part in."""
    films: dict[str, tuple[str, int]] = {}
    codes = movies["production_country_codes"].to_pylist()
    for film, names in zip(codes, movies["production_countries"].to_pylist(), strict=True):
        for code, name in dict(zip(film, names, strict=True)).items():
            known = films.get(code or name, (name, 0))
            films[code or name] = (known[0], known[1] + 1)
    return films
