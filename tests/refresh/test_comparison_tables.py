"""Rows of two versions of the data, beside what counting them one by one gives."""

import math
import shutil
from pathlib import Path

import pytest

from contracts.columns import TABLES
from contracts.errors import DataError
from refresh.tables_compared import KEYS, DataVersion, change_of
from tests.refresh.compared import Row, any_tables, credit, data_version, movie, rating

Keyed = dict[tuple[object, ...], Row]


def by_key(name: str, rows: list[Row]) -> Keyed:
    return {tuple(row[key] for key in KEYS[name]): row for row in rows}


def cell(row: Row, column: str) -> object:
    """A cell; a number that is none counts as missing."""
    value = row.get(column)
    return None if isinstance(value, float) and math.isnan(value) else value


def counted(name: str, before: Keyed, after: Keyed) -> dict[str, int]:
    """In how many rows of the same key each column changed."""
    found = {
        column: sum(
            cell(before[key], column) != cell(after[key], column) for key in before & after.keys()
        )
        for column in TABLES[name].names
    }
    return {column: rows for column, rows in found.items() if rows}


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("seed", range(5))
def test_rows_added_removed_and_changed_are_those_counted_one_by_one(
    name: str, seed: int, tmp_path: Path
) -> None:
    rows = any_tables(seed)[name], any_tables(seed + 100)[name]
    before, after = (by_key(name, each) for each in rows)
    versions = [data_version(tmp_path, v, **{name: r}) for v, r in zip("ab", rows, strict=True)]
    change = change_of(name, *versions)
    both = before.keys() & after.keys()
    assert both and before.keys() != after.keys()
    assert (change.before, change.after) == (len(before), len(after))
    assert change.added == len(after.keys() - both)
    assert change.removed == len(before.keys() - both)
    columns = counted(name, before, after)
    assert change.columns == columns
    assert list(change.columns.values()) == sorted(columns.values(), reverse=True)
    others = [
        key
        for key in both
        if any(cell(before[key], c) != cell(after[key], c) for c in TABLES[name].names)
    ]
    assert change.changed == len(others)


def test_names_in_another_order_or_number_are_a_change(tmp_path: Path) -> None:
    before = [credit(1, "AB"), credit(2, "AB"), credit(3, "AB"), credit(4, "")]
    after = [credit(1, "BA"), credit(2, "ABC"), credit(3, "AB"), credit(4, "")]
    change = change_of(
        "credits",
        data_version(tmp_path, "a", credits=before),
        data_version(tmp_path, "b", credits=after),
    )
    assert (change.changed, change.columns) == (2, {"cast": 2, "cast_ids": 1})


def test_a_value_that_comes_or_goes_is_a_change(tmp_path: Path) -> None:
    before = [movie(1, runtime=None), movie(2, tagline="x"), movie(3, runtime=None)]
    after = [movie(1, runtime=90), movie(2, tagline=None), movie(3, runtime=None)]
    versions = (
        data_version(tmp_path, "a", movies=before),
        data_version(tmp_path, "b", movies=after),
    )
    assert change_of("movies", *versions).columns == {"runtime": 1, "tagline": 1}


def test_users_and_films_of_any_size_are_told_apart(tmp_path: Path) -> None:
    before = [rating(1, 2**62), rating(2, 1), rating(2**62, 2)]
    after = [rating(1, 1), rating(2, 1, 5.0), rating(2**62, 2)]
    versions = (
        data_version(tmp_path, "a", ratings=before),
        data_version(tmp_path, "b", ratings=after),
    )
    change = change_of("ratings", *versions)
    assert (change.added, change.removed, change.changed) == (1, 1, 1)


def test_a_table_that_comes_or_goes_is_rows_added_or_removed(tmp_path: Path) -> None:
    none, some = data_version(tmp_path, "a"), data_version(tmp_path, "b", movies=[movie(1)])
    came, went = change_of("movies", none, some), change_of("movies", some, none)
    assert (came.before, came.after, came.added, came.removed) == (0, 1, 1, 0)
    assert (went.before, went.after, went.added, went.removed) == (1, 0, 0, 1)
    (some.folder / "movies.parquet").unlink()
    assert change_of("movies", DataVersion(some.folder), none).before == 0


def test_a_file_that_is_the_same_is_told_without_reading_its_rows(tmp_path: Path) -> None:
    before = data_version(tmp_path, "a", movies=[movie(1), movie(2)])
    shutil.copytree(before.folder, tmp_path / "b")
    after = DataVersion(tmp_path / "b")
    (after.folder / "movies.parquet").write_bytes(b"")
    change = change_of("movies", before, after)
    assert (change.before, change.after, change.added, change.changed) == (2, 2, 0, 0)


def test_a_table_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    before = data_version(tmp_path, "a", movies=[movie(1)])
    after = data_version(tmp_path, "b", movies=[movie(2)])
    (after.folder / "movies.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"movies\.parquet cannot be read"):
        change_of("movies", before, after)
