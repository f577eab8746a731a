"""Names for the letters typed so far."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from contracts.fold import words_typed
from index.names.exact import SortedNames
from index.names.words import Words

WORDS_READ = 8
"""Words typed that count: bounds the work of a keystroke."""
TYPED_RIGHT = 12
"""A text of so many characters whose words some name holds is not sought with edits."""
INSIDE_MALUS = np.float32(2.0)
"""How much a match inside the name counts less than one at its beginning: some 7 times fewer
votes, so that 'laber' is El laberinto del fauno before a little-known Laberinto de pasiones."""
UNMATCHED = 100
"""Stands for the edits of a word that a name does not hold; above any real sum of edits."""

Flags = npt.NDArray[np.bool_]
Sums = npt.NDArray[np.uint16]


class Typeahead:
    """Ranks names, given folded and best known first, for a text still being typed."""

    def __init__(
        self,
        folded: Sequence[str],
        ordered: SortedNames,
        words: Words,
        weights: npt.NDArray[np.float64],
    ) -> None:
        self._size = len(folded)
        self._ordered = ordered
        self._words = words
        self._renown = np.log1p(weights).astype(np.float32)

    def ranked(self, text: str) -> Iterator[int]:
        """Rows of matching names for a folded text, likeliest first; may repeat.

        First the names that begin with the text and those in which each word typed begins a
        word, in any order: by the logarithm of their weight, less a malus for the latter. Then
        those with one edit in all, with two, and so on, by row.
        """
        beginning = self._flags(self._ordered.beginning(text))
        words = list(dict.fromkeys(words_typed(text)))[:WORDS_READ]
        holding = self._holding(words) if words else np.zeros(self._size, np.bool_)
        rows = np.flatnonzero(beginning | holding)
        score = self._renown[rows] - INSIDE_MALUS * ~beginning[rows]
        yield from rows[np.argsort(-score, kind="stable")].tolist()
        if words and (len(text) < TYPED_RIGHT or not holding.any()):
            yield from self._misspelt(words)

    def _misspelt(self, words: list[str]) -> Iterator[int]:
        edits = self._edits(words)
        for most in range(1, 1 + sum(map(self._words.edits_allowed, words))):
            yield from np.flatnonzero(edits == most).tolist()

    def _flags(self, rows: npt.NDArray[np.int32]) -> Flags:
        flags = np.zeros(self._size, np.bool_)
        flags[rows] = True
        return flags

    def _holding(self, words: list[str]) -> Flags:
        """Which names hold, for each word, one that begins with it."""
        flags = np.ones(self._size, np.bool_)
        for word in words:
            flags &= self._flags(self._words.rows_beginning(word))
        return flags

    def _edits(self, words: list[str]) -> Sums:
        """By row, edits to find every word in the name; UNMATCHED or more where one is not."""
        edits = np.zeros(self._size, np.uint16)
        for word in words:
            edits += self._edits_of(word)
        return edits

    def _edits_of(self, word: str) -> Sums:
        edits = np.full(self._size, UNMATCHED, np.uint16)
        # The whole word may err in its first letter, its beginning not. Worst first, so that
        # each name ends with its fewest edits.
        for ids, found in (self._words.near(word), self._words.nearly_beginning(word)):
            order = np.argsort(found, kind="stable")[::-1]
            rows, counts = self._words.rows_of(ids[order])
            edits[rows] = np.minimum(edits[rows], np.repeat(found[order], counts))
        edits[self._words.rows_beginning(word)] = 0
        return edits
