"""What tests put in the place of slow or outside parts."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from index.encoders.text_encoder import Vectors, unit
from index.features import FilmFacts


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
    }
    given = empty | columns
    arrays = {
        "movie_ids": np.array(given["movie_ids"], np.int64),
        "years": np.array(given["years"], np.int16),
        "votes": np.array(given["votes"], np.int64),
    }
    return FilmFacts(**given | arrays)
