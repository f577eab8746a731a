"""Index versions whose vectors are on Milvus: made, pointed at, gone back to, and searched."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from contracts.errors import DataError, VersionError
from contracts.versions import Outcome, current_version, open_version, point_to
from index import build as index_build
from index import milvus_upload, search_top
from index import search as index_search
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.build import run_index
from index.engines import state_of
from index.faiss_store import FaissIndex
from index.free_text import FreeText
from index.milvus_client import connected, parsed
from index.milvus_engine import MilvusEngine
from index.milvus_upload import Uploaded, versions
from index.search import FilmSearch, Query, Variety
from index.similar import SimilarFilms
from index.store import Among
from tests.fakes import hash_encoders
from tests.index.test_milvus_engine import KEPT, clear
from tests.milvus_server import MilvusServer, free_ports
from tests.waiting import until

FILMS = 290
QUERIES = [
    *(Query(liked=(row,)) for row in range(0, FILMS, 12)),
    Query(liked=(3, 40, 41)),
    Query(liked=(3, 40), disliked=(7, 9)),
    Query(disliked=(5,), text="a heist"),
    Query(text="a heist in space"),
    Query(liked=(12,), weights={"direccion": 2, "generos": 1}),
]


@pytest.fixture(params=["lite", pytest.param("server", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, lite: str) -> Iterator[str]:
    """A Milvus without versions of ours, as INDEX_STORE names it."""
    if request.param == "lite":
        yield lite
        return
    server = request.getfixturevalue("milvus")
    clear(server.address)
    yield server.address
    clear(server.address)


@pytest.fixture
def lite(tmp_path: Path) -> str:
    """A file of milvus-lite."""
    return f"milvus:{tmp_path / 'films.db'}"


@pytest.fixture
def nobody() -> str:
    """An address where no Milvus is."""
    return f"milvus:http://127.0.0.1:{free_ports(1)[0]}"


@pytest.fixture
def var(sample_var: Path, tmp_path: Path) -> Path:
    """A copy of the built sample, of which all films are compared."""
    for name in ("data", "index", "cache"):
        shutil.copytree(sample_var / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def build(var: Path, monkeypatch: pytest.MonkeyPatch):
    """Builds the index with a setting of INDEX_STORE, which stays; other plots are versions."""

    def with_store(store: str, plots: str = "hash/1") -> Outcome:
        monkeypatch.setenv("INDEX_STORE", store)
        return run_index(var / "data", var / "index", hash_encoders(plots), var / "cache")

    return with_store


def current(var: Path) -> str:
    version = current_version(var / "index")
    assert version is not None
    return version


def whole(version: str, pointed_at: bool) -> Uploaded:
    return Uploaded(version, FILMS, True, pointed_at)


def ours(store: str) -> list[Uploaded]:
    kept = {name.removeprefix("cartelera_") for name in KEPT}
    return [each for each in versions(store) if each.version not in kept]


# Built and pointed at ----------------------------------------------------------------------


def test_a_version_is_uploaded_published_and_pointed_at_once(store: str, var: Path, build) -> None:
    first = current(var)
    outcome = build(store)
    assert outcome.built and first != current(var) == outcome.version
    assert ours(store) == [whole(outcome.version, True)]
    assert build(store).built is False
    assert ours(store) == [whole(outcome.version, True)]


def test_milvus_keeps_the_version_in_use_and_the_one_before(store: str, build) -> None:
    build(store)
    second = build(store, "hash/2").version
    third = build(store, "hash/3").version
    assert sorted(ours(store), key=lambda each: each.pointed_at) == [
        whole(second, False),
        whole(third, True),
    ]


def test_another_store_makes_another_version_and_back_only_the_pointer_moves(
    lite: str, var: Path, build
) -> None:
    flat = current(var)
    there = build(lite).version
    assert there != flat
    for store, version in (("auto", flat), (lite, there), ("flat", flat)):
        outcome = build(store)
        assert (outcome.built, outcome.version, current(var)) == (False, version, version)
        assert ours(lite) == [whole(there, True)]
    files = [
        sorted(path.name for path in (var / "index" / each).iterdir()) for each in (flat, there)
    ]
    assert files[0] == files[1]


@pytest.mark.parametrize("damage", ["gone", "gone with its alias", "a part"])
def test_a_version_without_its_collection_is_uploaded_again(store: str, build, damage: str) -> None:
    version = build(store).version
    client, name = connected(parsed(store), DataError), f"cartelera_{version}"
    if damage == "gone with its alias":
        client.drop_alias(milvus_upload.ALIAS)
    if damage != "a part":
        client.drop_collection(name)
    else:
        client.release_collection(name)
        client.drop_partition(name, f"whole_{version}_{FILMS}")
    client.close()
    assert ours(store) != [whole(version, True)]
    assert build(store).built is False
    assert ours(store) == [whole(version, True)]


# Milvus is not there -----------------------------------------------------------------------


def test_without_milvus_the_build_is_one_sentence_and_the_version_before_stays(
    nobody: str, var: Path, build
) -> None:
    before = current(var)
    for _ in range(2):
        with pytest.raises(DataError, match=r"^Milvus at http://127.0.0.1:\d+ does not answer$"):
            build(nobody)
        assert current(var) == before and not list((var / "index").glob(".staging-*"))


def test_a_collection_lost_before_it_is_pointed_at_changes_nothing(
    lite: str, var: Path, build, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = build(lite).version

    def lost(folder: Path, manifest, gate, point: bool) -> Path:
        milvus_upload.drop(lite, manifest.version)
        return publish(folder, manifest, gate, point)

    publish = index_build.publish
    monkeypatch.setattr(index_build, "publish", lost)
    with pytest.raises(DataError, match=r"does not hold version \w+, whole"):
        build(lite, "hash/2")
    assert current(var) == before and ours(lite) == [whole(before, True)]
    after = build(lite, "hash/2")
    assert (after.built, current(var)) == (False, after.version)
    assert whole(after.version, True) in ours(lite)


@pytest.mark.slow
def test_a_server_that_dies_while_films_are_sent_leaves_the_version_before(
    milvus: MilvusServer, var: Path, build, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear(milvus.address)
    before, asked, read = current(var), [], FaissIndex.at

    def at_last(self: FaissIndex, rows):
        asked.append(len(rows))
        if len(asked) == 4:
            milvus.kill()
        return read(self, rows)

    monkeypatch.setattr(milvus_upload, "BATCH_BYTES", 1 << 15)
    with monkeypatch.context() as patch:
        patch.setattr(FaissIndex, "at", at_last)
        try:
            with pytest.raises(DataError, match="^Milvus at http://127.0.0.1:[0-9]+ does not ans"):
                build(milvus.address)
        finally:
            milvus.start()
    assert sum(asked) < FILMS and current(var) == before
    assert not list((var / "index").glob(".staging-*"))

    def repaired() -> bool:
        try:
            return bool(build(milvus.address).built)
        except DataError:  # until the leases of the one killed have run out
            return False

    assert until(repaired, 120)
    assert ours(milvus.address) == [whole(current(var), True)] and current(var) != before
    clear(milvus.address)


# Going back --------------------------------------------------------------------------------


def roll_back(var: Path) -> Result:
    return CliRunner().invoke(app, ["index", "--var", str(var), "--rollback"])


def test_going_back_takes_the_alias_along(store: str, var: Path, build) -> None:
    first, second = build(store).version, build(store, "hash/2").version
    for version, other in ((first, second), (second, first)):
        assert roll_back(var).exit_code == 0
        assert current(var) == version
        assert {each.version: each.pointed_at for each in ours(store)} == {
            version: True,
            other: False,
        }


def test_going_back_does_not_need_milvus(
    lite: str, nobody: str, var: Path, build, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(lite).version
    build(lite, "hash/2")
    monkeypatch.setenv("INDEX_STORE", nobody)
    result = roll_back(var)
    assert (result.exit_code, current(var)) == (0, first)
    assert "the alias in Milvus stays as it was: Milvus at" in result.output


def test_nobody_goes_back_to_a_version_that_services_would_refuse(
    lite: str, var: Path, build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(lite)
    second = build(lite, "hash/2").version
    monkeypatch.setenv("INDEX_STORE", "auto")
    result = roll_back(var)
    assert isinstance(result.exception, VersionError) and current(var) == second
    assert "INDEX_STORE has to name it" in str(result.exception)


def test_a_version_from_before_there_were_engines_is_gone_back_to(var: Path, build) -> None:
    first = current(var)
    manifest = var / "index" / first / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"engine"', '"was_engine"'))
    build("auto", "hash/2")
    assert roll_back(var).exit_code == 0 and current(var) == first
    assert state_of(searched(var, first).space.vectors).name == "flat"


# Searched ----------------------------------------------------------------------------------


def searched(var: Path, version: str) -> FilmSearch:
    """A search over a version, as a service has it."""
    folder, manifest = open_version(var / "index", version, INDEX_KIND, INDEX_FORMAT)
    text = FreeText.load(folder, hash_encoders().multilingual)
    return FilmSearch(SimilarFilms.load(folder, manifest).space, 0, text)


MASKS = {
    "all": None,
    "half": Among(np.arange(FILMS) % 2 == 0),
    "few": Among(np.arange(FILMS) % 29 == 0),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many films Milvus is asked for each time, though there are few enough to compare."""
    counts: list[int] = []
    search = MilvusEngine._search

    def counted(self, query, k, *others):
        counts.append(k)
        return search(self, query, k, *others)

    monkeypatch.setattr(MilvusEngine, "_search", counted)
    monkeypatch.setattr(search_top, "ENGINE_AT_LEAST", 60)
    monkeypatch.setattr(search_top, "FEW", 140)
    monkeypatch.setattr(index_search, "POOL_AT_LEAST", 20)
    monkeypatch.setattr(index_search, "POOL_TIMES", 2)
    return counts


@pytest.mark.parametrize("variety", [None, Variety(0.4)], ids=["by score", "varied"])
def test_answers_through_milvus_are_those_of_comparing_all(
    store: str, var: Path, build, asked: list[int], variety: Variety | None
) -> None:
    flat = searched(var, current(var))
    through = searched(var, build(store).version)
    asked.clear()
    for among in MASKS.values():
        for query in QUERIES:
            expected = flat.best(query, 10, among, variety)
            found = through.best(query, 10, among, variety)
            assert [(each.row, each.score) for each in found] == [
                (each.row, each.score) for each in expected
            ]
            assert found == expected
    state = state_of(through.space.vectors)
    assert (state.name, state.fault, state.faults) == ("milvus", None, 0)
    assert len(asked) > len(QUERIES)


def test_a_version_on_milvus_is_refused_where_none_is_named(
    lite: str, var: Path, build, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = build(lite).version
    for store in ("auto", "flat", "hnsw"):
        monkeypatch.setenv("INDEX_STORE", store)
        with pytest.raises(VersionError, match=r"INDEX_STORE has to name it \(milvus:http"):
            searched(var, version)


def test_the_collection_of_another_version_is_told_and_all_films_are_compared(
    lite: str, var: Path, build, asked: list[int]
) -> None:
    flat = searched(var, current(var))
    version = build(lite).version
    other = build(lite, "hash/2").version
    client = connected(parsed(lite), DataError)
    client.drop_collection(f"cartelera_{version}")
    client.drop_alias(milvus_upload.ALIAS)
    client.rename_collection(f"cartelera_{other}", f"cartelera_{version}")
    client.close()
    point_to(var / "index", version)
    asked.clear()
    through = searched(var, version)
    assert through.best(QUERIES[1], 10) == flat.best(QUERIES[1], 10)
    assert f"holds version {other}" in (state_of(through.space.vectors).fault or "")
    assert asked == []
