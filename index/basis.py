"""What films are measured by: learnt from a whole catalogue once, then held for films to come.

The main directions of texts, how rare names are, the scale of votes, and who likes what: all of
these move a little with every film that is added, and all features would move with them. Kept
from one index version to the next, they leave the films that did not change as they were, so that
only those that did have to be compared anew.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.association import DIM, association_vectors, evidence
from index.ratings import Ratings
from index.sparse import Rarity
from index.store import Floats

NUMBERS_FILE, NAMES_FILE = "basis.npz", "basis_names.parquet"

PRIOR_VOTES, POORLY_RATED = 50, 10
"""Votes that a mean vote is shrunk by; and the percentile of mean votes that counts 0."""

VOTES_KEY, LIKES_KEY, DIRECTIONS_KEY = "votes", "likes_{part}", "directions_{block}"


@dataclass(frozen=True)
class VoteScale:
    """Most votes of any film; the typical mean vote; of shrunk means, what counts 0 and 1 in
    esteem, and the lowest there is."""

    most: float
    typical: float
    low: float
    best: float
    lowest: float

    @classmethod
    def of(cls, mean_votes: NDArray[Any], votes: NDArray[Any]) -> "VoteScale":
        """As these films have it; all zero where nobody voted."""
        if not votes.any():
            return cls(0.0, 0.0, 0.0, 0.0, 0.0)
        most = float(votes.max())
        counted = votes >= min(PRIOR_VOTES, most)
        typical = float(mean_votes[counted].mean())
        shrunk = _shrunk(mean_votes, votes, typical)
        low = float(np.percentile(shrunk[counted], POORLY_RATED))
        return cls(most, typical, low, float(shrunk.max()), float(shrunk.min()))

    def placed(
        self, mean_votes: NDArray[Any], votes: NDArray[Any]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far each film is from what counts 0 to the best; and from the lowest: both 0 to 1."""
        shrunk = _shrunk(mean_votes, votes, self.typical)
        above = np.clip((shrunk - self.low) / max(self.best - self.low, 1e-9), 0, 1)
        place = np.clip((shrunk - self.lowest) / max(self.best - self.lowest, 1e-9), 0, 1)
        return above, place


def log_votes(votes: NDArray[Any], most: float | None = None) -> NDArray[np.float64]:
    """How well known each film is, from 0 to 1 for `most` votes (or those of the most voted) and
    more, on a logarithmic scale."""
    top = float(np.log1p(votes.max(initial=0) if most is None else most))
    return np.asarray(np.minimum(np.log1p(votes) / max(top, 1.0), 1.0))


@dataclass(frozen=True)
class Likes:
    """What users' ratings say of films: association vectors and evidence, by ascending movie_id."""

    movie_ids: NDArray[np.int64]
    vectors: Floats
    evidence: Floats

    @classmethod
    def learn(cls, ratings: Ratings, movie_ids: NDArray[np.int64]) -> "Likes":
        """From these ratings of the films of a catalogue."""
        vectors = association_vectors(ratings, len(movie_ids))
        known = evidence(ratings, len(movie_ids))
        some = np.flatnonzero((known > 0) | vectors.any(axis=1))
        return cls(movie_ids[some], vectors[some], known[some])

    def vectors_of(self, movie_ids: NDArray[np.int64]) -> Floats:
        """Association vectors, shape (movie_ids, DIM); zero for films that were not rated."""
        found = np.zeros((len(movie_ids), DIM), dtype=np.float32)
        rows, places = self._where(movie_ids)
        found[rows] = self.vectors[places]
        return found

    def evidence_of(self, movie_ids: NDArray[np.int64]) -> Floats:
        """How much ratings say of each film, from 0 to 1."""
        found = np.zeros(len(movie_ids), dtype=np.float32)
        rows, places = self._where(movie_ids)
        found[rows] = self.evidence[places]
        return found

    def _where(self, movie_ids: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
        _, rows, places = np.intersect1d(movie_ids, self.movie_ids, return_indices=True)
        return rows, places


NO_LIKES = Likes(np.empty(0, np.int64), np.empty((0, DIM), np.float32), np.empty(0, np.float32))


@dataclass(frozen=True)
class Basis:
    """All that films are measured by. `directions` and `rarity` are by name of block."""

    directions: dict[str, Floats]
    rarity: dict[str, Rarity]
    votes: VoteScale
    likes: Likes

    def save(self, folder: Path) -> None:
        """Write it into `folder`; the same basis gives the same bytes."""
        scale = self.votes
        numbers: dict[str, NDArray[Any]] = {
            VOTES_KEY: np.array(
                [scale.most, scale.typical, scale.low, scale.best, scale.lowest], np.float64
            ),
            LIKES_KEY.format(part="movie_ids"): self.likes.movie_ids,
            LIKES_KEY.format(part="vectors"): self.likes.vectors,
            LIKES_KEY.format(part="evidence"): self.likes.evidence,
        }
        for block, directions in self.directions.items():
            numbers[DIRECTIONS_KEY.format(block=block)] = directions
        np.savez(folder / NUMBERS_FILE, allow_pickle=False, **numbers)
        pq.write_table(self._names(), folder / NAMES_FILE, compression="zstd")

    def _names(self) -> pa.Table:
        parts = [
            pa.table(
                {
                    "block": pa.repeat(pa.scalar(block), len(rarity.names)),
                    "name": pa.array(rarity.names, pa.string()),
                    "films_with": pa.array(rarity.films_with, pa.int64()),
                }
            )
            for block, rarity in self.rarity.items()
        ]
        films = {block: str(rarity.films) for block, rarity in self.rarity.items()}
        return pa.concat_tables(parts).replace_schema_metadata(films)

    @classmethod
    def load(cls, folder: Path) -> "Basis":
        """The one saved in `folder`; raises VersionError where it cannot be read."""
        try:
            with (folder / NUMBERS_FILE).open("rb") as file, np.load(file) as numbers:
                directions = {
                    key.removeprefix(DIRECTIONS_KEY.format(block="")): numbers[key]
                    for key in numbers.files
                    if key.startswith(DIRECTIONS_KEY.format(block=""))
                }
                parts = ("movie_ids", "vectors", "evidence")
                likes = Likes(*(numbers[LIKES_KEY.format(part=part)] for part in parts))
                votes = VoteScale(*numbers[VOTES_KEY].tolist())
            table = pq.ParquetFile(folder / NAMES_FILE).read()
            return cls(directions, _rarities(table), votes, likes)
        except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as exc:
            raise VersionError(f"{folder} lacks what its films are measured by: {exc}") from exc


def _rarities(table: pa.Table) -> dict[str, Rarity]:
    blocks = np.array(table["block"].to_pylist(), dtype=object)
    names, counts = table["name"].to_pylist(), table["films_with"].to_numpy()
    found = {}
    for key, films in (table.schema.metadata or {}).items():
        mine = np.flatnonzero(blocks == key.decode())
        span = slice(int(mine[0]), int(mine[-1]) + 1) if len(mine) else slice(0, 0)
        found[key.decode()] = Rarity(names[span], counts[span], int(films))
    return found


def _shrunk(mean_votes: NDArray[Any], votes: NDArray[Any], typical: float) -> NDArray[np.float64]:
    """Mean votes as if PRIOR_VOTES more had given the typical one."""
    whole = (votes * mean_votes + PRIOR_VOTES * typical) / (votes + PRIOR_VOTES)
    return np.asarray(whole, dtype=np.float64)
