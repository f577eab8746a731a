"""Versions changed under load, in the processes that `cartelera serve` starts: real sockets."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import orjson
import psutil
import pytest

from contracts.versions import MANIFEST, POINTER, point_to
from etl.run import run_etl
from index.build import run_index
from index.embeddings import Encoders
from index.encoders.multilingual import MultilingualEncoder
from tests.conftest import ROOT
from tests.fakes import HashEncoder
from tests.raw import Row, credit, film, raw_folder
from tests.stack import three_free_ports
from tests.waiting import until

pytestmark = pytest.mark.slow

CLIENTS, PAUSE_S = 3, 0.005
GROWTH = 8 << 20
"""Bytes that six changes may add: so many take what one version of the query service holds."""

MONTH = "/cantidad_filmaciones_mes/diciembre"
LENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Built:
    """Two versions, a service to answer from them, and what each version must say."""

    service: str
    root: Path
    versions: tuple[str, str]
    films: dict[str, int]


@pytest.fixture(scope="module")
def built_query(tmp_path_factory: pytest.TempPathFactory) -> Built:
    var = tmp_path_factory.mktemp("query")
    films = {publish_data(var, count): count for count in (2500, 2501)}
    one, two = films
    return Built("query", var / "data", (one, two), films)


@pytest.fixture(scope="module")
def built_reco(real_var: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """With the real encoder of texts, without which the process would not start: built once."""
    var = tmp_path_factory.mktemp("reco")
    publish_data(var, 30)
    encoders = Encoders(HashEncoder(), MultilingualEncoder())
    one = run_index(
        var / "data", var / "index", encoders, real_var / "cache" / "embeddings"
    ).version
    built = Built("reco", var / "index", (one, "e" * 16), {one: 30})
    copied(built, one, "e" * 16)
    return built


def publish_data(var: Path, count: int) -> str:
    """Name of a data version of so many films, all of December."""
    films = [film(n, f"Film {n}", vote_count=str(n)) for n in range(1, count + 1)]
    credits: list[Row] = [
        credit(n, [f"Actor {n} {place}" for place in range(10)], [f"Director {n}"])
        for n in range(1, count + 1)
    ]
    return run_etl(raw_folder(var / f"raw{count}", films, credits), var / "data").version


@dataclass
class Running:
    """A service's process, and what its clients saw."""

    built: Built
    port: int
    process: psutil.Process
    seen: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=20)

    def serves(self, version: str) -> bool:
        return bool(self.get("/salud/lista").json()["version"] == version)

    def metric(self, line: str) -> float:
        told = (one.rpartition(" ") for one in self.get("/metrics").text.splitlines())
        return next((float(value) for name, _, value in told if name == line), -1)

    def change_to(self, version: str) -> None:
        point_to(self.built.root, version)
        assert until(lambda: self.serves(version)), f"{version} was not taken"

    def held(self) -> tuple[int, int]:
        """Bytes that are its own, and with its part of what is shared; the least of a moment."""
        found = []
        for _ in range(6):
            memory = self.process.memory_full_info()
            found.append((memory.uss, memory.pss))
            time.sleep(0.1)
        return min(found)

    @contextlib.contextmanager
    def asked(self) -> Iterator[None]:
        """Several clients ask all the while."""
        stop = threading.Event()
        clients = [
            threading.Thread(target=self._ask, args=(stop, number)) for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            stop.set()
            for client in clients:
                client.join()

    def _ask(self, stop: threading.Event, number: int) -> None:
        paths = PATHS[self.built.service]
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20) as client:
            while not stop.wait(PAUSE_S):
                path = paths[number % len(paths)]
                number += 1
                try:
                    self._check(path, client.get(path))
                except httpx.HTTPError as exc:
                    self.wrong.append(f"{path}: {exc!r}")

    def _check(self, path: str, answer: httpx.Response) -> None:
        version, _, settings = answer.headers["x-version"].partition(".")
        body = answer.json() if answer.status_code == 200 else {}
        films = self.built.films.get(version)
        said = {body.get("version", version), version}
        counted = {body.get("cantidad", films), self.films_told(body, films), films}
        if answer.status_code != 200 or len(settings) != 8 or len(said) + len(counted) != 2:
            self.wrong.append(f"{path}: {answer.status_code} {version} {answer.text[:200]}")
        self.seen.append((path, version))

    @staticmethod
    def films_told(body: dict, films: int | None) -> int | None:
        """How many films the titles' block of a service's health has."""
        blocks = {block["bloque"]: block["peliculas"] for block in body.get("bloques", ())}
        return blocks.get("titulo", films)


PATHS = {
    "query": [
        MONTH,
        "/salud/lista",
        "/cantidad_filmaciones_dia/viernes",
        "/get_actor/Actor%2012%205",
    ],
    "reco": [
        "/v1/peliculas?q=film",
        "/v1/peliculas/7/similares",
        "/v1/buscar?texto=film",
        "/salud/lista",
        "/v1/peliculas/7/similares?diversidad=0.5",
    ],
}


@contextlib.contextmanager
def running(built: Built) -> Iterator[Running]:
    """The service over the first of its versions."""
    point_to(built.root, built.versions[0])
    port = three_free_ports()
    command = [sys.executable, "-m", "cli.main", "serve", built.service, "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--var", str(built.root.parent)],
        cwd=ROOT,
        env=os.environ | LENT | {f"{built.service.upper()}_WATCH_MS": "50"},
        stderr=subprocess.DEVNULL,
    )
    started = Running(built, port, psutil.Process(process.pid))
    try:
        assert until(lambda: answers(started))
        yield started
    finally:
        process.terminate()
        process.wait(20)


def answers(started: Running) -> bool:
    try:
        return started.get("/salud/lista").status_code == 200
    except httpx.HTTPError:
        return False

        time.sleep(0.02)
    return True


@pytest.mark.parametrize("service", ["query", "reco"])
def test_ten_changes_under_load_fail_no_request_and_keep_no_memory(
    service: str, request: pytest.FixtureRequest
) -> None:
    built: Built = request.getfixturevalue(f"built_{service}")
    held = {}
    with running(built) as started:
        with started.asked():
            for change in range(1, 11):
                started.change_to(built.versions[change % 2])
                if change in (4, 10):
                    held[change] = started.held()
        assert started.metric('cartelera_cambios_version_total{resultado="hecho"}') == 10
    assert not started.wrong, started.wrong[:5]
    assert {path for path, _ in started.seen} == set(PATHS[service])
    assert {version for _, version in started.seen} == set(built.versions)
    for before, after in zip(held[4], held[10], strict=True):
        assert after - before < GROWTH, held


@pytest.mark.parametrize("service", ["query", "reco"])
def test_a_damaged_version_is_refused_and_taken_once_it_is_repaired(
    service: str, request: pytest.FixtureRequest
) -> None:
    built: Built = request.getfixturevalue(f"built_{service}")
    bad = copied(built, built.versions[1], "d" * 16)
    part = max((built.root / bad).iterdir(), key=lambda file: file.stat().st_size)
    whole = part.read_bytes()
    with running(built) as started, started.asked():
        part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        point_to(built.root, bad)
        assert until(lambda: started.metric("cartelera_version_rechazada") == 1)
        assert started.metric('cartelera_cambios_version_total{resultado="rechazado"}') == 1
        assert started.serves(built.versions[0])
        (built.root / POINTER).unlink()  # it goes on without a pointer, too
        assert started.serves(built.versions[0])
        part.write_bytes(whole)
        started.change_to(bad)
        assert started.metric("cartelera_version_rechazada") == 0
    assert not started.wrong, started.wrong[:5]


def copied(built: Built, version: str, name: str) -> str:
    """A version once more, under another name."""
    source, target = built.root / version, built.root / name
    shutil.copytree(source, target)
    manifest = orjson.loads((target / MANIFEST).read_bytes())
    (target / MANIFEST).write_bytes(orjson.dumps(manifest | {"version": name}))
    built.films[name] = built.films[version]
    return name
