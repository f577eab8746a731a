"""What free text learns from a whole catalogue, and then holds for films to come.

The space that texts are compared in, the words that stand for others, and which words they stand
for. Like `index.basis` it is kept from one index version to the next.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.encoders.multilingual import MultilingualEncoder
from index.encoders.text_encoder import TextEncoder
from index.free_text_quantised import Floats, Quantised
from index.free_text_space import Affine, learn
from index.free_text_words import Dictionary, Lexicon
from index.postings import Postings, stems

NUMBERS_FILE, WORDS_FILE = "basis_text.npz", "basis_words.parquet"

LEXICON, DICTIONARY = "lexicon", "dictionary"
"""What a row of the words' file is: a word that may stand for others, or one that others do."""

Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class TextBasis:
    """The maps of stories and of subjects; the words that may stand for others; and for each word
    that was looked up, the stems that stand for it and how much each counts."""

    stories: Affine
    subjects: Affine
    words: list[str]
    lexicon: Lexicon
    stands: dict[str, list[tuple[str, float]]]

    @classmethod
    def learn(
        cls, vectors: tuple[Floats, Floats, Floats], words: list[str], postings: Postings
    ) -> "TextBasis":
        """From the `vectors` of overviews, of topics and of the catalogue's `words`."""
        overviews, topics, spelt = vectors
        stories, subjects = learn(overviews, topics)
        lexicon = Lexicon.build(words, spelt, postings)
        chosen = [words[row] for row in lexicon.rows]
        return cls(stories, subjects, chosen, lexicon, {})

    def knowing(self, words: Sequence[str], vectors: Floats, postings: Postings) -> "TextBasis":
        """With `words` looked up too: by their vectors, among the words of this basis."""
        lexicon = self.lexicon.over(self._places(postings), Dictionary.of([], []))
        names = postings.stems.tolist()
        told = {
            word: [(names[place], count) for place, count in stands.items()]
            for word, stands in zip(words, lexicon.standing(vectors), strict=True)
        }
        return replace(self, stands=self.stands | told)

    def lexicon_over(self, postings: Postings) -> Lexicon:
        """The lexicon for the texts of a catalogue, and what stands for every word looked up."""
        every = sorted({stem for stands in self.stands.values() for stem, _ in stands})
        place_of = dict(zip(every, postings.telling(every).tolist(), strict=True))
        words = list(self.stands)
        stands = [
            {place_of[stem]: count for stem, count in self.stands[word] if place_of[stem] >= 0}
            for word in words
        ]
        return self.lexicon.over(self._places(postings), Dictionary.of(words, stands))

    def _places(self, postings: Postings) -> NDArray[np.int64]:
        return postings.telling([stems(word)[0] for word in self.words])

    def save(self, folder: Path) -> None:
        """Write it into `folder`; the same basis gives the same bytes."""
        arrays: dict[str, NDArray[Any]] = {
            "word_basis": self.lexicon.basis,
            "words": self.lexicon.vectors.values,
            "word_scales": self.lexicon.vectors.scales,
            "crowding": self.lexicon.crowding,
        }
        for name, space in (("stories", self.stories), ("subjects", self.subjects)):
            arrays[f"{name}_matrix"], arrays[f"{name}_shift"] = space.matrix, space.shift
            arrays[f"{name}_learnt"] = np.array(space.learnt, np.int64)
        np.savez(folder / NUMBERS_FILE, allow_pickle=False, **arrays)
        pq.write_table(self._told(), folder / WORDS_FILE, compression="zstd")

    def _told(self) -> pa.Table:
        known = sorted(self.stands)
        stands = [self.stands[word] for word in known]
        return pa.table(
            {
                "kind": [LEXICON] * len(self.words) + [DICTIONARY] * len(known),
                "word": pa.array([*self.words, *known], pa.string()),
                "stems": pa.array(
                    [[]] * len(self.words) + [[stem for stem, _ in each] for each in stands],
                    pa.list_(pa.string()),
                ),
                "counts": pa.array(
                    [[]] * len(self.words) + [[count for _, count in each] for each in stands],
                    pa.list_(pa.float32()),
                ),
            }
        )

    @classmethod
    def load(cls, folder: Path) -> "TextBasis":
        """The one saved in `folder`; raises VersionError where it cannot be read."""
        try:
            with (folder / NUMBERS_FILE).open("rb") as file, np.load(file) as arrays:
                maps = [
                    Affine(
                        arrays[f"{name}_matrix"],
                        arrays[f"{name}_shift"],
                        int(arrays[f"{name}_learnt"]),
                    )
                    for name in ("stories", "subjects")
                ]
                vectors = Quantised(arrays["words"], arrays["word_scales"])
                lexicon = Lexicon.without_places(arrays["word_basis"], vectors, arrays["crowding"])
            rows = pq.ParquetFile(folder / WORDS_FILE).read().to_pylist()
            words = [row["word"] for row in rows if row["kind"] == LEXICON]
            stands = {
                row["word"]: list(zip(row["stems"], row["counts"], strict=True))
                for row in rows
                if row["kind"] == DICTIONARY
            }
            return cls(maps[0], maps[1], words, lexicon, stands)
        except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as exc:
            raise VersionError(f"{folder} lacks what free text goes by: {exc}") from exc


def words_to_know(encoder: TextEncoder, words: Sequence[str]) -> list[str]:
    """What a dictionary is worth having of: the catalogue's `words` and the encoder's own."""
    own = encoder.whole_words() if isinstance(encoder, MultilingualEncoder) else []
    return sorted({*words, *own})
