"""Which films say a word of the query: BM25 over an inverted index that is mapped, not read.

Okapi BM25 (Robertson and Zaragoza, 2009) with its usual constants. Words are cut to six letters,
which stands in for a stemmer in any language of our alphabet: 'captured' finds 'capturing'.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.names.fold import fold
from index.text import WORD

STEM = 6
SATURATION, LENGTH_SHARE = 1.2, 0.75
FILE = "free_text_words_{part}.npy"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Postings:
    """Stems in order; those at `i` stand in `films[starts[i]:starts[i + 1]]`, with `weights`."""

    stems: NDArray[np.str_]
    starts: NDArray[np.int64]
    films: NDArray[np.int32]
    weights: NDArray[np.float16]
    count: int

    @classmethod
    def build(cls, texts: Sequence[str]) -> "Postings":
        """From the text of each film, in row order."""
        counts = [Counter(stems(text)) for text in texts]
        places = {stem: place for place, stem in enumerate(sorted(set().union(*counts)))}
        film = np.repeat(np.arange(len(texts), dtype=np.int32), [len(c) for c in counts])
        word = np.array([places[stem] for c in counts for stem in c], np.int64)
        said = np.array([times for c in counts for times in c.values()], np.float64)
        films_with = np.bincount(word, minlength=len(places))
        rarity = np.log1p((len(texts) - films_with + 0.5) / (films_with + 0.5))
        length = np.bincount(film, said, minlength=len(texts))
        room = 1 - LENGTH_SHARE + LENGTH_SHARE * length / max(float(length.mean()), 1.0)
        weight = said * (SATURATION + 1) / (said + SATURATION * room[film]) * rarity[word]
        order = np.argsort(word, kind="stable")
        return cls(
            np.array(list(places), f"U{STEM}"),
            np.concatenate(([0], np.cumsum(films_with))),
            film[order],
            weight[order].astype(np.float16),
            len(texts),
        )

    @classmethod
    def load(cls, folder: Path, films: int) -> "Postings":
        """Mapped from `folder`; VersionError where the parts do not fit together."""
        words, starts, rows, weights = (_load(folder, part) for part in _PARTS)
        whole = len(starts) == len(words) + 1 and starts[-1] == len(rows) == len(weights)
        if not whole or (len(rows) and int(rows.max()) >= films):
            raise VersionError(f"{folder} holds words that do not fit its films; build it anew")
        return cls(words, starts, rows, weights, films)

    def save(self, folder: Path) -> None:
        """Write the parts into `folder`."""
        for part in _PARTS:
            np.save(folder / FILE.format(part=part), getattr(self, part))

    def scores(self, text: str) -> Floats:
        """BM25 of every film for the distinct words of `text`, shape (films,); 0 for no match."""
        found = np.zeros(self.count, np.float32)
        for stem in sorted(set(stems(text))):
            place = int(np.searchsorted(self.stems, stem))
            if place < len(self.stems) and self.stems[place] == stem:
                span = slice(int(self.starts[place]), int(self.starts[place + 1]))
                # a film stands once under each word, so that plain indexing adds
                found[self.films[span]] += self.weights[span]
        return found


_PARTS = ("stems", "starts", "films", "weights")


def stems(text: str) -> list[str]:
    """The words of a text, folded and cut; short ones lose a final s."""
    return [_stem(word) for word in WORD.findall(fold(text))]


def _stem(word: str) -> str:
    if len(word) >= STEM:
        return word[:STEM]
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _load(folder: Path, part: str) -> NDArray[Any]:
    array: NDArray[Any] = np.load(folder / FILE.format(part=part), mmap_mode="r")
    return array
