import shutil
import signal
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from contracts.columns import DATA_FORMAT, TABLES
from contracts.errors import DataError, VersionError
from contracts.versions import Manifest, Outcome, building, open_current, publish, staging
from etl.run import run_etl
from index.blocks import BLOCKS, INDEX_FORMAT, INDEX_KIND
from index.build import run_index
from index.embeddings import Encoders
from index.gate import Floors
from index.users.files import FILE, UserFiles
from tests.fakes import HashEncoder, hash_encoders
from tests.raw import film, link, rating, raw_folder

FILMS = 290
"""What the ETL keeps of the sample."""


def build(
    data: Path, var: Path, plot: HashEncoder | None = None, floors: Floors | None = None
) -> Outcome:
    encoders = replace(hash_encoders(), plot=plot or HashEncoder())
    return run_index(data, var / "index", encoders, var / "cache", floors)


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def current(var: Path) -> str:
    """The version that opens, its checksums checked."""
    return open_current(var / "index", INDEX_KIND, INDEX_FORMAT)[1].version


@pytest.fixture
def var(sample_var: Path, tmp_path: Path) -> Path:
    """A copy of the built sample that may be changed."""
    for name in ("data", "index", "cache"):
        shutil.copytree(sample_var / name, tmp_path / name)
    return tmp_path


def test_a_build_embeds_every_text_once(sample_data: Path, tmp_path: Path) -> None:
    encoder = HashEncoder()
    outcome = build(sample_data, tmp_path, encoder)
    assert outcome.built and current(tmp_path) == outcome.version
    assert len(encoder.seen) == len(set(encoder.seen)) == outcome.counts["movies"] == FILMS


def test_what_is_there_is_not_built_again(var: Path) -> None:
    encoder = HashEncoder()
    before = content_of(var / "index" / current(var))
    outcome = build(var / "data", var, encoder)
    assert (outcome.built, encoder.seen) == (False, [])
    assert outcome.counts["movies"] == FILMS
    assert content_of(outcome.folder) == before


def test_the_same_input_gives_the_same_bytes_in_another_folder(
    sample_raw: Path, sample_var: Path, tmp_path: Path
) -> None:
    run_etl(sample_raw, tmp_path / "data")
    outcome = build(tmp_path / "data", tmp_path)
    assert outcome.built
    assert content_of(outcome.folder) == content_of(sample_var / "index" / outcome.version)


def test_a_build_from_the_cache_gives_the_same_bytes(var: Path) -> None:
    before = content_of(var / "index" / current(var))
    shutil.rmtree(var / "index")
    encoder = HashEncoder()
    outcome = build(var / "data", var, encoder)
    assert (outcome.built, encoder.seen) == (True, [])
    assert content_of(outcome.folder) == before


def test_another_encoder_makes_another_version_and_the_first_stays(var: Path) -> None:
    first = current(var)
    outcome = build(var / "data", var, HashEncoder("hash/2"))
    assert outcome.built and outcome.version != first
    assert (var / "index" / first).is_dir()


def test_back_to_the_first_encoder_only_the_pointer_moves(var: Path) -> None:
    first = current(var)
    build(var / "data", var, HashEncoder("hash/2"))
    assert (build(var / "data", var).built, current(var)) == (False, first)


def test_other_weights_make_another_version(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = current(var)
    heavier = replace(BLOCKS[0], weight=0.05)
    monkeypatch.setattr("index.blocks.BLOCKS", (heavier, *BLOCKS[1:]))
    encoder = HashEncoder()
    outcome = build(var / "data", var, encoder)
    assert outcome.built and outcome.version != first
    assert encoder.seen == []  # weights are not part of what is embedded


def test_an_index_below_a_floor_is_not_published(var: Path) -> None:
    before = content_of(var / "index"), current(var)
    with pytest.raises(DataError, match=r"saga_recall is 0\.\d+, below the floor of 0.99"):
        build(var / "data", var, HashEncoder("hash/2"), Floors(saga_recall=0.99))
    assert (content_of(var / "index"), current(var)) == before


def test_what_is_there_is_not_kept_below_a_raised_floor(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDEX_FLOOR_SAGA_RECALL", "0.99")
    with pytest.raises(DataError, match="INDEX_FLOOR_SAGA_RECALL"):
        build(var / "data", var)


def test_other_data_make_another_version_and_only_new_texts_are_embedded(tmp_path: Path) -> None:
    films = [film(1, "Heat"), film(2, "Ronin")]
    run_etl(raw_folder(tmp_path / "a", films), tmp_path / "data")
    first = build(tmp_path / "data", tmp_path)
    run_etl(raw_folder(tmp_path / "b", [*films, film(3, "Up")]), tmp_path / "data")
    encoder = HashEncoder()
    second = build(tmp_path / "data", tmp_path, encoder)
    assert second.version != first.version
    assert encoder.seen == ["What happens in Up. Genres: Drama."]


def test_the_manifest_says_what_the_index_is_made_of(sample_var: Path) -> None:
    _, manifest = open_current(sample_var / "index", INDEX_KIND, INDEX_FORMAT)
    _, data = open_current(sample_var / "data", "data", DATA_FORMAT)
    assert manifest.inputs == {
        "data": data.version,
        "learnt_on": data.version,
        "encoder": "hash/1",
        "multilingual_encoder": "words/1",
    }
    assert manifest.counts["movies"] == FILMS == manifest.counts["block.anio"]
    assert manifest.counts["block.renombre"] == FILMS - 2  # nobody voted for two of them
    assert manifest.settings["weights"] == "default"  # too few rated the sample's films
    quality = manifest.settings["quality"]
    assert quality["search_recall"] == 1.0 and 0.7 < quality["saga_recall"] <= 1


@pytest.mark.parametrize(
    "file", ["vectors.faiss", "neighbours.npy", "reparto.npz", "manifest.json"]
)
@pytest.mark.parametrize("damage", ["altered", "gone"])
def test_a_damaged_version_is_refused_and_built_anew(var: Path, file: str, damage: str) -> None:
    version = current(var)
    whole = content_of(var / "index" / version)
    path = var / "index" / version / file
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[file][:-1])
    with pytest.raises(VersionError):
        current(var)
    outcome = build(var / "data", var)
    assert (outcome.built, outcome.version) == (True, version)
    assert content_of(outcome.folder) == whole
    assert not list((var / "index").glob(".staging-*"))


def test_a_film_alone_can_be_indexed(tmp_path: Path) -> None:
    run_etl(raw_folder(tmp_path / "raw", [film(1)]), tmp_path / "data")
    assert build(tmp_path / "data", tmp_path).counts["movies"] == 1


def test_no_films_are_one_sentence_and_the_version_before_stays(var: Path) -> None:
    before = current(var)
    manifest = Manifest(
        kind="data", format=DATA_FORMAT, version="none", inputs={}, settings={}, counts={}
    )
    with building(var / "data"), staging(var / "data", "none") as folder:
        for name, schema in TABLES.items():
            pq.write_table(schema.empty_table(), folder / f"{name}.parquet")
        publish(folder, manifest)
    with pytest.raises(DataError, match="holds no films: there is nothing to index"):
        build(var / "data", var)
    assert current(var) == before


def test_without_data_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(VersionError, match="nothing has been published"):
        build(tmp_path / "data", tmp_path)


def test_two_builds_at_once_are_refused(var: Path) -> None:
    with building(var / "index"), pytest.raises(DataError, match="another build is running"):
        build(var / "data", var, HashEncoder("hash/2"))


FREE = {"the vectors": 100_000, "the neighbours": 600_000, "the names": 700_000}


@pytest.mark.parametrize("free", FREE.values(), ids=FREE)
def test_a_disk_that_fills_up_is_told_and_the_version_before_stays(
    sample_data: Path, small_disk: Path, tmp_path: Path, free: int
) -> None:
    def build_there(encoders: Encoders) -> Outcome:
        return run_index(sample_data, small_disk, encoders, tmp_path / "cache")

    first = build_there(hash_encoders())
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - free))
    with pytest.raises(DataError, match="the disk is full"):
        build_there(hash_encoders("hash/2"))
    assert open_current(small_disk, INDEX_KIND, INDEX_FORMAT)[1].version == first.version
    assert not list(small_disk.glob(".staging-*"))
    ballast.unlink()
    assert build_there(hash_encoders("hash/2")).built


DIES_AT = {
    "texts are embedded": "os:fsync",
    "neighbours are sought": "index.build:kept_of_all",
    "half the files are written": "index.build:save_array",
    "all files but the manifest are written": "index.build:publish",
    "the folder gets its name": "pathlib:Path.rename",
    "the pointer is to be written": "index.plan:point_to",
    "the pointer moves": "pathlib:Path.replace",
}
KILLED_BUILD = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
from index.build import run_index
from index.gate import Floors
from tests.fakes import hash_encoders

module, _, path = sys.argv[2].partition(":")
*owner, name = path.split(".")
holder = import_module(module)
for step in owner:
    holder = getattr(holder, step)
assert hasattr(holder, name)
setattr(holder, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
var = Path(sys.argv[1])
run_index(var / "data", var / "index", hash_encoders("hash/2"), var / "cache")
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", DIES_AT.values(), ids=DIES_AT)
def test_a_build_killed_at_any_moment_leaves_the_version_before(var: Path, moment: str) -> None:
    before = current(var)
    run = [sys.executable, "-c", KILLED_BUILD, str(var), moment]
    root = Path(__file__).parents[2]
    process = subprocess.run(run, cwd=root, capture_output=True, text=True, check=False)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert current(var) == before
    outcome = build(var / "data", var, HashEncoder("hash/2"))
    assert current(var) == outcome.version != before
    assert not list((var / "index").glob(".staging-*"))
    assert {path.name for path in (var / "index").iterdir()} <= {
        ".lock", ".current", "current", ".previous", "previous", before, outcome.version
    }  # fmt: skip


FANS = 12


def rated_by_two_crowds(folder: Path) -> Path:
    """Six films alike in all; users who love the even ones dislike the odd ones, and conversely."""
    films = [film(n, f"Film {n}") for n in range(1, 7)]
    ratings = [
        rating(user, n, 5 if n % 2 == user % 2 else 1)
        for user in range(2 * FANS)
        for n in range(1, 6)
    ]
    links = [link(n, n) for n in range(1, 7)]
    return raw_folder(folder, films, link_rows=links, rating_rows=ratings)


def test_with_ratings_films_of_the_same_admirers_come_first(tmp_path: Path) -> None:
    run_etl(rated_by_two_crowds(tmp_path / "raw"), tmp_path / "data")
    outcome = build(tmp_path / "data", tmp_path)
    neighbours = np.load(outcome.folder / "neighbours.npy")
    assert set(neighbours[0, :2].tolist()) == {2, 4}  # film 1 is liked with 3 and 5
    assert outcome.counts["block.asociacion"] == 5  # nobody rated the sixth


def test_with_ratings_there_is_a_model_of_users_and_the_manifest_tells_of_it(
    tmp_path: Path,
) -> None:
    run_etl(rated_by_two_crowds(tmp_path / "raw"), tmp_path / "data")
    outcome = build(tmp_path / "data", tmp_path)
    told = open_current(tmp_path / "index", INDEX_KIND, INDEX_FORMAT)[1].settings["users"]
    assert (told["users"], told["ratings"]) == (2 * FANS, 10 * FANS)
    assert told["mean"] == pytest.approx(3.0)
    assert told["rmse_by_fold"] == []  # so few are not searched with
    assert told["parameters"]["film_doubt"] > 0
    assert {path.name for path in outcome.folder.glob("user_*")} == {
        FILE.format(name=field.name) for field in fields(UserFiles)
    }


def test_the_model_of_users_is_the_same_bytes_in_every_build(tmp_path: Path) -> None:
    raw = rated_by_two_crowds(tmp_path / "raw")
    first, second = (
        content_of(build(root / "data", root).folder)
        for root in (tmp_path / "a", tmp_path / "b")
        if run_etl(raw, root / "data")
    )
    assert first == second and FILE.format(name="taste") in first


def test_without_ratings_there_is_no_model_of_users(tmp_path: Path) -> None:
    run_etl(raw_folder(tmp_path / "raw", [film(1), film(2)]), tmp_path / "data")
    outcome = build(tmp_path / "data", tmp_path)
    manifest = open_current(tmp_path / "index", INDEX_KIND, INDEX_FORMAT)[1]
    assert manifest.settings["users"] is None
    assert not list(outcome.folder.glob("user_*"))


def test_the_model_of_the_sample_is_searched_and_tells_its_errors(sample_var: Path) -> None:
    _, manifest = open_current(sample_var / "index", INDEX_KIND, INDEX_FORMAT)
    told = manifest.settings["users"]
    assert len(told["rmse_by_fold"]) == len(told["rmse_of_biases_by_fold"]) == 5
    assert 0.3 < np.mean(told["rmse_by_fold"]) <= np.mean(told["rmse_of_biases_by_fold"]) < 1.5
    assert told["ratings_searched_on"] == told["ratings"] > 1000


def test_without_ratings_there_is_no_block_of_likes(tmp_path: Path) -> None:
    run_etl(raw_folder(tmp_path / "raw", [film(1), film(2)]), tmp_path / "data")
    build(tmp_path / "data", tmp_path)
    _, manifest = open_current(tmp_path / "index", INDEX_KIND, INDEX_FORMAT)
    assert "asociacion" not in [block["name"] for block in manifest.settings["blocks"]]
    assert "block.asociacion" not in manifest.counts
