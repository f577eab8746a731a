import gzip
import logging
import zipfile
from pathlib import Path

import pytest

from contracts.errors import DataError
from etl.run import run_etl, transform
from etl.sources import find_sources
from tests.raw import RATED_FILMS, rated_folder, rating, raw_folder

HEADER = b"userId,movieId,rating,timestamp\n"
RATINGS = [rating(1, 1, 3), rating(2, 6, 4)]


def ratings_of(raw: Path) -> list[dict[str, float]]:
    return transform(find_sources(raw))[0]["ratings"].to_pylist()


def test_gzip_zip_and_byte_order_mark_give_the_same_ratings(tmp_path: Path) -> None:
    plain = rated_folder(tmp_path / "plain", RATINGS)
    packed = raw_folder(tmp_path / "packed", RATED_FILMS)
    text = b"\xef\xbb\xbf" + (plain / "ratings.csv").read_bytes()
    with gzip.open(packed / "ratings.csv.gz", "wb") as file:
        file.write(text)
    with zipfile.ZipFile(packed / "archive.zip", "w") as archive:
        archive.write(plain / "links.csv", "deep/links.csv")
    assert len(ratings_of(plain)) == 2
    assert ratings_of(plain) == ratings_of(packed)


def test_the_whole_file_is_taken_where_its_part_lies_beside_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    raw = rated_folder(tmp_path, RATINGS)
    (raw / "a").mkdir()
    (raw / "a" / "ratings_small.csv").write_bytes(HEADER)
    (raw / "links_small.csv").write_bytes(b"")
    with caplog.at_level(logging.INFO, "etl.sources"):
        assert len(ratings_of(raw)) == 2
    told = [record.getMessage() for record in caplog.records]
    assert [("_small.csv" in line, "taken=" in line) for line in told] == [(True, True)] * 2


def test_the_part_alone_is_taken(tmp_path: Path) -> None:
    raw = rated_folder(tmp_path, RATINGS)
    for role in ("ratings", "links"):
        (raw / f"{role}.csv").rename(raw / f"{role}_small.csv")
    assert len(ratings_of(raw)) == 2


@pytest.mark.parametrize("name", ["ratings.csv", "ratings_small.csv"])
def test_two_ratings_files_of_one_name_are_named(tmp_path: Path, name: str) -> None:
    raw = rated_folder(tmp_path, RATINGS)
    (raw / "ratings.csv").rename(raw / name)
    (raw / "deep").mkdir()
    (raw / "deep" / name).write_bytes(HEADER)
    with pytest.raises(DataError, match=rf"claim to be the ratings: .*{name} and .*{name}"):
        find_sources(raw)


@pytest.mark.parametrize(
    ("name", "damage", "sentence"),
    [
        ("ratings.csv", b"", "ratings.csv is empty"),
        ("ratings.csv", b"\n\n", "ratings.csv is empty"),
        ("ratings.csv", b"userId,movieId,rating\n1,1,3\n", "has no column timestamp"),
        ("ratings.csv", b"userId;movieId;rating;timestamp\n1;1;3;7\n", "has no column userId"),
        ("ratings.csv", b"\x89PNG\r\n\x1a\n\x00\xff" * 50, "is not UTF-8 text"),
        ("ratings.csv", b"\x00\x01\x02" * 500, "has no column userId, movieId, rating"),
        ("ratings.csv", b"\x00" * 2_000_000, "is not well-formed CSV: a line has more than 1 MB"),
        ("ratings.csv", HEADER + b"1,1,3,7\n1,1", "breaks off .* row at line 3"),
        ("ratings.csv.gz", b"\x1f\x8b\x08 not gzip", "cannot be read"),
        ("ratings.csv.gz", gzip.compress(HEADER * 99)[:-30], "cannot be read"),
        ("links.csv", b"", "links.csv is empty"),
        ("links.csv", b"movieId,imdbId\n1,2\n", "links.csv has no column tmdbId"),
    ],
)
def test_a_faulty_file_stops_the_run_with_one_sentence(
    tmp_path: Path, name: str, damage: bytes, sentence: str
) -> None:
    raw = rated_folder(tmp_path / "raw", RATINGS)
    good = run_etl(raw, tmp_path / "data")
    (raw / name.removesuffix(".gz")).unlink()
    (raw / name).write_bytes(damage)
    with pytest.raises(DataError, match=sentence) as caught:
        run_etl(raw, tmp_path / "data")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "data" / "current").read_text().strip() == good.version
