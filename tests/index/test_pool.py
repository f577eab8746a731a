import numpy as np
import pytest

from index.blocks import default_layout
from index.features import Features, build_features
from index.pool import FAME, FAME_BESIDE, SEEDS_AT_ONCE, Pool, gather
from tests.fakes import HashEncoder, film_facts, film_vectors

FILMS = 400
SEEDS = np.arange(3, 3 + 2 * SEEDS_AT_ONCE + 6)
"""More than two steps, the last one short."""


def some_films(films: int) -> Features:
    """Films that differ in everything, at random."""
    random = np.random.default_rng(5)

    def names(many: int, each: int) -> list[list[str]]:
        return [[f"n{n}" for n in row] for row in random.integers(0, many, (films, each))]

    facts = film_facts(
        films,
        titles=[" ".join(words) for words in names(40, 2)],
        years=random.integers(1930, 2017, films),
        votes=random.integers(0, 3000, films),
        mean_votes=random.uniform(3, 9, films),
        genres=names(8, 2),
        keywords=names(60, 3),
        cast=names(80, 4),
        directors=names(30, 1),
    )
    numbers = HashEncoder().encode([f"text {n}" for n in range(films)])
    return build_features(facts, film_vectors(films, descriptions=numbers), default_layout())


@pytest.fixture(scope="module")
def features() -> Features:
    return some_films(FILMS)


@pytest.fixture(scope="module")
def alike(features: Features) -> dict[str, np.ndarray]:
    """How alike every block finds every two films, one block at a time."""
    rows = {name: rows.toarray() for name, rows in features.sparse.items()} | features.dense
    return {name: rows[name] @ rows[name].T for name in rows}


@pytest.fixture(scope="module")
def pool(features: Features) -> Pool:
    return gather(features, SEEDS, 60)


def test_each_pool_holds_different_films_in_order_and_never_the_seed(pool: Pool) -> None:
    assert pool.rows.shape == (len(SEEDS), 60)
    assert (np.diff(pool.rows, axis=1) > 0).all()
    assert pool.rows.min() >= 0 and pool.rows.max() < FILMS
    assert not (pool.rows == SEEDS[:, None]).any()


def test_a_pool_says_how_alike_each_block_finds_the_two(
    pool: Pool, alike: dict[str, np.ndarray]
) -> None:
    expected = [alike[name][SEEDS[:, None], pool.rows] for name in pool.names]
    np.testing.assert_allclose(pool.alike, np.moveaxis(expected, 0, 2), atol=1e-5)


@pytest.mark.parametrize("share", FAME_BESIDE)
def test_a_pool_holds_the_first_two_of_every_block(
    pool: Pool, alike: dict[str, np.ndarray], share: float
) -> None:
    for name in set(pool.names) - {FAME}:
        scores = alike[name] + share * alike[FAME]
        np.fill_diagonal(scores, -np.inf)
        best = np.sort(scores[SEEDS], axis=1)[:, -2:]
        held = np.sort(np.take_along_axis(scores[SEEDS], pool.rows, axis=1), axis=1)[:, -2:]
        np.testing.assert_allclose(held, best, atol=1e-5, err_msg=name)


def test_a_pool_holds_the_first_two_of_all_blocks_together(
    pool: Pool, alike: dict[str, np.ndarray]
) -> None:
    scores = sum(alike.values())
    np.fill_diagonal(scores, -np.inf)
    best = np.argsort(-scores[SEEDS], axis=1)[:, :2]
    assert all(set(first) <= set(held) for first, held in zip(best, pool.rows, strict=True))


@pytest.mark.parametrize("size", [FILMS - 1, FILMS, 800])
def test_a_pool_as_large_as_the_catalogue_holds_all_other_films(
    features: Features, size: int
) -> None:
    rows = gather(features, SEEDS, size).rows
    assert rows[0].tolist() == [row for row in range(FILMS) if row != SEEDS[0]]
    assert rows.shape == (len(SEEDS), FILMS - 1)


@pytest.mark.parametrize("size", [1, 5])
def test_a_small_pool_holds_as_many_as_asked_for(features: Features, size: int) -> None:
    small = gather(features, SEEDS[:3], size)
    assert small.rows.shape == (3, size)
    assert not (small.rows == SEEDS[:3, None]).any()


@pytest.mark.parametrize(("films", "others"), [(1, []), (2, [1])])
def test_one_film_has_an_empty_pool_and_two_have_each_other(films: int, others: list[int]) -> None:
    assert gather(some_films(films), np.array([0])).rows.tolist() == [others]


def test_nothing_asked_gives_no_pools(features: Features) -> None:
    assert gather(features, np.array([], np.int64), 60).rows.shape == (0, 60)


def test_the_pool_of_some_seeds_is_that_which_they_had(features: Features, pool: Pool) -> None:
    some = SEEDS[[2, 40, 69]]
    part, alone = pool.of(some), gather(features, some, 60)
    np.testing.assert_array_equal(part.seeds, some)
    np.testing.assert_array_equal(part.rows, alone.rows)
    np.testing.assert_allclose(part.alike, alone.alike, atol=1e-6)


def test_replacing_a_block_changes_that_block_alone_and_not_the_pool_itself(pool: Pool) -> None:
    before = pool.alike.copy()
    vectors = HashEncoder(dim=7).encode([f"other {n}" for n in range(FILMS)])
    other = pool.replacing("direccion", vectors)
    place = pool.names.index("direccion")
    expected = (vectors @ vectors.T)[SEEDS[:, None], pool.rows]
    np.testing.assert_allclose(other.alike[:, :, place], expected, atol=1e-6)
    kept = [n for n in range(len(pool.names)) if n != place]
    np.testing.assert_array_equal(other.alike[:, :, kept], before[:, :, kept])
    np.testing.assert_array_equal(pool.alike, before)
    np.testing.assert_array_equal(other.rows, pool.rows)
