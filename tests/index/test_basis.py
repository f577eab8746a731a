from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import VersionError
from index.basis import NAMES_FILE, NUMBERS_FILE, Basis, Likes, VoteScale
from index.blocks import default_layout
from index.embeddings import FilmVectors
from index.facts import FilmFacts
from index.features import build_features, learn_basis
from index.ratings import Ratings
from tests.fakes import HashEncoder, film_facts, film_vectors

LAYOUT = default_layout(rated=True)
FILMS = 40


def films(count: int = FILMS) -> FilmFacts:
    rng = np.random.default_rng(2)
    rows = rng.integers(0, 12, 200)
    ratings = Ratings(np.sort(rng.integers(1, 30, 200)), rows, np.full(200, 4.5, np.float32))
    return replace(
        film_facts(
            count,
            titles=[f"Film {number}" for number in range(count)],
            genres=[["Drama", f"Genre {number % 5}"] for number in range(count)],
            votes=[10 * number for number in range(count)],
        ),
        mean_votes=3 + 0.1 * np.arange(count),
        ratings=ratings,
    )


def vectors_of(facts: FilmFacts) -> FilmVectors:
    """Of titles, longer than the blocks are."""
    wide = np.hstack([HashEncoder().encode([f"{n} {t}" for t in facts.titles]) for n in range(40)])
    return film_vectors(len(facts.titles), descriptions=wide / np.float32(np.sqrt(40)))


@pytest.fixture(scope="module")
def basis() -> Basis:
    return learn_basis(films(), vectors_of(films()), LAYOUT)


def test_features_by_the_basis_of_the_same_films_are_those_without_one(basis: Basis) -> None:
    facts = films()
    by_basis = build_features(facts, vectors_of(facts), LAYOUT, basis)
    alone = build_features(facts, vectors_of(facts), LAYOUT)
    for name, rows in alone.dense.items():
        np.testing.assert_array_equal(by_basis.dense[name], rows)
    for name, names in alone.sparse.items():
        np.testing.assert_array_equal(by_basis.sparse[name].toarray(), names.toarray())
    np.testing.assert_array_equal(by_basis.evidence, alone.evidence)


def test_films_that_come_leave_the_features_of_the_others_as_they_were(basis: Basis) -> None:
    before = build_features(films(), vectors_of(films()), LAYOUT, basis)
    more = films(FILMS + 9)
    after = build_features(more, vectors_of(more), LAYOUT, basis)
    for name, rows in before.dense.items():
        np.testing.assert_array_equal(after.dense[name][:FILMS], rows, err_msg=name)
    for name, names in before.sparse.items():
        alike = (names @ names.T).toarray()
        now = after.sparse[name][:FILMS]
        np.testing.assert_array_equal((now @ now.T).toarray(), alike, err_msg=name)


def test_a_film_better_known_than_any_before_counts_as_the_best_known(basis: Basis) -> None:
    more = films(FILMS + 1)
    features = build_features(more, vectors_of(more), LAYOUT, basis)
    lengths = np.linalg.norm(features.dense["renombre"], axis=1)
    assert lengths[FILMS] == pytest.approx(lengths[FILMS - 1], abs=1e-3)
    assert (lengths <= 1.001).all()


def test_a_name_that_nobody_knew_is_the_rarest(basis: Basis) -> None:
    known, unknown = basis.rarity["generos"].weights(["Drama", "Western"])
    assert unknown > basis.rarity["generos"].weights(["Genre 1"])[0] > known


def test_what_is_saved_comes_back_the_same(basis: Basis, tmp_path: Path) -> None:
    basis.save(tmp_path)
    whole = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = tmp_path / "again"
    again.mkdir()
    Basis.load(tmp_path).save(again)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == whole
    assert len(whole) == 2


@pytest.mark.parametrize("file", [NUMBERS_FILE, NAMES_FILE])
@pytest.mark.parametrize("damage", ["torn", "gone"])
def test_a_damaged_basis_is_one_sentence(
    basis: Basis, tmp_path: Path, file: str, damage: str
) -> None:
    basis.save(tmp_path)
    if damage == "gone":
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes((tmp_path / file).read_bytes()[:-20])
    with pytest.raises(VersionError, match="lacks what its films are measured by"):
        Basis.load(tmp_path)


def test_a_catalogue_that_nobody_voted_for_has_no_scale() -> None:
    assert VoteScale.of(np.zeros(3), np.zeros(3, np.int64)) == VoteScale(0, 0, 0, 0, 0)


def test_likes_are_known_by_film_wherever_it_stands(basis: Basis) -> None:
    likes: Likes = basis.likes
    asked = likes.movie_ids[::-1][:3]
    shuffled = np.array([asked[0], 10**9, asked[1]])
    np.testing.assert_array_equal(likes.vectors_of(shuffled)[[0, 2]], likes.vectors[::-1][:2])
    assert likes.evidence_of(shuffled)[1] == 0
