"""What an operator is told of the builds in a root, whole and broken."""

import os
import subprocess
from pathlib import Path

import orjson
import pytest
from pydantic import BaseModel

from contracts.api_operation import Compilacion, Versiones
from contracts.builds import (
    DAMAGED,
    GONE,
    INCOMPLETE,
    MISPLACED,
    MOST_BUILDS,
    NO_PREVIOUS,
    NOT_UNDERSTOOD,
    UNREADABLE,
    Builds,
    Details,
)
from contracts.errors import Sentence
from contracts.swap import Serving, Snapshot
from contracts.versions import Manifest, building, current_version, point_to, publish, staging
from contracts.whole import Root, Whole


def build(root: Path, version: str, fmt: int = 1, **counts: int) -> Path:
    settings = {"kind": counts.pop("settings", None)}
    manifest = Manifest(
        kind="data", format=fmt, version=version, inputs={"b": "1", "a": "2"},
        settings=settings, counts=counts,
    )  # fmt: skip
    with building(root), staging(root, version) as folder:
        (folder / "table").write_text(f"rows of {version}")
        folder = publish(folder, manifest)
    number = 1_700_000_000 + 3600 * sum(path.is_dir() for path in root.iterdir())
    os.utime(folder / "manifest.json", (number, number))
    return folder


def told(root: Path, served: str = "one", details: Details | None = None) -> Versiones:
    snapshot = Snapshot(served, f"{served}.0", None)
    serving = Serving(root, snapshot, lambda: snapshot)
    builds = Builds("consultas", Root(root, "data", 1, "datos"), details or Details(), Whole())
    return builds.told(serving, "es")


def only(root: Path, version: str) -> Compilacion:
    found = [each for each in told(root).compilaciones if each.version == version]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two whole builds, of which the second is published."""
    build(tmp_path, "one", movies=1)
    build(tmp_path, "two", movies=2, **{"ledger.no_id": 7, "block.texto": 9})
    return tmp_path


def test_builds_are_told_newest_first_with_size_time_and_counts(root: Path) -> None:
    answer = told(root)
    assert [each.version for each in answer.compilaciones] == ["two", "one"]
    assert (answer.servida, answer.publicada, answer.anterior) == ("one", "two", "one")
    two = answer.compilaciones[0]
    assert (two.problema, two.formato, two.bytes) == (None, 1, len("rows of two"))
    assert two.publicada == "2023-11-15T00:13:20Z"
    assert two.cuentas == {"movies": 2} and two.entradas == ["a", "b"]


def test_an_empty_folder_and_a_missing_one_have_no_builds(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "missing"):
        answer = told(root)
        assert (answer.compilaciones, answer.omitidas) == ([], 0)
        assert (answer.publicada, answer.anterior) == (None, None)
        assert answer.vuelta_atras.motivo == NO_PREVIOUS.es


def test_only_the_latest_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    for number in range(MOST_BUILDS + 3):
        build(tmp_path, f"v{number:02}")
    answer = told(tmp_path)
    assert len(answer.compilaciones) == MOST_BUILDS and answer.omitidas == 3
    assert answer.compilaciones[0].version == f"v{MOST_BUILDS + 2:02}"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version": "one"}', b"\xff\xfe", b"null", b"[" * 100_000]
)
def test_a_broken_manifest_is_told_in_its_place(root: Path, content: bytes) -> None:
    (root / "one" / "manifest.json").write_bytes(content)
    assert only(root, "one").problema == UNREADABLE.es
    assert only(root, "two").problema is None


def test_a_folder_without_a_manifest_and_one_being_built(root: Path) -> None:
    (root / "half").mkdir()
    (root / ".staging-three").mkdir()
    (root / "stray").write_text("no folder")
    names = {each.version for each in told(root).compilaciones}
    assert names == {"one", "two", "half"} and only(root, "half").problema == UNREADABLE.es


def test_a_folder_whose_name_is_no_text_breaks_nothing(root: Path) -> None:
    (root / os.fsdecode(b"caf\xe9")).mkdir()
    assert only(root, "caf\ufffd").problema == UNREADABLE.es
    assert told(root).model_dump_json()


def test_what_is_missing_cut_misplaced_or_of_another_format_is_told(root: Path) -> None:
    build(root, "old", fmt=7)
    assert only(root, "old").problema == ("Es de formato 7, y esta versión del programa lee el 1.")
    (root / "one" / "table").write_text("rows")
    assert only(root, "one").problema == INCOMPLETE.es
    (root / "one" / "table").unlink()
    assert only(root, "one").problema == INCOMPLETE.es
    (root / "one").rename(root / "renamed")
    assert only(root, "renamed").problema == MISPLACED.es


@pytest.mark.parametrize("name", ["a\0b", "a" * 5000, "../../one/missing"])
def test_a_file_that_no_disk_can_hold_is_missing_and_breaks_nothing(root: Path, name: str) -> None:
    manifest = root / "two" / "manifest.json"
    said = orjson.loads(manifest.read_bytes())
    files = {name: {"bytes": 1, "sha256": "0"}}
    manifest.write_bytes(orjson.dumps(said | {"files": files}))
    (root / "previous").write_text("two")
    point_to(root, "one")
    assert only(root, "two").problema == INCOMPLETE.es
    assert only(root, "one").problema is None


class Strict(Details):
    """Details that ask for a number where the manifest has none."""

    class Settings(BaseModel):
        kind: int

    def of(self, manifest: Manifest, folder: Path, served: bool) -> dict[str, object]:
        self.Settings.model_validate(manifest.settings)
        return {}


def test_a_manifest_that_says_something_else_is_told_in_its_place(root: Path) -> None:
    build(root, "three", settings=3)
    problems = {each.version: each.problema for each in told(root, details=Strict()).compilaciones}
    assert problems == {"one": NOT_UNDERSTOOD.es, "two": NOT_UNDERSTOOD.es, "three": None}


def test_the_command_goes_back_where_it_is_run_by_a_shell(tmp_path: Path) -> None:
    root = tmp_path / "it's a $(date) folder"
    build(root, "one")
    build(root, "two")
    for version in ("one", "two"):  # twice leads back to where it began
        way = told(root).vuelta_atras
        assert way.orden is not None and way.motivo is None
        subprocess.run(way.orden, shell=True, check=True)
        assert current_version(root) == version


def no_way_back(root: Path) -> str | None:
    answer = told(root).vuelta_atras
    assert answer.orden is None
    return answer.motivo


def test_without_a_previous_one_there_is_no_command(tmp_path: Path) -> None:
    build(tmp_path, "one")
    assert no_way_back(tmp_path) == NO_PREVIOUS.es
    (tmp_path / "previous").write_text("one\n")
    assert no_way_back(tmp_path) == NO_PREVIOUS.es


@pytest.mark.parametrize("named", ["../two", "", "a\nb", "x" * 500, "\udcff"])
def test_a_pointer_that_names_no_version_leads_nowhere(root: Path, named: str) -> None:
    (root / "previous").write_bytes(os.fsencode(named))
    assert told(root).anterior is None and no_way_back(root) == NO_PREVIOUS.es


def test_a_previous_one_that_is_gone_or_damaged_gives_its_reason(root: Path) -> None:
    table = root / "one" / "table"
    table.write_text(table.read_text()[::-1])  # of the same size
    assert only(root, "one").problema is None and no_way_back(root) == DAMAGED.es
    (root / "one" / "manifest.json").write_text("{")
    assert no_way_back(root) == UNREADABLE.es
    (root / "previous").write_text("nowhere")
    assert no_way_back(root) == GONE.es


class Unwilling(Details):
    def refuses(self, manifest: Manifest) -> Sentence | None:
        return GONE


def test_details_may_refuse_the_way_back(root: Path) -> None:
    answer = told(root, details=Unwilling()).vuelta_atras
    assert (answer.orden, answer.motivo) == (None, GONE.es)


def test_a_version_that_was_refused_is_told(root: Path) -> None:
    def load() -> Snapshot[None]:
        raise ValueError("bad")

    serving: Serving[None] = Serving(root, Snapshot("one", "one.0", None), load)
    builds = Builds("consultas", Root(root, "data", 1, "datos"), Details(), Whole())
    assert not builds.told(serving, "en").rechazada
    serving.look()
    assert builds.told(serving, "en").rechazada
    point_to(root, "one")
    serving.look()
    assert not builds.told(serving, "en").rechazada


def test_it_speaks_the_language_it_is_asked_in(root: Path) -> None:
    manifest = root / "one" / "manifest.json"
    manifest.write_bytes(orjson.dumps(orjson.loads(manifest.read_bytes()) | {"counts": None}))
    snapshot = Snapshot("two", "two.0", None)
    builds = Builds("consultas", Root(root, "data", 1, "datos"), Details(), Whole())
    answer = builds.told(Serving(root, snapshot, lambda: snapshot), "en")
    problems = {each.version: each.problema for each in answer.compilaciones}
    assert problems == {"one": UNREADABLE.en, "two": None}
    assert answer.vuelta_atras.motivo == UNREADABLE.en
