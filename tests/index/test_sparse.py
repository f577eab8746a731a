import numpy as np
import pytest
from scipy import sparse

from index.sparse import by_rarity, plain

FILMS = [["drama"], ["drama", "noir"], [], ["drama", "space", "noir"], ["drama", "drama"]]


def names_of(size: int, films: int, seed: int) -> sparse.csr_matrix:
    """Films with ten random names each, out of `size`."""
    random = np.random.default_rng(seed)
    return by_rarity(
        plain([f"name {n}" for n in random.integers(0, size, 10)] for _ in range(films))
    )


def test_every_film_with_names_has_a_row_of_length_one() -> None:
    rows = by_rarity(plain(FILMS))
    lengths = np.linalg.norm(rows.toarray(), axis=1)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(lengths, [1, 1, 0, 1, 1], atol=1e-6)


def test_columns_are_the_names_in_alphabetical_order() -> None:
    rows = by_rarity(plain([["b", "a"], ["c"]])).toarray()
    assert (rows != 0).tolist() == [[True, True, False], [False, False, True]]


def test_a_rare_name_weighs_more_than_a_common_one() -> None:
    drama, noir, space = by_rarity(plain(FILMS)).toarray()[3]
    assert drama < noir < space


def test_sharing_a_rare_name_says_more_than_sharing_a_common_one() -> None:
    rows = by_rarity(plain([["rare", "common"], ["rare", "x"], ["common", "y"], ["common", "z"]]))
    alike = (rows @ rows.T).toarray()
    assert alike[0, 1] > alike[0, 2] > 0


def test_a_name_that_every_film_has_still_counts() -> None:
    rows = by_rarity(plain([["drama"], ["drama"]]))
    assert (rows @ rows.T).toarray() == pytest.approx(np.ones((2, 2)))


def test_a_film_without_names_is_like_no_film() -> None:
    rows = by_rarity(plain(FILMS))
    assert rows.indptr[2] == rows.indptr[3]
    assert not (rows @ rows.T).toarray()[2].any()


def test_names_weigh_within_their_film_as_they_are_given() -> None:
    rows = by_rarity([[("lead", 1.0), ("extra", 0.25)], [("lead", 1.0)], [("extra", 1.0)]])
    extra, lead = rows.toarray()[0]
    assert lead / extra == pytest.approx(4)


def test_a_name_given_twice_counts_once() -> None:
    assert plain([["drama", "noir", "drama"]]) == [[("drama", 1.0), ("noir", 1.0)]]


def test_the_order_of_names_does_not_matter() -> None:
    forth, back = by_rarity(plain(FILMS)), by_rarity(plain(film[::-1] for film in FILMS))
    np.testing.assert_array_equal(forth.toarray(), back.toarray())


@pytest.mark.parametrize("films", [[], [[]], [[], [], []]])
def test_no_film_and_no_name_at_all_are_no_fault(films: list[list[str]]) -> None:
    rows = by_rarity(plain(films))
    assert rows.shape == (len(films), 0)
