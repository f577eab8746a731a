"""A build that takes over what was learnt: the same bytes whether all or little is computed."""

import shutil
from pathlib import Path

import pytest

from contracts.versions import Outcome, open_current, read_manifest
from etl.run import run_etl
from index.build import run_index
from index.embeddings import Encoders
from index.inherited import OUTGROWN
from index.plan import Order
from tests.fakes import HashEncoder, hash_encoders
from tests.raw import film, raw_folder

KEPT, ANEW = Order(inherit=True), Order()
FILMS = 300


def films(count: int, changed: frozenset[int] = frozenset(), gone: frozenset[int] = frozenset()):
    told = {number: "Told anew. " if number in changed else "" for number in range(1, count + 1)}
    return [
        film(
            number,
            f"Film {number}",
            overview=f"{said}Story {number % 7} of {number % 11} people in town {number % 13}.",
            vote_count=str(number * 3 % 100),
            genres=str([{"id": 1, "name": f"Genre {number % 5}"}]),
        )
        for number, said in told.items()
        if number not in gone
    ]


def build(var: Path, raw: list, order: Order, encoders: Encoders | None = None) -> Outcome:
    data = run_etl(raw_folder(var / "raw", raw), var / "data")
    order = Order(data.version, order.inherit, order.point)
    encoders = encoders or hash_encoders()
    return run_index(var / "data", var / "index", encoders, var / "cache" / "texts", None, order)


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def var(tmp_path: Path) -> Path:
    build(tmp_path, films(FILMS), ANEW)
    return tmp_path


CHANGED = films(FILMS + 4, changed=frozenset({3, 77}), gone=frozenset({5, 150}))


def test_what_is_brought_up_to_date_is_byte_by_byte_a_full_build(var: Path) -> None:
    first = open_current(var / "index", "index", 3)[1].version
    quick = build(var, CHANGED, KEPT)
    brought = content_of(quick.folder)
    shutil.rmtree(quick.folder)
    shutil.rmtree(var / "cache")  # no vectors, and nothing known of neighbours
    (var / "index" / "current").write_text(first + "\n")
    full = build(var, CHANGED, KEPT)
    assert full.version == quick.version != first
    assert content_of(full.folder) == brought


def test_only_texts_that_changed_are_embedded(var: Path) -> None:
    plot = HashEncoder()
    build(var, CHANGED, KEPT, Encoders(plot, hash_encoders().multilingual))
    assert len(plot.seen) == 6  # four that came, two told anew


def test_what_was_learnt_stays_and_the_manifest_says_from_what(var: Path) -> None:
    learnt_from = open_current(var / "data", "data", 3)[1].version
    outcome = build(var, CHANGED, KEPT)
    manifest = read_manifest(outcome.folder)
    assert manifest.inputs["learnt_on"] == learnt_from != manifest.inputs["data"]
    assert manifest.settings["learnt_on"]["movies"] == FILMS


def test_a_refresh_of_a_refresh_keeps_what_the_first_build_learnt(var: Path) -> None:
    first = read_manifest(build(var, CHANGED, KEPT).folder)
    again = build(var, films(FILMS + 9), KEPT)
    assert read_manifest(again.folder).inputs["learnt_on"] == first.inputs["learnt_on"]


def test_by_two_roads_to_the_same_films_the_same_version_is_made(var: Path) -> None:
    start = open_current(var / "index", "index", 3)[1].version
    straight = build(var, films(FILMS + 9), KEPT)
    bytes_of = content_of(straight.folder)
    shutil.rmtree(straight.folder)
    (var / "index" / "current").write_text(start + "\n")
    build(var, CHANGED, KEPT)
    around = build(var, films(FILMS + 9), KEPT)
    assert around.version == straight.version
    assert content_of(around.folder) == bytes_of


def test_a_catalogue_that_outgrew_it_is_learnt_anew(var: Path) -> None:
    outcome = build(var, films(int(FILMS * (1 + OUTGROWN)) + 2), KEPT)
    manifest = read_manifest(outcome.folder)
    assert manifest.inputs["learnt_on"] == manifest.inputs["data"]


def test_another_encoder_learns_anew(var: Path) -> None:
    outcome = build(var, CHANGED, KEPT, hash_encoders("hash/2"))
    manifest = read_manifest(outcome.folder)
    assert manifest.inputs["learnt_on"] == manifest.inputs["data"]


def test_without_an_index_before_there_is_nothing_to_take_over(tmp_path: Path) -> None:
    assert build(tmp_path, films(30), KEPT).built


@pytest.mark.parametrize("file", ["basis.npz", "basis_words.parquet", "manifest.json"])
def test_from_a_damaged_index_nothing_is_taken_over(var: Path, file: str) -> None:
    before = open_current(var / "index", "index", 3)[0]
    (before / file).write_bytes(b"nothing")
    manifest = read_manifest(build(var, CHANGED, KEPT).folder)
    assert manifest.inputs["learnt_on"] == manifest.inputs["data"]


def test_a_version_that_is_not_pointed_at_is_whole_and_waits(var: Path) -> None:
    before = open_current(var / "index", "index", 3)[1].version
    outcome = build(var, CHANGED, Order(inherit=True, point=False))
    assert outcome.built and outcome.folder.is_dir()
    assert open_current(var / "index", "index", 3)[1].version == before
    assert not build(var, CHANGED, KEPT).built  # it was kept, and is pointed at now
    assert open_current(var / "index", "index", 3)[1].version == outcome.version
