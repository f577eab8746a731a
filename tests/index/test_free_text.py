import numpy as np
import pytest

from contracts.errors import VersionError
from index.features import FilmFacts
from index.free_text import WEIGHTS, FreeText
from index.free_text_build import build, overview_texts, topic_texts
from tests.fakes import HashEncoder

QUERY = "a keeper of a lighthouse in the fog"


def films() -> FilmFacts:
    return FilmFacts(
        movie_ids=np.array([3, 5, 8, 13]),
        titles=["Fog", "Rival Bakers", "The Keeper", "Nothing Known"],
        years=np.array([1990, 2000, 2010, 2020], np.int16),
        votes=np.array([10, 100, 10, 1000]),
        overviews=["A lighthouse keeper hears the fog speak.", "Two bakers in love.", None, None],
        genres=[["Horror"], ["Comedy"], ["Drama"], []],
        keywords=[["lighthouse", "fog"], ["bread"], ["lighthouse", "keeper"], []],
        cast=[[], [], [], []],
        directors=[[], [], [], []],
    )


@pytest.fixture(scope="module")
def free_text() -> FreeText:
    encoder, facts = HashEncoder(), films()
    tables = [
        encoder.encode(texts) * np.array([[bool(text)] for text in texts], np.float32)
        for texts in (overview_texts(facts), topic_texts(facts))
    ]
    return build(facts, tables[0], tables[1], encoder)


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


def test_a_film_without_overview_is_compared_by_its_subjects(free_text):
    shares = free_text.scores(QUERY)
    alike = {name: shares[name][2] / WEIGHTS[name] for name in WEIGHTS}
    assert alike["texto_multilingue"] == pytest.approx(alike["temas_multilingue"])


def test_words_are_found_whatever_their_ending_and_accents(free_text):
    words = free_text.scores("Lighthóuses")["palabras"]
    np.testing.assert_array_equal(words > 0, [True, False, True, False])


def test_a_query_without_words_leaves_the_best_known_film_the_largest_share(free_text):
    shares = free_text.scores("")
    assert not shares["palabras"].any()
    assert shares["renombre"].argmax() == 3
    assert 0 < shares["renombre"].max() <= np.float32(WEIGHTS["renombre"])


def test_the_answer_is_the_same_after_saving_and_loading(free_text, tmp_path):
    free_text.save(tmp_path)
    loaded = FreeText.load(tmp_path, free_text.encoder)
    assert isinstance(loaded.topics.values, np.memmap)
    assert loaded.top(QUERY, 4) == free_text.top(QUERY, 4) == free_text.top(QUERY, 4)


def test_the_same_films_make_the_same_bytes(free_text, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    free_text.save(tmp_path / "a")
    FreeText.load(tmp_path / "a", free_text.encoder).save(tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
@pytest.mark.parametrize("part", ["topics", "described", "basis", "words_starts", "words_films"])
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
