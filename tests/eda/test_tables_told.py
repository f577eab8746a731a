"""The numbers of the report, beside plain pandas on the same tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eda.correlations import correlate, numbers_of
from eda.dates import by_month, by_weekday, by_year
from eda.distributions import VARIABLES, outliers_of_logarithm
from eda.groups import group_films
from eda.meaning import films_with_nothing
from eda.missing import films_without, find_gaps
from eda.money import paid_films, plausible_films
from eda.people import choose_minimum, people_returns, who_is_who
from eda.quartiles import quartiles_of
from eda.ratings import share_of_top_tenth
from eda.tables import Data, read_data
from tests.eda.catalogues import data_of
from tests.raw import credit, film, keywords


@pytest.fixture
def movies(sample_data: Path) -> pd.DataFrame:
    """The films as plain pandas reads them."""
    version = (sample_data / "current").read_text().strip()
    return pd.read_parquet(sample_data / version / "movies.parquet")


def test_gaps_agree_with_pandas(data: Data, movies: pd.DataFrame) -> None:
    gaps = {gap.column: gap for gap in find_gaps("movies", data.movies)}
    assert set(gaps) == set(movies.columns)
    for column in ("overview", "tagline", "belongs_to_collection"):
        assert gaps[column].empty == movies[column].isna().sum()
    assert gaps["genres"].empty == (movies["genres"].map(len) == 0).sum()
    for column in ("budget", "revenue", "return"):
        assert gaps[column].zeros == (movies[column] == 0).sum() > 0
    assert gaps["runtime"].empty == movies["runtime"].isna().sum() > 0
    assert gaps["title"].share == 0


def test_what_other_tables_lack_of_a_film_counts_rows_that_are_not_there(tmp_path: Path) -> None:
    films = [film(1, "Heat"), film(2, "Alien"), film(3, "Big", overview="", genres="[]")]
    credits = [credit(1, ["Al Pacino"], ["Michael Mann"]), credit(2, [], ["Ridley Scott"])]
    data = data_of(tmp_path, films, credits, [keywords(1, "heist")])
    assert films_without(data, "credits", "cast") == 2
    assert films_without(data, "credits", "directors") == 1
    assert films_without(data, "keywords", "keywords") == 2
    assert films_with_nothing(data) == 1


def test_quartiles_of_known_values_agree_with_pandas(data: Data, movies: pd.DataFrame) -> None:
    for variable in VARIABLES:
        known = variable.known(data.movies)["value"]
        found = quartiles_of(known.to_numpy())
        values = movies.loc[known.index, variable.column].astype(float)
        assert (values > 0).all()
        q1, q3 = values.quantile(0.25), values.quantile(0.75)
        low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
        assert found.outliers == ((values < low) | (values > high)).sum()
        assert outliers_of_logarithm(known).count == len(values)


def test_unknown_zeros_take_no_part_in_a_distribution(data: Data) -> None:
    budget = next(v for v in VARIABLES if v.column == "budget")
    assert len(budget.known(data.movies)) == (data.movies["budget"] > 0).sum()
    assert budget.known(data.movies)["value"].min() > 0


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlations_agree_with_pandas(data: Data, method: str) -> None:
    numbers = numbers_of(data.movies)
    expected = numbers.corr(method=method, min_periods=3)
    np.testing.assert_allclose(correlate(numbers, method), expected, atol=1e-12)


def test_months_and_weekdays_start_in_january_and_on_monday(tmp_path: Path) -> None:
    days = ["2001-01-01", "2001-01-08", "2001-12-30"]  # Monday, Monday, Sunday
    data = data_of(tmp_path, [film(n, f"F{n}", release_date=d) for n, d in enumerate(days, 1)])
    assert by_month(data.movies) == [2, *[0] * 10, 1]
    assert by_weekday(data.movies) == [2, 0, 0, 0, 0, 0, 1]


def test_years_without_films_are_there_as_none(tmp_path: Path) -> None:
    films = [film(1, release_date="1999-05-05"), film(2, release_date="2002-05-05")]
    assert by_year(data_of(tmp_path, films).movies).to_dict() == {
        1999: 1,
        2000: 0,
        2001: 0,
        2002: 1,
    }


def test_an_amount_below_a_thousand_or_a_return_above_20_000_is_implausible(
    tmp_path: Path,
) -> None:
    amounts = {
        1: (999, 5000),
        2: (5000, 999),
        3: (1000, 20_000_000),
        4: (1000, 20_000_001),
        5: (0, 9000),
    }
    films = [film(n, f"F{n}", budget=str(b), revenue=str(r)) for n, (b, r) in amounts.items()]
    movies = data_of(tmp_path, films).movies
    paid = paid_films(movies).set_index("movie_id")["implausible"].to_dict()
    assert paid == {1: True, 2: True, 3: False, 4: True}
    assert plausible_films(movies)["movie_id"].tolist() == [3]


def test_a_group_has_its_films_votes_and_returns(tmp_path: Path) -> None:
    drama, both = (
        "[{'id': 18, 'name': 'Drama'}]",
        "[{'id': 18, 'name': 'Drama'}, {'id': 35, 'name': 'Comedy'}]",
    )
    films = [
        film(1, "A", genres=drama, budget="1000", revenue="3000", vote_average="8.0"),
        film(2, "B", genres=both, budget="1000", revenue="5000", vote_average="6.0"),
        film(3, "C", genres=both, budget="1", revenue="9", vote_average="9.0", vote_count="0"),
    ]
    found = group_films(data_of(tmp_path, films).movies, "genres")
    assert found.loc["Drama"].tolist() == [3, 7.0, 4.0, 2]
    assert found.loc["Comedy"].tolist() == [2, 6.0, 5.0, 1]


def test_a_person_has_the_median_and_the_total_of_plausible_returns(tmp_path: Path) -> None:
    amounts = [(1000, 2000), (1000, 4000), (1000, 9000), (1, 5000)]
    films = [film(n, f"F{n}", budget=str(b), revenue=str(r)) for n, (b, r) in enumerate(amounts, 1)]
    data = data_of(tmp_path, films, [credit(n, ["Al Pacino"], ["Ann"]) for n in range(1, 5)])
    ann = people_returns(data, "directors", "director_ids").iloc[0]
    assert (ann["name"], ann["films"], ann["median"], ann["total"]) == ("Ann", 3, 4, 15)
    assert (ann["best"], ann["best_return"]) == ("F3", 9)
    every = people_returns(data, "directors", "director_ids", implausible=True).iloc[0]
    assert (every["films"], every["total"], every["best"]) == (4, 5015, "F4")


def test_people_without_an_id_are_told_apart_by_name(tmp_path: Path) -> None:
    films = [film(n, f"F{n}", budget="1000", revenue=f"{n}000") for n in (1, 2, 3)]
    cast = [["Ann", "Bob"], ["Ann"], ["Cy"]]
    people = [credit(n, names) for n, names in enumerate(cast, 1)]
    nameless = [row | {"cast": row["cast"].replace("'id': 1", "'id': 0")} for row in people]
    found = people_returns(data_of(tmp_path, films, nameless), "cast", "cast_ids")
    assert found.set_index("name")["films"].to_dict() == {"Ann": 2, "Bob": 1, "Cy": 1}


def test_a_name_without_an_id_is_whom_its_only_id_names() -> None:
    names = pd.Series(["Ann", "Ann", "Bob", "Bob", "Bob", "Cy", "Cy"], index=[0, 0, 1, 2, 3, 4, 4])
    ids = pd.Series([7, 0, 8, 9, 0, 0, None], index=names.index, dtype=object)
    assert who_is_who(names, ids).tolist() == [7, 7, 8, 9, "Bob", "Cy", "Cy"]


def test_a_mean_vote_of_0_is_unknown_though_there_are_votes(tmp_path: Path) -> None:
    films = [film(n, f"F{n}", vote_average=v) for n, v in enumerate(("8.0", "6.0", "0.0"), 1)]
    movies = data_of(tmp_path, films).movies
    assert group_films(movies, "genres").loc["Drama", "mean_vote"] == 7
    assert numbers_of(movies)["vote_average"].count() == 2


def test_the_minimum_of_films_is_the_largest_that_leaves_people_to_list() -> None:
    many = pd.Series([12] * 15 + [4] * 30)
    assert choose_minimum(many, 10) == 10 and choose_minimum(many, 5) == 5
    assert choose_minimum(pd.Series([3] * 15 + [1] * 9), 10) == 3
    assert choose_minimum(pd.Series([8]), 10) == 1


def test_the_top_tenth_has_its_share_of_the_ratings() -> None:
    assert share_of_top_tenth(pd.Series([11, *[1] * 9])) == pytest.approx(11 / 20)


@pytest.mark.slow
def test_the_real_numbers_agree_with_pandas(real_var: Path) -> None:
    data = read_data(real_var / "data")
    plain = pd.read_parquet(real_var / "data" / data.manifest.version / "movies.parquet")
    both = (plain["budget"] > 0) & (plain["revenue"] > 0)
    assert len(paid_films(data.movies)) == both.sum() > 5000
    assert sum(by_month(data.movies)) == sum(by_weekday(data.movies)) == len(plain) > 45000
    by_genre = plain.explode("genres")["genres"].value_counts()
    assert group_films(data.movies, "genres")["films"].to_dict() == by_genre.to_dict()
