"""Words of the names: which names hold a word, one that begins so, or one nearly so."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from contracts.fold import words_of_name
from index.names.near import Edits, Near, Rows

Reals = npt.NDArray[np.float32]

LAST_CHARACTER = "\U0010ffff"
USUAL = 0.6
"""A word less rare than this is taken as typed right, not as another one misspelt."""


class Words:
    """An inverted index: the names' distinct words in order, and for each the rows that hold it.

    A word is named by its place in that order, its id, so the words with a common beginning
    are a range of ids and their rows one slice.
    """

    def __init__(self, folded: Sequence[str]) -> None:
        rows_by_word: defaultdict[str, list[int]] = defaultdict(list)
        for row, name in enumerate(folded):
            for word in words_of_name(name):
                rows_by_word[word].append(row)
        # Split anew, neighbours in order are neighbours in memory: scans are twice as fast.
        self._words = "\n".join(sorted(rows_by_word)).split("\n") if rows_by_word else []
        counts = np.array([len(rows_by_word[word]) for word in self._words], np.int64)
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        self._rows = np.fromiter(
            (row for word in self._words for row in rows_by_word[word]), np.int32, counts.sum()
        )
        self._near = Near(self._words)
        names = max(len(folded), 2)
        self.rarity: Reals = (1 - np.log(np.maximum(counts, 1)) / np.log(names)).astype(np.float32)
        """By id: 1 for a word of one name, 0 for a word of all, logarithmic between."""

    def id_of(self, word: str) -> int | None:
        """The id of exactly this word; None where no name holds it."""
        place = bisect_left(self._words, word)
        return place if self._words[place : place + 1] == [word] else None

    def rows_beginning(self, prefix: str) -> npt.NDArray[np.int32]:
        """Rows of the names with a word that begins with `prefix`; a row may come twice."""
        first, last = self._beginning(prefix)
        return self._rows[self._starts[first] : self._starts[last]]

    def rows_of(self, ids: Rows) -> tuple[npt.NDArray[np.int32], Rows]:
        """Rows that hold each of the words, in the order of `ids`, and how many each has."""
        counts = self._starts[ids + 1] - self._starts[ids]
        shift = self._starts[ids] - np.cumsum(counts) + counts
        return self._rows[np.repeat(shift, counts) + np.arange(counts.sum())], counts

    def edits_allowed(self, word: str) -> int:
        """How many edits a word typed bears and is still recognised."""
        id_ = self.id_of(word)
        if len(word) < 3 or (id_ is not None and self.rarity[id_] < USUAL):
            return 0
        return 1 if len(word) < 6 else 2

    def near(self, word: str) -> tuple[Rows, Edits]:
        """Ids of the words no more than the edits allowed from `word`, and their distances."""
        return self._near.within(word, self.edits_allowed(word))

    def nearly_beginning(self, prefix: str) -> tuple[Rows, Edits]:
        """Ids of the words that begin with `prefix` but for the edits allowed, and distances.

        Only words with the same first letter: people rarely get that one wrong.
        """
        span = slice(*self._beginning(prefix[:1]))
        return self._near.beginning(prefix, self.edits_allowed(prefix), span)

    def _beginning(self, prefix: str) -> tuple[int, int]:
        first = bisect_left(self._words, prefix)
        return first, bisect_left(self._words, prefix + LAST_CHARACTER, lo=first)
