"""Films, actors and directors by name: exactly, misspelt, or half typed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import numpy as np

from contracts.fold import fold, spelling
from index.names.exact import SortedNames, SquashedNames
from index.names.suggestions import Suggestions
from index.names.typeahead import Typeahead
from index.names.words import Words

LONGEST_TEXT = 200
"""Characters of a text that suggest and complete read; titles stay well below."""


class NameIndex:
    """Finds keys by name.

    `names`, `keys` and `weights` are parallel. A key is any int64 that identifies a film's row
    or a person; it may have many names (aliases), a name many keys (remakes). A weight is
    renown, such as votes: more is better known; below 0 and NaN count as 0. Names without a
    visible character are left out.

    Inside, names are rows ordered by falling weight, then name, then key, so "best known
    first, ties by name and key" is everywhere "by row". Deterministic; safe to share between
    threads, for nothing changes once built.
    """

    def __init__(self, names: Sequence[str], keys: Sequence[int], weights: Sequence[float]) -> None:
        known = np.maximum(np.nan_to_num(np.array(weights, np.float64)), 0)
        entries = sorted(
            (-weight, name, key)
            for name, key, weight in zip(names, keys, known.tolist(), strict=True)
            if fold(name)
        )
        self._names = [name for _, name, _ in entries]
        self._keys = np.array([key for _, _, key in entries], np.int64)
        self._folded = [fold(name) for name in self._names]
        words = Words(self._folded)
        self._ordered = SortedNames(self._folded)
        self._squashed = SquashedNames(self._folded)
        ordered_weights = np.array([-weight for weight, _, _ in entries], np.float64)
        self._typeahead = Typeahead(self._folded, self._ordered, words, ordered_weights)
        self._suggestions = Suggestions(self._folded, words, ordered_weights)

    def find(self, text: str) -> list[int]:
        """Distinct keys of the names equal to `text`; empty if there are none.

        Case, accents and spare spaces do not count, but order: names written exactly so come
        first, then those with the same accents, then the rest; each by falling weight, then
        key. Only if no name is equal, punctuation and inner spaces stop counting as well
        ('spiderman' finds 'Spider-Man').
        """
        return list(self._distinct_keys(self._rows_found(text, fold(text))))

    def suggest(self, text: str, limit: int = 5) -> list[str]:
        """At most `limit` names that a misspelt or partial `text` may mean, likeliest first.

        One name for each key, each as displayed; no two that differ only in case or accents.
        """
        chosen: list[str] = []
        seen: set[str | int] = set()
        for row in self._suggestions.ranked(fold(text[:LONGEST_TEXT])):
            if len(chosen) == limit:
                break
            marks: set[str | int] = {self._folded[row], int(self._keys[row])}
            if not marks & seen:
                chosen.append(self._names[row])
                seen |= marks
        return chosen

    def complete(self, text: str, limit: int = 10) -> list[int]:
        """At most `limit` distinct keys for a text still being typed; empty for an empty one.

        Names equal to the text come first, then those that begin with it or hold a word
        beginning with each word typed, by weight, matches at the beginning preferred; then
        those with growing numbers of edits, by falling weight, then name and key.
        """
        folded = fold(text[:LONGEST_TEXT])
        if not folded:
            return []
        rows = chain(self._rows_found(text, folded), self._typeahead.ranked(folded))
        return list(islice(self._distinct_keys(rows), limit))

    def _rows_found(self, text: str, folded: str) -> list[int]:
        rows = self._ordered.equal(folded) or self._squashed.equal(folded)
        return sorted(rows, key=lambda row: self._unlikeness(row, text))

    def _unlikeness(self, row: int, text: str) -> int:
        """0 for a name written as `text`, 1 for one with the same accents, 2 for others."""
        name = self._names[row]
        if name == text:
            return 0
        return 1 if spelling(name) == spelling(text) else 2

    def _distinct_keys(self, rows: Iterable[int]) -> Iterator[int]:
        seen: set[int] = set()
        for row in rows:
            key = int(self._keys[row])
            if key not in seen:
                seen.add(key)
                yield key
