"""Vectors of one byte a number, whose inner products are nearly those of the floats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK_ROWS = 2048
"""Rows turned from bytes to floats at a time: 2 MB, which stays in the processor's cache."""

Floats = NDArray[np.float32]


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

    def dot(self, queries: Floats) -> Floats:
        """Inner products with one query, shape (rows,), or with many, shape (queries, rows)."""
        found = np.empty((*queries.shape[:-1], len(self.values)), np.float32)
        # one block's floats, over and over: new memory for each would cost more than the sums
        floats = np.empty((min(BLOCK_ROWS, len(self.values)), self.values.shape[1]), np.float32)
        for start in range(0, len(self.values), BLOCK_ROWS):
            bytes_ = self.values[start : start + BLOCK_ROWS]
            block = floats[: len(bytes_)]
            np.copyto(block, bytes_)
            found[..., start : start + len(bytes_)] = queries @ block.T
        return found * self.scales
