from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.blocks import default_layout
from index.features import (
    Features,
    FilmFacts,
    billing,
    build_features,
    read_facts,
    renown,
    year_bumps,
)
from index.text import describe, title_words
from tests.fakes import HashEncoder, film_facts

LAYOUT = default_layout(16)


@pytest.fixture(scope="module")
def sample(sample_data: Path) -> FilmFacts:
    return read_facts(open_current(sample_data, "data", DATA_FORMAT)[0])


def features_of(facts: FilmFacts) -> Features:
    return build_features(facts, HashEncoder().encode(facts.texts()), LAYOUT)


def near(years: list[int]) -> np.ndarray:
    """Similarity of the first year with each."""
    bumps = year_bumps(np.array(years, np.int16))
    return bumps @ bumps[0]


@pytest.mark.parametrize("year", [1900, 1931, 1964, 1999, 2010])
@pytest.mark.parametrize("direction", [1, -1])
def test_years_are_the_less_alike_the_farther_they_lie_apart(year: int, direction: int) -> None:
    alike = near([year + direction * distance for distance in range(0, 21, 2)])
    assert alike[0] == pytest.approx(1, abs=1e-3)
    assert all(nearer > farther for nearer, farther in pairwise(alike))


@pytest.mark.parametrize("year", range(1900, 1981, 5))
def test_ten_years_are_as_far_whenever_they_lie(year: int) -> None:
    assert near([year, year + 10])[1] == pytest.approx(0.68, abs=0.02)
    assert near([year, year + 30])[1] == pytest.approx(0.03, abs=0.01)


def test_years_before_the_cinema_count_as_its_first() -> None:
    assert np.array_equal(*year_bumps(np.array([-300, 1880], np.int16)))
    assert np.isfinite(year_bumps(np.array([32767], np.int16))).all()


def test_a_well_known_film_favours_films_the_more_the_better_known_they_are() -> None:
    values = renown(np.array([0, 1, 10, 100, 14075]))
    alike = values @ values[-1]
    assert values.shape == (5, 12)
    assert (alike[0], alike[-1]) == (0, pytest.approx(1, abs=2e-3))
    assert all(less < more for less, more in pairwise(alike))


def test_a_little_known_film_favours_those_known_as_little() -> None:
    alike = (values := renown(np.array([10, 12, 14075]))) @ values[0]
    assert alike[1] > alike[2]


@pytest.mark.parametrize("votes", [[], [0, 0, 0]])
def test_renown_of_films_that_nobody_voted_for_is_zero(votes: list[int]) -> None:
    assert not renown(np.array(votes, np.int64)).any()


def test_billing_counts_leading_actors_most_and_stops_at_ten() -> None:
    names = [f"actor {place}" for place in range(15)]
    billed = billing(names)
    assert [name for name, _ in billed] == names[:10]
    assert all(above > below for (_, above), (_, below) in pairwise(billed))


def test_sharing_the_lead_says_more_than_sharing_the_last_actor() -> None:
    cast = [f"actor {place}" for place in range(10)]
    facts = film_facts(3, cast=[cast, [cast[0], "x"], [cast[9], "y"]])
    actors = features_of(facts).sparse["reparto"]
    alike = (actors @ actors.T).toarray()[0]
    assert alike[1] > 2 * alike[2] > 0


def test_every_block_of_a_film_has_length_one_or_is_missing(sample: FilmFacts) -> None:
    features = features_of(sample)
    lengths = [
        np.linalg.norm(rows, axis=1) for name, rows in features.dense.items() if name != "renombre"
    ] + [np.linalg.norm(rows.toarray(), axis=1) for rows in features.sparse.values()]
    off = [np.minimum(np.abs(length - 1), length) for length in lengths]
    assert np.max(off) < 2e-3  # half precision


def test_the_vector_holds_each_block_in_its_place(sample: FilmFacts) -> None:
    features = features_of(sample)
    vectors = features.vectors()
    assert vectors.shape == (len(sample.movie_ids), LAYOUT.dim)
    for name, rows in features.dense.items():
        np.testing.assert_array_equal(vectors[:, LAYOUT.span(name)], rows)
    genres = features.sparse["generos"]
    kept = vectors[:, LAYOUT.span("generos")][:, : genres.shape[1]]
    np.testing.assert_array_equal(kept, genres.toarray())
    for name in ("palabras_clave", "reparto", "direccion", "titulo"):
        assert vectors[:, LAYOUT.span(name)].any()


def test_a_film_without_anything_has_its_year_and_finite_numbers() -> None:
    facts = film_facts(2)
    assert facts.texts() == ["", ""]
    features = build_features(facts, np.zeros((2, 16), np.float32), LAYOUT)
    assert np.isfinite(features.vectors()).all()
    covered = {name: films for name, films in features.coverage().items() if films}
    assert covered == {"anio": 2}


def test_no_films_at_all_are_no_fault() -> None:
    features = features_of(film_facts(0))
    assert features.vectors().shape == (0, LAYOUT.dim)
    assert set(features.coverage().values()) == {0}


def test_coverage_counts_the_films_that_have_each_block() -> None:
    facts = film_facts(
        4,
        titles=["Heat", "...", "Up", ""],
        votes=[5, 0, 0, 9],
        keywords=[["heist"], [], [], []],
        genres=[["Drama"], ["Drama"], ["War"], []],
        cast=[["A"], [], ["B"], []],
        directors=[["D"], [], [], []],
    )
    texts = np.zeros((4, 16), np.float32)
    texts[1, 3] = 1
    assert build_features(facts, texts, LAYOUT).coverage() == {
        "texto": 1,
        "palabras_clave": 1,
        "generos": 3,
        "reparto": 2,
        "direccion": 1,
        "titulo": 2,
        "anio": 4,
        "renombre": 2,
    }


def test_facts_are_read_film_by_film(sample: FilmFacts) -> None:
    ids = sample.movie_ids.tolist()
    assert ids == sorted(ids)
    toys = ids.index(862)
    assert (sample.titles[toys], sample.years[toys]) == ("Toy Story", 1995)
    assert sample.directors[toys] == ["John Lasseter"]
    assert sample.cast[toys][:2] == ["Tom Hanks", "Tim Allen"]
    assert "toy" in sample.keywords[toys]


def test_films_without_credits_or_keywords_stay_in_their_place(sample: FilmFacts) -> None:
    ids = sample.movie_ids.tolist()
    gleaners, disenchantment = ids.index(44379), ids.index(990002)
    assert (sample.cast[gleaners], sample.directors[gleaners]) == ([], [])
    assert sample.keywords[gleaners] != []
    assert (sample.keywords[disenchantment], sample.genres[disenchantment]) == ([], [])


def test_the_text_leaves_out_what_a_film_lacks() -> None:
    whole = describe("A heist.", ["Crime", "Drama"], ["Al Pacino"], ["Michael Mann"])
    assert whole == "A heist. Genres: Crime, Drama. Cast: Al Pacino. Directed by Michael Mann."
    assert describe(None, [], ["Al Pacino"], []) == "Cast: Al Pacino."
    assert describe(None, [], [], []) == ""


def test_the_text_names_the_first_five_actors() -> None:
    assert describe(None, [], list("abcdefg"), []) == "Cast: a, b, c, d, e."


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Lord of the Rings: Part II", ["lord", "rings"]),
        ("Amélie", ["amelie"]),
        ("Face/Off", ["face", "off"]),
        ("The The", ["the", "the"]),
        ("...", []),
        ("千と千尋の神隠し", ["千と千尋の神隠し"]),
    ],
)
def test_title_words_are_those_that_tell_films_apart(title: str, words: list[str]) -> None:
    assert title_words(title) == words
