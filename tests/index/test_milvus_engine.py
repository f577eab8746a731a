"""What the engine on Milvus adds: a server that may be gone, and versions put there."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import DataError
from index import milvus_engine
from index.engine import Among, EngineFault
from index.milvus_client import connected, parsed
from index.milvus_engine import MilvusEngine
from index.milvus_upload import (
    ALIAS,
    Films,
    Uploaded,
    drop,
    point_alias,
    upload,
    versions,
)
from tests.conftest import ROOT
from tests.milvus_server import PASSWORD, MilvusServer, free_ports
from tests.waiting import until

DIM, COUNT = 24, 600
VECTORS = np.random.default_rng(3).normal(size=(COUNT, DIM)).astype(np.float32)
YEARS = np.random.default_rng(4).choice([0, 1989, 1990, 1999, 2000], COUNT).astype(np.int16)
FILMS = Films(VECTORS.__getitem__, YEARS, ["en", "es", 'de"'] * (COUNT // 3))
PATIENCE_S = 30.0
"""For tests in which nothing is late on purpose."""

KEPT = {"cartelera_engines", "cartelera_kept"}
"""Collections that tests share, since each takes a server seconds to make."""


@pytest.fixture(params=["lite", pytest.param("server", marks=pytest.mark.slow)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A Milvus without versions of ours."""
    if request.param == "lite":
        yield f"milvus:{tmp_path / 'films.db'}"
        return
    server = request.getfixturevalue("milvus")
    clear(server.address)
    yield server.address
    clear(server.address)


def clear(address: str) -> None:
    client = connected(parsed(address), DataError)
    for name in client.list_collections():
        if name.startswith("cartelera_") and name not in KEPT:
            for alias in client.list_aliases(name)["aliases"]:
                client.drop_alias(alias)
            client.drop_collection(name)
    client.close()


def opened(address: str, version: str = "one") -> MilvusEngine:
    return MilvusEngine.open(address, version, DIM, COUNT, PATIENCE_S)


def best(row: int, rows: np.ndarray | None = None) -> int:
    """The film nearest to the film at `row`, of all or of some."""
    some = np.arange(COUNT) if rows is None else np.flatnonzero(rows)
    return int(some[np.argmax(VECTORS[some] @ VECTORS[row])])


# Addresses ---------------------------------------------------------------------------------


def test_an_address_names_a_server_with_user_and_database() -> None:
    found = parsed("milvus:https://ana:p%40ss%3A1@milvus.example:19531/films")
    assert (found.uri, found.token) == ("https://milvus.example:19531", "ana:p@ss:1")
    assert (found.database, found.lite) == ("films", False)


def test_a_server_without_a_port_is_asked_where_milvus_listens() -> None:
    assert parsed("milvus:http://[::1]").uri == "http://[::1]:19530"


def test_an_address_names_a_file_of_milvus_lite() -> None:
    found = parsed("milvus:var/milvus/films.db")
    assert (found.uri, found.lite) == ("var/milvus/films.db", True)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://localhost:19530", "begin with milvus:"),
        ("milvus:", "begin with milvus:"),
        ("faiss", "begin with milvus:"),
        ("milvus:var/films", "neither http://HOST:PORT nor a file"),
        ("milvus:.db", "neither http://HOST:PORT nor a file"),
        ("milvus:ana:geheim@localhost:19530.db", "neither http://HOST:PORT nor a file"),
        ("milvus:ftp://localhost", "go on with http:// or https://"),
        ("milvus:http://", "has to be http://HOST:PORT"),
        ("milvus:http://localhost?token=geheim", "has to be http://HOST:PORT"),
        ("milvus:http://localhost/a/b", "a name that Milvus cannot have"),
        ("milvus:http://localhost:geheim", "no valid host and port"),
        ("milvus:http://localhost:99999", "no valid host and port"),
        ("milvus:http://[::1:19530", "no valid host and port"),
        ("milvus:http://ana@localhost", "both, user and password"),
        ("milvus:http://:geheim@localhost", "both, user and password"),
    ],
)
def test_an_address_that_cannot_be_meant_is_told_without_its_secret(address, reason) -> None:
    with pytest.raises(DataError, match=reason) as fault:
        MilvusEngine.open(address, "one", DIM, COUNT)
    assert "geheim" not in str(fault.value)


@pytest.mark.parametrize("version", ["", "a-b", "a b", "ñ", "x" * 65])
def test_a_version_that_no_collection_can_be_called_is_refused(version: str) -> None:
    with pytest.raises(DataError, match="cannot be the name of a collection"):
        MilvusEngine.open("milvus:http://localhost", version, DIM, COUNT)


def test_without_the_client_one_sentence_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(DataError, match=r"needs Milvus: pip install 'cartelera\[milvus\]'"):
        MilvusEngine.open("milvus:http://localhost", "one", DIM, COUNT)


def test_who_does_not_use_milvus_does_not_load_its_client() -> None:
    script = (
        "import sys, index.milvus_engine, index.milvus_upload\n"
        "assert not {'pymilvus', 'pandas', 'scipy', 'torch', 'grpc'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


# Versions ----------------------------------------------------------------------------------


def test_an_upload_is_told_as_it_goes_and_made_once(address: str) -> None:
    told: list[int] = []
    assert upload(address, "one", FILMS, told.append) is True
    assert sum(told) == COUNT
    assert upload(address, "one", FILMS, told.append) is False
    assert sum(told) == COUNT
    assert Uploaded("one", COUNT, True, False) in versions(address)


def test_a_version_without_films_is_a_version(address: str) -> None:
    upload(address, "none", Films(VECTORS[:0].__getitem__, YEARS[:0], []))
    engine = MilvusEngine.open(address, "none", DIM, 0)
    assert len(engine.nearest(VECTORS[0], 5)) == 0
    engine.close()


KILLED = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from tests.index.test_milvus_engine import FILMS, VECTORS
from index.milvus_upload import Films, upload

asked = []

def vectors(rows):
    asked.append(rows)
    if len(asked) > 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return VECTORS[rows]

upload(sys.argv[1], "one", Films(vectors, FILMS.years, FILMS.languages))
"""


def test_what_a_killed_upload_left_is_not_served_and_made_again(address: str) -> None:
    # DEVNULL, since milvus-lite's own threads would keep a pipe
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED, address], cwd=ROOT, env=os.environ
    )
    assert done.returncode == -signal.SIGKILL
    assert [each.whole for each in versions(address) if each.version == "one"] == [False]
    with pytest.raises(EngineFault, match="holds only a part of version one"):
        opened(address)
    with pytest.raises(DataError, match="does not hold version one, whole"):
        point_alias(address, "one")
    assert upload(address, "one", FILMS) is True
    engine = opened(address)
    assert [int(engine.nearest(VECTORS[row], 1)[0]) for row in range(20)] == [
        best(row) for row in range(20)
    ]
    engine.close()


def test_other_films_under_the_same_name_are_replaced(tmp_path: Path) -> None:
    address = f"milvus:{tmp_path / 'films.db'}"
    upload(address, "one", Films(VECTORS[:100].__getitem__, YEARS[:100], ["en"] * 100))
    assert upload(address, "one", FILMS) is True
    opened(address).close()


def test_only_what_is_expected_is_opened(address: str) -> None:
    with pytest.raises(EngineFault, match="holds no films of version one|no file .*films.db"):
        opened(address)
    upload(address, "one", FILMS)
    with pytest.raises(EngineFault, match="holds no films of version two"):
        opened(address, "two")
    with pytest.raises(EngineFault, match="has vectors of 24 numbers, not of 25"):
        MilvusEngine.open(address, "one", DIM + 1, COUNT)
    with pytest.raises(EngineFault, match="holds 600 films, not 601"):
        MilvusEngine.open(address, "one", DIM, COUNT + 1)
    client = connected(parsed(address), DataError)
    client.rename_collection("cartelera_one", "cartelera_two")
    client.close()
    with pytest.raises(EngineFault, match="cartelera_two .* holds version one"):
        opened(address, "two")


def test_a_version_that_was_released_is_loaded_again(address: str) -> None:
    upload(address, "one", FILMS)
    client = connected(parsed(address), DataError)
    client.release_collection("cartelera_one")
    client.close()
    assert until(lambda: answers(address), 60)


def answers(address: str, version: str = "one") -> bool:
    try:
        engine = opened(address, version)
    except EngineFault:
        return False
    found = engine.nearest(VECTORS[5], 3)
    engine.close()
    return len(found) == 3


def test_the_alias_goes_from_version_to_version_under_a_reader(address: str) -> None:
    backwards = Films(VECTORS[::-1].__getitem__, YEARS, FILMS.languages)
    upload(address, "one", FILMS)
    upload(address, "two", backwards)
    point_alias(address, "one")
    client, seen, stop = connected(parsed(address), DataError), [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            hits = client.search(
                ALIAS, data=[VECTORS[7]], limit=1, output_fields=["row"], timeout=PATIENCE_S
            )
            seen.append(int(hits[0].ids[0]))

    reader = threading.Thread(target=read)
    reader.start()
    for version in ["two", "one"] * 5:
        count = len(seen)
        point_alias(address, version)
        assert until(lambda before=count: len(seen) > before + 3 or not reader.is_alive())
    stop.set()
    reader.join()
    client.close()
    assert set(seen) == {best(7), COUNT - 1 - best(7)}
    assert [each.version for each in versions(address) if each.pointed_at] == ["one"]


def test_the_version_in_use_is_not_dropped_and_others_are(address: str) -> None:
    upload(address, "one", FILMS)
    client = connected(parsed(address), DataError)
    client.create_collection("cartelera_part", dimension=DIM)
    client.close()
    point_alias(address, "one")
    with pytest.raises(DataError, match="version one is the one in use"):
        drop(address, "one")
    assert drop(address, "part") is True
    assert drop(address, "part") is False
    ours = [each for each in versions(address) if each.version not in ("engines", "kept")]
    assert ours == [Uploaded("one", COUNT, True, True)]
    opened(address).close()


# Searching ---------------------------------------------------------------------------------


@pytest.fixture
def engine(address: str) -> Iterator[MilvusEngine]:
    upload(address, "kept", FILMS)
    made = opened(address, "kept")
    yield made
    made.close()


def test_what_milvus_knows_of_a_film_is_asked_of_milvus(
    engine: MilvusEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milvus_engine, "FEW", 0)  # or the allowed films would be named
    everything = np.ones(COUNT, bool)
    everything[0] = False
    nineties = engine.nearest(VECTORS[1], 300, Among(everything, years=(1990, 1999)))
    assert set(YEARS[nineties]) == {1990, 1999}
    later = engine.nearest(VECTORS[1], 300, Among(everything, years=(1999, None)))
    assert set(YEARS[later]) == {1999, 2000}
    german = engine.nearest(VECTORS[1], 300, Among(everything, languages=('de"',)))
    assert set(german % 3) == {2}
    mean = engine.nearest(VECTORS[1], 9, Among(everything, languages=('x"] or row >= 0 or ["',)))
    assert len(mean) == 0
    assert len(engine.nearest(VECTORS[1], 9, Among(everything, years=(1900, 1950)))) == 0


def test_more_are_asked_for_until_enough_are_allowed(
    engine: MilvusEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milvus_engine, "FEW", 0)
    far = np.ones(COUNT, bool)
    far[np.argsort(-(VECTORS @ VECTORS[9]))[:500]] = False
    found = engine.nearest(VECTORS[9], 10, Among(far))
    assert len(found) == 10 and far[found].all() and best(9, far) in found


def test_a_vector_of_another_length_is_a_fault_in_one_sentence(engine: MilvusEngine) -> None:
    with pytest.raises(EngineFault) as fault:
        engine.nearest(VECTORS[0][:-1], 5)
    assert "\n" not in str(fault.value)


def test_an_engine_that_was_closed_says_so(engine: MilvusEngine) -> None:
    engine.close()
    with pytest.raises(EngineFault, match="closed"):
        engine.nearest(VECTORS[0], 5)


# A server that is not there ----------------------------------------------------------------


def test_nobody_there_is_told_in_one_sentence() -> None:
    where = f"http://127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(EngineFault, match=f"^Milvus at {where} does not answer$"):
        opened(f"milvus:{where}")
    with pytest.raises(DataError, match=f"^Milvus at {where} does not answer$"):
        upload(f"milvus:{where}", "one", FILMS)


def test_no_file_is_made_by_looking_for_it(tmp_path: Path) -> None:
    with pytest.raises(EngineFault, match="there is no file"):
        opened(f"milvus:{tmp_path / 'films.db'}")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_wrong_password_is_told_and_not_shown(milvus: MilvusServer, caplog, capfd) -> None:
    wrong = milvus.address.replace(PASSWORD, "geheim")
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineFault, match="refuses the user or"):
        opened(wrong)
    with pytest.raises(DataError, match="refuses the user or the password") as fault:
        versions(wrong)
    shown = capfd.readouterr()
    for text in (str(fault.value), repr(parsed(wrong)), caplog.text, shown.out, shown.err):
        assert "geheim" not in text


@pytest.mark.slow
def test_a_server_killed_and_started_again_is_used_again(milvus: MilvusServer) -> None:
    upload(milvus.address, "kept", FILMS)
    engine = MilvusEngine.open(milvus.address, "kept", DIM, COUNT)
    before = sorted(engine.nearest(VECTORS[3], 20).tolist())
    milvus.kill()
    try:
        for _ in range(3):
            with pytest.raises(EngineFault, match="does not answer"):
                engine.nearest(VECTORS[3], 20)
        with pytest.raises(EngineFault, match="does not answer"):
            opened(milvus.address, "kept")
    finally:
        milvus.start()
    # once the leases of the one killed have run out
    assert until(lambda: found(engine, 3) == before, 120)
    assert until(lambda: answers(milvus.address, "kept"), 60)
    engine.close()


@pytest.mark.slow
def test_a_server_that_hangs_is_not_waited_for(milvus: MilvusServer) -> None:
    upload(milvus.address, "kept", FILMS)
    engine = MilvusEngine.open(milvus.address, "kept", DIM, COUNT)
    before = found(engine, 3)
    with milvus.hanging():
        for _ in range(3):
            with pytest.raises(EngineFault, match="does not answer"):
                engine.nearest(VECTORS[3], 20)
    assert before and until(lambda: found(engine, 3) == before, 60)
    engine.close()


def found(engine: MilvusEngine, row: int) -> list[int]:
    try:
        return sorted(engine.nearest(VECTORS[row], 20).tolist())
    except EngineFault:
        return []
