import numpy as np
import pytest

from index.free_text_words import MOST_WORDS, Lexicon, catalogue_words, query_words, words_scores
from index.postings import Postings

FILMS = ["a boxer", "boxing and bread", "bread", "a storm"]
WORDS = ["boxer", "bread", "storm"]


@pytest.fixture
def postings():
    return Postings.build(FILMS)


@pytest.fixture
def lexicon(postings):
    return Lexicon.build(WORDS, np.eye(3, 8, dtype=np.float32), postings)


def score(word, vector, lexicon, postings):
    stands = lexicon.standing_for(np.array([vector], np.float32))
    return words_scores({word: stands[0]}, postings)


def test_a_word_of_another_language_finds_the_films_of_the_word_near_it(lexicon, postings):
    found = score("boxeador", [1, 0, 0, 0, 0, 0, 0, 0], lexicon, postings)
    np.testing.assert_array_equal(found > 0, [True, False, False, False])


def test_the_nearer_the_word_the_more_it_counts(lexicon, postings):
    near, far = (score("pan", [0, x, 0, 0, 0, 0, 0, 0], lexicon, postings) for x in (0.85, 0.7))
    assert near[2] > far[2] > 0
    assert not score("pan", [0, 0.3, 0, 0, 0, 0, 0, 0], lexicon, postings).any()


def test_a_word_that_the_films_say_needs_no_vector(lexicon, postings):
    found = score("storms", [0] * 8, lexicon, postings)
    np.testing.assert_array_equal(found > 0, [False, False, False, True])


def test_synonyms_are_not_added_up(lexicon, postings):
    one = score("storm", [0, 0, 1, 0, 0, 0, 0, 0], lexicon, postings)
    two = score("storm", [0] * 8, lexicon, postings)
    np.testing.assert_array_equal(one, two)


def test_no_words_find_nothing(postings):
    assert not words_scores({}, postings).any()


def test_a_catalogue_without_words_has_an_empty_lexicon(postings):
    lexicon = Lexicon.build([], np.zeros((0, 8), np.float32), postings)
    assert score("storm", [1] * 8, lexicon, postings)[3] > 0


def test_small_words_are_passed_over_and_long_queries_cut():
    assert query_words("El Niño que está con la niña, y su niño") == ["niño", "niña"]
    assert len(query_words(" ".join(f"palabra{n}" for n in range(200)))) == MOST_WORDS


def test_names_numbers_and_rare_words_stand_for_no_others():
    overviews = ["Anna sails", "Anna sails 1999", "Anna sails and rows 1999", ""]
    assert catalogue_words(overviews, [[], [], ["boat"], ["sails"]]) == ["sails"]
