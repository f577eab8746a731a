"""Refreshes that go on by themselves, in real processes, with periods of a second or so."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from contracts.refreshes import FAILED, INTERRUPTED, PUBLISHED, UNCHANGED, read_running
from refresh.history import History
from refresh.schedule import Rhythm, keep_fresh
from refresh.settings import Settings
from tests.conftest import ROOT
from tests.refresh.hashed import Place
from tests.waiting import until

pytestmark = pytest.mark.slow

ONE_RUN = """
import signal, sys, time
from pathlib import Path
from cli.refresh import stop_signals
from contracts.errors import DataError
from refresh.run import Job, run_refresh
from tests.refresh.hashed import HashModels

def judge(*_):
    while Path(sys.argv[2], "wait").exists():
        time.sleep(0.02)

job = Job(Path(sys.argv[1]), Path(sys.argv[2]))
try:
    run_refresh(job, HashModels(), judge, stop_signals())
except DataError as exc:
    sys.exit(str(exc))
"""


@dataclass
class Going:
    """A schedule in a thread, whose runs are processes."""

    place: Place
    started: list[float] = field(default_factory=list)
    runs: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def begin(self, rhythm: Rhythm, quiet_s: float = 0.5, retry_s: float = 1.0) -> None:
        settings = Settings(quiet_s=quiet_s, retry_s=retry_s)
        arguments = (self.start, rhythm, History(self.place.var), self.stop.is_set, settings)
        self.thread = threading.Thread(target=keep_fresh, args=arguments)
        self.thread.start()

    def start(self) -> subprocess.Popen[bytes]:
        self.started.append(time.monotonic())
        command = [sys.executable, "-c", ONE_RUN, str(self.place.raw), str(self.place.var)]
        self.runs.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
        return self.runs[-1]

    def outcomes(self) -> list[str]:
        return [run.outcome for run in History(self.place.var).runs()]

    def came(self, *outcomes: str, seconds: float = 60.0) -> bool:
        return until(lambda: self.outcomes()[: len(outcomes)] == list(outcomes), seconds)

    def stage(self) -> str | None:
        running = read_running(self.place.var / "refresh")
        return running.run.stage if running else None

    def end(self) -> None:
        self.stop.set()
        if self.thread:
            self.thread.join(30)
            assert not self.thread.is_alive()


@pytest.fixture
def going(place: Place) -> Iterator[Going]:
    going = Going(place)
    yield going
    (place.var / "wait").unlink(missing_ok=True)
    going.end()


def test_it_refreshes_at_once_and_then_every_so_often_from_start_to_start(going: Going) -> None:
    every = 4.0
    going.begin(Rhythm(every))
    assert going.came(PUBLISHED, UNCHANGED, UNCHANGED)
    first, second, third = going.started[:3]
    assert second - first >= every and third - second >= every
    going.place.have(6)
    assert going.came(PUBLISHED, UNCHANGED, UNCHANGED, PUBLISHED)


def test_a_run_that_failed_is_tried_once_sooner_and_then_when_it_is_due(going: Going) -> None:
    (going.place.raw / "credits.csv").rename(going.place.raw / "away")
    going.begin(Rhythm(3600.0), retry_s=1.0)
    assert going.came(FAILED, FAILED)
    assert not until(lambda: len(going.started) > 2, 3.0)


def test_what_failed_is_well_again_when_it_is_tried_once_more(going: Going) -> None:
    (going.place.raw / "credits.csv").rename(going.place.raw / "away")
    going.begin(Rhythm(3600.0), retry_s=2.0)
    assert going.came(FAILED)
    (going.place.raw / "away").rename(going.place.raw / "credits.csv")
    assert going.came(FAILED, PUBLISHED)


def test_a_run_that_is_killed_is_told_at_once_and_tried_again(going: Going) -> None:
    going.place.var.mkdir()
    (going.place.var / "wait").touch()
    going.begin(Rhythm(3600.0))
    assert until(lambda: going.stage() == "revision", 60)
    going.runs[0].kill()
    assert going.came(INTERRUPTED)
    (going.place.var / "wait").unlink()
    assert going.came(INTERRUPTED, PUBLISHED)


def test_a_stop_lets_the_stage_end_publishes_nothing_and_frees_the_lock(going: Going) -> None:
    going.place.var.mkdir()
    (going.place.var / "wait").touch()
    going.begin(Rhythm(3600.0))
    assert until(lambda: going.stage() == "revision", 60)
    going.stop.set()
    assert not until(lambda: going.runs[0].poll() is not None, 1.0)  # the stage has not ended
    (going.place.var / "wait").unlink()
    going.end()
    last = History(going.place.var).runs()[-1]
    assert (last.outcome, last.stage) == (INTERRUPTED, "revision")
    assert not (going.place.var / "data" / "current").exists() and len(going.runs) == 1
    assert going.place.refresh().outcome == PUBLISHED


def test_a_file_that_changes_is_taken_up_once_nobody_writes_any_more(going: Going) -> None:
    going.begin(Rhythm(None, going.place.raw), quiet_s=1.5)
    assert going.came(PUBLISHED)
    movies, writing = going.place.raw / "notes.txt", time.monotonic() + 4
    while time.monotonic() < writing:  # it goes on for longer than it has to be quiet
        movies.write_text(str(time.monotonic()))
        time.sleep(0.2)
    going.place.have(6)
    wrote = time.monotonic()
    assert going.came(PUBLISHED, PUBLISHED)
    assert len(going.started) == 2 and going.started[1] - wrote >= 1.2


def test_what_changes_during_a_run_is_read_by_the_next(going: Going) -> None:
    going.place.var.mkdir()
    (going.place.var / "wait").touch()
    going.begin(Rhythm(None, going.place.raw))
    assert until(lambda: going.stage() == "revision", 60)
    going.place.have(6)
    time.sleep(1.0)
    (going.place.var / "wait").unlink()
    assert going.came(PUBLISHED, PUBLISHED)
    assert History(going.place.var).runs()[-1].counts["films_after"] == 6


def test_the_clock_and_the_folder_go_together(going: Going) -> None:
    going.begin(Rhythm(8.0, going.place.raw))
    assert going.came(PUBLISHED, UNCHANGED)
    going.place.have(6)
    assert going.came(PUBLISHED, UNCHANGED, PUBLISHED)


KEEPING_FRESH = """
import subprocess, sys
from pathlib import Path
from cli.refresh import stop_signals
from refresh.history import History
from refresh.schedule import Rhythm, keep_fresh
command = [sys.executable, "-c", *sys.argv[1:]]
keep_fresh(
    lambda: subprocess.Popen(command, start_new_session=True),
    Rhythm(3600.0), History(Path(sys.argv[3])), stop_signals(),
)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moment", ["between two runs", "within a run"])
def test_a_signal_ends_it_with_status_0(place: Place, number: int, moment: str) -> None:
    place.var.mkdir()
    if moment == "within a run":
        (place.var / "wait").touch()
    command = [sys.executable, "-c", KEEPING_FRESH, ONE_RUN, str(place.raw), str(place.var)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        going = Going(place)
        if moment == "within a run":
            assert until(lambda: going.stage() == "revision", 60)
        else:
            assert going.came(PUBLISHED)
            time.sleep(0.5)
        os.kill(process.pid, number)
        time.sleep(1.0)  # long enough to be handed on
        (place.var / "wait").unlink(missing_ok=True)
        _, complaints = process.communicate(timeout=30)
    assert process.returncode == 0 and "Traceback" not in complaints, complaints
    expected = INTERRUPTED if moment == "within a run" else PUBLISHED
    assert going.outcomes() == [expected]
    assert place.refresh().outcome in (PUBLISHED, UNCHANGED)


def test_settings_have_the_prefix_that_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRESH_QUIET_S", "7")
    assert Settings().quiet_s == 7 and Settings().retry_s == 300
    assert Rhythm(60.0).sooner(Settings()) == 60 and Rhythm(21600.0).sooner(Settings()) == 300
    assert Rhythm(None).sooner(Settings()) == 300
