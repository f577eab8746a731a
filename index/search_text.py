"""The seam to whatever scores films for a text, and how such scores mix with likeness to films."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from index.search_space import Shares
from index.store import Floats, Rows

FULL = 3.65
"""The text's score of a film that answers it as well as can be: the sum of its blocks' weights.
Divided by it, a text's scores lie between 0 and about 1, as those of likeness to films do."""

HALF = 0.5
"""What films and text count each, where there are both."""


class TextScorer(Protocol):
    """Scores every film for a text, block by block; `index.free_text.FreeText` is one."""

    def scores(self, text: str, rows: Rows | None = None) -> Mapping[str, Floats]:
        """Each block's share, shape (films,) or, of `rows` alone, (rows,)."""


class TextShares:
    """The shares of one text over all films, brought to the scale of likeness to films."""

    def __init__(self, scorer: TextScorer, text: str, counts: float) -> None:
        found = scorer.scores(text)
        self.blocks = list(found)
        self._shares = [np.asarray(found[name]) * (counts / FULL) for name in self.blocks]

    def scores(self) -> Floats:
        """Score of every film, not rounded."""
        return np.asarray(sum(self._shares[1:], self._shares[0]), np.float32)

    def shares(self, rows: Rows) -> Shares:
        """Each block's share, shape (rows, blocks)."""
        return np.column_stack([share[rows] for share in self._shares]).astype(np.float64)
