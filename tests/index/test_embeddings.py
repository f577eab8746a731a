from collections import Counter
from pathlib import Path

import numpy as np

from index.embeddings import Encoders, embed_films
from tests.fakes import HashEncoder, film_facts

HEIST = "The heist of a bank"
FACTS = film_facts(
    4,
    titles=["Heat", "Up", "", "Heat"],
    overviews=[HEIST, None, "", "A heist in the bank"],
    genres=[["Crime"], [], [], ["Crime"]],
    keywords=[["heist", "bank"], ["heist", "balloon"], [], ["heist", "bank"]],
    directors=[["Michael Mann"], [], [], []],
)


def encoders() -> Encoders:
    """One that gives 16 numbers for plots, one of 24 for everything else."""
    return Encoders(HashEncoder("plot/1"), HashEncoder("multilingual/1", 24))


def encoded(text: str, dim: int) -> np.ndarray:
    return HashEncoder(dim=dim).encode([text])[0]


def test_every_text_goes_once_to_the_encoder_that_reads_it(tmp_path: Path) -> None:
    by = encoders()
    embed_films(FACTS, by, tmp_path)
    plot, multilingual = Counter(by.plot.seen), Counter(by.multilingual.seen)
    assert set(plot) == set(FACTS.texts()) - {""}
    others = [FACTS.overview_texts(), FACTS.topic_texts(), FACTS.titles, FACTS.words()]
    assert set(multilingual) == {text for part in others for text in part} - {""}
    assert set(plot.values()) == set(multilingual.values()) == {1}


def test_vectors_stand_in_the_row_of_their_film_and_the_table_of_their_text(
    tmp_path: Path,
) -> None:
    vectors = embed_films(FACTS, encoders(), tmp_path)
    np.testing.assert_array_equal(vectors.descriptions[3], encoded(FACTS.texts()[3], 16))
    np.testing.assert_array_equal(vectors.overviews[0], encoded(HEIST, 24))
    np.testing.assert_array_equal(vectors.topics[1], encoded("heist, balloon", 24))
    np.testing.assert_array_equal(vectors.titles[3], encoded("Heat", 24))
    assert FACTS.words() == ["heist"]
    np.testing.assert_array_equal(vectors.words, [encoded("heist", 24)])


def test_a_film_without_a_text_has_zeros(tmp_path: Path) -> None:
    vectors = embed_films(FACTS, encoders(), tmp_path)
    said = {
        "descriptions": [True, False, False, True],
        "overviews": [True, False, False, True],
        "topics": [True, True, False, True],
        "titles": [True, True, False, True],
    }
    found = {name: getattr(vectors, name).any(axis=1).tolist() for name in said}
    assert found == said


def test_what_was_embedded_before_is_not_encoded_again(tmp_path: Path) -> None:
    first = embed_films(FACTS, encoders(), tmp_path)
    by = encoders()
    again = embed_films(FACTS, by, tmp_path)
    assert (by.plot.seen, by.multilingual.seen) == ([], [])
    np.testing.assert_array_equal(again.descriptions, first.descriptions)
    np.testing.assert_array_equal(again.topics, first.topics)


def test_only_what_a_new_film_says_is_encoded(tmp_path: Path) -> None:
    embed_films(FACTS, encoders(), tmp_path)
    by = encoders()
    embed_films(film_facts(2, titles=["Heat", "Ran"], overviews=[None, HEIST]), by, tmp_path)
    assert by.plot.seen == [HEIST]
    assert by.multilingual.seen == ["Ran"]


def test_another_encoder_of_plots_leaves_the_rest_as_it_was(tmp_path: Path) -> None:
    embed_films(FACTS, encoders(), tmp_path)
    by = Encoders(HashEncoder("plot/2"), HashEncoder("multilingual/1", 24))
    embed_films(FACTS, by, tmp_path)
    assert set(by.plot.seen) == set(FACTS.texts()) - {""}
    assert by.multilingual.seen == []


def test_no_films_have_no_vectors(tmp_path: Path) -> None:
    vectors = embed_films(film_facts(0), encoders(), tmp_path)
    assert vectors.descriptions.shape == (0, 16)
    assert vectors.topics.shape == vectors.words.shape == (0, 24)
