import numpy as np
import pytest

from contracts.errors import VersionError
from index.postings import Postings, stems

FILMS = ["Captured by pirates", "pirates, pirates and captains", ""]


def test_a_stem_leads_to_its_films_and_rarer_ones_weigh_more():
    postings = Postings.build(FILMS)
    films, weights = postings.of(postings.place("pirate"))
    assert films.tolist() == [0, 1] and weights[1] > weights[0] > 0
    assert postings.of(postings.place("by"))[1][0] > weights[0]


def test_a_word_that_no_film_says_has_no_place():
    postings = Postings.build(FILMS)
    assert postings.place("ship") == -1 and postings.films_with(-1) == 0
    assert Postings.build(["", ""]).place("ship") == -1


def test_words_are_folded_and_cut():
    assert stems("Capturing CAPTURED trés ships bus") == ["captur", "captur", "tre", "ship", "bus"]


def test_what_is_saved_is_what_is_loaded(tmp_path):
    postings = Postings.build(FILMS)
    postings.save(tmp_path)
    loaded = Postings.load(tmp_path, 3)
    np.testing.assert_array_equal(loaded.stems, postings.stems)
    with pytest.raises(VersionError):
        Postings.load(tmp_path, 1)
