import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.errors import DataError, VersionError
from contracts.versions import (
    Manifest,
    building,
    current_version,
    open_current,
    point_to,
    publish,
    rolling_back,
    staging,
    version_name,
)

Gate = Callable[[Path, Manifest], None]


def build(root: Path, version: str, text: str = "rows", gate: Gate | None = None) -> Path:
    manifest = Manifest(kind="data", format=1, version=version, inputs={}, settings={}, counts={})
    with building(root), staging(root, version) as folder:
        (folder / "table").write_text(text)
        return publish(folder, manifest, gate)


def test_a_published_version_is_the_current_one(tmp_path: Path) -> None:
    folder = build(tmp_path, "one")
    assert open_current(tmp_path, "data", 1)[0] == folder == tmp_path / "one"


def test_the_version_before_stays_and_can_be_pointed_to_again(tmp_path: Path) -> None:
    build(tmp_path, "one")
    build(tmp_path, "two")
    point_to(tmp_path, "one")
    assert open_current(tmp_path, "data", 1)[1].version == "one"


def test_rolling_back_twice_leads_back_to_where_it_began(tmp_path: Path) -> None:
    build(tmp_path, "one")
    build(tmp_path, "two")
    for version in ("one", "two"):
        with rolling_back(tmp_path, "data", 1) as before:
            assert before.version == version
        assert current_version(tmp_path) == version


def test_with_one_version_there_is_no_way_back(tmp_path: Path) -> None:
    build(tmp_path, "one")
    with pytest.raises(VersionError, match="no earlier version"):
        rolling_back(tmp_path, "data", 1).__enter__()
    assert current_version(tmp_path) == "one"


def test_nothing_goes_back_to_a_damaged_version(tmp_path: Path) -> None:
    (build(tmp_path, "one") / "table").write_text("ruin")
    build(tmp_path, "two")
    with pytest.raises(VersionError, match="checksum differs"):
        rolling_back(tmp_path, "data", 1).__enter__()
    assert current_version(tmp_path) == "two"


def test_the_same_inputs_give_the_same_name_and_others_another() -> None:
    first = version_name("data", 1, {"movies": "a"}, 1)
    assert first == version_name("data", 1, {"movies": "a"}, 1)
    assert len({first, version_name("data", 1, {"movies": "b"}, 1)}) == 2
    assert len({first, version_name("data", 2, {"movies": "a"}, 1)}) == 2


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    build(tmp_path, "one")
    with pytest.raises(RuntimeError), building(tmp_path), staging(tmp_path, "two"):
        raise RuntimeError
    assert current_version(tmp_path) == "one"
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "current", "one"}


def test_a_version_that_was_damaged_is_built_anew(tmp_path: Path) -> None:
    folder = build(tmp_path, "one")
    (folder / "table").write_text("ruin")
    build(tmp_path, "one")
    assert open_current(tmp_path, "data", 1)[0].joinpath("table").read_text() == "rows"


def test_nothing_published_is_told(tmp_path: Path) -> None:
    with pytest.raises(VersionError, match="nothing has been published"):
        open_current(tmp_path, "data", 1)


def test_a_pointer_to_a_version_that_is_gone_is_told(tmp_path: Path) -> None:
    build(tmp_path, "one").rename(tmp_path / "elsewhere")
    with pytest.raises(VersionError, match="names version 'one', which is gone"):
        open_current(tmp_path, "data", 1)


@pytest.mark.parametrize("text", ["", "{", '{"kind": "data"}'])
def test_a_manifest_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    (build(tmp_path, "one") / "manifest.json").write_text(text)
    with pytest.raises(VersionError, match="is not a manifest"):
        open_current(tmp_path, "data", 1)


def test_a_byte_that_changed_is_told(tmp_path: Path) -> None:
    (build(tmp_path, "one") / "table").write_text("rowz")
    with pytest.raises(VersionError, match="checksum differs"):
        open_current(tmp_path, "data", 1)


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    (build(tmp_path, "one") / "table").unlink()
    with pytest.raises(VersionError, match="cannot be read"):
        open_current(tmp_path, "data", 1)


def test_a_version_of_another_format_or_kind_is_refused(tmp_path: Path) -> None:
    build(tmp_path, "one")
    for kind, fmt in (("data", 2), ("index", 1)):
        with pytest.raises(VersionError, match="build it again"):
            open_current(tmp_path, kind, fmt)


def test_two_builds_never_collide(tmp_path: Path) -> None:
    with building(tmp_path), pytest.raises(DataError, match="another build is running"):
        build(tmp_path, "one")


BUILD_FOR_EVER = """
import sys
from pathlib import Path
from tests.contracts.test_versions import build
root, n = Path(sys.argv[1]), 0
while True:
    build(root, f"v{n}", "rows" * 200_000)
    n += 1
"""


def test_a_build_killed_at_any_moment_leaves_a_whole_version(tmp_path: Path) -> None:
    build(tmp_path, "first")
    for attempt in range(12):
        process = subprocess.Popen([sys.executable, "-c", BUILD_FOR_EVER, str(tmp_path)])
        before = current_version(tmp_path)
        while current_version(tmp_path) == before:  # it has begun
            time.sleep(0.005)
        time.sleep(0.003 * attempt)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        folder, _ = open_current(tmp_path, "data", 1)
        assert (folder / "table").read_text().startswith("rows")
        point_to(tmp_path, "first")
    build(tmp_path, "last")
    assert not list(tmp_path.glob(".staging-*"))


def test_a_full_disk_is_told_and_the_version_before_stays(small_disk: Path) -> None:
    build(small_disk, "one")
    with pytest.raises(DataError, match="the disk is full"):
        build(small_disk, "two", "rows" * 2_000_000)
    assert open_current(small_disk, "data", 1)[1].version == "one"
    build(small_disk, "three", "small again")


def test_a_gate_that_refuses_leaves_the_version_before(tmp_path: Path) -> None:
    build(tmp_path, "one")
    seen: list[Manifest] = []

    def refuse(folder: Path, manifest: Manifest) -> None:
        seen.append(manifest)
        assert (folder / "table").read_text() == "two"
        raise DataError("not good enough")

    with pytest.raises(DataError, match="not good enough"):
        build(tmp_path, "two", "two", refuse)
    assert current_version(tmp_path) == "one"
    assert not (tmp_path / "two").exists() and not list(tmp_path.glob(".staging-*"))
    assert seen[0].files["table"].bytes == 3  # sealed before it is judged


def test_what_is_not_on_the_disk_as_it_was_written_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, "one")
    monkeypatch.setattr("contracts.versions.flush", _spoil)
    with pytest.raises(VersionError, match="checksum differs"):
        build(tmp_path, "two")
    assert current_version(tmp_path) == "one"


def _spoil(path: Path) -> None:
    """As a bad disk would."""
    if path.name == "table":
        path.write_text("röws")
