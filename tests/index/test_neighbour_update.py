from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from index.blocks import default_layout
from index.facts import FilmFacts
from index.features import Features, build_features
from index.neighbour_state import State, film_digests
from index.neighbour_update import SPARE, WORTH_IT, Kept, kept_of_all, updated
from index.neighbours import NONE, Comparer, nearest_films, ranked, rows_of, scores_of
from tests.fakes import HashEncoder, film_vectors

SERVED = 20
LAYOUT = default_layout()


@pytest.fixture(scope="module")
def whole(facts: FilmFacts) -> Features:
    """The sample's films, four times over with other texts: enough that few change."""
    texts = [f"{n} {text}" for n in range(4) for text in facts.texts()]
    one = build_features(facts, film_vectors(len(facts.titles)), LAYOUT)
    vectors = film_vectors(len(texts), descriptions=HashEncoder().encode(texts)).descriptions
    dense = {name: np.tile(rows, (4, 1)) for name, rows in one.dense.items()}
    dense["texto"][:, : vectors.shape[1]] = vectors.astype(np.float16)
    names = {name: sparse.vstack([rows] * 4).tocsr() for name, rows in one.sparse.items()}
    return Features(LAYOUT, dense, names, np.tile(one.evidence, 4))


def taken(features: Features, rows: np.ndarray) -> Features:
    return Features(
        features.layout,
        {name: values[rows] for name, values in features.dense.items()},
        {name: values[rows] for name, values in features.sparse.items()},
        features.evidence[rows],
    )


def some(films: int, share: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(films, max(int(share * films), 1), replace=False)


def after_changes(
    whole: Features, come: np.ndarray, gone: np.ndarray, changed: np.ndarray
) -> tuple[Kept, np.ndarray, Features]:
    """The lists before, the rows that unchanged films had, and the features after."""
    rows = np.arange(len(whole))
    first, last = np.setdiff1d(rows, come), np.setdiff1d(rows, gone)
    before = taken(whole, first)
    place = np.searchsorted(first, np.setdiff1d(changed, come))
    years = before.dense["anio"].copy()
    years[place] = np.roll(years[place], 1, axis=0)  # what they were
    before.dense["anio"] = years
    had = np.searchsorted(first, last)
    same = np.isin(last, first) & ~np.isin(last, changed)
    kept = kept_of_all(Comparer(before), SERVED)
    return kept, np.where(same, had, -1), taken(whole, last)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("seed", [1, 2])
def test_lists_brought_up_to_date_are_those_of_a_full_comparison(
    whole: Features, share: float, seed: int
) -> None:
    films = len(whole)
    parts = [some(films, share, 10 * seed + part) for part in range(3)]
    before, rows, features = after_changes(whole, *parts)
    compare = Comparer(features)
    found = updated(before, rows, compare, SERVED)
    expected = kept_of_all(compare, SERVED)
    np.testing.assert_array_equal(found.ranks[:, :SERVED], expected.ranks[:, :SERVED])


def test_a_second_change_on_top_of_the_first_is_right_too(whole: Features) -> None:
    films, nothing = len(whole), np.empty(0, np.int64)
    come = some(films, 0.01, 7)
    before, rows, features = after_changes(whole, come, nothing, nothing)
    first = updated(before, rows, Comparer(features), SERVED)
    gone = some(films, 0.05, 8)
    left = np.setdiff1d(np.arange(films), gone)
    compare = Comparer(taken(features, left))
    second = updated(first, left, compare, SERVED)
    expected = kept_of_all(compare, SERVED)
    np.testing.assert_array_equal(second.ranks[:, :SERVED], expected.ranks[:, :SERVED])


def test_a_film_that_comes_enters_the_lists_of_those_like_it(whole: Features) -> None:
    nothing = np.empty(0, np.int64)
    twin = len(whole) // 4  # as the first film but for its text
    before, rows, features = after_changes(whole, np.array([twin]), nothing, nothing)
    assert twin not in rows_of(before.ranks)[0, :SERVED] or rows[twin] < 0
    found = updated(before, rows, Comparer(features), SERVED)
    assert twin in rows_of(found.ranks)[0, :SERVED]
    assert 0 in rows_of(found.ranks)[twin, :SERVED]


def test_a_list_that_loses_all_it_has_is_sought_anew(whole: Features) -> None:
    kept = kept_of_all(Comparer(whole), SERVED)
    gone = rows_of(kept.ranks[0])
    nothing = np.empty(0, np.int64)
    before, rows, features = after_changes(whole, nothing, gone, nothing)
    compare = Comparer(features)
    first = int(np.flatnonzero(rows == 0)[0])
    found = updated(before, rows, compare, SERVED)
    np.testing.assert_array_equal(
        found.ranks[first, :SERVED], kept_of_all(compare, SERVED).ranks[first, :SERVED]
    )


def test_where_much_changed_all_are_compared(whole: Features) -> None:
    compare = Comparer(whole)
    rows = np.arange(len(whole))
    rows[some(len(whole), WORTH_IT + 0.05, 3)] = -1
    unknown = Kept(np.full((len(whole), SERVED + SPARE), NONE), np.full(len(whole), NONE))
    found = updated(unknown, rows, compare, SERVED)
    np.testing.assert_array_equal(found.ranks, kept_of_all(compare, SERVED).ranks)


def test_few_films_are_all_kept(whole: Features) -> None:
    few = taken(whole, np.arange(5))
    kept = updated(Kept.of(np.empty((0, 0), np.int64)), np.full(5, -1), Comparer(few), SERVED)
    np.testing.assert_array_equal(rows_of(kept.ranks), nearest_films(few, 9).rows)
    assert (kept.floor == NONE).all()


def test_a_score_is_the_same_whatever_films_are_compared_beside(whole: Features) -> None:
    compare = Comparer(whole)
    together = compare.nearest(np.arange(100), SERVED)
    apart = np.vstack([compare.nearest(np.array([row]), SERVED) for row in range(100)])
    np.testing.assert_array_equal(together, apart)


def test_a_rank_holds_row_and_score_and_stands_by_both() -> None:
    rows, scores = np.array([7, 3, 2**31, 5]), np.array([0.5, 0.25, 1.0, 0.5])
    ranks = ranked(rows, scores)
    np.testing.assert_array_equal(rows_of(ranks), rows)
    np.testing.assert_allclose(scores_of(ranks), scores)
    assert rows_of(np.sort(ranks)).tolist() == [2**31, 5, 7, 3]


def state_of(facts: FilmFacts) -> State:
    features = build_features(facts, film_vectors(len(facts.titles)), LAYOUT)
    kept = kept_of_all(Comparer(features), SERVED)
    return State(facts.movie_ids, film_digests(facts, features), kept)


def test_a_state_comes_back_as_it_was_kept(facts: FilmFacts, tmp_path: Path) -> None:
    state = state_of(facts)
    state.save(tmp_path, "one")
    loaded = State.load(tmp_path, "one")
    assert loaded is not None
    np.testing.assert_array_equal(loaded.kept.ranks, state.kept.ranks)
    rows = loaded.rows_of(state.movie_ids, state.digests)
    assert rows.tolist() == list(range(len(facts.titles)))


def test_only_the_newest_states_are_kept(facts: FilmFacts, tmp_path: Path) -> None:
    for version in ("one", "two", "three"):
        state_of(facts).save(tmp_path, version)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["three.npz", "two.npz"]


def test_the_state_that_refused_builds_began_from_is_kept(facts: FilmFacts, tmp_path: Path) -> None:
    state_of(facts).save(tmp_path, "served")
    for version in ("refused", "again", "once more"):
        state_of(facts).save(tmp_path, version, beside="served")
    assert State.load(tmp_path, "served") is not None


@pytest.mark.parametrize("content", [b"", b"PK nothing"])
def test_a_damaged_or_missing_state_is_none(
    facts: FilmFacts, tmp_path: Path, content: bytes
) -> None:
    assert State.load(tmp_path, "one") is None
    (tmp_path / "one.npz").write_bytes(content)
    assert State.load(tmp_path, "one") is None


def test_a_film_differs_from_what_it_was_by_anything_it_is_compared_by(facts: FilmFacts) -> None:
    features = build_features(facts, film_vectors(len(facts.titles)), LAYOUT)
    before = film_digests(facts, features)
    others = [
        replace(facts, titles=["Another", *facts.titles[1:]]),
        replace(facts, overviews=["Another story.", *facts.overviews[1:]]),
        replace(facts, votes=facts.votes + np.eye(1, len(facts.votes), dtype=np.int64)[0]),
        replace(facts, keywords=[["another"], *facts.keywords[1:]]),
        replace(facts, cast=[["Somebody Else"], *facts.cast[1:]]),
        replace(facts, companies=[["Another"], *facts.companies[1:]]),
    ]
    for other in others:
        changed = film_digests(other, features) != before
        assert changed.tolist() == [True] + [False] * (len(facts.titles) - 1)


def test_ratings_count_as_what_the_basis_says_of_them(facts: FilmFacts) -> None:
    features = build_features(facts, film_vectors(len(facts.titles)), LAYOUT)
    known = features.evidence + np.eye(1, len(facts.titles), dtype=np.float32)[0]
    changed = film_digests(facts, replace(features, evidence=known)) != film_digests(
        facts, features
    )
    assert np.flatnonzero(changed).tolist() == [0]
