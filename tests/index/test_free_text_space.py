import numpy as np
import pytest

from index.free_text_space import FEWEST, LEARNT, learn

RNG = np.random.default_rng(7)


@pytest.fixture(scope="module")
def tables():
    """Films whose two texts share a hidden half, and say other things beside."""
    hidden = RNG.normal(size=(FEWEST, 40))
    made = [hidden @ RNG.normal(size=(40, 200)) + 6 * RNG.normal(size=(FEWEST, 200)) for _ in "ab"]
    return [(table / np.linalg.norm(table, axis=1, keepdims=True)).astype("f4") for table in made]


def test_a_story_lies_nearest_to_the_subjects_of_its_film(tables):
    stories, subjects = learn(*tables)
    learnt = stories(tables[0])[:100, -LEARNT:] @ subjects(tables[1])[:100, -LEARNT:].T
    assert (learnt.argmax(axis=1) == np.arange(100)).mean() > 0.9
    plain = tables[0][:100] @ tables[1][:100].T
    assert (plain.argmax(axis=1) == np.arange(100)).mean() < 0.5


def test_a_query_has_an_inner_product_of_one_at_most(tables):
    stories, _ = learn(*tables)
    rows = tables[0][:50]
    assert (stories.weighted(rows) @ stories(rows).T).max() <= 1 + 1e-5


def test_nothing_stays_nothing(tables):
    stories, subjects = learn(*tables)
    nothing = np.zeros((1, 200), np.float32)
    assert not stories(nothing).any() and not subjects(nothing).any()


def test_from_a_small_catalogue_nothing_is_learnt(tables):
    stories, subjects = learn(tables[0][:99], tables[1][:99])
    assert stories.learnt == 0 and stories is subjects
