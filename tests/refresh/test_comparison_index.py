"""Two versions of the index, beside what numpy or plain sets give film by film."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import VersionError
from contracts.versions import Outcome, current_version
from etl.run import run_etl
from index.blocks import DENSE
from index.build import run_index
from index.embeddings import Encoders
from index.faiss_store import FaissIndex
from refresh.index_compared import TOP, IndexVersion, churn, index_shift
from tests.fakes import WordEncoder, hash_encoders
from tests.raw import film, raw_folder
from tests.refresh.compared import index_version

NOBODY = np.array([], np.int64)
LIST = [[1, 2], [0, 2], [0, 1]]


def built(var: Path, numbers: list[int], encoders: Encoders, told: str = "") -> IndexVersion:
    """An index of films of these numbers; what is `told` is told of each tenth."""
    films = [
        film(n, f"Film {n}", overview=f"{'' if n % 10 else told} story {n % 7} of town {n % 13}")
        for n in numbers
    ]
    run_etl(raw_folder(var / "raw", films), var / "data")
    outcome: Outcome = run_index(var / "data", var / "index", encoders, var / "cache" / "texts")
    return IndexVersion.load(outcome.folder)


def test_an_index_beside_itself_has_not_changed(sample_var: Path) -> None:
    folder = sample_var / "index" / (current_version(sample_var / "index") or "")
    same = IndexVersion.load(folder)
    shift = index_shift(same, same, same.movie_ids[:10])
    assert shift.made_otherwise == ()
    for name, block in shift.blocks.items():
        assert block.before == block.after == same.manifest.counts[f"block.{name}"] / 290
        measured = name in same.layout.names(DENSE) and block.before > 0
        assert block.centroid == (pytest.approx(0, abs=1e-12) if measured else None)
    assert (shift.churn.films, shift.churn.share, shift.churn.changed) == (290, 0, 0)
    assert (shift.churn.best_known, shift.churn.best_known_share) == (10, 0)


def test_centroids_and_shares_of_two_builds_are_those_of_their_vectors(tmp_path: Path) -> None:
    before = built(tmp_path, [*range(1, 41)], hash_encoders())
    after = built(tmp_path, [*range(5, 51)], hash_encoders("hash/2"), "Robots!")
    assert isinstance(before.vectors, FaissIndex)
    shift = index_shift(before, after, NOBODY)
    assert shift.made_otherwise == ("encoder", "learnt_on")
    both = [*range(5, 41)]
    for name in before.layout.names(DENSE):
        for told, ids in (
            (shift.blocks[name].centroid, ([*range(1, 41)], [*range(5, 51)])),
            (shift.blocks[name].centroid_of_both, (both, both)),
        ):
            one, other = (
                side.vectors.vectors(films)[:, side.layout.span(name)].astype(float).mean(axis=0)
                for side, films in zip((before, after), ids, strict=True)
            )
            cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
            assert told == pytest.approx(1 - cosine, abs=1e-6)
    for name, block in shift.blocks.items():
        assert block.films == before.manifest.counts[f"block.{name}"]
        assert block.after == after.manifest.counts[f"block.{name}"] / 46


def test_another_encoder_moves_the_centroid_of_its_block_alone(tmp_path: Path) -> None:
    before = built(tmp_path, [*range(1, 41)], hash_encoders())
    another = replace(hash_encoders(), plot=WordEncoder("words/2", 16))
    after = built(tmp_path, [*range(1, 41)], another)
    shift = index_shift(before, after, NOBODY)
    assert shift.made_otherwise == ("encoder",)
    moved = {name for name, block in shift.blocks.items() if (block.centroid or 0) > 0.1}
    assert moved == {"texto"}


def test_vectors_in_other_directions_are_turned_where_only_the_learning_is_new() -> None:
    random_ = np.random.default_rng(3)
    vectors = random_.normal(size=(50, 5)) + 1
    turn, _ = np.linalg.qr(random_.normal(size=(4, 4)))
    turned = vectors.copy()
    turned[:, :4] = vectors[:, :4] @ turn
    lists = [[(row + 1) % 50] for row in range(50)]
    before = index_version(vectors, lists)
    learnt = index_version(turned, lists, inputs={"learnt_on": "e", "data": "e"})
    encoded = index_version(turned, lists, inputs={"learnt_on": "e", "encoder": "hash/2"})
    kept = index_version(turned, lists, inputs={"data": "e"})
    found = [index_shift(before, each, NOBODY) for each in (learnt, encoded, kept)]
    assert [shift.made_otherwise for shift in found] == [
        ("learnt_on",),
        ("encoder", "learnt_on"),
        (),
    ]
    angles = [shift.blocks["texto"].centroid or 0 for shift in found]
    assert angles[0] == pytest.approx(0, abs=1e-6)
    assert angles[1] == angles[2] > 0.05


def test_a_turn_hides_no_film_that_moved() -> None:
    random_ = np.random.default_rng(3)
    vectors = random_.normal(size=(50, 5))
    vectors[:, 0] += 2
    moved = np.vstack((-vectors[:, [1, 0, 2, 3, 4]], np.full((100, 5), 5.0)))
    before = index_version(vectors, [[0]] * 50)
    after = index_version(moved, [[0]] * 150, inputs={"learnt_on": "e"})
    block = index_shift(before, after, NOBODY).blocks["texto"]
    assert block.centroid_of_both == pytest.approx(0, abs=1e-6)
    assert (block.centroid or 0) > 0.1


def test_a_block_that_no_film_has_any_more_has_no_centroid_and_is_wholly_lost() -> None:
    vectors = np.ones((3, 4))
    counts = {"block.texto": 3, "block.generos": 2, "block.anio": 3}
    before = index_version(vectors, LIST, counts=counts)
    vectors[:, 3] = 0
    after = index_version(vectors, LIST, counts={"block.texto": 3, "block.generos": 1})
    blocks = index_shift(before, after, NOBODY).blocks
    assert (blocks["anio"].centroid, blocks["anio"].lost) == (None, 1)
    assert (blocks["generos"].centroid, blocks["generos"].lost) == (None, pytest.approx(0.5))
    assert (blocks["texto"].centroid, blocks["texto"].lost) == (pytest.approx(0), 0)
    assert index_shift(after, before, NOBODY).blocks["anio"].lost == 0


@pytest.mark.parametrize("seed", range(5))
def test_churn_is_what_comparing_the_first_five_film_by_film_gives(seed: int) -> None:
    draw = random.Random(seed)
    known = draw.sample(range(30), 8)
    sides, tops = [], []
    for _ in range(2):
        ids = sorted(draw.sample(range(30), 20))
        lists = [draw.sample([row for row in range(20) if row != own], 7) for own in range(20)]
        sides.append(index_version(np.ones((20, 2)), lists, ids))
        tops.append({ids[row]: {ids[n] for n in lists[row][:TOP]} for row in range(20)})
    before, after = sides
    both = np.intersect1d(before.movie_ids, after.movie_ids, return_indices=True)
    found = churn(before, after, (both[1], both[2]), np.array(known))
    gone = {film: len(tops[0][film] - tops[1][film]) for film in both[0].tolist()}
    best = [n for film, n in gone.items() if film in known]
    assert found.films == len(gone) and found.best_known == len(best) > 0
    assert found.share == pytest.approx(sum(gone.values()) / len(gone) / TOP)
    assert found.changed == pytest.approx(sum(n > 0 for n in gone.values()) / len(gone))
    assert found.best_known_share == pytest.approx(sum(best) / len(best) / TOP)
    assert found.best_known_changed == pytest.approx(sum(n > 0 for n in best) / len(best))


def test_another_order_of_the_first_five_is_no_churn() -> None:
    one = index_version(np.ones((3, 2)), LIST)
    other = index_version(np.ones((3, 2)), [row[::-1] for row in LIST])
    assert index_shift(one, other, one.movie_ids).churn.share == 0


def test_versions_without_a_film_in_common_have_no_churn() -> None:
    one = index_version(np.ones((3, 2)), LIST, [1, 2, 3])
    other = index_version(np.ones((3, 2)), LIST, [4, 5, 6])
    shift = index_shift(one, other, one.movie_ids)
    assert (shift.churn.films, shift.churn.share, shift.churn.best_known_share) == (0, 0, 0)
    assert shift.blocks["texto"].centroid == pytest.approx(0)
    assert shift.blocks["texto"].centroid_of_both is None


def test_a_film_alone_has_no_neighbour_to_lose() -> None:
    alone = index_version(np.ones((1, 2)), [[]])
    assert index_shift(alone, alone, alone.movie_ids).churn.share == 0


def test_a_part_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    before = built(tmp_path, [1, 2, 3], hash_encoders())
    folder = tmp_path / "index" / before.manifest.version
    (folder / "neighbours.npy").unlink()
    with pytest.raises(VersionError, match="lacks a part of the index"):
        IndexVersion.load(folder)
