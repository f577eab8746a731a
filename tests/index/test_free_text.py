import numpy as np
import pytest

from contracts.errors import VersionError
from index.encoders.multilingual import CHARACTERS_READ
from index.facts import FilmFacts
from index.free_text import WEIGHTS, FreeText, says_nothing
from index.free_text_build import build
from tests.fakes import HashEncoder, film_facts

QUERY = "a keeper of a lighthouse in the fog"
NOTHING = ["", "  \n", "🎉🎬", "... ¿?!", "\u200b"]


def films() -> FilmFacts:
    return film_facts(
        4,
        titles=["Fog", "Rival Bakers", "The Keeper", "Nothing Known"],
        votes=[10, 100, 10, 1000],
        overviews=["A lighthouse keeper hears the fog speak.", "Two bakers in love.", None, None],
        genres=[["Horror"], ["Comedy"], ["Drama"], []],
        keywords=[["lighthouse", "fog"], ["bread"], ["lighthouse", "keeper"], []],
    )


@pytest.fixture(scope="module")
def free_text() -> FreeText:
    encoder, facts = HashEncoder(), films()
    tables = [
        encoder.encode(texts) * np.array([[bool(text)] for text in texts], np.float32)
        for texts in (facts.overview_texts(), facts.topic_texts())
    ]
    return build(facts, (*tables, encoder.encode(facts.words())), encoder)[0]


def test_the_shares_of_a_film_add_up_to_its_score(free_text):
    for film in free_text.top(QUERY, 4):
        assert set(film.shares) == set(WEIGHTS)
        assert film.score == pytest.approx(sum(film.shares.values()), abs=1e-9)


def test_the_best_come_first_and_no_more_than_asked_for(free_text):
    scores = [film.score for film in free_text.top(QUERY, 4)]
    assert scores == sorted(scores, reverse=True)
    assert free_text.top(QUERY, 2) == free_text.top(QUERY, 99)[:2]
    assert free_text.top(QUERY, 0) == []


def test_only_the_films_of_the_subset_are_ranked(free_text):
    chosen = free_text.top(QUERY, 4, np.array([False, True, True, False]))
    assert {film.row for film in chosen} == {1, 2}
    assert chosen == free_text.top(QUERY, 4, np.array([2, 1]))
    assert free_text.top(QUERY, 4, np.array([], np.intp)) == []


def test_shares_come_in_the_order_of_the_rows(free_text):
    whole, part = free_text.scores(QUERY), free_text.scores(QUERY, np.array([2, 0]))
    for name in WEIGHTS:
        np.testing.assert_array_equal(part[name], whole[name][[2, 0]])


def test_a_film_without_overview_is_taken_to_answer_the_better_its_subjects_do(free_text):
    shares = free_text.scores(QUERY)
    subjects, overview = shares["temas_multilingue"], shares["texto_multilingue"]
    assert (subjects[2] > subjects[3]) == (overview[2] > overview[3])
    assert overview[[2, 3]].min() > 0


def test_words_are_found_whatever_their_ending_and_accents(free_text):
    words = free_text.scores("Lighthóuses")["palabras"]
    np.testing.assert_array_equal(words > 0, [True, False, True, False])


def test_words_of_a_title_are_no_words_of_the_film(free_text):
    assert not free_text.scores("rival")["palabras"].any()


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_that_says_nothing_is_told_and_ranks_by_renown_alone(free_text, text):
    assert says_nothing(text)
    shares = free_text.scores(text)
    assert not any(shares[name].any() for name in WEIGHTS if name != "renombre")
    assert free_text.top(text, 1)[0].row == 3


@pytest.mark.parametrize("text", ["a", "7", "千", "🎉 fiesta"])
def test_a_letter_or_a_digit_of_any_script_says_something(text):
    assert not says_nothing(text)


def test_what_follows_the_limit_is_not_read(free_text):
    start = "fog " * (CHARACTERS_READ // 4)
    assert free_text.top(start + "bread " * 10**5, 4) == free_text.top(start, 4)
    assert says_nothing("." * CHARACTERS_READ + "fog")


def test_the_answer_is_the_same_after_saving_and_loading(free_text, tmp_path):
    free_text.save(tmp_path)
    loaded = FreeText.load(tmp_path, free_text.encoder)
    assert isinstance(loaded.topics.values.base, np.memmap)
    assert loaded.top(QUERY, 4) == free_text.top(QUERY, 4) == free_text.top(QUERY, 4)


def test_the_same_films_make_the_same_bytes(free_text, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    free_text.save(tmp_path / "a")
    FreeText.load(tmp_path / "a", free_text.encoder).save(tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
@pytest.mark.parametrize(
    "part", ["topics", "described", "matrix", "crowding", "words_starts", "words_films"]
)
def test_a_damaged_file_is_a_version_error(free_text, tmp_path, part, damage):
    free_text.save(tmp_path)
    path = tmp_path / f"free_text_{part}.npy"
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        np.save(path, np.zeros((2, 3), np.int32))
    with pytest.raises(VersionError):
        FreeText.load(tmp_path, free_text.encoder)
