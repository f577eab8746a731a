"""The space in which a description, an overview and a list of subjects are compared.

Half of its numbers are principal components of the encoder's vectors. The other half is learnt
from the catalogue itself, by canonical correlation (Hotelling, 1936) of its overviews with its
subjects: what one says of a film, in the directions where the other says it too. So a story can
be compared with the keywords of a film that nobody wrote an overview for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoders.text_encoder import unit
from index.principal import principal

COMPONENTS, LEARNT = 128, 128
"""Numbers of each half. With 64 components, two to four of 240 tuning queries were lost."""

LEARNT_WEIGHT = 1.4
"""Of the learnt half beside the components, in the query."""

RIDGE = 0.3
"""Added to every variance, as a share of their mean: rare directions are mostly chance."""

FEWEST = 2000
"""Pairs below which nothing is learnt: with fewer, the correlations found are mostly chance."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Affine:
    """x -> x @ matrix - shift, whose last LEARNT numbers, if any, are scaled to length 1."""

    matrix: Floats
    shift: Floats
    learnt: int

    def __call__(self, vectors: Floats) -> Floats:
        """Shape (rows, dim); a row of zeros stays zero."""
        found: Floats = vectors @ self.matrix - self.shift
        if self.learnt:
            found[:, -self.learnt :] = unit(found[:, -self.learnt :])
        found[~vectors.any(axis=1)] = 0
        return found

    def weighted(self, vectors: Floats) -> Floats:
        """The same as a query: the two halves weighed, so that inner products are at most 1."""
        found = self(vectors)
        if self.learnt:
            found[:, -self.learnt :] *= np.float32(LEARNT_WEIGHT)
            found /= np.float32(1 + LEARNT_WEIGHT)
        return found


def learn(overviews: Floats, topics: Floats) -> tuple[Affine, Affine]:
    """The maps of stories and of subjects, from row by row the vectors of the same films."""
    both = overviews.any(axis=1) & topics.any(axis=1)
    basis = principal([overviews, topics], COMPONENTS)
    if both.sum() < FEWEST:
        alone = Affine(basis, np.zeros(basis.shape[1], np.float32), 0)
        return alone, alone
    stories, subjects = _whitened(overviews[both]), _whitened(topics[both])
    cross = stories(overviews[both]).T @ subjects(topics[both]) / np.float32(both.sum())
    left, shared, right = np.linalg.svd(cross.astype(np.float64))
    weights = np.sqrt(shared[:LEARNT])
    return (
        _beside(basis, stories, left[:, :LEARNT] * weights),
        _beside(basis, subjects, right[:LEARNT].T * weights),
    )


def _whitened(vectors: Floats) -> Affine:
    """To mean zero and, but for the ridge, the same variance in every direction."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    centred = vectors - mean
    variances, directions = np.linalg.eigh(centred.T @ centred / len(vectors))
    matrix = directions / np.sqrt(np.maximum(variances, 0) + RIDGE * variances.mean())
    return Affine(matrix.astype(np.float32), (mean @ matrix).astype(np.float32), 0)


def _beside(basis: Floats, white: Affine, turn: NDArray[np.float64]) -> Affine:
    """The components and, beside them, the whitened vectors turned."""
    matrix = np.hstack([basis, white.matrix @ turn]).astype(np.float32)
    shift = np.concatenate([np.zeros(basis.shape[1]), white.shift @ turn]).astype(np.float32)
    return Affine(matrix, shift, turn.shape[1])
