"""What is evaluated: whatever lists films for a film; and the lists made of scores."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.neighbours import highest
from index.ratings import Ints

CHUNK = 128

Scores = NDArray[np.float32]


class Ranker(Protocol):
    """Lists of films that go with a film, the best first."""

    @property
    def name(self) -> str:
        """What the report calls it."""

    def top(self, rows: Ints, k: int) -> Ints:
        """The best `k` rows for each of `rows`, shape (rows, k): k different films, not itself.

        Fewer than `k` other films is an error of the caller.
        """


@dataclass(frozen=True)
class ScoredRanker:
    """Films by falling score; equal scores, and films without any, by `order`."""

    name: str
    order: Ints
    """All rows of the catalogue, the one that wins a tie first."""
    score: Callable[[Ints], Scores]
    """Scores of all films for some, shape (some, films), of rows and in columns of `order`."""

    def top(self, rows: Ints, k: int) -> Ints:
        """As Ranker says; the films are scored in chunks."""
        if k >= len(self.order):
            raise ValueError(f"{k} films asked for, {len(self.order) - 1} others exist")
        place = np.empty_like(self.order)
        place[self.order] = np.arange(len(self.order))
        best = np.empty((len(rows), k), dtype=np.int64)
        for start in range(0, len(rows), CHUNK):
            own = place[rows[start : start + CHUNK]]
            scores = np.array(self.score(own), dtype=np.float32)
            scores[np.arange(len(own)), own] = -np.inf
            best[start : start + CHUNK] = self.order[highest(scores, k)]
        return best


def most_voted(votes: Ints) -> Ints:
    """Rows by falling votes, then by row: how ties are resolved."""
    return np.lexsort((np.arange(len(votes)), -votes)).astype(np.int64)
