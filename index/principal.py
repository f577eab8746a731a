"""Vectors in fewer numbers: principal components, so that inner products are nearly kept."""

import numpy as np

from index.store import Floats

AT_ONCE = 8192
"""Rows held in double precision at a time."""


def principal(tables: list[Floats], dim: int) -> Floats:
    """Directions of the most variance about zero, shape (columns, at most `dim`).

    About zero and not about the mean, so that inner products are kept as well as can be.
    """
    columns = tables[0].shape[1]
    spread = np.zeros((columns, columns))
    for table in tables:
        spread += table.T.astype(np.float64) @ table.astype(np.float64)
    directions = np.linalg.eigh(spread).eigenvectors
    return np.ascontiguousarray(directions[:, ::-1][:, :dim], np.float32)


def reduced(vectors: Floats, dim: int, directions: Floats | None = None) -> Floats:
    """Unit rows in `dim` numbers, shape (rows, dim); rows of zeros stay zero.

    Along `directions`, shape (columns, at most `dim`), or the principal ones of these rows.
    Vectors shorter than that are filled up with zeros. In double precision, so that a row does
    not depend, once it is rounded, on those that it is reduced with.
    """
    if directions is None:
        directions = shortening(vectors, dim)
    whole = np.zeros((len(vectors), dim), dtype=np.float32)
    exact = directions.astype(np.float64)
    for start in range(0, len(vectors), AT_ONCE):
        part = vectors[start : start + AT_ONCE].astype(np.float64) @ exact
        lengths = np.linalg.norm(part, axis=1, keepdims=True)
        whole[start : start + AT_ONCE, : part.shape[1]] = part / np.where(lengths > 0, lengths, 1)
    return whole


def shortening(vectors: Floats, dim: int) -> Floats:
    """What `reduced` goes by: the principal directions, or all where there are no more of them."""
    if vectors.shape[1] > dim:
        return principal([vectors], dim)
    return np.eye(vectors.shape[1], dtype=np.float32)
