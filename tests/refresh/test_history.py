"""The history survives torn lines, full disks and long lives, and tells of runs that died."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.refreshes import (
    FAILED,
    HISTORY,
    INTERRUPTED,
    PUBLISHED,
    RUNNING,
    Process,
    Run,
    Running,
    now,
    read_running,
)
from refresh.history import RUNS_KEPT, Clock, History


@pytest.fixture
def history(tmp_path: Path) -> History:
    (tmp_path / "refresh").mkdir()
    return History(tmp_path)


def run(name: str, **told: object) -> Run:
    given = {"id": name, "started_at": now(), "seconds": 1.0, "outcome": PUBLISHED, "stage": "x"}
    return Run.model_validate(given | told)


def names(history: History) -> list[str]:
    return [run.id for run in history.runs()]


def test_runs_are_told_in_the_order_they_were_written_down(history: History) -> None:
    for name in ("b", "a"):
        history.append(run(name))
    assert names(history) == ["b", "a"]
    assert History(history.var / "elsewhere").runs() == []


@pytest.mark.parametrize("torn", [b'{"id": "half', b"\xff\xfe\x00", b"[]\n", b"{}\nnull\n\n"])
def test_a_torn_line_costs_that_line_alone(history: History, torn: bytes) -> None:
    history.append(run("one"))
    with (history.folder / HISTORY).open("ab") as file:
        file.write(torn)
    assert names(history) == ["one"]
    history.append(run("two"))
    assert names(history) == ["one", "two"]


@pytest.mark.parametrize(
    "told", [{"seconds": -1}, {"seconds": "nan"}, {"outcome": "otro"}, {"started_at": "2026-01-01"}]
)
def test_a_line_that_no_run_would_write_is_passed_over(history: History, told: dict) -> None:
    sound = run("one").model_dump_json()
    odd = run("two").model_dump(mode="json") | told
    (history.folder / HISTORY).write_text(f"{json.dumps(odd)}\n{sound}\n")
    assert names(history) == ["one"]


def test_the_newest_thousand_are_kept(history: History) -> None:
    line = run("old").model_dump_json().encode() + b"\n"
    (history.folder / HISTORY).write_bytes(line * RUNS_KEPT)
    history.append(run("new"))
    told = names(history)
    assert len(told) == RUNS_KEPT and told[-2:] == ["old", "new"]
    assert {path.name for path in history.folder.iterdir()} == {HISTORY}


def test_a_full_disk_leaves_the_lines_there_were(small_disk: Path) -> None:
    history = History(small_disk)
    history.folder.mkdir()
    history.append(run("one"))
    fill(small_disk, 0)
    with pytest.raises(OSError, match="No space left"):
        history.append(run("two", reason="r" * 9000))
    assert names(history) == ["one"]
    (small_disk / "ballast").unlink()
    history.append(run("three"))
    assert names(history) == ["one", "three"]


def test_the_room_of_the_run_under_way_is_given_to_its_end(small_disk: Path) -> None:
    history = History(small_disk)
    with history.locked():
        recorder = history.begin(Clock())
        recorder.enter("datos")
        fill(small_disk, 0)
        recorder.end(FAILED, "the disk is full")
    assert [run.outcome for run in history.runs()] == [FAILED]
    assert read_running(history.folder) is None


def test_a_run_that_cannot_be_written_down_ends_all_the_same(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    history = History(small_disk)
    with history.locked():
        recorder = history.begin(Clock())
        fill(small_disk, 0)
        assert recorder.end(FAILED, "r" * 9000).outcome == FAILED
    assert history.runs() == [] and "refresh_not_told" in caplog.text


def fill(disk: Path, free: int) -> None:
    (disk / "ballast").write_bytes(bytes(shutil.disk_usage(disk).free - free))


def test_a_run_that_died_is_told_once(history: History) -> None:
    history.append(run("one"))
    history.tell(under_way("two", "indice"))
    for _ in range(2):
        history.settle()
    last = history.runs()[-1]
    assert names(history) == ["one", "two"]
    assert (last.outcome, last.stage) == (INTERRUPTED, "indice")
    assert not (history.folder / RUNNING).exists()


def test_a_run_that_died_after_it_was_written_down_is_not_told_again(history: History) -> None:
    history.append(run("one", outcome=PUBLISHED))
    history.tell(under_way("one", "limpieza"))
    history.settle()
    assert [run.outcome for run in history.runs()] == [PUBLISHED]
    assert not (history.folder / RUNNING).exists()


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"\xff"])
def test_what_is_told_of_a_run_and_illegible_is_dropped(history: History, content: bytes) -> None:
    (history.folder / RUNNING).write_bytes(content)
    with history.locked():
        assert not (history.folder / RUNNING).exists()
    assert history.runs() == []


def test_telling_of_the_dead_makes_no_folder(tmp_path: Path) -> None:
    History(tmp_path / "nowhere").settle()
    assert list(tmp_path.iterdir()) == []


def test_a_process_is_not_taken_for_another_of_its_number() -> None:
    this = Process.this()
    assert not this.is_gone() and this.ticks
    assert this.model_copy(update={"ticks": "1"}).is_gone()
    assert this.model_copy(update={"boot": "before"}).is_gone()
    elsewhere = this.model_copy(update={"namespace": "pid:[1]", "ticks": "1"})
    assert not elsewhere.is_gone()  # another container's: nobody here can tell


def test_a_process_that_ended_is_gone_even_before_its_parent_knows() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        script = (
            "from contracts.refreshes import _ticks; import sys; print(_ticks(int(sys.argv[1])))"
        )
        told = subprocess.check_output([sys.executable, "-c", script, str(child.pid)], text=True)
        process = Process.this().model_copy(update={"pid": child.pid, "ticks": told.strip()})
        assert not process.is_gone()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process.is_gone()


def under_way(name: str, stage: str) -> Running:
    told = run(name, stage=stage, outcome=INTERRUPTED)
    return Running(run=told, process=Process.this().model_copy(update={"ticks": "1"}))
