"""Encoders for catalogues too large to embed in a benchmark: random indexing, some 30,000 texts/s.

A text is the sum of its words' random vectors (Kanerva et al. 2000), rarer words weighing more by
their length; so texts that share words are alike, as with any encoder, and nothing has to be
learnt. What the real encoders take is measured apart and multiplied.
"""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

WORD = re.compile(r"\w+")


class WordSums:
    """A TextEncoder; see the module."""

    def __init__(self, name: str, dim: int) -> None:
        """Vectors of `dim` numbers."""
        self.name, self.dim = name, dim
        self._words: dict[str, np.ndarray] = {}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit rows, shape (texts, dim); a text without a word gets zeros."""
        found = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            words = [self._vector(word) for word in WORD.findall(text.lower())]
            if words:
                found[row] = np.sum(words, axis=0)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return found / np.where(lengths > 0, lengths, 1)

    def _vector(self, word: str) -> np.ndarray:
        known = self._words.get(word)
        if known is None:
            seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
            weight = min(len(word), 10) / 10
            known = np.random.default_rng(seed).standard_normal(self.dim).astype(np.float32)
            self._words[word] = known = known * np.float32(weight)
        return known
