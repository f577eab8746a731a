"""Real files that change under a real watcher."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from refresh.watch import Watcher
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "inner").mkdir(parents=True)
    (folder / "movies.csv").write_text("one\n")
    return folder


@pytest.fixture
def watcher(raw: Path) -> Iterator[Watcher]:
    with Watcher(raw) as watcher:
        yield watcher


def test_a_folder_at_rest_has_not_changed(watcher: Watcher, raw: Path) -> None:
    (raw / "movies.csv").read_text()
    assert not until(lambda: watcher.settled(0), 1.5)


def test_a_file_written_deep_inside_is_a_change_until_it_is_forgotten(
    watcher: Watcher, raw: Path
) -> None:
    (raw / "inner" / "links.csv").write_text("new\n")
    assert until(lambda: watcher.settled(0))
    assert not watcher.settled(3600)
    watcher.forget()
    assert not watcher.settled(0)


def test_a_hidden_file_is_none_of_its_business(watcher: Watcher, raw: Path) -> None:
    (raw / ".movies.csv.part").write_text("half")
    assert not until(lambda: watcher.settled(0), 1.5)
    (raw / ".movies.csv.part").rename(raw / "movies.csv")
    assert until(lambda: watcher.settled(0))


def test_a_folder_that_takes_the_place_of_another_is_a_change_and_watched_on(
    watcher: Watcher, raw: Path
) -> None:
    raw.rename(raw.with_name("old"))
    shutil.copytree(raw.with_name("old"), raw)
    assert until(lambda: watcher.settled(1.0))
    watcher.forget()
    (raw / "movies.csv").write_text("two\n")
    assert until(lambda: watcher.settled(0))


def test_a_folder_that_goes_and_comes_back_is_watched_again(
    watcher: Watcher, raw: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(raw)
    assert until(lambda: "raw_folder_not_watched" in caplog.text)
    watcher.forget()
    raw.mkdir()
    (raw / "movies.csv").write_text("back\n")
    assert until(lambda: watcher.settled(0))
