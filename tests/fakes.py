"""What tests put in the place of slow or outside parts."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embeddings import Encoders, FilmVectors
from index.encoders.text_encoder import Vectors, unit
from index.facts import FilmFacts
from index.features import Features
from index.search_names import SparseRows
from index.search_space import Space
from index.store import ExactIndex, VectorIndex


class HashEncoder:
    """A TextEncoder (index.encoders.text_encoder) out of a hash; remembers the texts given."""

    def __init__(self, name: str = "hash/1", dim: int = 16) -> None:
        self.name, self.dim = name, dim
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        digests = [hashlib.shake_256(text.encode()).digest(2 * self.dim) for text in texts]
        numbers = np.frombuffer(b"".join(digests), "<u2").reshape(-1, self.dim)
        return unit(numbers.astype(np.float32) - 32768)


class WordEncoder(HashEncoder):
    """A TextEncoder for which texts are the more alike the more words they share."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        word = HashEncoder(dim=self.dim)
        sums = [word.encode(text.lower().split() or [""]).sum(axis=0) for text in texts]
        return unit(np.array(sums, np.float32).reshape(-1, self.dim))


def hash_encoders(name: str = "hash/1") -> Encoders:
    """Both encoders of an index, out of a hash."""
    return Encoders(HashEncoder(name), WordEncoder("words/1", 64))


def film_vectors(films: int, **vectors: Vectors) -> FilmVectors:
    """Vectors of films that say nothing; `vectors` replace whole tables."""
    nothing = np.zeros((films, 16), np.float32)
    empty = {name: nothing for name in ("descriptions", "overviews", "topics", "titles")}
    empty["words"] = nothing[:0]
    return FilmVectors(**empty | vectors)


def film_facts(films: int, **columns: Sequence[Any]) -> FilmFacts:
    """Facts of films without anything but a year, 2000; `columns` replace whole columns."""
    empty: dict[str, Any] = {
        "movie_ids": range(films),
        "titles": [""] * films,
        "years": [2000] * films,
        "votes": [0] * films,
        "overviews": [None] * films,
        "genres": [[]] * films,
        "keywords": [[]] * films,
        "cast": [[]] * films,
        "directors": [[]] * films,
        "mean_votes": [0.0] * films,
        "languages": [None] * films,
        "companies": [[]] * films,
        "sagas": [None] * films,
    }
    given = empty | columns
    arrays = {
        "movie_ids": np.array(given["movie_ids"], np.int64),
        "years": np.array(given["years"], np.int16),
        "votes": np.array(given["votes"], np.int64),
        "mean_votes": np.array(given["mean_votes"], np.float64),
    }
    return FilmFacts(**given | arrays)


def space_of(
    facts: FilmFacts,
    features: Features,
    index: Callable[[NDArray[np.int64], Vectors], VectorIndex] = ExactIndex,
) -> Space:
    """Films as a service compares them, without a file in between."""
    names = {
        name: SparseRows(rows.indptr, rows.indices, rows.data, rows.shape[1])
        for name, rows in features.sparse.items()
    }
    vectors = index(facts.movie_ids, features.vectors())
    return Space.of(features.layout, facts.movie_ids, vectors, names, features.evidence)
