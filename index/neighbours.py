"""The films nearest to each film, exactly, by the whole score."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from index.features import Features, Floats

ROWS_AT_ONCE = 128
"""Films compared with all others in one step: 128 × 45,000 scores are 23 MB."""

THREADS = 2


@dataclass(frozen=True)
class Neighbours:
    """For each film (row) the rows of its nearest films, best first, and their scores."""

    rows: NDArray[np.int32]
    scores: Floats


def nearest_films(
    features: Features, k: int, advance: Callable[[int], None] = lambda n: None
) -> Neighbours:
    """The `k` nearest films of every film, shape (films, k); fewer where there are fewer films.

    Highest score first, ties by row; a film is never its own neighbour. `advance` is told how
    many films were done. Cost grows with the square of the number of films.
    """
    films = len(features)
    k = max(min(k, films - 1), 0)
    rows = np.empty((films, k), dtype=np.int32)
    scores = np.empty((films, k), dtype=np.float32)
    if k == 0:
        return Neighbours(rows, scores)
    compare = _comparer(features)

    def fill(start: int) -> int:
        chunk = slice(start, min(start + ROWS_AT_ONCE, films))
        block = compare(chunk)
        block[np.arange(len(block)), np.arange(chunk.start, chunk.stop)] = -np.inf
        rows[chunk] = best = _top(block, k)
        scores[chunk] = np.take_along_axis(block, best, axis=1)
        return len(block)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in pool.map(fill, range(0, films, ROWS_AT_ONCE)):
            advance(done)
    return Neighbours(rows, scores)


def _comparer(features: Features) -> Callable[[slice], Floats]:
    """Scores of a chunk of films (as queries) with all films, shape (chunk, films)."""
    layout = features.layout
    dense = np.hstack(
        [features.dense[name] * np.float32(np.sqrt(layout.weight(name))) for name in features.dense]
    )
    names = sparse.hstack(
        [features.sparse[name] * np.sqrt(layout.weight(name)) for name in features.sparse],
        format="csr",
        dtype=np.float32,
    )
    names_across = names.T.tocsr()

    def compare(chunk: slice) -> Floats:
        shared = names[chunk] @ names_across
        scores = dense[chunk] @ dense.T
        for row in range(len(scores)):
            span = slice(shared.indptr[row], shared.indptr[row + 1])
            scores[row, shared.indices[span]] += shared.data[span]
        return np.asarray(scores, dtype=np.float32)

    return compare


def _top(scores: Floats, k: int) -> NDArray[np.int32]:
    """Columns of the `k` highest scores of each row, highest first, ties by column."""
    if k < scores.shape[1]:
        candidates = np.argpartition(scores, -k, axis=1)[:, -k:]
    else:
        candidates = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    candidates = np.sort(candidates, axis=1)
    found = np.take_along_axis(scores, candidates, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    return np.take_along_axis(candidates, order, axis=1).astype(np.int32)
