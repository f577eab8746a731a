"""Films for a description in anybody's words, in any language the encoder knows.

The score of a film is a weighted sum of blocks, so that each block's share is exact. What is
missing must not sink a film: one without an overview is taken to answer as its subjects do. Used
while serving: numpy alone, every file mapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.encoders.multilingual import CHARACTERS_READ
from index.encoders.text_encoder import TextEncoder, Vectors
from index.faiss_store import save_array
from index.free_text_quantised import Floats, Quantised
from index.free_text_space import Affine
from index.free_text_words import NEAREST, Dictionary, Lexicon, query_words, words_scores
from index.postings import Postings
from index.search_space import apportioned
from index.search_top import ordered

WEIGHTS = {"texto_multilingue": 0.8, "temas_multilingue": 0.8, "palabras": 1.13, "renombre": 0.92}
"""Of each block, fitted on 120 films as docs/decisions/0010-free-text.md says."""

UNDESCRIBED, UNDESCRIBED_TOPICS = 0.15, 0.23
"""What a film without an overview has for its likeness: so much, and so much of its topics'."""

WORDS_UNIT = 8.0
"""What words_scores gives a film that answers well; it brings that block to the scale of others."""

FILE = "free_text_{part}.npy"

Rows = NDArray[Any]


@dataclass(frozen=True)
class Found:
    """A film's row, its score, and each block's share of it (they add up to it)."""

    row: int
    score: float
    shares: dict[str, float]


def says_nothing(text: str) -> bool:
    """Whether no letter or digit is in the part of `text` that is read: only renown would speak."""
    return not any(character.isalnum() for character in text.strip()[:CHARACTERS_READ])


@dataclass(frozen=True)
class FreeText:
    """The films of an index version, as a description is compared with them.

    `space` turns a query into the space of the stored vectors. `overviews` has one row for each
    film in `described`, `topics` one for each list of topics (a third of the films share theirs
    with others): that of a film is `topic_of`.
    """

    encoder: TextEncoder
    space: Affine
    overviews: Quantised
    described: NDArray[np.int32]
    topics: Quantised
    topic_of: NDArray[np.int32]
    renown: Floats
    postings: Postings
    lexicon: Lexicon

    @classmethod
    def load(cls, folder: Path, encoder: TextEncoder) -> "FreeText":
        """Map the files in `folder`; VersionError where one is damaged or of another encoder."""
        try:
            # plain arrays, since numpy's class for mapped files is slow to slice
            parts = {
                part: np.asarray(np.load(_path(folder, part), mmap_mode="r")) for part in _PARTS
            }
            _check(parts, encoder, folder)
            postings = Postings.load(folder, len(parts["renown"]))
        except (OSError, EOFError, ValueError, TypeError, IndexError) as exc:
            raise VersionError(f"{folder} lacks a part of free text: {exc}") from exc
        places = [parts[part].max(initial=-1) for part in ("word_places", "dictionary_places")]
        if max(places) >= len(postings.stems):
            raise VersionError(f"{folder}: word_places of other words")
        return cls(
            encoder,
            Affine(parts["matrix"], parts["shift"], int(parts["learnt"])),
            Quantised(parts["overviews"], parts["overview_scales"]),
            parts["described"],
            Quantised(parts["topics"], parts["topic_scales"]),
            parts["topic_of"],
            parts["renown"],
            postings,
            Lexicon(
                parts["word_basis"],
                Quantised(parts["words"], parts["word_scales"]),
                parts["crowding"],
                parts["word_places"],
                Dictionary(
                    parts["dictionary"], parts["dictionary_places"], parts["dictionary_counts"]
                ),
            ),
        )

    def save(self, folder: Path) -> None:
        """Write every part into `folder`; OSError where the disk is full."""
        parts: dict[str, Rows] = {
            "matrix": self.space.matrix,
            "shift": self.space.shift,
            "learnt": np.array(self.space.learnt, np.int64),
            "overviews": self.overviews.values,
            "overview_scales": self.overviews.scales,
            "described": self.described,
            "topics": self.topics.values,
            "topic_scales": self.topics.scales,
            "topic_of": self.topic_of,
            "renown": self.renown,
            "word_basis": self.lexicon.basis,
            "words": self.lexicon.vectors.values,
            "word_scales": self.lexicon.vectors.scales,
            "crowding": self.lexicon.crowding,
            "word_places": self.lexicon.places,
            "dictionary": self.lexicon.dictionary.words,
            "dictionary_places": self.lexicon.dictionary.places,
            "dictionary_counts": self.lexicon.dictionary.counts,
        }
        for part, array in parts.items():
            save_array(_path(folder, part), array)
        self.postings.save(folder)

    def scores(self, text: str, rows: Rows | None = None) -> dict[str, Floats]:
        """Each block's share of the score, shape (rows,) or, without `rows`, (films,).

        `rows` are row numbers or one truth value a film; the answer is in their order. Of a text
        that says nothing, only renown has a share.
        """
        alike = self._alike(text.strip()[:CHARACTERS_READ].rstrip())
        chosen = slice(None) if rows is None else rows
        return {name: np.float32(WEIGHTS[name]) * alike[name][chosen] for name in WEIGHTS}

    def _alike(self, text: str) -> dict[str, Floats]:
        """Each block, unweighted, of every film."""
        if says_nothing(text):
            return dict.fromkeys(WEIGHTS, np.zeros_like(self.renown)) | {"renombre": self.renown}
        words = query_words(text)
        stands = self.lexicon.dictionary.find(words)
        unknown = [word for word in words if word not in stands]
        vectors = _encoded(self.encoder, [text, *unknown])
        if unknown:
            standing = self.lexicon.standing_for(vectors[1:])
            stands.update(zip(unknown, standing, strict=True))
        query = self.space.weighted(vectors[:1])[0]
        topics = self.topics.dot(query)[self.topic_of]
        overviews = UNDESCRIBED + np.float32(UNDESCRIBED_TOPICS) * topics
        overviews[self.described] = self.overviews.dot(query)
        said = words_scores(stands, self.postings)
        return {
            "texto_multilingue": overviews,
            "temas_multilingue": topics,
            "palabras": said / np.float32(WORDS_UNIT),
            "renombre": self.renown,
        }

    def top(self, text: str, k: int, rows: Rows | None = None) -> list[Found]:
        """The `k` best of the films, or of those in `rows`, best first; ties in row order."""
        shares = self.scores(text, rows)
        numbers = np.arange(len(self.renown))[slice(None) if rows is None else rows]
        by_row = np.argsort(numbers)
        numbers = numbers[by_row]
        raw = np.column_stack(list(shares.values()))[by_row].astype(np.float64)
        best, _ = ordered(numbers, raw.sum(axis=1), max(k, 0))
        chosen = raw[np.searchsorted(numbers, best)]
        scores, shown = apportioned(chosen)
        return [
            Found(row, score, dict(zip(shares, parts, strict=True)))
            for row, score, parts in zip(
                best.tolist(), scores.tolist(), shown.tolist(), strict=True
            )
        ]


_PARTS = (
    "matrix shift learnt overviews overview_scales described topics topic_scales topic_of renown "
    "word_basis words word_scales crowding word_places "
    "dictionary dictionary_places dictionary_counts"
).split()


def _encoded(encoder: TextEncoder, texts: list[str]) -> Vectors:
    """A query and its words, in one batch where the encoder can."""
    vectors: Vectors = getattr(encoder, "encode_together", encoder.encode)(texts)
    return vectors


def _check(parts: Mapping[str, Rows], encoder: TextEncoder, folder: Path) -> None:
    films, described, words = len(parts["renown"]), parts["described"], len(parts["words"])
    dim, word_dim = parts["matrix"].shape[1], parts["word_basis"].shape[1]
    if described.ndim != 1:
        raise VersionError(f"{folder}: described of the wrong shape")
    shapes = {
        "matrix": (encoder.dim, dim),
        "shift": (dim,),
        "learnt": (),
        "overviews": (len(described), dim),
        "overview_scales": (len(described),),
        "topics": (len(parts["topics"]), dim),
        "topic_scales": (len(parts["topics"]),),
        "topic_of": (films,),
        "word_basis": (encoder.dim, word_dim),
        "words": (words, word_dim),
        "word_scales": (words,),
        "crowding": (words,),
        "word_places": (words,),
        "dictionary_places": (len(parts["dictionary"]), NEAREST),
        "dictionary_counts": (len(parts["dictionary"]), NEAREST),
    }
    wrong = [part for part, shape in shapes.items() if parts[part].shape != shape]
    far = described.max(initial=-1) >= films
    if wrong or far or parts["topic_of"].max(initial=-1) >= len(parts["topics"]):
        raise VersionError(f"{folder}: {', '.join(wrong) or 'described'} of the wrong shape")


def _path(folder: Path, part: str) -> Path:
    return folder / FILE.format(part=part)
