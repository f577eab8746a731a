import csv
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import etl.lines
from contracts.columns import RATINGS
from etl.run import run_etl, transform
from etl.sources import find_sources
from tests.raw import LINKS, RATED_FILMS, Row, link, rated_folder, rating, raw_folder

HEADER = "userId,movieId,rating,timestamp\n"


def with_text(folder: Path, text: str, links: Iterable[Row] | None = LINKS) -> Path:
    raw = rated_folder(folder, [], links)
    (raw / "ratings.csv").write_text(text)
    return raw


def tables_of(raw: Path) -> dict[str, pa.Table]:
    return transform(find_sources(raw))[0]


def ratings_of(raw: Path) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in tables_of(raw)["ratings"].to_pylist()]


def ledger_of(raw: Path) -> list[tuple[Any, ...]]:
    entries = tables_of(raw)["ledger"].to_pylist()
    return [
        (e["line"], e["column"], e["action"], e["reason"], e["original"])
        for e in entries
        if e["file"] not in {"movies_dataset.csv", "credits.csv"}
    ]


def test_ratings_carry_our_ids_and_are_in_order_of_user_and_film(tmp_path: Path) -> None:
    rows = [rating(10, 6, 4.5, 30), rating(9, 6, 0.5, 20), rating(9, 1, "5", 10)]
    assert ratings_of(rated_folder(tmp_path, rows)) == [
        (9, 862, 5.0, 10),
        (9, 949, 0.5, 20),
        (10, 949, 4.5, 30),
    ]


def test_without_a_ratings_file_the_table_is_there_and_empty(tmp_path: Path) -> None:
    outcome = run_etl(raw_folder(tmp_path / "raw", RATED_FILMS), tmp_path / "data")
    table = pq.read_table(outcome.folder / "ratings.parquet")
    assert table.num_rows == 0 and table.schema.equals(RATINGS)
    assert (outcome.counts["ratings"], outcome.counts["users"]) == (0, 0)


def test_a_ratings_file_with_a_header_alone_gives_an_empty_table(tmp_path: Path) -> None:
    raw = rated_folder(tmp_path, [])
    assert ratings_of(raw) == ledger_of(raw) == []


def test_the_manifest_counts_ratings_and_users(tmp_path: Path) -> None:
    raw = rated_folder(tmp_path / "raw", [rating(1, 1, 3), rating(1, 6, 3), rating(2, 1, 3)])
    counts = run_etl(raw, tmp_path / "data").counts
    assert (counts["ratings"], counts["users"]) == (3, 2)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [rating(user, movie, 3, user * movie % 7) for user in (3, 1, 2) for movie in (9, 6, 1)]
    raw = rated_folder(tmp_path / "raw", rows)
    one, two = (run_etl(raw, tmp_path / name).folder for name in ("one", "two"))
    names = [path.name for path in one.iterdir()]
    assert "ratings.parquet" in names
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in names)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (rating(1, 5, 3), "movieId", "not_in_links"),
        (rating(1, 7, 3), "movieId", "not_in_links"),
        (rating(1, 8, 3), "movieId", "no_such_movie"),
        (rating("", 1, 3), "userId", "no_id"),
        (rating("ana", 1, 3), "userId", "bad_id"),
        (rating("-1", 1, 3), "userId", "bad_id"),
        (rating("9" * 19, 1, 3), "userId", "bad_id"),
        (rating("0x1F", 1, 3), "userId", "bad_id"),
        (rating(1, " ", 3), "movieId", "no_id"),
        (rating(1, "tt0114709", 3), "movieId", "bad_id"),
        (rating(1, "1.5", 3), "movieId", "bad_id"),
        (rating(1, 1, "0.4"), "rating", "rating_out_of_range"),
        (rating(1, 1, "5.1"), "rating", "rating_out_of_range"),
        (rating(1, 1, "-3"), "rating", "rating_out_of_range"),
        (rating(1, 1, "1e999"), "rating", "rating_out_of_range"),
        (rating(1, 1, ""), "rating", "not_a_number"),
        (rating(1, 1, "nan"), "rating", "not_a_number"),
        (rating(1, 1, "cinco"), "rating", "not_a_number"),
        (rating(1, 1, 3, ""), "timestamp", "not_a_number"),
        (rating(1, 1, 3, "2015-03-09 22:52:09"), "timestamp", "not_a_number"),
    ],
)
def test_a_rating_that_cannot_count_is_told_with_its_line_column_and_text(
    tmp_path: Path, row: Row, column: str, reason: str
) -> None:
    raw = rated_folder(tmp_path, [rating(2, 6, 4), row, rating(3, 6, 4)])
    assert [entry[0] for entry in ratings_of(raw)] == [2, 3]
    assert ledger_of(raw) == [(3, column, "dropped", reason, ",".join(row.values()))]


@pytest.mark.parametrize(
    "row",
    [
        rating("1.0", " 1 ", "4.50", "964982703.0"),
        rating('"1"', '"1"', '"4.5"', '"964982703"'),
        rating("1", "1", "+4.5e0", "964982703"),
    ],
)
def test_cells_are_read_however_a_spreadsheet_spells_numbers(tmp_path: Path, row: Row) -> None:
    text = HEADER + ",".join(row.values()) + "\n2,6,3,5\n"
    assert ratings_of(with_text(tmp_path, text))[0] == (1, 862, 4.5, 964982703)


def test_decimal_commas_between_quotes_are_read_as_decimals(tmp_path: Path) -> None:
    raw = with_text(tmp_path, HEADER + '1,1,"4,5",7\n2,6,"3",5\n')
    assert [row[2] for row in ratings_of(raw)] == [4.5, 3.0]


def test_columns_may_stand_in_any_order_and_beside_others(tmp_path: Path) -> None:
    text = "\ufeff;,timestamp,rating,movieId,userId\n0,7,4.5,1,3\n1,8,4.5,1,4\n"
    assert ratings_of(with_text(tmp_path, text))[0] == (3, 862, 4.5, 7)


def test_lines_keep_their_numbers_beside_blank_ones_and_windows_line_ends(tmp_path: Path) -> None:
    raw = with_text(tmp_path, HEADER + "\r\n1,1,4,7\r\n\r\n1,5,4,7\r\n2,6,4,7")
    assert [row[0] for row in ratings_of(raw)] == [1, 2]
    assert ledger_of(raw) == [(5, "movieId", "dropped", "not_in_links", "1,5,4,7")]


def test_lines_keep_their_numbers_across_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [rating(user, 5 if user % 3 else 6, 4) for user in range(1, 500)]
    raw = rated_folder(tmp_path, [*rows, *rows[2:3]])
    whole = tables_of(raw)
    monkeypatch.setattr(etl.lines, "BLOCK_BYTES", 100)
    cut = tables_of(raw)
    assert whole["ratings"].equals(cut["ratings"])
    assert whole["ledger"].equals(cut["ledger"])
    lines = (raw / "ratings.csv").read_text().split("\n")
    entries = [e for e in cut["ledger"].to_pylist() if e["file"] == "ratings.csv"]
    assert len(entries) == 333 + 1
    assert all(lines[e["line"] - 1] == e["original"] for e in entries)


def test_a_row_with_too_many_or_too_few_cells_is_told(tmp_path: Path) -> None:
    raw = with_text(tmp_path, HEADER + "1,1,4,7,8\n1,1,4\n2,6,4,7\n3,6,4,7\n")
    assert [row[0] for row in ratings_of(raw)] == [2, 3]
    assert [(entry[0], *entry[3:]) for entry in ledger_of(raw)] == [
        (2, "wrong_cell_count", "1,1,4,7,8"),
        (3, "wrong_cell_count", "1,1,4"),
    ]


def test_of_a_users_ratings_of_one_film_the_last_counts(tmp_path: Path) -> None:
    rows = [rating(1, 1, 5, 30), rating(1, 9, 2, 20), rating(1, 1, 1, 10), rating(2, 1, 3)]
    raw = rated_folder(tmp_path, rows)
    assert ratings_of(raw)[0] == (1, 862, 5.0, 30)
    assert ledger_of(raw) == [
        (3, None, "dropped", "duplicate_rating", "1,9,2,20"),
        (4, None, "dropped", "duplicate_rating", "1,1,1,10"),
    ]


def test_of_ratings_in_one_second_the_later_line_counts(tmp_path: Path) -> None:
    raw = rated_folder(tmp_path, [rating(1, 1, 5, 30), rating(1, 9, 2, 30), rating(2, 1, 3)])
    assert ratings_of(raw)[0] == (1, 862, 2.0, 30)
    assert [entry[0] for entry in ledger_of(raw)] == [2]


def test_ratings_without_links_are_told_once_for_the_whole_file(tmp_path: Path) -> None:
    rows = [rating(user, 1, 3) for user in range(1, 100)]
    raw = rated_folder(tmp_path, [*rows, rating(1, 1, 9)], link_rows=None)
    assert ratings_of(raw) == []
    assert ledger_of(raw) == [
        (0, None, "dropped", "no_links", "99 rows"),
        (101, "rating", "dropped", "rating_out_of_range", "1,1,9,964982703"),
    ]


def test_ratings_of_platform_titles_are_told_once_and_the_others_count(tmp_path: Path) -> None:
    platform = [rating(user, f"{letter}s680", 3) for user, letter in enumerate("adhn")]
    raw = rated_folder(tmp_path, [*platform, rating(1, 1, 3), rating(2, 1, 3)])
    assert [row[0] for row in ratings_of(raw)] == [1, 2]
    assert ledger_of(raw) == [(0, None, "dropped", "platform_film", "4 rows")]


def test_a_file_of_platform_ratings_alone_gives_an_empty_table(tmp_path: Path) -> None:
    raw = rated_folder(tmp_path, [rating(1, "as680", 3)], link_rows=None)
    assert ratings_of(raw) == []
    assert ledger_of(raw) == [(0, None, "dropped", "platform_film", "1 rows")]


def test_ratings_of_one_user_are_kept_and_told(tmp_path: Path) -> None:
    raw = rated_folder(tmp_path, [rating(1, 1, 3), rating(1, 6, 3)])
    assert len(ratings_of(raw)) == 2
    assert ledger_of(raw) == [(0, None, "kept", "too_few_users", "2 rows")]


def test_broken_links_are_told_and_links_of_films_we_lack_are_not(tmp_path: Path) -> None:
    links = [link("x", 862), link("", 862), link(1, "y"), link(1, 862), link(1, 949), link(8, 555)]
    raw = rated_folder(tmp_path, [rating(1, 1, 3), rating(2, 1, 3)], links)
    assert [row[1] for row in ratings_of(raw)] == [862, 862]
    assert [(e[0], e[1], e[3]) for e in ledger_of(raw)] == [
        (2, "movieId", "bad_id"),
        (3, "movieId", "no_id"),
        (4, "tmdbId", "bad_id"),
        (6, "movieId", "duplicate_id"),
    ]
    assert ledger_of(raw)[2][4] == "1,0114709,y"


@pytest.mark.parametrize("links", [LINKS, None])
def test_every_row_of_a_messy_file_is_kept_or_told(
    tmp_path: Path, links: Iterable[Row] | None
) -> None:
    rng = random.Random(0)
    users, movies = ["1", "2", "3", "", "x"], ["1", "6", "9", "5", "7", "8", "as1", "", "1.5"]
    stars, times = ["0.5", "3", "5", "6", "n/a", '"4,5"'], ["7", "8", "", "never"]
    pools = (users * 3, movies * 3, stars * 3, times, ["", "", "", ",extra"])
    rows = [",".join(map(rng.choice, pools[:4])) + rng.choice(pools[4]) for _ in range(2_000)]
    rows.append("1,1,3,7")
    raw = with_text(tmp_path, HEADER + "\n".join(rows) + "\n", links)
    told = ledger_of(raw)
    of_file = sum(int(entry[4].removesuffix(" rows")) for entry in told if entry[0] == 0)
    of_rows = [entry for entry in told if entry[0]]
    assert len(ratings_of(raw)) + of_file + len(of_rows) == len(rows)
    assert all(rows[entry[0] - 2] == entry[4] for entry in of_rows)
    assert len({entry[0] for entry in of_rows}) == len(of_rows)


def test_every_rating_of_the_real_file_is_kept_or_told(real_raw: Path) -> None:
    tables = tables_of(real_raw)
    with (real_raw / "ratings_small.csv").open(newline="") as file:
        lines = list(csv.reader(file))
    told = [e for e in tables["ledger"].to_pylist() if e["file"] == "ratings_small.csv"]
    assert len(lines) - 1 == 49_135 == tables["ratings"].num_rows + len(told)
    assert {e["action"] for e in told} == {"dropped"}
    assert all(e["original"] == ",".join(lines[e["line"] - 1]) for e in told)
