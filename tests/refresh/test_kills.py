"""A refresh killed at every stage while a real service serves, and two refreshes at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from benchmarks.processes import free_port
from contracts.errors import DataError
from contracts.refreshes import INTERRUPTED, PUBLISHED, UNCHANGED, read_running
from refresh.history import History
from tests.conftest import ROOT
from tests.refresh.hashed import Place
from tests.waiting import until

pytestmark = pytest.mark.slow

DIES_AT = {
    "the run is told": ("os:fsync", "inicio"),
    "the raw files are read": ("etl.run:transform", "datos"),
    "the data get their folder": ("pathlib:Path.rename", "datos"),
    "the models are loaded": ("tests.refresh.hashed:HashModels.load", "modelos"),
    "the index is made": ("index.build:make", "indice"),
    "the index gets its manifest": ("index.build:publish", "indice"),
    "both are judged": ("tests.refresh.test_kills:judge", "revision"),
    "the data are pointed at": ("refresh.pointers:point_to", "publicacion"),
    "the index is pointed at": ("refresh.pointers:point_at", "publicacion"),
    "the copies of the pointers go": ("refresh.run:prune", "limpieza"),
    "the run is written down": ("refresh.history:History.append", "limpieza"),
    "it is written down already": ("refresh.history:History.untell", "limpieza"),
}
KILLED_RUN = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
from refresh.history import History
from refresh.run import Job, run_refresh
from tests.refresh import test_kills
from tests.refresh.hashed import HashModels

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def arm():
    module, _, path = sys.argv[3].partition(":")
    *owner, name = path.split(".")
    holder = import_module(module)
    for step in owner:
        holder = getattr(holder, step)
    assert hasattr(holder, name)
    setattr(holder, name, die)

begin = History.begin
def begin_armed(self, clock):  # what is done before a run begins is not what is killed here
    recorder = begin(self, clock)
    arm()
    return recorder
History.begin = begin_armed
models = HashModels()
run_refresh(Job(Path(sys.argv[1]), Path(sys.argv[2])), models, lambda *both: test_kills.judge())
"""
WAITING_RUN = """
import sys, time
from pathlib import Path
from refresh.run import Job, run_refresh
from tests.refresh.hashed import HashModels
run_refresh(Job(Path(sys.argv[1]), Path(sys.argv[2])), HashModels(), lambda *_: time.sleep(600))
"""


def judge() -> None:
    """Whatever is asked before anything is published."""


def start(script: str, place: Place, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, str(place.raw), str(place.var), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


class Service:
    """The query service over what is built, as `cartelera serve` runs it."""

    def __init__(self, place: Place, port: int) -> None:
        self.place, self.port = place, port

    def version(self) -> str | None:
        """The version served; None while nothing answers."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.port}/salud/lista", timeout=10)
        except httpx.HTTPError:
            return None
        return str(answer.json()["version"]) if answer.status_code == 200 else None

    def metrics(self) -> str:
        return httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=10).text

    def follows(self) -> bool:
        """Whether it comes to serve what is published now."""
        return until(lambda: self.version() == self.place.served().data)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = Place(tmp_path_factory.mktemp("served")).have(5)
    place.refresh()
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "serve", "query", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--var", str(place.var)],
        cwd=ROOT,
        env=os.environ | {"QUERY_WATCH_MS": "50"},
        stderr=subprocess.DEVNULL,
    )
    started = Service(place, port)
    try:
        assert started.follows()
        yield started
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize(("moment", "stage"), DIES_AT.values(), ids=DIES_AT)
def test_a_run_killed_at_any_moment_is_repaired_by_the_next_while_a_service_answers(
    service: Service, moment: str, stage: str
) -> None:
    place = service.place
    before = place.served()
    place.have_another()
    runs = len(History(place.var).runs())
    with start(KILLED_RUN, place, moment) as process:
        _, complaints = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, complaints
    left = place.served()  # both whole, by their checksums
    if stage != "limpieza":
        assert left.index == before.index
        assert left.data == before.data or moment == "refresh.pointers:point_at"
    assert service.follows()

    if stage != "inicio":
        assert 'cartelera_refresco_ultimo_resultado{resultado="interrumpido"} 1.0' in (
            service.metrics()
        ) or moment.endswith("untell")
    run = place.refresh()
    assert run.outcome == (UNCHANGED if stage == "limpieza" else PUBLISHED)
    assert place.served() != before and service.follows()
    told = History(place.var).runs()[runs:]
    killed = told[:-1]
    if moment.endswith("untell"):
        assert [(run.outcome, run.stage) for run in killed] == [(PUBLISHED, stage)]
    elif stage == "inicio":
        assert killed == []  # it died before it could say that it was there
    else:
        assert [(run.outcome, run.stage) for run in killed] == [(INTERRUPTED, stage)]
        assert (killed[0].data_after, killed[0].index_after) == (left.data, left.index)
    for root in ("data", "index"):
        assert not [path for path in (place.var / root).glob(".*") if path.is_dir()]
        assert not list((place.var / root).glob(".before-*"))


def test_two_runs_never_collide_and_death_frees_the_lock(place: Place) -> None:
    place.refresh()
    place.have(6)
    before = place.served()
    with start(WAITING_RUN, place) as first:
        assert until(lambda: judging(place), 60)
        with pytest.raises(DataError, match=r"another refresh is running .* at the stage revision"):
            place.refresh()
        assert History(place.var).runs()[-1].outcome == PUBLISHED  # who was not let in is not told
        History(place.var).settle()
        assert judging(place)  # a run under way is not taken for a dead one
        first.kill()
    assert place.served() == before
    assert place.refresh().outcome == PUBLISHED
    assert [run.outcome for run in History(place.var).runs()] == [PUBLISHED, INTERRUPTED, PUBLISHED]


def judging(place: Place) -> bool:
    running = read_running(place.var / "refresh")
    return running is not None and running.run.stage == "revision"
