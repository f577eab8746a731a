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
from contracts.fold import fold
from index.faiss_store import save_array
from index.text import WORD

STEM = 6
SATURATION, LENGTH_SHARE = 1.2, 0.75

COMMON, FEW_FILMS = 0.135, 10
"""A word in more than this share of the films, and more than so many, tells none from another."""

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
        # read apart: a maximum over the mapped file would keep all of it in memory
        if not whole or np.load(folder / FILE.format(part="films")).max(initial=0) >= films:
            raise VersionError(f"{folder} holds words that do not fit its films; build it anew")
        return cls(words, starts, rows, weights, films)

    def save(self, folder: Path) -> None:
        """Write the parts into `folder`."""
        for part in _PARTS:
            save_array(folder / FILE.format(part=part), getattr(self, part))

    def place(self, stem: str) -> int:
        """Where a stem stands; -1 for one that no film says."""
        place = int(np.searchsorted(self.stems, stem))
        return place if place < len(self.stems) and self.stems[place] == stem else -1

    def films_with(self, place: int) -> int:
        """How many films say the stem at `place`; 0 at -1."""
        return int(self.starts[place + 1] - self.starts[place]) if place >= 0 else 0

    def tells_apart(self, place: int) -> bool:
        """Whether the stem at `place` stands in the catalogue, and not in too many films."""
        return 0 < self.films_with(place) <= max(COMMON * self.count, FEW_FILMS)

    def telling(self, stems: Sequence[str]) -> NDArray[np.int64]:
        """Where each of `stems` stands; -1 for one that does not tell films apart."""
        if not len(stems) or not len(self.stems):
            return np.full(len(stems), -1)
        asked = np.array(stems, f"U{STEM}")
        places = np.minimum(np.searchsorted(self.stems, asked), len(self.stems) - 1)
        films = np.diff(self.starts)[places]
        known = (self.stems[places] == asked) & (films <= max(COMMON * self.count, FEW_FILMS))
        return np.where(known, places, -1)

    def of(self, place: int) -> tuple[NDArray[np.int32], Floats]:
        """The films that say the stem at `place`, each once, and its BM25 in each."""
        span = slice(int(self.starts[place]), int(self.starts[place + 1]))
        return self.films[span], self.weights[span].astype(np.float32)


_PARTS = ("stems", "starts", "films", "weights")


def stems(text: str) -> list[str]:
    """The words of a text, folded, without a final s, and cut."""
    return [_stem(word) for word in WORD.findall(fold(text))]


def _stem(word: str) -> str:
    single = word[:-1] if len(word) > 3 and word.endswith("s") else word
    return single[:STEM]


def _load(folder: Path, part: str) -> NDArray[Any]:
    # a plain array, since numpy's class for mapped files is slow to slice
    return np.asarray(np.load(folder / FILE.format(part=part), mmap_mode="r"))
