from pathlib import Path

import numpy as np
import pytest

from contracts.errors import VersionError
from index.free_text_basis import NUMBERS_FILE, WORDS_FILE, TextBasis, words_to_know
from index.free_text_words import Lexicon
from index.postings import Postings
from index.store import Floats
from tests.fakes import HashEncoder

FILMS = ["a boxer fights", "two bakers and bread", "bread, more bread", "a storm at sea"]
WORDS = ["boxer", "bread", "storm"]
OTHERS = ["pan", "boxeador", "nada"]


def near(*places: int) -> Floats:
    """Vectors that lie near the words at these places."""
    return np.eye(3, 8, dtype=np.float32)[list(places)] * np.float32(0.8)


@pytest.fixture
def postings() -> Postings:
    return Postings.build(FILMS)


@pytest.fixture
def basis(postings: Postings) -> TextBasis:
    texts = HashEncoder().encode(FILMS)[:, :8]
    vectors = texts, texts, np.eye(3, 8, dtype=np.float32)
    return TextBasis.learn(vectors, WORDS, postings).knowing(OTHERS, near(1, 0, 2), postings)


def stands_for(lexicon: Lexicon, word: str, postings: Postings) -> dict[str, float]:
    """The stems that the dictionary has for a word."""
    found = lexicon.dictionary.find([word])[word]
    return {str(postings.stems[place]): count for place, count in found.items()}


def test_the_dictionary_says_what_the_vectors_say(basis: TextBasis, postings: Postings) -> None:
    lexicon = basis.lexicon_over(postings)
    known = lexicon.dictionary.find([*OTHERS, "otra"])
    assert known.keys() == set(OTHERS)
    for word, stand in zip(OTHERS, lexicon.standing(near(1, 0, 2)), strict=True):
        assert known[word] == pytest.approx(stand)
    assert stands_for(lexicon, "pan", postings).keys() == {"bread"}


def test_words_stand_for_the_same_in_a_catalogue_whose_words_lie_elsewhere(
    basis: TextBasis, postings: Postings
) -> None:
    grown = Postings.build([*FILMS, "an aardvark at the zoo"])
    before = stands_for(basis.lexicon_over(postings), "pan", postings)
    assert stands_for(basis.lexicon_over(grown), "pan", grown) == before


def test_a_word_that_no_film_says_any_more_stands_for_none(basis: TextBasis) -> None:
    without = Postings.build([text.replace("bread", "cake") for text in FILMS])
    lexicon = basis.lexicon_over(without)
    assert lexicon.dictionary.find(["pan"])["pan"] == {}
    assert lexicon.standing(near(1)) == [{}]


def test_a_word_that_comes_back_stands_again(basis: TextBasis, postings: Postings) -> None:
    basis.lexicon_over(Postings.build(["a storm"]))
    assert stands_for(basis.lexicon_over(postings), "pan", postings).keys() == {"bread"}


def test_what_is_saved_comes_back_the_same(
    basis: TextBasis, postings: Postings, tmp_path: Path
) -> None:
    basis.save(tmp_path)
    whole = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    loaded = TextBasis.load(tmp_path)
    assert (loaded.words, loaded.stands) == (basis.words, basis.stands)
    again = tmp_path / "again"
    again.mkdir()
    loaded.save(again)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == whole
    lexicon = loaded.lexicon_over(postings)
    np.testing.assert_array_equal(lexicon.places, basis.lexicon_over(postings).places)


@pytest.mark.parametrize("file", [NUMBERS_FILE, WORDS_FILE])
def test_a_damaged_file_is_one_sentence(basis: TextBasis, tmp_path: Path, file: str) -> None:
    basis.save(tmp_path)
    (tmp_path / file).write_bytes(b"PK nothing")
    with pytest.raises(VersionError, match="lacks what free text goes by"):
        TextBasis.load(tmp_path)


def test_an_encoder_without_a_vocabulary_knows_the_words_of_the_catalogue() -> None:
    assert words_to_know(HashEncoder(), ["storm", "bread", "storm"]) == ["bread", "storm"]
