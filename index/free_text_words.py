"""Words of a query, in any language, matched with the English words that the films are told in.

Each word is encoded by itself; the words of the catalogue that lie near it stand for it, the
nearer the more. That serves as a dictionary for every language of the encoder ('boxeo' finds
'boxing', 'boxer') and as a thesaurus for English.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from contracts.fold import fold
from index.free_text_quantised import Floats, Quantised
from index.postings import Postings, stems
from index.principal import principal
from index.text import WORD

DIM = 128
"""Principal components kept of a word's vector."""

TIMES_WRITTEN = 3
"""Films that write a word in small letters, for it to stand for others: that leaves names out."""

NEAREST, ALIKE, SAME = 6, 0.5, 0.9
"""At most so many stems stand for a word; from a likeness of ALIKE, which counts nothing, to SAME,
which counts in full, as the word itself does."""

CROWD = 10
"""Neighbours over which the crowd about a word is measured."""

SHORTEST, FEW_WORDS, MOST_WORDS = 3, 4, 40
"""Letters of the shortest word read; a query of fewer words is weighed as one of FEW_WORDS, and
of a longer one only the first MOST_WORDS are read."""

PASSED_OVER = frozenset(
    "about after all and another are because been before being but can does ever for from gets "
    "had has have her him his how into its just more most not off one only other our out over own "
    "she some than that the their them then there these they this through too two under until "
    "very was were what when where which while who whom whose will with without would you your "
    "ahora algo alguien algun alguna antes aquel aunque cada como con cosa cual cuando cuyo debe "
    "del desde despues donde dos durante ella ellas ellos entonces entre era eran esa ese eso esta "
    "estan este esto fue fueron haber hace hacia han hasta hay las les los luego mas mientras "
    "misma mismo mucho muy nada nadie nos otra otras otro otros para pero poco por porque que "
    "quien quienes ser sido siempre sin sobre son sus tal tambien tan tanto tiene tienen toda "
    "todas todo todos tras una unas uno unos van vez".split()
)
"""Folded words that tell nothing of a film, in English and Spanish."""


@dataclass(frozen=True)
class Dictionary:
    """Words, sorted, and for each the places of the stems that stand for it and their counts.

    Shape (words, NEAREST); a place of -1 is none.
    """

    words: NDArray[np.str_]
    places: NDArray[np.int32]
    counts: Floats

    @classmethod
    def of(cls, words: Sequence[str], stands: Sequence[dict[int, float]]) -> "Dictionary":
        """From distinct words and what stands for each."""
        order = sorted(range(len(words)), key=words.__getitem__)
        places = np.full((len(words), NEAREST), -1, np.int32)
        counts = np.zeros((len(words), NEAREST), np.float32)
        for row, place in enumerate(order):
            places[row, : len(stands[place])] = list(stands[place])
            counts[row, : len(stands[place])] = list(stands[place].values())
        return cls(np.array([words[place] for place in order], np.str_), places, counts)

    def find(self, words: Sequence[str]) -> dict[str, dict[int, float]]:
        """What stands for each of the words that are in it."""
        found: dict[str, dict[int, float]] = {}
        for word in words:
            row = int(np.searchsorted(self.words, word))
            if row < len(self.words) and self.words[row] == word:
                pairs = zip(self.places[row].tolist(), self.counts[row].tolist(), strict=True)
                found[word] = {place: counts for place, counts in pairs if place >= 0}
        return found


@dataclass(frozen=True)
class Lexicon:
    """The catalogue's words: their vectors in `basis`, and the place of each one's stem.

    `crowding` is how near a word's own neighbours lie, above the mean: in a crowd, to be near
    means less (Conneau et al., 2018, "Word translation without parallel data").
    """

    basis: Floats
    vectors: Quantised
    crowding: Floats
    places: NDArray[np.int32]
    dictionary: "Dictionary"
    rows: tuple[int, ...] = ()
    """Which of the words that it was built from it holds."""

    @classmethod
    def build(cls, words: Sequence[str], vectors: Floats, postings: Postings) -> "Lexicon":
        """From words and their unit vectors, shape (words, encoder dim); an empty dictionary."""
        basis = principal([vectors], DIM)
        places = postings.telling([stems(word)[0] for word in words])
        rows = np.flatnonzero(places >= 0)
        short = vectors[rows] @ basis
        return cls(
            basis,
            Quantised.of(short),
            _crowding(short),
            places[rows].astype(np.int32),
            Dictionary.of([], []),
            tuple(rows.tolist()),
        )

    @classmethod
    def without_places(cls, basis: Floats, vectors: Quantised, crowding: Floats) -> "Lexicon":
        """Whose words stand in no texts yet: see `over`."""
        return cls(basis, vectors, crowding, np.empty(0, np.int32), Dictionary.of([], []))

    def over(self, places: NDArray[np.int64], dictionary: "Dictionary") -> "Lexicon":
        """The same words over other texts, where their stems are at `places` (-1: nowhere)."""
        return replace(self, places=places.astype(np.int32), dictionary=dictionary)

    def standing_for(self, vectors: Floats) -> list[dict[int, float]]:
        """For each word the places of the stems that stand for it, and how much they count."""
        alike = self.vectors.dot(vectors @ self.basis) - self.crowding
        found: list[dict[int, float]] = []
        for row in alike:
            near = np.flatnonzero((row > ALIKE) & (self.places >= 0))
            near = near[np.argsort(-row[near], kind="stable")]
            counts = np.minimum((row[near] - ALIKE) / (SAME - ALIKE), 1)
            stands: dict[int, float] = {}
            for place, count in zip(self.places[near].tolist(), counts.tolist(), strict=True):
                stands.setdefault(place, count)
                if len(stands) == NEAREST:
                    break
            found.append(stands)
        return found

    def standing(self, vectors: Floats) -> list[dict[int, float]]:
        """As `standing_for`, of words by the ten thousand."""
        parts = [vectors[start : start + 256] for start in range(0, len(vectors), 256)]
        return [stands for part in parts for stands in self.standing_for(part)]


def catalogue_words(overviews: Sequence[str], keywords: Sequence[Sequence[str]]) -> list[str]:
    """The words that can stand for others, sorted."""
    films: Counter[str] = Counter()
    for overview, names in zip(overviews, keywords, strict=True):
        films.update(set(WORD.findall(" ".join([overview, *names]))))
    return sorted(
        word
        for word, times in films.items()
        if times >= TIMES_WRITTEN and word.islower() and word.isalpha() and _says(word)
    )


def query_words(text: str) -> list[str]:
    """The distinct words of a query that tell something, as they are written, in small letters."""
    words = dict.fromkeys(WORD.findall(text.lower()))
    return [word for word in words if _says(word)][:MOST_WORDS]


def words_scores(stands_for: Mapping[str, Mapping[int, float]], postings: Postings) -> Floats:
    """BM25 of every film for the words and those that stand for them, shape (films,).

    Of those that stand for one word only the best counts, so that synonyms are not added up. The
    sum is divided by the square root of the number of words: a long story is no better answered.
    """
    found = np.zeros(postings.count, np.float32)
    for word, standing in stands_for.items():
        stands = dict(standing)
        for stem in stems(word):
            place = postings.place(stem)
            if postings.tells_apart(place):
                stands[place] = 1.0
        best = np.zeros(postings.count, np.float32)
        for place, counts in stands.items():
            films, weights = postings.of(place)
            best[films] = np.maximum(best[films], weights * np.float32(counts))
        found += best
    long = np.float32(np.sqrt(max(len(stands_for), FEW_WORDS)))
    return np.asarray(found / long, np.float32)


def _says(word: str) -> bool:
    return len(word) >= SHORTEST and fold(word) not in PASSED_OVER


def _crowding(vectors: Floats) -> Floats:
    """Mean likeness of each word to its CROWD nearest ones, less the mean of that over all."""
    count = min(CROWD, len(vectors) - 1)
    found = np.zeros(len(vectors), np.float32)
    if count < 1:
        return found
    for start in range(0, len(vectors), 1024):
        alike = vectors[start : start + 1024] @ vectors.T
        # the nearest is the word itself
        nearest = np.partition(alike, -count - 1, axis=1)[:, -count - 1 :]
        found[start : start + 1024] = (nearest.sum(axis=1) - alike.max(axis=1)) / count
    return np.asarray(found - found.mean(), np.float32)
