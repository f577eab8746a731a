from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.association import association_vectors
from index.blocks import default_layout
from index.facts import FilmFacts, read_facts
from index.features import Features, billing, build_features, esteem, renown, year_bumps
from index.ratings import Ratings
from index.text import describe, title_words
from tests.fakes import HashEncoder, film_facts, film_vectors

LAYOUT = default_layout()


@pytest.fixture(scope="module")
def sample(sample_data: Path) -> FilmFacts:
    return read_facts(open_current(sample_data, "data", DATA_FORMAT)[0])


def features_of(facts: FilmFacts) -> Features:
    return build_features(
        facts,
        film_vectors(len(facts.titles), descriptions=HashEncoder().encode(facts.texts())),
        LAYOUT,
    )


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


def test_films_are_the_more_favoured_the_better_they_are_rated() -> None:
    means = np.linspace(3, 9, 31)
    values = esteem(means, np.full(31, 400))
    alike = values @ values[-1]
    assert values.shape == (31, 12) and alike[-1] == pytest.approx(1, abs=1e-3)
    assert (np.diff(alike) >= 0).all()
    assert (np.diff(alike[4:]) > 0).all()  # the poorest tenth counts nothing


def test_a_poorly_rated_film_favours_those_rated_as_poorly() -> None:
    values = esteem(np.linspace(3, 9, 31), np.full(31, 400))
    alike = values @ values[0]
    assert alike[1] > alike[10] == pytest.approx(0, abs=0.01)
    assert alike[-1] == pytest.approx(0, abs=1e-3)


def test_three_tens_from_three_people_do_not_make_the_best_film() -> None:
    values = esteem(np.array([10, 8.6, 8.4, 6, 5, 3]), np.array([3, 900, 900, 900, 900, 900]))
    assert np.argsort(-(values @ values[1])).tolist()[:3] == [1, 2, 0]


def test_fifty_votes_count_half_beside_the_mean_of_all_films() -> None:
    many = 10**9
    values = esteem(np.array([10.0, 8, 2, 4]), np.array([50, many, many, many]))  # 6 on average
    np.testing.assert_allclose(values[0], values[1], atol=1e-5)
    assert np.linalg.norm(values[0] - values[3]) > 0.5


def test_films_that_few_voted_for_do_not_move_the_others() -> None:
    means, votes = np.linspace(3, 9, 31), np.full(31, 400)
    alone = esteem(means, votes)
    crowded = esteem(np.append(means, np.full(500, 10)), np.append(votes, np.full(500, 1)))
    np.testing.assert_allclose(crowded[:31], alone, atol=1e-6)


def test_where_few_vote_the_better_film_is_still_the_better() -> None:
    alike = (values := esteem(np.array([9.0, 7, 5]), np.array([4, 4, 4]))) @ values[0]
    assert alike[0] > alike[1] > alike[2]


@pytest.mark.parametrize("votes", [[7], [400, 400, 400]])
def test_films_rated_the_same_are_alike_and_none_is_better(votes: list[int]) -> None:
    values = esteem(np.full(len(votes), 6.5), np.array(votes))
    lengths = np.linalg.norm(values, axis=1)
    assert (values == values[0]).all() and 0 < lengths[0] <= 1


def test_a_film_that_nobody_voted_for_has_no_esteem() -> None:
    values = esteem(np.array([0, 8.0, 4]), np.array([0, 100, 100]))
    assert values.any(axis=1).tolist() == [False, True, True]


@pytest.mark.parametrize("films", [0, 3])
def test_esteem_where_nobody_voted_is_zero(films: int) -> None:
    values = esteem(np.zeros(films), np.zeros(films, np.int64))
    assert values.shape == (films, 12) and not values.any()


def test_films_in_one_language_are_alike_and_a_film_without_is_like_none() -> None:
    facts = film_facts(5, languages=["en", "en", "fr", None, None])
    languages = features_of(facts).sparse["idioma"]
    alike = (languages @ languages.T).toarray()
    assert alike[0].tolist() == pytest.approx([1, 1, 0, 0, 0])
    assert not alike[3].any()


def test_sharing_a_rare_company_says_more_than_sharing_a_common_one() -> None:
    many = [["Ealing", "Universal"], ["Ealing"], ["Universal"], ["Universal"], ["Universal"], []]
    companies = features_of(film_facts(6, companies=many)).sparse["productoras"]
    alike = (companies @ companies.T).toarray()[0]
    assert alike[0] == pytest.approx(1, abs=1e-6)
    assert alike[1] > alike[2] > 0 == alike[5]


def test_the_name_of_the_saga_is_never_a_feature() -> None:
    apart, together = film_facts(2), film_facts(2, sagas=["Alien Collection"] * 2)
    np.testing.assert_array_equal(features_of(apart).vectors(), features_of(together).vectors())


def test_what_users_like_is_a_block_where_the_layout_has_it() -> None:
    ratings = Ratings(np.arange(12) // 3, np.arange(12) % 3, np.full(12, 5, np.float32))
    facts = replace(film_facts(4), ratings=ratings)
    rated = build_features(facts, film_vectors(4), default_layout(rated=True))
    assert not features_of(facts).evidence.any()
    assert rated.evidence.tolist() == pytest.approx([4 / 6] * 3 + [0])
    expected = association_vectors(ratings, 4)
    np.testing.assert_allclose(rated.dense["asociacion"], expected, atol=1e-3)


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
        np.linalg.norm(rows, axis=1)
        for name, rows in features.dense.items()
        if name not in ("renombre", "valoracion")
    ] + [np.linalg.norm(rows.toarray(), axis=1) for rows in features.sparse.values()]
    off = [np.minimum(np.abs(length - 1), length) for length in lengths]
    assert np.max(off) < 2e-3  # half precision


@pytest.mark.parametrize("block", ["renombre", "valoracion"])
def test_no_film_is_so_well_known_or_rated_that_it_is_longer_than_one(
    sample: FilmFacts, block: str
) -> None:
    lengths = np.linalg.norm(features_of(sample).dense[block], axis=1)
    assert 0.9 < lengths.max() < 1.001  # half precision


def test_the_vector_holds_each_dense_block_in_its_place(sample: FilmFacts) -> None:
    features = features_of(sample)
    vectors = features.vectors()
    assert vectors.shape == (len(sample.movie_ids), LAYOUT.dim)
    for name, rows in features.dense.items():
        np.testing.assert_array_equal(vectors[:, LAYOUT.span(name)], rows)
    assert sum(rows.shape[1] for rows in features.dense.values()) == LAYOUT.dim


def test_a_film_without_anything_has_its_year_and_finite_numbers() -> None:
    facts = film_facts(2)
    assert facts.texts() == ["", ""]
    features = build_features(facts, film_vectors(2), LAYOUT)
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
        mean_votes=[7.0, 0.0, 0.0, 6.0],
        languages=["en", None, "fr", ""],
        companies=[["Ealing"], ["Ealing"], ["Gaumont"], []],
    )
    texts = np.zeros((4, 16), np.float32)
    texts[1, 3] = 1
    vectors = film_vectors(4, descriptions=texts, titles=texts)
    assert build_features(facts, vectors, LAYOUT).coverage() == {
        "texto": 1,
        "texto_multilingue": 0,
        "temas_multilingue": 0,
        "titulo_multilingue": 1,
        "palabras_clave": 1,
        "generos": 3,
        "reparto": 2,
        "direccion": 1,
        "productoras": 3,
        "titulo": 2,
        "anio": 4,
        "idioma": 2,
        "renombre": 2,
        "valoracion": 2,
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
