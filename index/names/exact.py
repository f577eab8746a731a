"""Names equal to a text, or beginning with it, by binary search."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from contracts.fold import squash
from index.names.words import LAST_CHARACTER

Rows = npt.NDArray[np.int32]


class SortedNames:
    """The rows of folded names in alphabetical order."""

    def __init__(self, folded: Sequence[str]) -> None:
        self._folded = folded
        self._rows = np.array(sorted(range(len(folded)), key=folded.__getitem__), np.int32)

    def equal(self, text: str) -> list[int]:
        """Rows of the names equal to a folded text, ascending."""
        first = bisect_left(self._rows, text, key=self._name)
        last = bisect_right(self._rows, text, lo=first, key=self._name)
        return sorted(self._rows[first:last].tolist())

    def beginning(self, text: str) -> Rows:
        """Rows of the names that begin with a folded text, in alphabetical order."""
        first = bisect_left(self._rows, text, key=self._name)
        last = bisect_left(self._rows, text + LAST_CHARACTER, lo=first, key=self._name)
        return self._rows[first:last]

    def _name(self, row: np.int32) -> str:
        return self._folded[int(row)]


class SquashedNames:
    """Names by their letters and digits alone, kept as hashes: 12 bytes a name."""

    def __init__(self, folded: Sequence[str]) -> None:
        self._folded = folded
        hashes = np.fromiter((hash(squash(name)) for name in folded), np.int64, len(folded))
        self._rows = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._rows]

    def equal(self, text: str) -> list[int]:
        """Rows of the names that squash to what a folded text does, ascending."""
        squashed = squash(text)
        if not squashed:
            return []
        first = np.searchsorted(self._hashes, hash(squashed), side="left")
        last = np.searchsorted(self._hashes, hash(squashed), side="right")
        rows = self._rows[first:last].tolist()
        return [row for row in rows if squash(self._folded[row]) == squashed]
