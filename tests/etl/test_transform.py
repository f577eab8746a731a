from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from etl.run import transform
from etl.sources import find_sources
from tests.raw import credit, film, keywords, raw_folder


def tables_of(folder: Path) -> dict[str, pa.Table]:
    return transform(find_sources(folder))[0]


def movies_of(tmp_path: Path, *films: dict[str, str]) -> list[dict]:
    return tables_of(raw_folder(tmp_path, films))["movies"].to_pylist()


def ledger_of(tmp_path: Path, *films: dict[str, str]) -> list[tuple]:
    ledger = tables_of(raw_folder(tmp_path, films))["ledger"].to_pylist()
    return [(e["line"], e["column"], e["action"], e["reason"], e["original"]) for e in ledger]


def test_nested_fields_are_unnested(tmp_path: Path) -> None:
    cell = "{'id': 10194, 'name': 'Toy Story Collection', 'poster_path': None}"
    movie = movies_of(tmp_path, film(862, "Toy Story", belongs_to_collection=cell))[0]
    assert movie["belongs_to_collection"] == "Toy Story Collection"
    assert movie["collection_id"] == 10194
    assert movie["genres"] == ["Drama"]
    assert movie["production_companies"] == ["Pixar"]
    assert movie["production_countries"] == ["Spain"]
    assert movie["production_country_codes"] == ["ES"]
    assert movie["spoken_languages"] == ["English"]


def test_the_columns_the_assignment_drops_are_gone(tmp_path: Path) -> None:
    movie = movies_of(tmp_path, film(1))[0]
    gone = {"video", "imdb_id", "adult", "original_title", "poster_path", "homepage"}
    assert not gone & movie.keys()


def test_a_date_gives_its_year_and_a_film_without_one_is_dropped(tmp_path: Path) -> None:
    movies = movies_of(tmp_path, film(1, release_date="1995-12-15"), film(2, release_date=""))
    assert [(m["movie_id"], m["release_date"], m["release_year"]) for m in movies] == [
        (1, date(1995, 12, 15), 1995)
    ]


@pytest.mark.parametrize("spelling", ["1995/12/15", "December 15, 1995", "1995-12-15T00:00:00"])
def test_other_spellings_of_a_date_are_rewritten_and_told(tmp_path: Path, spelling: str) -> None:
    row = film(1, release_date=spelling)
    assert movies_of(tmp_path, row)[0]["release_date"] == date(1995, 12, 15)
    assert ledger_of(tmp_path, row) == [(2, "release_date", "repaired", "date_rewritten", spelling)]


@pytest.mark.parametrize("nonsense", ["1995-13-40", "soon", "12"])
def test_a_date_that_is_none_drops_the_film_and_is_told(tmp_path: Path, nonsense: str) -> None:
    dropped = film(1, release_date=nonsense)
    assert [m["movie_id"] for m in movies_of(tmp_path, dropped, film(2))] == [2]
    assert [entry[3] for entry in ledger_of(tmp_path, dropped, film(2))] == ["bad_release_date"]


def test_return_is_revenue_over_budget_and_0_without_budget(tmp_path: Path) -> None:
    movies = movies_of(
        tmp_path, film(1, budget="100", revenue="250.0"), film(2, budget="0", revenue="250.0")
    )
    assert [m["return"] for m in movies] == [2.5, 0.0]


def test_null_money_becomes_0_and_is_told(tmp_path: Path) -> None:
    row = film(1, budget="", revenue="")
    movie = movies_of(tmp_path, row)[0]
    assert (movie["budget"], movie["revenue"], movie["return"]) == (0.0, 0.0, 0.0)
    assert [entry[1:4] for entry in ledger_of(tmp_path, row)] == [
        ("budget", "repaired", "null_to_zero"),
        ("revenue", "repaired", "null_to_zero"),
    ]


@pytest.mark.parametrize("cell", ["/path.jpg", "nan", "inf", "-5"])
def test_money_that_is_no_amount_becomes_0_and_its_text_is_kept(tmp_path: Path, cell: str) -> None:
    assert movies_of(tmp_path, film(1, budget=cell))[0]["budget"] == 0.0
    assert [entry[4] for entry in ledger_of(tmp_path, film(1, budget=cell))] == [cell]


def test_decimal_commas_are_read_as_decimals(tmp_path: Path) -> None:
    movie = movies_of(tmp_path, film(1, popularity="21,946943", vote_average="7,7"))[0]
    assert (movie["popularity"], movie["vote_average"]) == (21.946943, 7.7)


def test_of_duplicate_ids_the_most_voted_stays_the_first_of_equals(tmp_path: Path) -> None:
    rows = [
        film(1, "few", vote_count="3.0"),
        film(1, "first", vote_count="9.0"),
        film(1, "second", vote_count="9.0"),
    ]
    assert [m["title"] for m in movies_of(tmp_path, *rows)] == ["first"]
    assert [(e[0], e[2], e[3]) for e in ledger_of(tmp_path, *rows)] == [
        (2, "dropped", "duplicate_id"),
        (4, "dropped", "duplicate_id"),
    ]


def test_both_halves_of_a_torn_row_go_to_the_ledger_with_their_text(tmp_path: Path) -> None:
    first = film(5, "Midnight Man", release_date="", overview="A man")
    second = film("1997-08-20", "", adult=" - Written by Ørnås", release_date="1")
    assert [m["movie_id"] for m in movies_of(tmp_path, first, second, film(9))] == [9]
    entries = ledger_of(tmp_path, first, second, film(9))
    assert [(e[0], e[3]) for e in entries] == [(2, "torn_row"), (3, "torn_row")]
    assert "Midnight Man" in entries[0][4]
    assert entries[1][4].startswith(" - Written by Ørnås,")


@pytest.mark.parametrize(
    ("cell", "reason"), [("", "no_id"), ("abc", "bad_id"), ("9" * 30, "bad_id")]
)
def test_a_row_without_a_usable_id_is_dropped(tmp_path: Path, cell: str, reason: str) -> None:
    assert [e[3] for e in ledger_of(tmp_path, film(cell), film(2))] == [reason]


def test_a_nested_cell_that_is_no_literal_counts_as_empty_and_is_told(tmp_path: Path) -> None:
    torn = "[{'id': 18, 'name': 'Dra"
    assert movies_of(tmp_path, film(1, genres=torn))[0]["genres"] == []
    told = [(2, "genres", "repaired", "not_a_literal", torn)]
    assert ledger_of(tmp_path, film(1, genres=torn)) == told


def test_a_nested_cell_of_another_shape_is_told(tmp_path: Path) -> None:
    assert movies_of(tmp_path, film(1, genres="0.065"))[0]["genres"] == []
    assert [e[3] for e in ledger_of(tmp_path, film(1, genres="0.065"))] == ["unexpected_shape"]


def test_a_missing_title_is_taken_from_the_original_title(tmp_path: Path) -> None:
    row = film(1, "", original_title="Volver")
    assert movies_of(tmp_path, row)[0]["title"] == "Volver"
    assert [e[3] for e in ledger_of(tmp_path, row)] == ["title_from_original"]


def test_a_film_without_any_title_is_dropped(tmp_path: Path) -> None:
    assert [e[3] for e in ledger_of(tmp_path, film(1, ""), film(2))] == ["no_title"]


def test_nul_bytes_leave_the_text_and_are_told(tmp_path: Path) -> None:
    row = film(1, "He\x00at", original_title="Heat", overview="")
    assert movies_of(tmp_path, row)[0]["title"] == "Heat"
    assert [e[3:] for e in ledger_of(tmp_path, row)] == [("control_characters", "He\x00at")]


def test_a_text_that_says_there_is_none_is_emptied(tmp_path: Path) -> None:
    row = film(1, overview="No overview found.")
    assert movies_of(tmp_path, row)[0]["overview"] is None
    assert [e[3] for e in ledger_of(tmp_path, row)] == ["placeholder"]


def test_emoji_and_titles_of_ten_thousand_characters_survive(tmp_path: Path) -> None:
    long = "é🎬" * 5000
    assert movies_of(tmp_path, film(1, long))[0]["title"] == long


def test_a_nested_cell_of_ten_megabytes_counts_as_empty_and_is_kept_whole(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, [film(1)], [credit(1, (f"Actor {n}" for n in range(200_000)))])
    tables = tables_of(folder)
    entry = tables["ledger"].to_pylist()[0]
    assert (entry["column"], entry["reason"]) == ("cast", "not_a_literal")
    assert len(entry["original"]) > 9_000_000
    assert entry["original"].endswith("'order': 199999}]")


def test_escaped_surrogates_become_the_character_they_mean(tmp_path: Path) -> None:
    cell = r"[{'id': 1, 'name': '\ud83c\udfac'}, {'id': 2, 'name': 'half \ud83c'}]"
    assert movies_of(tmp_path, film(1, genres=cell))[0]["genres"] == ["🎬", "half \ufffd"]


def test_original_titles_live_on_as_aliases_where_they_differ(tmp_path: Path) -> None:
    folder = raw_folder(
        tmp_path,
        [film(1, "Pan's Labyrinth", original_title="El laberinto del fauno"), film(2, "Heat")],
    )
    assert tables_of(folder)["aliases"].to_pylist() == [
        {"movie_id": 1, "alias": "El laberinto del fauno"}
    ]


def test_cast_is_in_billing_order_and_directors_are_those_of_the_job(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, [film(1)])
    cast = repr([{"id": 2, "name": "Second", "order": 1}, {"id": 1, "name": "First", "order": 0}])
    crew = repr(
        [{"id": 3, "job": "Editor", "name": "No"}, {"id": 4, "job": "Director", "name": "Yes"}]
    )
    (folder / "credits.csv").write_text(f'cast,crew,id\n"{cast}","{crew}",1\n')
    row = tables_of(folder)["credits"].to_pylist()[0]
    assert (row["cast"], row["cast_ids"]) == (["First", "Second"], [1, 2])
    assert (row["directors"], row["director_ids"]) == (["Yes"], [4])


def test_credits_of_unknown_films_and_second_rows_go_to_the_ledger(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, [film(1)], [credit(1, ["A"]), credit(1, ["B"]), credit(7, ["C"])])
    tables = tables_of(folder)
    assert [row["cast"] for row in tables["credits"].to_pylist()] == [["A"]]
    assert tables["ledger"]["reason"].to_pylist() == ["duplicate_id", "no_such_movie"]


def test_keywords_are_optional(tmp_path: Path) -> None:
    assert tables_of(raw_folder(tmp_path / "a", [film(1)]))["keywords"].num_rows == 0
    with_them = raw_folder(tmp_path / "b", [film(1)], (), [keywords(1, "heist", "obsession")])
    assert tables_of(with_them)["keywords"].to_pylist() == [
        {"movie_id": 1, "keywords": ["heist", "obsession"]}
    ]


def test_every_row_of_the_sample_is_kept_or_told(sample_raw: Path) -> None:
    assert_every_row_is_accounted_for(sample_raw)


def test_every_row_of_the_real_files_is_kept_or_told(real_raw: Path) -> None:
    tables = assert_every_row_is_accounted_for(real_raw)
    assert tables["movies"].num_rows == 45_346  # 45,466 less 84 + 6 undated or torn, 30 again
    told = [e for e in tables["ledger"].to_pylist() if e["file"] == "ratings_small.csv"]
    assert tables["ratings"].num_rows + len(told) == 49_135


def assert_every_row_is_accounted_for(raw: Path) -> dict[str, pa.Table]:
    import csv

    csv.field_size_limit(2**31 - 1)
    tables = tables_of(raw)
    entries = tables["ledger"].to_pylist()
    for name, table in (("movies_dataset", "movies"), ("keywords", "keywords")):
        with (raw / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        dropped = [e for e in entries if e["file"] == f"{name}.csv" and e["action"] == "dropped"]
        empty = sum(row["keywords"] == "[]" for row in rows) if table == "keywords" else 0
        lost_empty = sum(e["original"].endswith(",[]") for e in dropped)
        assert len(rows) - len(dropped) - (empty - lost_empty) == tables[table].num_rows
    return tables
