"""The films nearest to each film, exactly, by the whole score."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from index.features import Features
from index.ratings import Ints
from index.store import Floats

ROWS_AT_ONCE = 128
"""Films compared with all others in one step: 128 × 45,000 scores are 23 MB."""

THREADS = 2

ROUNDED = 6
"""Decimals that tell scores apart."""


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
    compare = comparer(features)

    def fill(start: int) -> int:
        chunk = slice(start, min(start + ROWS_AT_ONCE, films))
        block = compare(chunk)
        block[np.arange(len(block)), np.arange(chunk.start, chunk.stop)] = -np.inf
        rows[chunk] = best = highest(block, k)
        scores[chunk] = np.round(np.take_along_axis(block, best, axis=1), ROUNDED)
        return len(block)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in pool.map(fill, range(0, films, ROWS_AT_ONCE)):
            advance(done)
    return Neighbours(rows, scores)


def comparer(features: Features) -> Callable[[slice | Ints], Floats]:
    """What gives the scores of a chunk of films (as queries) with all, shape (chunk, films)."""
    dense = np.hstack(list(features.dense.values()))
    weights = features.layout.weight_rows(features.evidence).astype(np.float32)
    places = {block.name: place for place, block in enumerate(features.layout.blocks)}
    columns = np.concatenate(
        [np.full(features.dense[name].shape[1], places[name]) for name in features.dense]
    )
    names_across = sparse.hstack(list(features.sparse.values()), format="csr").T.tocsr()

    def compare(chunk: slice | Ints) -> Floats:
        own = weights[chunk]
        names = sparse.hstack(
            [
                sparse.diags(own[:, places[name]]) @ rows[chunk]
                for name, rows in features.sparse.items()
            ],
            format="csr",
        )
        shared = names @ names_across
        scores = (dense[chunk] * own[:, columns]) @ dense.T
        for row in range(len(scores)):
            span = slice(shared.indptr[row], shared.indptr[row + 1])
            scores[row, shared.indices[span]] += shared.data[span]
        return np.asarray(scores, dtype=np.float32)

    return compare


def highest(scores: Floats, k: int) -> NDArray[np.int64]:
    """Columns of the `k` highest scores of each row, highest first, ties by column.

    Scores tie when they are equal to the sixth decimal: equal films may differ in the last bit by
    where they lie in the matrix.
    """
    best = np.empty((len(scores), k), dtype=np.int64)
    edges = np.partition(scores, -k, axis=1)[:, -k]
    for row, edge in enumerate(edges):
        near = np.flatnonzero(scores[row] >= edge - 10.0**-ROUNDED)
        rounded = np.round(scores[row, near], ROUNDED)
        best[row] = near[np.argsort(-rounded, kind="stable")[:k]]
    return best
