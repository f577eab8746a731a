"""A raw folder that changes while it is read is not published."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import DataError
from contracts.versions import current_version
from etl.run import run_etl
from etl.unchanged import Seen
from tests.raw import film, rated_folder, rating, raw_folder

CHANGED = "changed while it was read"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return rated_folder(tmp_path / "raw", [rating(1, 1, 4)])


def another_film(raw: Path) -> None:
    raw_folder(raw, [film(1, "Ronin")])


def shorter(raw: Path) -> None:
    (raw / "ratings.csv").write_bytes((raw / "ratings.csv").read_bytes()[:-3])


def one_more(raw: Path) -> None:
    (raw / "keywords.csv").write_text("id,keywords\n")


def one_less(raw: Path) -> None:
    (raw / "links.csv").unlink()


def one_less_that_is_needed(raw: Path) -> None:
    (raw / "credits.csv").unlink()


def packed(raw: Path) -> None:
    (raw / "links.csv.gz").write_bytes(gzip.compress((raw / "links.csv").read_bytes()))
    (raw / "links.csv").unlink()


def written_in_place_as_it_was(raw: Path) -> None:
    content = (raw / "ratings.csv").read_bytes()
    (raw / "ratings.csv").write_bytes(content)
    os.utime(raw / "ratings.csv", (1, 1))


def replaced_and_dated_as_before(raw: Path) -> None:
    file, other = raw / "ratings.csv", raw / "other"
    status = file.stat()
    other.write_bytes(file.read_bytes().replace(b"4", b"2"))
    other.replace(file)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


CHANGES = [
    another_film,
    shorter,
    one_more,
    one_less,
    one_less_that_is_needed,
    packed,
    written_in_place_as_it_was,
    replaced_and_dated_as_before,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_changes_is_noticed(raw: Path, change: Callable[[Path], None]) -> None:
    seen = Seen.of(raw)
    with pytest.raises(DataError, match=CHANGED), seen.held():
        change(raw)


def replaced_by_the_same(raw: Path) -> None:
    (raw / "other").write_bytes((raw / "ratings.csv").read_bytes())
    (raw / "other").replace(raw / "ratings.csv")


def linked_to_and_locked(raw: Path) -> None:
    (raw / "ratings.csv").chmod(0o600)
    os.link(raw / "ratings.csv", raw.parent / "backup")


def a_file_of_no_role(raw: Path) -> None:
    (raw / "notes.txt").write_text("nobody reads this")


@pytest.mark.parametrize("change", [replaced_by_the_same, linked_to_and_locked, a_file_of_no_role])
def test_what_does_not_matter_does_not(raw: Path, change: Callable[[Path], None]) -> None:
    seen = Seen.of(raw)
    with seen.held():
        change(raw)


def test_the_change_is_the_reason_for_what_could_not_be_read(raw: Path) -> None:
    seen = Seen.of(raw)
    with pytest.raises(DataError, match=CHANGED) as told, seen.held():
        shorter(raw)
        raise DataError("ratings.csv breaks off in the middle of the row at line 2")
    assert "run again" in str(told.value) and "ratings.csv" in str(told.value)


def test_what_fails_in_a_folder_at_rest_is_told_as_it_is(raw: Path) -> None:
    with pytest.raises(DataError, match="^no good$"), Seen.of(raw).held():
        raise DataError("no good")


REWRITES = """
import sys, time
from pathlib import Path
file = Path(sys.argv[1])
lines = file.read_bytes()
print("begins", flush=True)
while True:
    file.write_bytes(lines + b"1,1,3.5,964982703\\n")
    time.sleep(0.01)
    file.write_bytes(lines)
    time.sleep(0.01)
"""


@pytest.mark.slow
def test_a_file_that_another_process_writes_is_never_published_half(
    raw: Path, tmp_path: Path
) -> None:
    """However the process and the run fall together."""
    rated_folder(raw, [rating(user, 1, 4) for user in range(1, 2000)])
    root = tmp_path / "data"
    command = [sys.executable, "-c", REWRITES, str(raw / "ratings.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout and writer.stdout.readline() == b"begins\n"
        for _ in range(5):
            with pytest.raises(DataError, match=CHANGED):
                run_etl(raw, root)
        writer.kill()
    assert current_version(root) is None and not list(root.glob("[!.]*"))
    rated_folder(raw, [rating(user, 1, 4) for user in range(1, 2000)])
    assert run_etl(raw, root).counts["ratings"] == 1999


def test_a_file_written_once_during_the_run_is_noticed_and_the_next_run_reads_it(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import etl.run

    transform, reading, written = etl.run.transform, threading.Event(), threading.Event()

    def slowly(*given: Any) -> object:
        built = transform(*given)
        reading.set()
        assert written.wait(20)
        return built

    def write() -> None:
        assert reading.wait(20)
        another_film(raw)
        written.set()

    monkeypatch.setattr("etl.run.transform", slowly)
    writer = threading.Thread(target=write)
    writer.start()
    with pytest.raises(DataError, match=CHANGED):
        run_etl(raw, tmp_path / "data")
    writer.join()
    monkeypatch.setattr("etl.run.transform", transform)
    assert run_etl(raw, tmp_path / "data").counts["movies"] == 1
