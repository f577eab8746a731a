import csv
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "benchmarks"
FILES = ("links.csv", "ratings.csv")


def run(script: str, *options: object) -> str:
    command = [sys.executable, str(SCRIPTS / script), *map(str, options)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def generate(raw: Path) -> Path:
    run("generate_raw.py", "--out", raw, "--films", 300)
    said = run("generate_ratings.py", "--raw", raw, "--films-per-user", 10)
    assert said == f"{len(rows(raw / 'ratings.csv')):,} ratings of 30 people\n"
    return raw


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("rated"))


def test_the_same_seed_gives_the_same_bytes(raw: Path, tmp_path: Path) -> None:
    again = generate(tmp_path)
    for name in FILES:
        assert (again / name).read_bytes() == (raw / name).read_bytes()


def test_every_rating_is_of_a_film_that_a_link_knows(raw: Path) -> None:
    known = {row["movieId"] for row in rows(raw / "links.csv")}
    csv.field_size_limit(sys.maxsize)
    films = {row["id"] for row in rows(raw / "movies_dataset.csv")}
    assert {row["movieId"] for row in rows(raw / "ratings.csv")} <= known
    assert {row["tmdbId"] for row in rows(raw / "links.csv")} <= films


def test_nobody_rates_a_film_twice_and_stars_are_halves(raw: Path) -> None:
    ratings = rows(raw / "ratings.csv")
    pairs = [(row["userId"], row["movieId"]) for row in ratings]
    assert len(set(pairs)) == len(pairs)
    assert {float(row["rating"]) for row in ratings} <= {half / 2 for half in range(1, 11)}
