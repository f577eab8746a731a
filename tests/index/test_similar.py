from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import VersionError
from contracts.versions import open_current
from index.blocks import DENSE, INDEX_FORMAT, INDEX_KIND, default_layout
from index.embeddings import embed_films
from index.facts import FilmFacts
from index.features import Features, build_features
from index.neighbours import nearest_films
from index.search_names import Names, SparseRows
from index.similar import DECIMALS, NEIGHBOURS_FILE, Similar, SimilarFilms
from index.sparse import by_rarity, plain
from tests.fakes import HashEncoder, film_facts, film_vectors, hash_encoders, space_of

LAYOUT = default_layout()
ROUNDING = 10**-DECIMALS
HELD_BY = {
    "direccion": "directors",
    "reparto": "cast",
    "palabras_clave": "keywords",
    "generos": "genres",
    "productoras": "companies",
}


@pytest.fixture(scope="module")
def features(facts: FilmFacts) -> Features:
    return features_of(facts)


@pytest.fixture(scope="module")
def similar(facts: FilmFacts, features: Features) -> SimilarFilms:
    return similar_films(facts, features, 100)


def features_of(facts: FilmFacts) -> Features:
    """Features whose text vectors stay when credits change: they are made of the titles."""
    return build_features(
        facts,
        film_vectors(len(facts.titles), descriptions=HashEncoder().encode(facts.titles)),
        LAYOUT,
    )


def similar_films(facts: FilmFacts, features: Features, k: int) -> SimilarFilms:
    return SimilarFilms(space_of(facts, features), nearest_films(features, k).rows)


def every_score(features: Features) -> dict[tuple[int, int], float]:
    """Score by seed's and other's row, of all pairs, not rounded."""
    found = nearest_films(features, len(features) - 1)
    pairs = zip(found.rows.tolist(), found.scores.tolist(), strict=True)
    return {
        (seed, row): score
        for seed, (rows, scores) in enumerate(pairs)
        for row, score in zip(rows, scores, strict=True)
    }


def every_answer(similar: SimilarFilms, k: int = 100) -> list[list[Similar]]:
    return [similar.to_film(row, k) for row in range(len(similar.space))]


def test_shares_add_up_to_the_score_as_shown(similar: SimilarFilms) -> None:
    for answer in every_answer(similar):
        for film in answer:
            shown = [round(share, DECIMALS) for share in film.shares.values()]
            assert shown == list(film.shares.values())
            assert round(film.score, DECIMALS) == round(sum(shown), DECIMALS)


def test_there_is_a_share_for_every_block_and_no_other(similar: SimilarFilms) -> None:
    assert set(similar.to_film(0, 1)[0].shares) == {block.name for block in LAYOUT.blocks}


def test_scores_are_those_of_the_neighbours_but_for_rounding(
    similar: SimilarFilms, features: Features
) -> None:
    true = every_score(features)
    for seed, answer in enumerate(every_answer(similar)):
        for film in answer:
            assert film.score == pytest.approx(true[seed, film.row], abs=5.1e-5)


def test_films_stand_in_the_order_of_the_score_shown(similar: SimilarFilms) -> None:
    for answer in every_answer(similar):
        scores = [film.score for film in answer]
        assert scores == sorted(scores, reverse=True)


def test_who_asks_for_fewer_gets_the_first_of_them(similar: SimilarFilms) -> None:
    for row in range(0, len(similar.space), 7):
        whole = similar.to_film(row, 100)
        assert all(similar.to_film(row, k) == whole[:k] for k in range(1, 100, 3))


def test_films_are_the_first_of_those_kept(similar: SimilarFilms) -> None:
    for k in (1, 7, 100):
        rows = [film.row for film in similar.to_film(12, k)]
        assert sorted(rows) == sorted(similar.rows_like(12)[:k])


def test_the_rows_kept_are_the_nearest_and_never_the_film(
    similar: SimilarFilms, features: Features
) -> None:
    assert similar.rows_like(3) == nearest_films(features, 100).rows[3].tolist()
    assert 3 not in similar.rows_like(3)


@pytest.mark.parametrize(("k", "films"), [(0, 0), (-1, 0), (101, 100)])
def test_none_asked_for_and_too_many(similar: SimilarFilms, k: int, films: int) -> None:
    assert len(similar.to_film(5, k)) == films


def test_a_film_alone_is_like_none() -> None:
    facts = film_facts(1, titles=["Heat"], genres=[["Drama"]])
    alone = similar_films(facts, features_of(facts), 100)
    assert (alone.to_film(0, 10), alone.rows_like(0)) == ([], [])


@pytest.mark.parametrize("block", HELD_BY)
def test_without_what_a_reason_tells_the_score_falls_by_its_share(
    facts: FilmFacts, features: Features, similar: SimilarFilms, block: str
) -> None:
    before = every_score(features)
    told = [
        (seed, film)
        for seed, answer in enumerate(every_answer(similar, 10))
        for film in answer
        if film.shares[block] > LAYOUT.weights()[block] / 10
    ]
    assert len(told) >= 5
    for seed, film in told[:: len(told) // 5][:5]:
        emptied = [
            [] if row == film.row else names
            for row, names in enumerate(getattr(facts, HELD_BY[block]))
        ]
        after = every_score(features_of(replace(facts, **{HELD_BY[block]: emptied})))
        fallen = before[seed, film.row] - after[seed, film.row]
        assert fallen == pytest.approx(film.shares[block], abs=ROUNDING)


def test_a_block_that_is_not_shared_has_no_share(facts: FilmFacts, similar: SimilarFilms) -> None:
    for seed, answer in enumerate(every_answer(similar, 20)):
        for film in answer:
            shared = set(facts.directors[seed]) & set(facts.directors[film.row])
            assert bool(film.shares["direccion"]) == bool(shared)


NAMES = by_rarity(plain([["a", "b"], [], ["b", "c", "d"], ["a"], ["e", "a"], [], []]))
ROWS = SparseRows(NAMES.indptr, NAMES.indices, NAMES.data, NAMES.shape[1])


TOGETHER = Names.side_by_side({1: ROWS, 3: ROWS}, 7, 4)
"""The same names as two blocks, numbers 1 and 3 of four."""


@pytest.mark.parametrize("row", range(7))
@pytest.mark.parametrize(
    "others", [[0, 1, 2, 3, 4, 5, 6], [6, 5], [3, 3, 1, 0], [1], [4], []], ids=str
)
def test_names_are_compared_block_by_block_as_dense_rows_would_be(
    row: int, others: list[int]
) -> None:
    dense = NAMES.toarray()
    given = TOGETHER.alike(row, np.array(others, np.int32))
    products = dense[others] @ dense[row]
    expected = np.column_stack([0 * products, products, 0 * products, products])
    np.testing.assert_allclose(given, expected.reshape(len(others), 4), atol=1e-6)


def test_rows_turned_are_the_columns() -> None:
    turned = ROWS.turned()
    films = [turned.indices[slice(*turned.indptr[i : i + 2])].tolist() for i in range(5)]
    assert films == [[0, 3, 4], [0, 2], [2], [2], [4]]


def test_names_where_no_film_has_any() -> None:
    empty = by_rarity(plain([[], []]))
    rows = SparseRows(empty.indptr, empty.indices, empty.data, 0)
    names = Names.side_by_side({0: rows}, 2, 1)
    assert names.alike(0, np.array([1, 0], np.int32)).tolist() == [[0], [0]]
    assert rows.turned().indptr.tolist() == [0]


def test_a_built_version_answers_as_its_features_do(sample_var: Path, facts: FilmFacts) -> None:
    folder, manifest = open_current(sample_var / "index", INDEX_KIND, INDEX_FORMAT)
    loaded = SimilarFilms.load(folder, manifest)
    vectors = embed_films(facts, hash_encoders(), sample_var / "cache")
    layout = loaded.space.layout
    fresh = similar_films(facts, build_features(facts, vectors, layout), 100)
    assert layout.names(DENSE) == default_layout(rated=True).names(DENSE)
    assert every_answer(loaded, 20) == every_answer(fresh, 20)


@pytest.mark.parametrize("file", [NEIGHBOURS_FILE, "direccion.npz", "movie_ids.npy"])
@pytest.mark.parametrize("content", [None, b"", b"not numpy's"], ids=["gone", "empty", "other"])
def test_a_part_that_cannot_be_read_is_a_version_error(
    sample_var: Path, tmp_path: Path, file: str, content: bytes | None
) -> None:
    folder, manifest = open_current(sample_var / "index", INDEX_KIND, INDEX_FORMAT)
    for path in folder.iterdir():
        if path.name != file:
            (tmp_path / path.name).symlink_to(path)
        elif content is not None:
            (tmp_path / file).write_bytes(content)
    with pytest.raises(VersionError):
        SimilarFilms.load(tmp_path, manifest)


@pytest.mark.parametrize("settings", [{}, {"blocks": None}, {"blocks": [{"name": "texto"}]}])
def test_a_manifest_without_blocks_is_a_version_error(sample_var: Path, settings: dict) -> None:
    folder, manifest = open_current(sample_var / "index", INDEX_KIND, INDEX_FORMAT)
    with pytest.raises(VersionError, match="lacks a part of the index"):
        SimilarFilms.load(folder, manifest.model_copy(update={"settings": settings}))
