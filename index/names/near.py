"""Strings within a few edits of a text, without comparing them all."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, DamerauLevenshtein

Rows = npt.NDArray[np.int64]
Edits = npt.NDArray[np.uint8]

BITS = {letter: 1 << bit for bit, letter in enumerate("abcdefghijklmnopqrstuvwxyz0123456789 ")}
SPARE_BITS = 64 - len(BITS)


def letters_mask(text: str) -> int:
    """The set of `text`'s characters as 64 bits; characters beyond BITS share the spare ones."""
    mask = 0
    for letter in set(text):
        mask |= BITS.get(letter) or 1 << (len(BITS) + ord(letter) % SPARE_BITS)
    return mask


class Near:
    """Finds the strings few edits away: an edit inserts, deletes, replaces or swaps neighbours.

    The distance is the unrestricted Damerau-Levenshtein, by rapidfuzz. One edit changes the
    length by at most 1 and the set of characters by at most 2, so two columns of integers rule
    out nearly every string before any is compared.
    """

    def __init__(self, strings: Sequence[str]) -> None:
        self._strings = strings
        self.lengths = np.fromiter(map(len, strings), np.int32, len(strings))
        self._masks = np.fromiter(map(letters_mask, strings), np.uint64, len(strings))

    def within(self, text: str, edits: int) -> tuple[Rows, Edits]:
        """Rows of the strings at most `edits` from `text`, ascending, and their distances."""
        similar = np.abs(self.lengths - len(text)) <= edits
        changed = np.bitwise_count(self._masks ^ np.uint64(letters_mask(text)))
        rows = np.flatnonzero(similar & (changed <= 2 * edits))
        strings = [self._strings[row] for row in rows.tolist()]
        return kept(rows, distances(text, strings, edits), edits)

    def beginning(self, text: str, edits: int, span: slice) -> tuple[Rows, Edits]:
        """Rows in `span` of the strings whose beginning is at most `edits` from `text`.

        Ascending, with the distances.
        """
        # Each edit brings at most one character that the string has not.
        foreign = np.bitwise_count(~self._masks[span] & np.uint64(letters_mask(text)))
        rows = np.flatnonzero(foreign <= edits) + span.start
        strings = [self._strings[row] for row in rows.tolist()]
        # A letter left out of the text shows only against one letter more of the string.
        found = [
            distances(text, [string[:size] for string in strings], edits)
            for size in (len(text), len(text) + 1)
        ]
        return kept(rows, np.minimum(*found), edits)


def distances(text: str, strings: Sequence[str], edits: int) -> Edits:
    """Damerau-Levenshtein distance of each string from `text`; above `edits`, `edits` + 1.

    Optimal string alignment (OSA) is several times faster and never less. It is more by one for
    each two edits at most, namely for a letter typed between two swapped ones, so it sifts.
    """
    slack = edits + edits // 2
    found = cdist(text, strings, OSA.distance, slack)
    rows = np.flatnonzero(found <= slack)
    found[:] = edits + 1
    sifted = [strings[row] for row in rows.tolist()]
    found[rows] = cdist(text, sifted, DamerauLevenshtein.distance, edits)
    return found


def cdist(text: str, strings: Sequence[str], scorer: Callable[..., int], most: int) -> Edits:
    """The scorer's distance of each string from `text`, `most` + 1 where above `most`."""
    found = process.cdist([text], strings, scorer=scorer, score_cutoff=most, dtype=np.uint8)
    first: Edits = found[0]
    return first


def kept(rows: Rows, found: Edits, edits: int) -> tuple[Rows, Edits]:
    """Those of `rows`, and their distances, that are at most `edits` away."""
    near = found <= edits
    return rows[near], found[near]
