"""What somebody who wrote an unknown name probably meant.

Two readings of the text compete on one scale, in edits: a whole name misspelt, and some words
of a longer name. To both, renown is the prior: the wanted film is more likely a known one.
The weights below were tuned with benchmarks/suggestions.py; the result moves little around them.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from contracts.fold import words_typed
from index.names.near import Edits, Near, Rows
from index.names.words import Reals, Words

RENOWN = 3.0
"""Edits that the best known name may be farther than an unknown one, and still win."""
OTHER_BEGINNING = 0.5
"""Price of a first letter that is not among the first two typed: that one is rarely wrong."""
LETTER_MORE = 0.3
"""Price per letter typed too many, gain per letter left out: one wrong letter can arise in 25
ways, a missing one in a single way, so the longer name explains the same text better."""
LETTERS_OFF = 1
"""The length difference counts up to here; beyond, the edits say it all."""

PARTIAL = 1.5
"""Price of reading the text as some words of a name."""
WORD_MISSING = 3.0
"""Price of a word typed that the name lacks, if as rare as can be; common words cost less."""
WORD_UNTYPED = 0.4
"""Price of a word of the name that was not typed, likewise."""
RECOGNISED = 0.33
"""Share of the typed words' price that must be saved for a name to be considered."""
WORDS_READ = 8
"""Words of the text that count: bounds the work."""

FARTHEST = 3
"""Edits tried on a whole name when fewer find none."""
CONSIDERED = 100
"""Names ranked for each reading, enough for five distinct films under all their aliases."""

Scored = tuple[Rows, Reals]


class Suggestions:
    """Ranks names, given folded and best known first, by how likely a text means them."""

    def __init__(
        self, folded: Sequence[str], words: Words, weights: npt.NDArray[np.float64]
    ) -> None:
        self._folded = folded
        self._near = Near(folded)
        self._words = words
        known = np.log1p(weights)
        self._renown: Reals = (RENOWN * known / max(known.max(initial=0), 1)).astype(np.float32)
        self._untyped = np.fromiter(map(self._price_untyped, folded), np.float32, len(folded))

    def ranked(self, text: str) -> Iterator[int]:
        """Rows of the likeliest names for a folded text, best first, ties by row; may repeat."""
        readings = (self._misspelt(text), self._partial(text))
        rows = np.concatenate([rows for rows, _ in readings])
        scores = np.concatenate([scores for _, scores in readings])
        yield from rows[np.lexsort((rows, -scores))].tolist()

    def _price_untyped(self, name: str) -> float:
        ids = (self._words.id_of(word) for word in words_typed(name))
        return WORD_UNTYPED * sum(float(self._words.rarity[id_]) for id_ in ids if id_ is not None)

    def _misspelt(self, text: str) -> Scored:
        """The names few edits away."""
        rows, edits = self._neighbours(text)
        more = len(text) - self._near.lengths[rows]
        begins = [self._folded[row][0] in text[:2] for row in rows.tolist()]
        scores = (
            self._renown[rows]
            - edits
            - LETTER_MORE * np.clip(more, -LETTERS_OFF, LETTERS_OFF)
            - OTHER_BEGINNING * ~np.array(begins, bool)
        )
        return best(rows, scores.astype(np.float32))

    def _neighbours(self, text: str) -> tuple[Rows, Edits]:
        for most in (min(2, len(text)), FARTHEST):
            rows, edits = self._near.within(text, most)
            # As many edits as letters would make any name of any other.
            alike = edits < np.maximum(self._near.lengths[rows], len(text))
            if alike.any() or len(text) <= FARTHEST:
                break
        return rows[alike], edits[alike]

    def _partial(self, text: str) -> Scored:
        """The names that hold the text's words, more or less."""
        saved = np.zeros(len(self._folded), np.float32)
        price = 0.0
        for word in list(dict.fromkeys(words_typed(text)))[:WORDS_READ]:
            price += self._save(word, saved)
        rows = np.flatnonzero(saved > RECOGNISED * price)
        scores = saved[rows] - price - PARTIAL - self._untyped[rows] + self._renown[rows]
        return best(rows, scores.astype(np.float32))

    def _save(self, word: str, saved: Reals) -> float:
        """Add to `saved`, by row, what names with `word` save; return its price if missing."""
        known = self._words.id_of(word)
        rarity = 1.0 if known is None else float(self._words.rarity[known])
        ids, edits = self._words.near(word)
        gain = np.maximum(WORD_MISSING * rarity - edits, 0)
        gain = (gain + WORD_UNTYPED * self._words.rarity[ids]).astype(np.float32)
        order = np.argsort(gain, kind="stable")  # a name with two such words keeps the better
        rows, counts = self._words.rows_of(ids[order])
        most = np.zeros_like(saved)
        most[rows] = np.repeat(gain[order], counts)
        saved += most
        return WORD_MISSING * rarity


def best(rows: Rows, scores: Reals) -> Scored:
    """The CONSIDERED highest scores, in no order; ties at the cut by row."""
    if len(rows) > CONSIDERED:
        kept = np.lexsort((rows, -scores))[:CONSIDERED]
        rows, scores = rows[kept], scores[kept]
    return rows, scores
