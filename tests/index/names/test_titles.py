from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from contracts.columns import DATA_FORMAT
from contracts.errors import TitleNotFound, YearNotFound
from contracts.versions import open_current
from index.names.titles import SHOWN_CHARACTERS, Titles, read_aliases, shown

FILMS = [
    ("Heat", 1995, 1886),
    ("Heat", 1986, 40),
    ("HEAT", 2013, 9000),
    ("Año uno", 2003, 3),
    ("Ano uno", 2004, 9),
    ("Pan's Labyrinth", 2006, 3122),
    ("The Dark Fire", 2001, 20_000),
    ("Twins", 1988, 50),
    ("Twins", 1988, 50),
    ("Amélie", 2001, 3403),
]
ALIASES = [(5, "El laberinto del fauno"), (6, "Heat"), (9, "El fabuloso destino"), (3, "Doble")]
VOTES = np.array([votes for _, _, votes in FILMS])


@pytest.fixture(scope="module")
def titles() -> Titles:
    years = np.array([year for _, year, _ in FILMS], np.int16)
    return Titles([title for title, _, _ in FILMS], years, VOTES, [*ALIASES, (4, "Doble")])


def test_the_exact_spelling_counts_before_all_others(titles: Titles) -> None:
    assert titles.meant("Heat", None, VOTES).row == 0
    assert titles.meant("HEAT", None, VOTES).row == 2
    assert titles.meant("Año uno", None, VOTES).row == 3


def test_without_an_exact_spelling_the_best_ranked_of_all_spellings_is_meant(
    titles: Titles,
) -> None:
    assert titles.meant("heat", None, VOTES).row == 2
    assert titles.meant("ano uno", None, VOTES).row == 4


def test_a_title_counts_before_an_alias_however_well_known(titles: Titles) -> None:
    for text in ("Heat", "heat"):
        meaning = titles.meant(text, None, VOTES)
        assert 6 not in [meaning.row, *meaning.others]


def test_an_alias_means_its_film(titles: Titles) -> None:
    assert titles.meant("el laberinto del FAUNO", None, VOTES).row == 5


def test_an_alias_of_several_films_means_the_best_ranked(titles: Titles) -> None:
    meaning = titles.meant("doble", None, VOTES)
    assert (meaning.row, meaning.others) == (4, [3])


def test_the_best_ranked_of_several_is_meant_and_the_others_are_listed(titles: Titles) -> None:
    meaning = titles.meant("Heat", None, VOTES)
    assert (meaning.row, meaning.others) == (0, [1])


def test_the_caller_says_what_ranks(titles: Titles) -> None:
    assert titles.meant("Heat", None, -VOTES).row == 1


def test_equal_ranks_stand_by_row(titles: Titles) -> None:
    assert titles.meant("Twins", None, VOTES).row == 7


def test_a_year_picks_one_and_the_others_are_still_listed(titles: Titles) -> None:
    meaning = titles.meant("Heat", 1986, VOTES)
    assert (meaning.row, meaning.others) == (1, [0])


@pytest.mark.parametrize("text", ["  Heat ", "\tHeat\n"])
def test_space_around_a_title_does_not_count(titles: Titles, text: str) -> None:
    assert titles.meant(text, None, VOTES).row == 0


@pytest.mark.parametrize("text", ["amelie", "AMELIE", "amélie"])
def test_neither_case_nor_accents_count(titles: Titles, text: str) -> None:
    assert titles.meant(text, None, VOTES).row == 9


def test_a_year_without_a_version_is_told_with_the_years_there_are(titles: Titles) -> None:
    with pytest.raises(YearNotFound) as told:
        titles.meant("heat", 1950, VOTES)
    assert told.value.suggestions == ("1986", "1995", "2013")
    assert told.value.detail.es == "«HEAT» no tiene versión del año 1950."
    assert told.value.detail.en == "'HEAT' has none of 1950."


def test_an_unknown_title_is_told_with_suggestions(titles: Titles) -> None:
    with pytest.raises(TitleNotFound) as told:
        titles.meant("Pans Labirinth", None, VOTES)
    assert told.value.suggestions[0] == "Pan's Labyrinth"
    assert len(told.value.suggestions) <= 5
    assert told.value.detail.es == "No hay ninguna película titulada «Pans Labirinth»."


@pytest.mark.parametrize("text", ["🎬", "%", "''", "\u200b", "qqqqqqqqqqqq", "-"])
def test_what_is_like_no_title_is_not_found(titles: Titles, text: str) -> None:
    with pytest.raises(TitleNotFound):
        titles.meant(text, None, VOTES)


@pytest.mark.parametrize("text", ["x" * 10_000, "heat " * 2_000, "🎬" * 10_000, "é" * 10_000])
def test_a_title_of_ten_thousand_characters_gets_a_bounded_sentence(
    titles: Titles, text: str
) -> None:
    with pytest.raises(TitleNotFound) as told:
        titles.meant(text, None, VOTES)
    assert max(len(told.value.detail.es), len(told.value.detail.en)) < SHOWN_CHARACTERS + 50
    assert "…" in told.value.detail.es


def test_a_title_of_ten_thousand_characters_is_found_if_a_film_bears_it() -> None:
    long = "é🎬" * 5_000
    titles = Titles([long], np.array([2000], np.int16), np.array([1]), [])
    assert titles.meant(long.upper(), None, np.array([1])).row == 0
    with pytest.raises(YearNotFound) as told:
        titles.meant(long, 1999, np.array([1]))
    assert len(told.value.detail.es) < SHOWN_CHARACTERS + 50


def test_a_text_is_shown_whole_up_to_its_bound() -> None:
    assert shown("x" * SHOWN_CHARACTERS) == "x" * SHOWN_CHARACTERS
    assert shown("x" * (SHOWN_CHARACTERS + 1)) == "x" * SHOWN_CHARACTERS + "…"


def test_a_catalogue_without_films_knows_no_title() -> None:
    none = Titles([], np.array([], np.int16), np.array([], np.int64), [])
    assert none.complete("he", 5) == []
    with pytest.raises(TitleNotFound):
        none.meant("Heat", None, np.array([]))


def test_half_typed_titles_and_aliases_are_completed_best_known_first(titles: Titles) -> None:
    assert titles.complete("hea", 10)[:3] == [6, 2, 0]
    assert titles.complete("laber", 10) == [5]
    assert len(titles.complete("hea", 2)) == 2


def test_aliases_are_read_with_the_row_of_their_film(sample_data: Path) -> None:
    folder, _ = open_current(sample_data, "data", DATA_FORMAT)
    ids = pq.ParquetFile(folder / "movies.parquet").read(["movie_id"])["movie_id"].to_numpy()
    rows = {alias: row for row, alias in read_aliases(folder, ids)}
    assert ids[rows["El laberinto del fauno"]] == 1417
    assert ids[rows["Le fabuleux destin d'Amélie Poulain"]] == 194
