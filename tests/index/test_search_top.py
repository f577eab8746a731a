"""The threshold algorithm finds what comparing everything finds."""

import numpy as np
import pytest

from index.faiss_store import FaissIndex
from index.search_top import FEW, NEAREST_AT_LEAST, highest
from index.store import ExactIndex, Floats, Rows, VectorIndex

FILMS, DIM = 3 * NEAREST_AT_LEAST, 8
RNG = np.random.default_rng(8)
VECTORS = RNG.normal(size=(FILMS, DIM)).astype(np.float16).astype(np.float32)
QUERY = VECTORS[17]
FREE = np.ones(FILMS, bool)

BESIDE = {
    "nothing": np.zeros(FILMS),
    "a little for all": RNG.random(FILMS),
    "much for a few": np.where(RNG.random(FILMS) < 0.01, 30 * RNG.random(FILMS), 0),
    "more than vectors for all": 1000 * RNG.random(FILMS),
    "against": -30 * RNG.random(FILMS),
}
MASKS = {
    "all": FREE,
    "half": RNG.random(FILMS) < 0.5,
    "the farthest": VECTORS @ QUERY < np.median(VECTORS @ QUERY),
    "few": np.arange(FILMS) % (FILMS // 30) == 0,
    "none": ~FREE,
}


@pytest.fixture(scope="module", params=[ExactIndex, FaissIndex.build], ids=["exact", "faiss"])
def index(request: pytest.FixtureRequest) -> VectorIndex:
    return request.param(np.arange(FILMS), VECTORS)


def by_brute_force(scores: np.ndarray, free: np.ndarray, k: int) -> list[int]:
    rows = np.flatnonzero(free)
    return rows[np.lexsort((rows, -scores[rows]))][:k].tolist()


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("k", [1, 10, 700, FILMS])
def test_the_highest_are_those_of_brute_force(
    index: VectorIndex, beside: str, mask: str, k: int
) -> None:
    added = BESIDE[beside].astype(np.float32)
    rows, scores = highest(index, QUERY, added, MASKS[mask], k)
    expected = VECTORS.astype(np.float64) @ QUERY + added
    best = by_brute_force(expected, MASKS[mask], k)
    assert len(rows) == len(best) and MASKS[mask][rows].all()
    np.testing.assert_allclose(expected[rows], expected[best], rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(scores, expected[rows], rtol=1e-5, atol=1e-4)


def test_without_a_query_what_is_beside_decides(index: VectorIndex) -> None:
    added = BESIDE["a little for all"].astype(np.float32)
    for query in (None, np.zeros(DIM, np.float32)):
        rows, scores = highest(index, query, added, FREE, 9)
        assert rows.tolist() == by_brute_force(added, FREE, 9)
        assert scores.tolist() == added[rows].tolist()


def test_of_equals_the_first_rows_are_taken() -> None:
    index = ExactIndex(np.arange(FILMS), np.tile(QUERY, (FILMS, 1)))
    rows, _ = highest(index, QUERY, np.zeros(FILMS, np.float32), FREE, 9)
    assert rows.tolist() == list(range(9))


def test_most_films_are_never_looked_at() -> None:
    class Counting(ExactIndex):
        looked_at = 0

        def products(self, query: Floats, rows: Rows | None = None) -> Floats:
            self.looked_at += 0 if rows is None else len(rows)
            return super().products(query, rows)

    index = Counting(np.arange(FILMS), VECTORS)
    highest(index, QUERY, BESIDE["much for a few"].astype(np.float32), FREE, 10)
    assert 0 < index.looked_at < FEW
