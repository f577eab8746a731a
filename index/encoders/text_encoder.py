"""What turns texts into vectors: the seam, free of any library behind it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class TextEncoder(Protocol):
    """Texts to unit vectors; the vector of a text depends on that text alone.

    It can be pickled: one that holds a model travels as what it is made of, and so to where the
    same files lie at the same place.
    """

    @property
    def name(self) -> str:
        """Model, precision and hash of the weights: same name, same vectors."""

    @property
    def dim(self) -> int:
        """Length of each vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors, shape (texts, dim), in the order of the texts.

        A text gets the same bytes whichever texts travel with it.
        """


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1."""
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    scaled: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return scaled
