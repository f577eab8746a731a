"""One suite for everything that searches vectors; then what FAISS's files add."""

from pathlib import Path

import numpy as np
import pytest

from contracts.errors import VersionError
from index.faiss_store import DIM_FILE, IDS_FILE, TIE_MARGIN, VECTORS_FILE, FaissIndex
from index.store import ExactIndex, Hit, VectorIndex

DIM = 13
VECTORS = np.random.default_rng(5).normal(size=(200, DIM)).astype(np.float32)
IDS = np.random.default_rng(6).permutation(np.arange(10, 2010, 10))
"""In no order, so that a row is never mistaken for an id."""


@pytest.fixture(params=[ExactIndex, FaissIndex.build], ids=["exact", "faiss"])
def make(request: pytest.FixtureRequest):
    return request.param


@pytest.fixture
def index(make) -> VectorIndex:
    return make(IDS, VECTORS)


def ids(hits: list[Hit]) -> list[int]:
    return [hit.movie_id for hit in hits]


def test_its_length_is_the_number_of_films(index: VectorIndex) -> None:
    assert len(index) == 200


@pytest.mark.parametrize("row", [0, 17, 199])
def test_hits_are_those_of_brute_force_highest_first(index: VectorIndex, row: int) -> None:
    halved = VECTORS.astype(np.float16).astype(np.float64)
    scores = halved @ VECTORS[row]
    best = np.argsort(-scores)[:25]
    hits = index.nearest(VECTORS[row], 25)
    assert ids(hits) == IDS[best].tolist()
    assert [hit.score for hit in hits] == pytest.approx(scores[best].tolist(), abs=1e-4)


def test_scores_are_inner_products_not_cosines(index: VectorIndex) -> None:
    once, twice = index.nearest(VECTORS[3], 1), index.nearest(2 * VECTORS[3], 1)
    assert twice[0].score == pytest.approx(2 * once[0].score, rel=1e-5)


def test_asking_for_more_than_there_is_gives_what_there_is(index: VectorIndex) -> None:
    hits = index.nearest(VECTORS[0], 999)
    assert sorted(ids(hits)) == sorted(IDS.tolist())
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("k", [0, -1])
def test_asking_for_none_gives_none(index: VectorIndex, k: int) -> None:
    assert index.nearest(VECTORS[0], k) == []


def test_ties_stand_by_movie_id(make) -> None:
    index = make(np.array([30, 10, 20, 40]), np.tile(VECTORS[:1], (4, 1)))
    assert ids(index.nearest(VECTORS[0], 3)) == [10, 20, 30]


@pytest.mark.parametrize("alike", [TIE_MARGIN, TIE_MARGIN * 4, 150])
def test_of_many_ties_the_lowest_ids_are_kept(make, alike: int) -> None:
    vectors = np.concatenate((np.tile(VECTORS[:1], (alike, 1)), VECTORS[1:50] / 100))
    numbers = np.arange(len(vectors), 0, -1)
    hits = make(numbers, vectors).nearest(VECTORS[0], 5)
    assert ids(hits) == sorted(numbers[:alike].tolist())[:5]


def test_vectors_come_in_the_order_asked_as_they_were_rounded(index: VectorIndex) -> None:
    rows = [7, 0, 7, 199]
    given = index.vectors(IDS[rows].tolist())
    assert given.dtype == np.float32
    np.testing.assert_array_equal(given, VECTORS[rows].astype(np.float16).astype(np.float32))


def test_no_ids_give_no_vectors(index: VectorIndex) -> None:
    assert index.vectors([]).shape == (0, DIM)


@pytest.mark.parametrize("unknown", [11, -1, 2**62])
def test_an_unknown_id_is_a_key_error(index: VectorIndex, unknown: int) -> None:
    with pytest.raises(KeyError, match=str(unknown)):
        index.vectors([int(IDS[0]), unknown])


def test_an_index_without_films_finds_none(make) -> None:
    empty = make(IDS[:0], VECTORS[:0])
    assert (len(empty), empty.nearest(VECTORS[0], 5)) == (0, [])


def test_what_was_saved_answers_alike(tmp_path: Path) -> None:
    built = FaissIndex.build(IDS, VECTORS)
    built.save(tmp_path)
    loaded = FaissIndex.load(tmp_path)
    assert len(loaded) == len(built)
    assert loaded.nearest(VECTORS[9], 40) == built.nearest(VECTORS[9], 40)
    np.testing.assert_array_equal(loaded.vectors(IDS.tolist()), built.vectors(IDS.tolist()))


def test_saving_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        FaissIndex.build(IDS, VECTORS).save(tmp_path / name)
    for file in (VECTORS_FILE, IDS_FILE, DIM_FILE):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize("file", [VECTORS_FILE, IDS_FILE, DIM_FILE])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:10],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: bytes(range(256)) * 20,
    ],
    ids=["empty", "its head alone", "half", "a byte short", "something else"],
)
def test_a_damaged_file_is_a_version_error(tmp_path: Path, file: str, damage) -> None:
    FaissIndex.build(IDS, VECTORS).save(tmp_path)
    path = tmp_path / file
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(VersionError, match="is not an index FAISS can read"):
        FaissIndex.load(tmp_path)


@pytest.mark.parametrize("file", [VECTORS_FILE, IDS_FILE, DIM_FILE])
def test_a_missing_file_is_a_version_error(tmp_path: Path, file: str) -> None:
    FaissIndex.build(IDS, VECTORS).save(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(VersionError, match="is not an index FAISS can read"):
        FaissIndex.load(tmp_path)


def test_vectors_of_other_films_are_a_version_error(tmp_path: Path) -> None:
    FaissIndex.build(IDS, VECTORS).save(tmp_path)
    np.save(tmp_path / IDS_FILE, IDS[:-1])
    with pytest.raises(VersionError, match="has 200 vectors for 199 films"):
        FaissIndex.load(tmp_path)
