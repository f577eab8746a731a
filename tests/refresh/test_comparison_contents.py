"""Missing values, categories and words, beside what counting them one by one gives."""

import math
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from contracts.columns import TABLES
from refresh.contents_compared import (
    CATEGORIES,
    ZEROS,
    Missing,
    category_shifts,
    count_words,
    distance,
    missing_values,
    vocabulary_shift,
)
from refresh.tables_compared import KEYS
from tests.refresh.compared import Row, any_tables, credit, data_version, movie, title

SEEDS = pytest.mark.parametrize("seed", range(5))


def plain_distance(before: Counter[str], after: Counter[str]) -> float:
    """Jensen and Shannon's, by its definition."""
    halves = 0.0
    for name in before | after:
        p, q = before[name] / before.total(), after[name] / after.total()
        for share in (p, q):
            halves += share * math.log2(2 * share / (p + q)) / 2 if share else 0
    return math.sqrt(halves)


def lacks(row: Row, column: str) -> bool:
    value = row.get(column)
    if isinstance(value, float) and math.isnan(value):
        return True
    empty = value is None or value == [] or (isinstance(value, str) and not value.strip())
    return empty or (column in ZEROS and value == 0)


def plain_missing(tables: dict[str, list[Row]], name: str, column: str) -> float:
    rows = tables[name]
    if name in ("movies", "titles"):
        return sum(lacks(row, column) for row in rows) / len(rows)
    having = {row["movie_id"] for row in rows if not lacks(row, column)}
    return sum(row["movie_id"] not in having for row in tables["movies"]) / len(tables["movies"])


@SEEDS
def test_missing_values_are_those_counted_one_by_one(seed: int, tmp_path: Path) -> None:
    tables = any_tables(seed), any_tables(seed + 100)
    versions = [data_version(tmp_path, v, **t) for v, t in zip("ab", tables, strict=True)]
    found = missing_values(*versions)
    assert found.keys() == {
        f"{name}.{column}"
        for name in ("movies", "titles", "credits", "keywords")
        for column in TABLES[name].names
        if column not in KEYS[name]
    }
    for name, gap in found.items():
        before, after = (plain_missing(each, *name.split(".")) for each in tables)
        assert (gap.before, gap.after) == pytest.approx((before, after)), name
    assert found["movies.runtime"].filled == sum(
        not lacks(row, "runtime") for row in tables[0]["movies"]
    )


def test_an_emptied_column_is_wholly_lost_however_few_films_had_it() -> None:
    assert Missing(before=0.95, after=1.0, filled=5).lost == pytest.approx(1)
    assert Missing(before=0.5, after=0.6, filled=50).lost == pytest.approx(0.2)
    assert Missing(before=0.6, after=0.5, filled=40).lost == 0
    assert Missing(before=1.0, after=1.0, filled=0).lost == 0


def test_films_without_a_row_lack_their_cast(tmp_path: Path) -> None:
    films = [movie(n) for n in range(1, 5)]
    whole = data_version(tmp_path, "a", movies=films, credits=[credit(n) for n in range(1, 5)])
    half = data_version(tmp_path, "b", movies=films, credits=[credit(1), credit(2)])
    assert missing_values(whole, half)["credits.cast"] == Missing(0.0, 0.5, 4)


def test_a_table_that_only_one_version_has_lacks_nothing(tmp_path: Path) -> None:
    without = data_version(tmp_path, "a", movies=[movie(1)])
    having = data_version(tmp_path, "b", movies=[movie(1)], titles=[title("as1")])
    for pair in ((without, having), (having, without)):
        assert not [name for name in missing_values(*pair) if name.startswith("titles")]
        assert category_shifts(*pair)["platforms"].distance is None


@SEEDS
def test_the_distance_is_jensen_and_shannons(seed: int) -> None:
    draw = random.Random(seed)
    before, after = (Counter(draw.choices("abcdefg", k=50)) for _ in range(2))
    names = list("abcdefgh")
    found = distance([before[n] for n in names], [after[n] for n in names])
    assert found == pytest.approx(plain_distance(before, after), abs=1e-9)


def test_the_distance_goes_from_the_same_to_nothing_in_common() -> None:
    assert distance([3, 1], [3, 1]) == 0
    assert distance([3, 1], [300, 100]) == pytest.approx(0, abs=1e-7)
    assert distance([5, 0], [0, 2]) == pytest.approx(1)
    assert distance([0, 0], [1, 1]) is None


@SEEDS
def test_categories_shift_as_their_names_do(seed: int, tmp_path: Path) -> None:
    tables = any_tables(seed), any_tables(seed + 100)
    versions = [data_version(tmp_path, v, **t) for v, t in zip("ab", tables, strict=True)]
    for name, shift in category_shifts(*versions).items():
        table, column = CATEGORIES[name]
        before, after = (
            Counter(
                each
                for row in rows[table]
                if (value := row[column])
                for each in ([value] if isinstance(value, str) else value)
            )
            for rows in tables
        )
        assert shift.distance == pytest.approx(plain_distance(before, after), abs=1e-9)
        assert (shift.before, shift.after) == (len(before), len(after))


def test_names_that_appear_or_vanish_are_told_the_most_frequent_first(tmp_path: Path) -> None:
    before = [
        movie(1, genres=["War", "Drama"]),
        movie(2, genres=["War", "Noir"]),
        movie(3, genres=["War"]),
    ]
    after = [
        movie(1, genres=["Epic", "Drama"]),
        movie(2, genres=["Epic"]),
        movie(3, genres=["Anime"]),
    ]
    shift = category_shifts(
        data_version(tmp_path, "a", movies=before), data_version(tmp_path, "b", movies=after)
    )["genres"]
    assert list(shift.vanished.items()) == [("War", 3), ("Noir", 1)]
    assert list(shift.appeared.items()) == [("Epic", 2), ("Anime", 1)]


def test_of_companies_all_beyond_the_first_fifty_count_as_one(tmp_path: Path) -> None:
    known = [movie(n, production_companies=[f"Known {n % 50}"]) for n in range(100)]
    small = [movie(100 + n, production_companies=[f"Small {n}"]) for n in range(20)]
    others = [movie(100 + n, production_companies=[f"Other {n}"]) for n in range(20)]
    before = data_version(tmp_path, "a", movies=known + small)
    after = data_version(tmp_path, "b", movies=known + others)
    shift = category_shifts(before, after)["companies"]
    assert (shift.distance, shift.appeared, shift.vanished) == (0, {}, {})
    assert (shift.before, shift.after) == (70, 70)
    gone = category_shifts(before, data_version(tmp_path, "c", movies=known[:75]))["companies"]
    kept, whole = Counter(), Counter()
    for n in range(100):
        whole[f"{n % 50}"] += 1
        kept[f"{n % 50}"] += n < 75
    assert gone.distance == pytest.approx(plain_distance(whole + Counter(rest=20), kept))


@SEEDS
def test_words_are_those_that_a_reader_counts(seed: int, tmp_path: Path) -> None:
    tables = any_tables(seed), any_tables(seed + 100)
    tables[1]["movies"][0]["overview"] = "Zwölf zwölf Zeppelins; zeppelins-ZEPPELINS!"
    versions = [data_version(tmp_path, v, **t) for v, t in zip("ab", tables, strict=True)]
    known, words = (
        Counter(
            re.findall(
                r"[^\W\d_]{3,}",
                " ".join(
                    [row["overview"] or "" for row in each["movies"]]
                    + [name for row in each["keywords"] for name in row["keywords"]]
                ).lower(),
            )
        )
        for each in tables
    )
    assert count_words(versions[1]) == words
    found = vocabulary_shift(*versions)
    assert found.words.distance == pytest.approx(plain_distance(known, words), abs=1e-9)
    new = sum(n for word, n in words.items() if word not in known)
    assert found.unknown == pytest.approx(new / words.total())
    assert list(found.words.appeared.items())[:2] == [("zeppelins", 3), ("zwölf", 2)]


def test_without_a_word_there_is_no_distance(tmp_path: Path) -> None:
    silent = data_version(tmp_path, "a", movies=[movie(1, overview=None)])
    speaking = data_version(tmp_path, "b", movies=[movie(1, overview="guerra")])
    found = vocabulary_shift(silent, speaking)
    assert (found.words.distance, found.unknown) == (None, 1.0)
    assert vocabulary_shift(speaking, silent).unknown == 0
