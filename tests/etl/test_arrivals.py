import gzip
import os
import zipfile
from pathlib import Path

import pytest

from contracts.errors import DataError
from etl.arrivals import EQUAL, NEW, REPLACED, SetRefused, put, refuse_rivals
from etl.sources import find_sources
from tests.raw import film, raw_folder

WHOLE, SMALL = "ratings.csv", "ratings_small.csv"


def found(folder: Path, content: bytes = b"id,keywords\n1,[]\n") -> Path:
    path = folder / "found"
    path.write_bytes(content)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return raw_folder(tmp_path / "raw", [film(1)])


def test_a_file_is_put_in_place_and_nothing_is_left_beside_it(tmp_path: Path, raw: Path) -> None:
    before = names(raw)
    assert put(found(tmp_path), raw, "keywords.csv", replace=False) == NEW
    assert (raw / "keywords.csv").read_bytes() == found(tmp_path).read_bytes()
    assert names(raw) == sorted([*before, "keywords.csv"])


def test_a_file_that_is_there_and_equal_is_left_as_it_is(tmp_path: Path, raw: Path) -> None:
    put(found(tmp_path), raw, "keywords.csv", replace=False)
    inode = (raw / "keywords.csv").stat().st_ino
    assert put(found(tmp_path), raw, "keywords.csv", replace=True) == EQUAL
    assert (raw / "keywords.csv").stat().st_ino == inode


def test_a_file_that_is_there_and_different_is_replaced_only_if_asked(
    tmp_path: Path, raw: Path
) -> None:
    mine, file, theirs = b"id,keywords\n2,[]\n", raw / "keywords.csv", found(tmp_path)
    file.write_bytes(mine)
    for path in (file, theirs):
        os.utime(path, (1, 1))  # nor do size and date make them equal
    with pytest.raises(SetRefused, match=r"keywords.csv is there .* --reemplazar puts Kaggle's"):
        put(theirs, raw, "keywords.csv", replace=False)
    assert file.read_bytes() == mine
    with file.open("rb") as reader:  # one who reads meanwhile has the old file, whole
        assert put(theirs, raw, "keywords.csv", replace=True) == REPLACED
        assert reader.read() == mine
    assert file.read_bytes() == theirs.read_bytes()


def test_a_full_disk_leaves_the_file_that_was_there(tmp_path: Path, small_disk: Path) -> None:
    file = small_disk / "keywords.csv"
    file.write_bytes(b"mine")
    large = found(tmp_path, bytes(5 << 20))
    with pytest.raises(DataError, match=r"cannot write .*keywords.csv: the disk is full"):
        put(large, small_disk, "keywords.csv", replace=True)
    assert file.read_bytes() == b"mine" and names(small_disk) == ["keywords.csv"]


def test_what_a_killed_run_left_is_not_read_and_is_replaced(tmp_path: Path, raw: Path) -> None:
    (raw / ".keywords.csv.part").write_bytes(b"id,keyw")
    assert "keywords" not in find_sources(raw)
    put(found(tmp_path), raw, "keywords.csv", replace=False)
    assert find_sources(raw)["keywords"].path == raw / "keywords.csv"
    assert ".keywords.csv.part" not in names(raw)


@pytest.mark.parametrize("rival", ["movies_dataset.csv", "deep/movies_metadata.csv.gz", "a.zip"])
def test_a_file_beside_another_of_its_role_is_refused(tmp_path: Path, rival: str) -> None:
    path = tmp_path / rival
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("deep/movies_metadata.csv", b"id\n")
    else:
        path.write_bytes(gzip.compress(b"id\n"))
    with pytest.raises(SetRefused, match=f"{rival} is the movies already"):
        refuse_rivals(tmp_path, "movies", "movies_metadata.csv")
    assert refuse_rivals(tmp_path, "credits", "credits.csv") is None


@pytest.mark.parametrize("wanted", [WHOLE, SMALL])
def test_a_file_is_no_rival_of_itself(tmp_path: Path, wanted: str) -> None:
    (tmp_path / wanted).touch()
    assert refuse_rivals(tmp_path, "ratings", wanted) is None


def test_the_small_ratings_are_refused_beside_the_whole_ones(tmp_path: Path) -> None:
    (tmp_path / WHOLE).touch()
    with pytest.raises(SetRefused, match=r"ratings.csv holds all ratings.* with --completo"):
        refuse_rivals(tmp_path, "ratings", SMALL)


def test_whole_files_come_beside_their_parts(tmp_path: Path) -> None:
    (tmp_path / SMALL).touch()
    (tmp_path / "links_small.csv").touch()
    assert refuse_rivals(tmp_path, "ratings", WHOLE) is None
    assert refuse_rivals(tmp_path, "links", "links.csv") is None


def test_a_damaged_zip_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"a.zip cannot be read"):
        refuse_rivals(tmp_path, "movies", "movies_metadata.csv")
