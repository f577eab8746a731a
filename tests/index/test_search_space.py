import numpy as np
import pytest

from index.blocks import default_layout
from index.facts import FilmFacts
from index.faiss_store import FaissIndex
from index.features import build_features
from index.search_space import Space
from index.store import ExactIndex
from tests.fakes import HashEncoder, film_facts, film_vectors, space_of

LAYOUT = default_layout()


@pytest.fixture(scope="module", params=[ExactIndex, FaissIndex.build], ids=["exact", "faiss"])
def space(request: pytest.FixtureRequest, facts: FilmFacts) -> Space:
    films = len(facts.titles)
    encoded = HashEncoder().encode([str(row) for row in range(films)])
    vectors = film_vectors(films, descriptions=encoded, overviews=encoded[::-1])
    return space_of(facts, build_features(facts, vectors, LAYOUT), request.param)


@pytest.mark.parametrize(
    ("rows", "others"),
    [
        (range(290), range(290)),
        ([7], range(0, 290, 3)),
        ([289, 3, 3], [40, 40, 2, 3]),
        ([5], []),
        ([], [5, 6]),
    ],
    ids=["all", "one", "twice", "none to compare with", "none"],
)
@pytest.mark.parametrize("weights", ["alone", "drawn", "one block"])
def test_likeness_is_that_of_all_blocks_by_their_weights(
    space: Space, rows: list[int], others: list[int], weights: str
) -> None:
    blocks = len(LAYOUT.blocks)
    of_blocks = {
        "alone": LAYOUT.weight_rows(np.zeros(1))[0],
        "drawn": np.random.default_rng(0).normal(size=blocks),
        "one block": np.eye(blocks)[[block.name for block in LAYOUT.blocks].index("reparto")],
    }[weights]
    these, those = np.array(rows, np.int64), np.array(others, np.int64)
    found = space.likeness(these, those, of_blocks)
    assert found.shape == (len(these), len(those))
    np.testing.assert_allclose(found, space.alike(these, those) @ of_blocks, atol=2e-5)


def test_films_without_names_are_alike_by_the_rest() -> None:
    facts = film_facts(3, years=[1990, 1991, 2010])
    bare = space_of(facts, build_features(facts, film_vectors(3), LAYOUT))
    rows = np.arange(3)
    weights = LAYOUT.weight_rows(np.zeros(1))[0]
    found = bare.likeness(rows, rows, weights)
    np.testing.assert_allclose(found, bare.alike(rows, rows) @ weights, atol=1e-6)
    assert found[0, 1] > found[0, 2] >= 0
