import numpy as np
import pytest
from scipy import sparse

from index.association import (
    DIM,
    DOUBT,
    PARTNERS,
    SHRINKAGE,
    association,
    association_vectors,
    evidence,
    graded_likes,
)
from index.ratings import Ratings

FANS_OF_EACH = 12


def two_crowds(films: int = 8) -> Ratings:
    """Half of the users love the even films, the other half the odd ones; all see film 0 and 1."""
    entries = [
        (user, film, 5.0 if film % 2 == user % 2 else 1.0)
        for user in range(2 * FANS_OF_EACH)
        for film in range(films)
    ]
    users, rows, ratings = zip(*entries, strict=True)
    return Ratings(np.array(users), np.array(rows), np.array(ratings, np.float32))


def test_liking_is_graded_from_one_to_five() -> None:
    ratings = np.array([0.5, 1, 2, 3, 4.5, 5], np.float32)
    np.testing.assert_allclose(graded_likes(ratings), [0, 0, 0.25, 0.5, 0.875, 1])


def test_the_association_is_what_the_formula_says() -> None:
    likes = sparse.csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1.0]]))
    excess, shrunk = 2 - 2 * 2 / 4, 2 / (2 + SHRINKAGE)
    expected = np.zeros((3, 3))
    expected[0, 1] = expected[1, 0] = excess / 2 * shrunk
    np.testing.assert_allclose(association(likes).toarray(), expected)


def test_a_pair_is_left_out_where_neither_is_among_the_strongest_of_the_other() -> None:
    random = np.random.default_rng(9)
    films = np.arange(2 * (PARTNERS + 100))
    crowd = films % 2 == (np.arange(60) % 2)[:, None]
    likes = sparse.csr_matrix(crowd * (random.random(crowd.shape) < 0.8) * 1.0)
    together, liked = (likes.T @ likes).toarray(), np.asarray(likes.sum(axis=0)).ravel()
    sizes = np.outer(liked, liked)
    every = np.maximum(together - sizes / 60, 0) / np.sqrt(sizes) * together
    every /= together + SHRINKAGE
    np.fill_diagonal(every, 0)
    strong = every >= np.sort(every, axis=1)[:, [-PARTNERS]] - 1e-12
    kept = np.where(strong | strong.T, every, 0)
    assert 0 < (kept > 0).sum() < (every > 0).sum()
    np.testing.assert_allclose(association(likes).toarray(), kept, atol=1e-9)


def test_films_that_everyone_likes_are_associated_with_none() -> None:
    likes = sparse.csr_matrix(np.ones((6, 3)))
    assert association(likes).nnz == 0


def test_films_of_one_crowd_are_near_and_those_of_two_are_not() -> None:
    vectors = association_vectors(two_crowds(), 8)
    alike = vectors @ vectors.T
    assert alike[0, 2] > 0.2
    assert alike[0, 1] == pytest.approx(0, abs=1e-3)


def test_more_evidence_makes_a_longer_vector_and_none_exceeds_one() -> None:
    ratings = two_crowds()
    rare = (ratings.rows != 2) | (ratings.users < 6)  # film 2 keeps three of its twelve fans
    lengths = np.linalg.norm(association_vectors(ratings.of(rare), 8), axis=1)
    assert 0 < lengths[2] < lengths[4] < 1


def test_the_length_says_how_many_liked_the_film() -> None:
    lengths = np.linalg.norm(association_vectors(two_crowds(), 8), axis=1)
    np.testing.assert_allclose(lengths**2, FANS_OF_EACH / (FANS_OF_EACH + DOUBT), rtol=1e-5)


def test_evidence_grows_with_graded_likes() -> None:
    ratings = two_crowds()
    enough = (ratings.rows != 0) | (ratings.users < 8)  # film 0 keeps four of its twelve fans
    known = evidence(ratings.of(enough), 9)
    np.testing.assert_allclose(known[[0, 1, 8]], [4 / 6, 12 / 14, 0], rtol=1e-6)
    lukewarm = Ratings(ratings.users, ratings.rows, np.full(len(ratings), 2, np.float32))
    np.testing.assert_allclose(evidence(lukewarm, 8), 6 / 8)  # 24 quarters of a like


def test_a_film_no_one_rated_has_a_zero_vector() -> None:
    vectors = association_vectors(two_crowds(), 10)
    assert vectors.shape == (10, DIM)
    assert not vectors[8:].any() and vectors[:8].any(axis=1).all()


@pytest.mark.parametrize("users", [0, 1])
def test_too_few_users_say_nothing(users: int) -> None:
    ratings = two_crowds()
    assert not association_vectors(ratings.of(ratings.users < users), 8).any()


def test_many_films_are_reduced_to_the_block_the_same_way_in_every_run() -> None:
    random = np.random.default_rng(7)
    entries = random.integers(0, (60, 300), (4000, 2))
    values = random.integers(1, 11, 4000).astype(np.float32) / 2
    ratings = Ratings(entries[:, 0], entries[:, 1], values)
    first, again = association_vectors(ratings, 300), association_vectors(ratings, 300)
    assert first.shape == (300, DIM) and np.isfinite(first).all()
    np.testing.assert_array_equal(first, again)
