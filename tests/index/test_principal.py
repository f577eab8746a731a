import numpy as np
import pytest

from index.principal import principal, reduced
from index.store import Floats


def flat(rows: int = 200, columns: int = 40, dims: int = 6) -> Floats:
    """Unit rows of many numbers that lie in few dimensions, and off the origin."""
    random = np.random.default_rng(3)
    within = random.normal(size=(rows, dims)) + 1.5
    vectors = within @ np.linalg.qr(random.normal(size=(columns, dims)))[0].T
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_inner_products_are_kept_where_the_data_have_few_dimensions() -> None:
    vectors = flat()
    short = reduced(vectors, 6)
    assert short.shape == (200, 6) and short.dtype == np.float32
    np.testing.assert_allclose(short @ short.T, vectors @ vectors.T, atol=1e-5)


def test_inner_products_are_nearly_kept_under_a_little_noise() -> None:
    noise = np.random.default_rng(4).normal(size=(200, 40)) * 0.01
    vectors = flat() + noise.astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    short = reduced(vectors, 6)
    np.testing.assert_allclose(short @ short.T, vectors @ vectors.T, atol=0.05)


@pytest.mark.parametrize("dim", [2, 6, 40, 50])
def test_rows_have_length_one_and_those_of_zeros_stay_zero(dim: int) -> None:
    vectors = flat() * 3
    vectors[[0, 7]] = 0
    lengths = np.linalg.norm(reduced(vectors, dim), axis=1)
    assert lengths[[0, 7]].tolist() == [0, 0]
    np.testing.assert_allclose(np.delete(lengths, [0, 7]), 1, atol=1e-5)


def test_short_vectors_are_filled_up_with_zeros() -> None:
    vectors = flat(columns=8)
    whole = reduced(vectors, 20)
    np.testing.assert_allclose(whole[:, :8], vectors, atol=1e-6)
    assert whole.shape == (200, 20) and not whole[:, 8:].any()


def test_no_rows_give_no_rows() -> None:
    assert reduced(np.zeros((0, 40), np.float32), 6).shape == (0, 6)


def test_two_runs_give_the_same_bytes() -> None:
    assert reduced(flat(), 4).tobytes() == reduced(flat(), 4).tobytes()


def test_directions_are_orthonormal_and_the_strongest_comes_first() -> None:
    vectors = np.diag([1.0, 5.0, 3.0, 2.0]).astype(np.float32)
    directions = principal([vectors], 3)
    np.testing.assert_allclose(np.abs(directions), np.eye(4)[:, [1, 2, 3]], atol=1e-6)


def test_directions_are_about_zero_and_not_about_the_mean() -> None:
    away = np.array([[10, 1], [10, -1], [10, 1], [10, -1]], np.float32)
    np.testing.assert_allclose(np.abs(principal([away], 1)[:, 0]), [1, 0], atol=1e-6)


def test_directions_of_several_tables_are_those_of_all_their_rows() -> None:
    vectors = flat()
    apart = np.abs(principal([vectors[:50], vectors[50:]], 4))
    np.testing.assert_allclose(apart, np.abs(principal([vectors], 4)), atol=1e-5)
