import csv
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from etl.literals import parse_literal

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "generate_raw.py"
FILES = ("movies_dataset.csv", "credits.csv", "keywords.csv")
NESTED = (
    *("genres", "belongs_to_collection", "production_companies", "production_countries"),
    *("spoken_languages", "cast", "crew", "keywords"),
)


def generate(out: Path, *options: str) -> Path:
    command = [sys.executable, str(SCRIPT), "--out", str(out), "--films", "300", *options]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return out


def rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return generate(tmp_path_factory.mktemp("raw"))


def test_the_same_seed_gives_the_same_bytes(raw, tmp_path):
    again = generate(tmp_path)
    for name in FILES:
        assert (again / name).read_bytes() == (raw / name).read_bytes()


def test_another_seed_gives_other_films(raw, tmp_path):
    other = generate(tmp_path, "--seed", "2")
    for name in FILES:
        assert (other / name).read_bytes() != (raw / name).read_bytes()


def test_every_nested_cell_is_a_literal(raw):
    cells = [
        row[column]
        for name in FILES
        for row in rows(raw / name)
        for column in NESTED
        if row.get(column) and row["id"].isdigit()
    ]
    assert len(cells) > 300 * 6
    for cell in cells:
        assert isinstance(parse_literal(cell), list | dict)


def test_the_columns_are_those_of_the_original(raw):
    heads = [rows(raw / name)[0].keys() for name in FILES]
    assert [len(head) for head in heads] == [24, 3, 2]
    entry = parse_literal(rows(raw / "credits.csv")[0]["cast"])[0]
    assert list(entry) == [
        *("cast_id", "character", "credit_id", "gender", "id", "name", "order", "profile_path")
    ]
    entry = parse_literal(rows(raw / "credits.csv")[0]["crew"])[0]
    assert list(entry) == [
        *("credit_id", "department", "gender", "id", "job", "name", "profile_path")
    ]


def test_the_flaws_of_the_original_are_there(raw):
    movies = rows(raw / "movies_dataset.csv")
    ids = [row["id"] for row in movies if row["id"].isdigit()]
    torn = [row["id"] for row in movies if not row["id"].isdigit()]
    assert len(torn) == 1 and date.fromisoformat(torn[0])
    assert len(ids) == 301 and len(set(ids)) == 300
    assert any(not row["release_date"] for row in movies if row["title"])
    assert max(len(row["cast"]) for row in rows(raw / "credits.csv")) > 50_000


def test_people_recur(raw):
    crews = [parse_literal(row["crew"]) for row in rows(raw / "credits.csv")]
    directors = [one["id"] for crew in crews for one in crew if one["job"] == "Director"]
    assert len(set(directors)) < len(directors)


def test_words_can_be_those_of_other_files(raw, tmp_path):
    like = generate(tmp_path, "--like", str(raw))
    assert (like / FILES[0]).read_bytes() != (raw / FILES[0]).read_bytes()
