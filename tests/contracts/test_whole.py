"""Whether versions are as they were published, seen again and again."""

import hashlib
import os
from pathlib import Path

import orjson

from contracts.errors import Sentence
from contracts.versions import Manifest, building, publish, staging
from contracts.whole import READING, Root, Whole
from tests.waiting import until

GONE = Sentence("No está.", "It is gone.")


def build(root: Path, version: str) -> None:
    manifest = Manifest(kind="data", format=1, version=version, inputs={}, settings={}, counts={})
    with building(root), staging(root, version) as folder:
        (folder / "table").write_text(f"rows of {version}")
        publish(folder, manifest)


def test_damage_and_repair_are_seen_by_who_looked_before(tmp_path: Path) -> None:
    build(tmp_path, "one")
    whole, place, table = Whole(), Root(tmp_path, "data", 1, "datos"), tmp_path / "one" / "table"
    good = table.read_text()
    seen = []
    for text in (good, good[::-1], good):
        table.write_text(text)
        seen.append(whole.holds(place, "one"))
    assert seen == [True, False, True]
    assert not whole.holds(place, "missing") and not whole.holds(place, "missing")


def test_a_check_that_takes_long_keeps_nobody_waiting(tmp_path: Path) -> None:
    build(tmp_path, "one")
    pipe, manifest = tmp_path / "one" / "table", tmp_path / "one" / "manifest.json"
    said = orjson.loads(manifest.read_bytes())
    empty = {"bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()}
    manifest.write_bytes(orjson.dumps(said | {"files": {"table": empty}}))
    pipe.unlink()
    os.mkfifo(pipe)  # whose reader waits for somebody to write
    whole, place = Whole(within_s=0.01), Root(tmp_path, "data", 1, "datos")
    assert whole.holds(place, "one") is None
    assert whole.fault(place, "one", GONE) is READING
    pipe.open("wb").close()
    assert until(lambda: whole.holds(place, "one") is True)
    assert whole.fault(place, "one", GONE) is None
