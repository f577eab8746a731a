from pathlib import Path

from eda.meaning import meaning_section
from eda.tables import Data, read_data
from etl.run import run_etl
from tests.eda.catalogues import data_of
from tests.raw import add_titles, film, link, rating, raw_folder, title


def told(data: Data) -> str:
    (bullets,) = meaning_section(data).blocks
    return " ".join(sentence.es for sentence in bullets.items)  # type: ignore[union-attr]


def test_only_overviews_in_english_call_for_a_multilingual_model(tmp_path: Path) -> None:
    films = {
        "en": "The man with his dog and their house.",
        "es": "Una mujer con los perros que viven por las calles del barrio.",
    }
    said = {
        language: told(data_of(tmp_path / language, [film(1, overview=text)]))
        for language, text in films.items()
    }
    assert "multilingüe" in said["en"] and "multilingüe" not in said["es"]


def test_how_many_have_a_return_is_told_of_the_most_and_of_the_less_voted(tmp_path: Path) -> None:
    budgets = ["0"] * 9 + ["5000"]
    films = [film(n, vote_count=str(n), budget=budget) for n, budget in enumerate(budgets)]
    assert "más votada lo tiene el 100,0\xa0%; de la mitad menos votada, el 0,0\xa0%" in told(
        data_of(tmp_path, films)
    )


def test_votes_are_a_long_tail_where_few_films_have_most_of_them(tmp_path: Path) -> None:
    even, steep = ([film(n, vote_count=count) for n in range(20)] for count in ("50", "1"))
    steep[0]["vote_count"] = "9000"
    assert "cola larga" not in told(data_of(tmp_path / "even", even))
    assert "cola larga" in told(data_of(tmp_path / "steep", steep))


def test_films_of_which_nothing_is_known_are_counted_or_there_are_none(tmp_path: Path) -> None:
    bare = film(2, overview="", genres="[]")
    assert "al menos uno de los cinco" in told(data_of(tmp_path / "all", [film(1)]))
    assert "1 películas" in told(data_of(tmp_path / "bare", [film(1), bare]))


def test_simulated_ratings_are_nobodys_taste(data: Data, tmp_path: Path) -> None:
    ratings = [rating(user, 1, 4) for user in (1, 2)]
    real = data_of(tmp_path, [film(1)], [], None, [link(1, 1)], ratings)
    assert "no es gusto de nadie" in told(data)
    assert "no es gusto de nadie" not in told(real) and "de 2 usuarios" in told(real)


def test_series_are_no_titles_that_could_be_films_of_ours(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path / "raw", [film(1)])
    series = title(2, "Other", type="TV Show") | {"duration": "2 Seasons"}
    add_titles(raw, [title(1, "Heat"), series])
    run_etl(raw, tmp_path / "data")
    assert "de sus 1 títulos de películas" in told(read_data(tmp_path / "data"))
