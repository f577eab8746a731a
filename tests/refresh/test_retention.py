"""Old versions go, and none that anybody may still need."""

import os
from pathlib import Path

import pytest

from contracts.errors import DataError
from contracts.refreshes import Run, now
from contracts.versions import Manifest, building, point_to, publish, staging
from refresh.retention import never_published, prune
from tests.refresh.hashed import Place
from tests.refresh.test_run import refuse


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """Six versions of the data, d1 the oldest, and an index of each of the first four."""
    for number in range(1, 7):
        put(tmp_path / "data", "data", f"d{number}", number)
    for number in range(1, 5):
        put(tmp_path / "index", "index", f"i{number}", number, data=f"d{number}")
    return tmp_path


def put(root: Path, kind: str, name: str, age: int, **inputs: str) -> None:
    manifest = Manifest(kind=kind, format=1, version=name, inputs=inputs, settings={}, counts={})
    with building(root), staging(root, name) as folder:
        (folder / "part").write_text(name)
        made = publish(folder, manifest)
    os.utime(made / "manifest.json", (age * 1000, age * 1000))


def left(var: Path) -> tuple[set[str], set[str]]:
    data, index = (
        {path.name for path in (var / name).iterdir() if path.is_dir()}
        for name in ("data", "index")
    )
    return data, index


def test_the_newest_stay_and_the_data_that_an_index_needs(var: Path) -> None:
    gone = prune(var, 3, set())
    assert left(var) == ({"d2", "d3", "d4", "d5", "d6"}, {"i2", "i3", "i4"})
    assert set(gone) == {"i1", "d1"}


def test_what_is_published_and_what_was_before_stay_whatever_their_age(var: Path) -> None:
    for root, names in (("data", ("d1", "d2")), ("index", ("i2", "i1"))):
        for name in names:
            point_to(var / root, name)
    prune(var, 3, set())
    assert left(var) == ({"d1", "d2", "d4", "d6"}, {"i1", "i2", "i4"})


def test_what_is_unwanted_goes_though_it_is_new_unless_it_is_published(var: Path) -> None:
    point_to(var / "data", "d4")  # and so d6 was before
    prune(var, 4, {"d5", "d6", "i3", "i4"})
    assert left(var) == ({"d1", "d2", "d3", "d4", "d6"}, {"i1", "i2", "i3", "i4"})


def test_fewer_are_kept_when_fewer_are_asked_for(var: Path) -> None:
    prune(var, 6, set())
    assert left(var)[1] == {"i1", "i2", "i3", "i4"}
    prune(var, 2, set())
    assert left(var) == ({"d3", "d4", "d5", "d6"}, {"i3", "i4"})


def test_folders_that_are_no_versions_are_left_alone(var: Path) -> None:
    (var / "data" / "mine").mkdir()
    (var / "data" / "d1" / "manifest.json").write_text("{")
    (var / "data" / "d2").rename(var / "data" / "copied")
    prune(var, 2, set())
    assert {"mine", "d1", "copied"} <= left(var)[0]


@pytest.mark.parametrize("root", ["data", "index"])
def test_while_a_build_runs_nothing_goes(var: Path, root: str) -> None:
    before = left(var)
    with building(var / root):
        assert prune(var, 2, set()) == []
    assert left(var) == before
    assert prune(var, 2, set())


def test_roots_where_nothing_was_built_are_no_fault(tmp_path: Path) -> None:
    assert prune(tmp_path, 3, set()) == []


def test_what_a_run_made_is_unwanted_until_some_run_published_it() -> None:
    def run(**told: str) -> Run:
        return Run.model_validate(
            {"id": "x", "started_at": now(), "seconds": 1, "outcome": "fallido", "stage": "x"}
            | told
        )

    refused = run(data_built="d2", index_built="i2", data_after="d1", index_after="i1")
    half = run(data_built="d3", data_after="d1")
    assert never_published([refused, half]) == {"d2", "i2", "d3"}
    published = run(data_built="d2", index_built="i2", data_after="d2", index_after="i2")
    assert never_published([refused, half, published]) == {"d3"}
    assert never_published([half, run(data_before="d3")]) == set()


def test_runs_keep_as_many_versions_as_they_are_told_to(fresh: Place) -> None:
    seen = [fresh.served()]
    for _ in range(4):
        fresh.have_another().refresh(keep=2)
        seen.append(fresh.served())
    assert fresh.versions("index") == {seen[-1].index, seen[-2].index}
    assert {seen[-1].data, seen[-2].data} <= fresh.versions("data")
    for _ in range(3):
        fresh.have_another().refresh(keep=4)
    assert len(fresh.versions("index")) == 4


def test_a_refused_version_pushes_no_good_one_out(fresh: Place) -> None:
    first = fresh.served()
    fresh.have_another().refresh()
    second = fresh.served()
    for _ in range(3):
        with pytest.raises(DataError):
            fresh.have_another().refresh(refuse)
    fresh.have_another().refresh()
    assert fresh.versions("index") == {first.index, second.index, fresh.served().index}
