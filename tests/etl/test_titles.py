import csv
import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contracts.errors import DataError
from contracts.platforms import PLATFORMS
from etl.run import run_etl, transform
from etl.sources import find_sources
from tests.raw import RATED_FILMS, TITLES_COLUMNS, Row, add_titles, raw_folder, title, write_csv


def tables_of(raw: Path) -> dict[str, pa.Table]:
    return transform(find_sources(raw)).tables


def titles_of(tmp_path: Path, *rows: Row) -> list[dict[str, Any]]:
    return tables_of(add_titles(raw_folder(tmp_path, RATED_FILMS), rows))["titles"].to_pylist()


def title_of(tmp_path: Path, **cells: str) -> dict[str, Any]:
    return titles_of(tmp_path, title(1, **cells))[0]


def ledger_of(tmp_path: Path, *rows: Row) -> list[tuple[Any, ...]]:
    raw = add_titles(raw_folder(tmp_path, RATED_FILMS), rows)
    return [
        (e["line"], e["column"], e["action"], e["reason"], e["original"])
        for e in tables_of(raw)["ledger"].to_pylist()
        if e["file"] == "netflix_titles.csv"
    ]


def test_a_title_has_the_platforms_letter_before_its_show_id(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path, RATED_FILMS)
    for platform in PLATFORMS:
        add_titles(raw, [title(680)], platform.file)
    rows = tables_of(raw)["titles"].to_pylist()
    assert [(row["title_id"], row["platform"]) for row in rows] == [
        ("as680", "amazon"),
        ("ds680", "disney"),
        ("hs680", "hulu"),
        ("ns680", "netflix"),
    ]


def test_without_catalogues_the_table_is_there_and_empty(tmp_path: Path) -> None:
    outcome = run_etl(raw_folder(tmp_path / "raw", RATED_FILMS), tmp_path / "data")
    assert outcome.counts["titles"] == outcome.counts["matched"] == 0


def test_texts_are_lowercase_and_a_display_title_keeps_its_case(tmp_path: Path) -> None:
    row = title_of(
        tmp_path, name="ÉLITE & Co", country="United States, España", description="In SPAIN"
    )
    assert (row["title"], row["display_title"]) == ("élite & co", "ÉLITE & Co")
    assert (row["countries"], row["description"]) == (["united states", "españa"], "in spain")
    assert (row["rating"], row["listed_in"]) == ("pg-13", ["dramas", "thrillers"])


def test_types_become_kinds(tmp_path: Path) -> None:
    rows = titles_of(tmp_path, title(1), title(2, type="TV Show"), title(3, type=" tv show "))
    assert [row["kind"] for row in rows] == ["movie", "series", "series"]


def test_a_missing_type_is_told_by_the_duration(tmp_path: Path) -> None:
    rows = (title(1, type="", duration="2 Seasons"), title(2, type="Film"))
    assert [row["kind"] for row in titles_of(tmp_path, *rows)] == ["series", "movie"]
    assert ledger_of(tmp_path, *rows) == [
        (2, "type", "repaired", "kind_from_duration", ""),
        (3, "type", "repaired", "kind_from_duration", "Film"),
    ]


def test_a_title_without_rating_counts_as_g_and_that_is_told_once(tmp_path: Path) -> None:
    rows = [title(1, rating=""), title(2, rating=" nan"), title(3, rating="TV-MA")]
    assert [row["rating"] for row in titles_of(tmp_path, *rows)] == ["g", "g", "tv-ma"]
    assert ledger_of(tmp_path, *rows) == [(0, None, "repaired", "rating_to_g", "2 rows")]


@pytest.mark.parametrize(
    ("cell", "length", "unit"),
    [("90 min", 90, "min"), ("1 Season", 1, "season"), ("12 Seasons", 12, "season")],
)
def test_a_duration_is_a_number_and_a_unit(
    tmp_path: Path, cell: str, length: int, unit: str
) -> None:
    row = title_of(tmp_path, duration=cell)
    assert (row["duration_int"], row["duration_type"]) == (length, unit)


def test_a_duration_in_the_place_of_the_rating_is_put_in_its_own(tmp_path: Path) -> None:
    rows = [title(1, rating="74 min", duration=""), title(2, rating="66 min", duration="84 min")]
    found = [
        (r["duration_int"], r["duration_type"], r["rating"]) for r in titles_of(tmp_path, *rows)
    ]
    assert found == [(74, "min", "g"), (84, "min", "g")]
    assert ledger_of(tmp_path, *rows) == [
        (2, "rating", "repaired", "duration_in_rating", "74 min"),
        (3, "rating", "repaired", "duration_in_rating", "66 min"),
    ]


def test_titles_without_duration_are_told_once(tmp_path: Path) -> None:
    rows = [title(1, duration=""), title(2, duration=" ")]
    found = titles_of(tmp_path, *rows)
    assert {(row["duration_int"], row["duration_type"]) for row in found} == {(None, None)}
    assert ledger_of(tmp_path, *rows) == [(0, None, "repaired", "no_duration", "2 rows")]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"duration": "long"}, "duration", "bad_duration"),
        ({"duration": "0 min"}, "duration", "zero_duration"),
        ({"duration": "", "rating": "0 min"}, "rating", "zero_duration"),
        ({"date_added": "Smarch 13, 2021"}, "date_added", "bad_date_added"),
        ({"release_year": ""}, "release_year", "bad_release_year"),
        ({"release_year": "1869"}, "release_year", "bad_release_year"),
        ({"release_year": "2101"}, "release_year", "bad_release_year"),
        ({"release_year": "1999.5"}, "release_year", "bad_release_year"),
    ],
)
def test_a_cell_that_cannot_be_read_is_null_and_told(
    tmp_path: Path, cells: Row, column: str, reason: str
) -> None:
    row = title_of(tmp_path, **cells)
    emptied = {"duration": "duration_int", "rating": "duration_type"}.get(column, column)
    assert row[emptied] is None
    told = (2, column, "repaired", reason, cells[column])
    assert told in ledger_of(tmp_path, title(1, **cells))


@pytest.mark.parametrize(
    ("cell", "reasons"),
    [
        ("September 25, 2021", []),
        (" September 25, 2021", []),
        ("2021-09-25", []),
        ("2021/9/25", ["date_rewritten"]),
        ("25 September 2021", ["date_rewritten"]),
    ],
)
def test_dates_as_catalogues_spell_them_are_no_repair_and_others_are(
    tmp_path: Path, cell: str, reasons: list[str]
) -> None:
    assert title_of(tmp_path, date_added=cell)["date_added"] == datetime.date(2021, 9, 25)
    assert [entry[3] for entry in ledger_of(tmp_path, title(1, date_added=cell))] == reasons


def test_a_title_without_date_or_description_has_none(tmp_path: Path) -> None:
    row = title_of(tmp_path, date_added="", description="")
    assert (row["date_added"], row["description"]) == (None, None)


def test_names_are_parted_trimmed_and_told_once_each_in_both_spellings(tmp_path: Path) -> None:
    row = title_of(tmp_path, cast=" Al Pacino,Val Kilmer , AL PACINO,, Robert Downey, Jr.")
    assert row["display_cast"] == ["Al Pacino", "Val Kilmer", "Robert Downey Jr."]
    assert row["cast"] == ["al pacino", "val kilmer", "robert downey jr."]


def test_names_without_letters_are_left_out_and_told(tmp_path: Path) -> None:
    assert title_of(tmp_path, cast="1, 千尋", director="1")["cast"] == ["千尋"]
    assert ledger_of(tmp_path, title(1, cast="1, 千尋", director="1")) == [
        (2, "cast", "repaired", "not_a_name", "1, 千尋"),
        (2, "director", "repaired", "not_a_name", "1"),
    ]


def test_zero_width_characters_leave_the_title_and_are_told(tmp_path: Path) -> None:
    row = title_of(tmp_path, name="\u200bMaj Rati")
    assert (row["title"], row["display_title"]) == ("maj rati", "Maj Rati")
    assert ledger_of(tmp_path, title(1, "\u200bMaj Rati", description="")) == [
        (2, "title", "repaired", "zero_width_characters", "\u200bMaj Rati")
    ]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (title(""), "show_id", "no_id"),
        (title("680"), "show_id", "bad_id"),
        (title("s6a"), "show_id", "bad_id"),
        (title(5, " \u200b"), "title", "no_title"),
        (title(5, type="Song", duration="", rating=""), "type", "bad_type"),
        (title(7, "Again"), "show_id", "duplicate_id"),
    ],
)
def test_a_row_that_is_no_title_is_dropped_and_told_whole(
    tmp_path: Path, row: Row, column: str, reason: str
) -> None:
    rows = [title(7, "First"), row, title(8)]
    assert [r["display_title"] for r in titles_of(tmp_path, *rows)] == ["First", "Heat"]
    entries = ledger_of(tmp_path, *rows)
    assert [entry[:4] for entry in entries] == [(3, column, "dropped", reason)]
    assert next(csv.reader([entries[0][4]])) == list(row.values())


def test_columns_may_stand_in_any_order_beside_others_after_a_byte_order_mark(
    tmp_path: Path,
) -> None:
    raw = raw_folder(tmp_path, RATED_FILMS)
    path = write_csv(raw / "hulu_titles.csv", [title(1)], ["index", *reversed(TITLES_COLUMNS)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [row["title_id"] for row in tables_of(raw)["titles"].to_pylist()] == ["hs1"]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (b"", "netflix_titles.csv is empty"),
        (",".join(TITLES_COLUMNS).encode(), "netflix_titles.csv holds no title"),
        (",".join(TITLES_COLUMNS[:-1]).encode(), "has no column description"),
        (b"\x89PNG\r\n\x1a\n\x00\xff" * 50, "is not UTF-8 text"),
        (",".join(TITLES_COLUMNS).encode() + b"\ns1,Movie", "breaks off in the middle"),
    ],
)
def test_a_faulty_catalogue_stops_the_run_with_one_sentence(
    tmp_path: Path, damage: bytes, sentence: str
) -> None:
    raw = raw_folder(tmp_path / "raw", RATED_FILMS)
    good = run_etl(raw, tmp_path / "data")
    (raw / "netflix_titles.csv").write_bytes(damage)
    with pytest.raises(DataError, match=sentence) as caught:
        run_etl(raw, tmp_path / "data")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "data" / "current").read_text().strip() == good.version


def test_the_manifest_tells_of_each_catalogue_its_titles_matches_and_date(tmp_path: Path) -> None:
    from contracts.versions import read_manifest

    raw = raw_folder(tmp_path / "raw", RATED_FILMS)
    shows = title(3, type="TV Show", duration="1 Season", date_added="May 1, 2020")
    add_titles(raw, [title(1, "Heat"), title(2, "Nothing Like It"), shows])
    add_titles(raw, [title(1, date_added="")], "hulu_titles.csv")
    outcome = run_etl(raw, tmp_path / "data")
    settings = read_manifest(outcome.folder).settings
    assert settings["platforms"] == {
        "hulu": {"titles": 1, "movies": 1, "matched": 1, "snapshot": None},
        "netflix": {"titles": 3, "movies": 2, "matched": 1, "snapshot": "2021-09-25"},
    }
    assert (settings["scores"], settings["simulated_ratings"]) == (None, False)
    assert (outcome.counts["titles"], outcome.counts["matched"]) == (4, 2)


def test_every_row_of_a_messy_catalogue_is_kept_or_told(tmp_path: Path) -> None:
    rows = [
        title(n % 90 if n % 11 else "x", f"Title {n % 7 or ''}", type="Movie") for n in range(200)
    ]
    raw = add_titles(raw_folder(tmp_path, RATED_FILMS), rows)
    assert_every_row_is_accounted_for(raw / "netflix_titles.csv", tables_of(raw))


def test_every_row_of_the_real_catalogues_is_kept_or_told(real_raw: Path, tmp_path: Path) -> None:
    catalogues = sorted((real_raw.parent / "streaming-titles").glob("*.csv"))
    assert len(catalogues) == len(PLATFORMS)
    raw = raw_folder(tmp_path, RATED_FILMS)
    for file in catalogues:
        (raw / file.name).symlink_to(file)
    tables = tables_of(raw)
    assert tables["titles"].num_rows == 9_668 + 1_450 + 3_073 + 8_807
    for file in catalogues:
        assert_every_row_is_accounted_for(file, tables)


def assert_every_row_is_accounted_for(file: Path, tables: dict[str, pa.Table]) -> None:
    with file.open(newline="", encoding="utf-8-sig") as text:
        rows = list(csv.DictReader(text))
    platform = next(platform for platform in PLATFORMS if platform.file == file.name)
    kept = [r for r in tables["titles"].to_pylist() if r["platform"] == platform.name]
    told = [e for e in tables["ledger"].to_pylist() if e["file"] == file.name]
    dropped = [e for e in told if e["action"] == "dropped"]
    assert rows and len(kept) + len(dropped) == len(rows)
    assert {row["title_id"][1:] for row in kept} <= {row["show_id"] for row in rows}
    once = {e["reason"]: int(e["original"].removesuffix(" rows")) for e in told if not e["line"]}
    zero = sum(e["reason"] == "zero_duration" for e in told)
    unknown = sum(row["duration_int"] is None for row in kept)
    assert unknown == once.get("no_duration", 0) + zero
