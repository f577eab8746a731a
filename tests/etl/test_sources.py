import gzip
import shutil
import zipfile
from pathlib import Path

import pytest

from contracts.errors import DataError
from etl.run import run_etl, transform
from etl.sources import find_sources, ratings_files
from tests.raw import add_ratings, add_titles, credit, film, rating, raw_folder, title


def test_files_are_found_in_subfolders_by_either_name(tmp_path: Path) -> None:
    raw_folder(tmp_path / "deep" / "down", [film(1)])
    (tmp_path / "deep/down/movies_dataset.csv").rename(tmp_path / "movies_metadata.csv")
    assert {role: s.path.name for role, s in find_sources(tmp_path).items()} == {
        "movies": "movies_metadata.csv",
        "credits": "credits.csv",
    }


def test_gzip_zip_and_byte_order_mark_give_the_same_tables(tmp_path: Path) -> None:
    plain = raw_folder(tmp_path / "plain", [film(1, "Señora")], [credit(1, ["Ñusta"])])
    packed = tmp_path / "packed"
    packed.mkdir()
    with gzip.open(packed / "credits.csv.gz", "wb") as file:
        file.write((plain / "credits.csv").read_bytes())
    with zipfile.ZipFile(packed / "archive.zip", "w") as archive:
        movies = (plain / "movies_dataset.csv").read_bytes()
        archive.writestr("folder/movies_dataset.csv", b"\xef\xbb\xbf" + movies)
        archive.writestr("__MACOSX/folder/movies_dataset.csv", b"shadow")
    expected, found = transform(find_sources(plain))[0], transform(find_sources(packed))[0]
    assert all(expected[name].equals(found[name]) for name in expected)


def test_packing_a_file_changes_nothing_in_its_version(tmp_path: Path) -> None:
    plain = raw_folder(tmp_path / "plain", [film(1)])
    first = run_etl(plain, tmp_path / "data")
    with gzip.open(plain / "credits.csv.gz", "wb") as file:
        file.write((plain / "credits.csv").read_bytes())
    (plain / "credits.csv").unlink()
    second = run_etl(plain, tmp_path / "data")
    assert (second.version, second.built) == (first.version, False)


def test_two_files_that_claim_one_role_are_named(tmp_path: Path) -> None:
    raw_folder(tmp_path / "a", [film(1)])
    raw_folder(tmp_path / "b", [film(1)])
    with pytest.raises(DataError, match=r"claim to be the credits: .*a/credits.csv and .*b/cred"):
        find_sources(tmp_path)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere does not exist"):
        find_sources(tmp_path / "nowhere")


def test_a_missing_file_is_told_by_its_names(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no movies_dataset.csv or movies_metadata.csv"):
        find_sources(tmp_path)


@pytest.mark.parametrize(
    ("name", "damage", "sentence"),
    [
        ("credits.csv", b"", "credits.csv is empty"),
        ("credits.csv", b"cast,id\n[],1\n", "has no column crew"),
        ("credits.csv", b"\x89PNG\r\n\x1a\n\x00\xff" * 50, "is not UTF-8 text"),
        ("credits.csv", b"\x00\x01\x02" * 500, "has no column id, cast, crew"),
        ("credits.csv", b'cast,crew,id\n"[]","[{', "breaks off inside a quoted cell"),
        ("credits.csv", b"cast,crew,id\n[],[],1\n[],[]", "breaks off in the middle of the row"),
        ("credits.csv", b'cast,crew,id\n"[]"x,[],1\n', "is not well-formed CSV"),
        ("credits.csv.gz", b"\x1f\x8b\x08 not gzip", "cannot be read"),
        ("credits.zip", b"PK not a zip", "cannot be read"),
    ],
)
def test_a_faulty_file_stops_the_run_with_one_sentence(
    tmp_path: Path, name: str, damage: bytes, sentence: str
) -> None:
    raw = raw_folder(tmp_path / "raw", [film(1)])
    good = run_etl(raw, tmp_path / "data")
    (raw / "credits.csv").unlink()
    (raw / name).write_bytes(damage)
    with pytest.raises(DataError, match=sentence) as caught:
        run_etl(raw, tmp_path / "data")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "data" / "current").read_text().strip() == good.version
    assert good.folder.is_dir()


def test_a_file_without_any_film_stops_the_run_with_one_sentence(tmp_path: Path) -> None:
    for films in ([], [film(1, release_date="")], [film("x")]):
        with pytest.raises(DataError, match="movies_dataset.csv holds no film"):
            run_etl(raw_folder(tmp_path / "raw", films), tmp_path / "data")


def test_a_gzip_cut_in_half_is_told(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path, [film(1)], [credit(n, ["A" * 50]) for n in range(99)])
    whole = gzip.compress((raw / "credits.csv").read_bytes())
    (raw / "credits.csv").unlink()
    (raw / "credits.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="cannot be read"):
        run_etl(raw, tmp_path / "data")


def test_a_row_with_too_many_cells_goes_to_the_ledger_with_its_line(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path, [film(1), film(2)])
    (raw / "credits.csv").write_text("cast,crew,id\n[],[],1,extra\n[],[],2\n")
    entry = transform(find_sources(raw))[0]["ledger"].to_pylist()[0]
    assert (entry["file"], entry["line"], entry["reason"]) == ("credits.csv", 2, "wrong_cell_count")
    assert entry["original"] == "[],[],1,extra"


def test_line_numbers_are_those_of_the_file_even_after_cells_of_many_lines(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path, [film(1, overview="one\ntwo\rstill two\nthree"), film("x")])
    entry = transform(find_sources(raw))[0]["ledger"].to_pylist()[-1]
    line = (raw / "movies_dataset.csv").read_bytes().split(b"\n")[entry["line"] - 1]
    assert entry["reason"] == "bad_id" and b",x," in line


def test_a_full_disk_is_told_and_the_version_before_stays(
    small_disk: Path, tmp_path: Path, sample_raw: Path
) -> None:
    first = run_etl(raw_folder(tmp_path, [film(1)]), small_disk / "data")
    (small_disk / "filler").write_bytes(b"x" * (small_disk_free(small_disk) - 20_000))
    with pytest.raises(DataError, match="the disk is full"):
        run_etl(sample_raw, small_disk / "data")
    (small_disk / "filler").unlink()
    assert (small_disk / "data" / "current").read_text().strip() == first.version
    assert run_etl(sample_raw, small_disk / "data").built


def small_disk_free(disk: Path) -> int:
    return shutil.disk_usage(disk).free


def test_catalogues_are_found_by_their_names_and_two_of_one_platform_are_named(
    tmp_path: Path,
) -> None:
    raw = add_titles(raw_folder(tmp_path, [film(1)]), [title(1)], "Disney_Plus_titles.csv")
    assert find_sources(raw)["disney_titles"].label == "Disney_Plus_titles.csv"
    (raw / "deep").mkdir()
    add_titles(raw / "deep", [title(1)], "disney_plus_titles.csv")
    with pytest.raises(DataError, match="two files claim to be the disney_titles"):
        find_sources(raw)


def test_ratings_of_platforms_are_found_by_their_columns_and_all_count(tmp_path: Path) -> None:
    raw = add_ratings(raw_folder(tmp_path, [film(1)]), [], "2.csv")
    (raw / "1.csv.gz").write_bytes(
        gzip.compress(b"\xef\xbb\xbfmovieId, rating,userId,timestamp\r\n")
    )
    with zipfile.ZipFile(raw / "more.zip", "w") as archive:
        archive.writestr("deep/3.csv", '"userId","rating","timestamp","movieId"\n')
        archive.writestr("deep/other.csv", "userId,rating,movieId\n")
        archive.writestr("deep/3.txt", "userId,rating,timestamp,movieId\n")
    found = find_sources(raw)
    assert [file.label for file in ratings_files(found)] == ["1.csv", "2.csv", "3.csv"]
    assert [role for role in found if "/" in role] == [
        "platform_ratings/1.csv",
        "platform_ratings/2.csv",
        "platform_ratings/3.csv",
    ]


def test_ratings_files_of_one_name_in_two_folders_both_count(tmp_path: Path) -> None:
    raw = add_ratings(raw_folder(tmp_path, [film(1)]), [], "1.csv")
    (raw / "more").mkdir()
    add_ratings(raw / "more", [], "1.csv")
    assert len(ratings_files(find_sources(raw))) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.csv", b""),
        ("notes.csv", b"userId,rating,timestamp\n"),
        ("notes.csv", b"userId,rating,timestamp,movieId,extra\n"),
        ("notes.csv", b"\xff\xfe\x00" * 9000),
        ("notes.csv.gz", b"\x1f\x8b\x08 not gzip"),
        ("notes.csv.gz", b""),
    ],
)
def test_other_files_are_left_alone_even_damaged_ones(
    tmp_path: Path, name: str, content: bytes
) -> None:
    raw = raw_folder(tmp_path, [film(1)])
    (raw / name).write_bytes(content)
    assert find_sources(raw).keys() == {"movies", "credits"}


def test_a_ratings_file_damaged_after_its_header_stops_the_run(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path / "raw", [film(1)])
    rows = "".join(f"{n},3,{n * 7919},as{n}\n" for n in range(9999))
    packed = gzip.compress(f"userId,rating,timestamp,movieId\n{rows}".encode())
    (raw / "1.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match=r"1\.csv\.gz cannot be read"):
        run_etl(raw, tmp_path / "data")


def test_every_file_of_ratings_changes_the_version(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path / "raw", [film(1)])
    without = run_etl(raw, tmp_path / "data").version
    one = run_etl(add_ratings(raw, [], "1.csv"), tmp_path / "data").version
    two = run_etl(add_ratings(raw, [rating(2, 1, 3)], "2.csv"), tmp_path / "data").version
    assert len({without, one, two}) == 3


def test_a_copy_of_a_ratings_file_is_an_error_that_names_both(tmp_path: Path) -> None:
    raw = add_ratings(raw_folder(tmp_path / "raw", [film(1)]), [rating(2, 1, 3)], "mine.csv")
    add_ratings(raw, [rating(2, 1, 3)], "mine (1).csv")
    with pytest.raises(DataError, match=r"are the same: \S*mine \(1\)\.csv and \S*mine\.csv"):
        run_etl(raw, tmp_path / "data")
