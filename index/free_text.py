"""Films for a description in anybody's words, in any language the encoder knows.

The score of a film is a weighted sum of blocks, so that each block's share is exact. A film
without an overview is compared by its subjects twice: what is missing must not sink it. Used
while serving: numpy alone, every file mapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.encoders.text_encoder import TextEncoder
from index.postings import Postings

WEIGHTS = {"texto_multilingue": 1.0, "temas_multilingue": 1.4, "palabras": 0.55, "renombre": 0.7}
"""Of each block, tuned on the 60 films of tests/index/free_text_queries.json."""

BM25_UNIT = 30.0
"""The BM25 of a query that a film answers well; it brings that block to the scale of the rest."""

DECIMALS = 4
"""Shares are rounded before they are added up, so that what is shown adds up."""

QUERY_CHARACTERS = 1000
"""What follows is not read, as in the encoder."""

BLOCK_ROWS = 2048
"""Rows turned from bytes to floats at a time: 2 MB, which stays in the processor's cache."""

FILE = "free_text_{part}.npy"

Floats = NDArray[np.float32]
Rows = NDArray[Any]


@dataclass(frozen=True)
class Quantised:
    """Vectors of one signed byte a number, shape (rows, dim), and the scale of each row."""

    values: NDArray[np.int8]
    scales: Floats

    @classmethod
    def of(cls, vectors: Floats) -> "Quantised":
        """The nearest that bytes can hold; a row of zeros stays zero."""
        scales = (np.abs(vectors).max(axis=1, initial=0) / 127).astype(np.float32)
        steps = vectors / np.maximum(scales, np.float32(1e-12))[:, None]
        return cls(np.rint(steps).astype(np.int8), scales)

    def dot(self, query: Floats) -> Floats:
        """Inner product of each row with `query`, shape (rows,)."""
        found = np.empty(len(self.values), np.float32)
        for start in range(0, len(found), BLOCK_ROWS):
            block = slice(start, start + BLOCK_ROWS)
            found[block] = self.values[block].astype(np.float32) @ query
        return found * self.scales


@dataclass(frozen=True)
class Found:
    """A film's row, its score, and each block's share of it (they add up to it)."""

    row: int
    score: float
    shares: dict[str, float]


@dataclass(frozen=True)
class FreeText:
    """The films of an index version, as a description is compared with them.

    `basis`, shape (encoder dim, dim), turns a query into the space of the stored vectors.
    `overviews` has one row for each film in `described`; `topics` and `renown` one for each film.
    """

    encoder: TextEncoder
    basis: Floats
    overviews: Quantised
    described: NDArray[np.int32]
    topics: Quantised
    renown: Floats
    postings: Postings

    @classmethod
    def load(cls, folder: Path, encoder: TextEncoder) -> "FreeText":
        """Map the files in `folder`; VersionError where one is damaged or of another encoder."""
        try:
            parts = {part: np.load(_path(folder, part), mmap_mode="r") for part in _PARTS}
            _check(parts, encoder, folder)
            postings = Postings.load(folder, len(parts["renown"]))
        except (OSError, EOFError, ValueError, TypeError, IndexError) as exc:
            raise VersionError(f"{folder} lacks a part of free text: {exc}") from exc
        return cls(
            encoder,
            parts["basis"],
            Quantised(parts["overviews"], parts["overview_scales"]),
            parts["described"],
            Quantised(parts["topics"], parts["topic_scales"]),
            parts["renown"],
            postings,
        )

    def save(self, folder: Path) -> None:
        """Write every part into `folder`."""
        parts: dict[str, Rows] = {
            "basis": self.basis,
            "overviews": self.overviews.values,
            "overview_scales": self.overviews.scales,
            "described": self.described,
            "topics": self.topics.values,
            "topic_scales": self.topics.scales,
            "renown": self.renown,
        }
        for part, array in parts.items():
            np.save(_path(folder, part), array)
        self.postings.save(folder)

    def scores(self, text: str, rows: Rows | None = None) -> dict[str, Floats]:
        """Each block's share of the score, shape (rows,) or, without `rows`, (films,).

        `rows` are row numbers or one truth value a film; the answer is in their order.
        """
        text = text[:QUERY_CHARACTERS]
        query = self.encoder.encode([text])[0] @ self.basis
        topics = self.topics.dot(query)
        overviews = topics.copy()
        overviews[self.described] = self.overviews.dot(query)
        alike = {
            "texto_multilingue": overviews,
            "temas_multilingue": topics,
            "palabras": self.postings.scores(text) / np.float32(BM25_UNIT),
            "renombre": self.renown,
        }
        chosen = slice(None) if rows is None else rows
        return {name: np.float32(WEIGHTS[name]) * alike[name][chosen] for name in WEIGHTS}

    def top(self, text: str, k: int, rows: Rows | None = None) -> list[Found]:
        """The `k` best of the films, or of those in `rows`, best first; ties in row order."""
        shares = self.scores(text, rows)
        numbers = np.arange(len(self.renown))[slice(None) if rows is None else rows]
        rounded = {
            name: np.round(values.astype(np.float64), DECIMALS) for name, values in shares.items()
        }
        whole = sum(rounded.values(), np.zeros(len(numbers)))
        total = np.asarray(np.round(whole, DECIMALS), np.float64)
        return [
            Found(
                int(numbers[place]),
                float(total[place]),
                {name: float(values[place]) for name, values in rounded.items()},
            )
            for place in _best(total, numbers, max(k, 0))
        ]


_PARTS = "basis overviews overview_scales described topics topic_scales renown".split()


def _best(total: NDArray[np.float64], numbers: Rows, k: int) -> Rows:
    """Places of the `k` highest, best first, ties by number."""
    if k < len(total):
        # all that equal the k-th stay in, so that ties are cut by number and not by chance
        worst = np.partition(total, len(total) - k)[len(total) - k] if k else np.inf
        places = np.flatnonzero(total >= worst)
    else:
        places = np.arange(len(total))
    return places[np.lexsort((numbers[places], -total[places]))][:k]


def _check(parts: Mapping[str, Rows], encoder: TextEncoder, folder: Path) -> None:
    films, described = len(parts["renown"]), parts["described"]
    dim = parts["basis"].shape[1]
    if described.ndim != 1:
        raise VersionError(f"{folder}: described of the wrong shape")
    shapes = {
        "basis": (encoder.dim, dim),
        "overviews": (len(described), dim),
        "overview_scales": (len(described),),
        "topics": (films, dim),
        "topic_scales": (films,),
    }
    wrong = [part for part, shape in shapes.items() if parts[part].shape != shape]
    if wrong or (len(described) and int(described.max()) >= films):
        raise VersionError(f"{folder}: {', '.join(wrong) or 'described'} of the wrong shape")


def _path(folder: Path, part: str) -> Path:
    return folder / FILE.format(part=part)
