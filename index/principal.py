"""Vectors in fewer numbers: principal components, so that inner products are nearly kept."""

import numpy as np

from index.store import Floats


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


def reduced(vectors: Floats, dim: int) -> Floats:
    """Unit rows in `dim` numbers, shape (rows, dim); rows of zeros stay zero.

    Vectors shorter than that are filled up with zeros.
    """
    short = vectors @ principal([vectors], dim) if vectors.shape[1] > dim else vectors
    whole = np.zeros((len(vectors), dim), dtype=np.float32)
    lengths = np.linalg.norm(short, axis=1, keepdims=True)
    whole[:, : short.shape[1]] = short / np.where(lengths > 0, lengths, 1)
    return whole
