from pathlib import Path

import numpy as np

from etl.run import run_etl
from index.evaluation.split import split_sagas, split_users
from index.ratings import Ratings, read_ratings
from tests.raw import film, link, rating, raw_folder


def ratings(users: int = 400, each: int = 3, seed: int = 0) -> Ratings:
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(users), each)
    values = random.integers(1, 11, len(who)) / 2
    return Ratings(who, random.integers(0, 50, len(who)), values.astype(np.float32))


def test_no_user_is_on_both_sides_and_no_rating_is_lost() -> None:
    whole = ratings()
    split = split_users(whole)
    assert not set(split.train.users.tolist()) & set(split.test.users.tolist())
    assert len(split.train) + len(split.test) == len(whole)
    assert split.train.count_users() + split.test.count_users() == 400


def test_about_the_share_asked_for_is_tested_on() -> None:
    assert 160 <= split_users(ratings()).test.count_users() <= 240
    assert 60 <= split_users(ratings(), test_share=0.2).test.count_users() <= 100


def test_the_order_of_the_ratings_does_not_matter() -> None:
    whole = ratings()
    order = np.random.default_rng(1).permutation(len(whole))
    shuffled = Ratings(whole.users[order], whole.rows[order], whole.values[order])
    first, second = split_users(whole), split_users(shuffled)
    assert set(first.test.users.tolist()) == set(second.test.users.tolist())
    assert (first.train.likes(50) != second.train.likes(50)).nnz == 0


def test_a_user_keeps_the_side_whoever_else_rates() -> None:
    whole = ratings()
    some = whole.of(whole.users % 3 == 0)
    tested = set(split_users(whole).test.users.tolist())
    assert set(split_users(some).test.users.tolist()) == {u for u in tested if u % 3 == 0}


def test_another_seed_is_another_split() -> None:
    first, second = split_users(ratings(), seed=0), split_users(ratings(), seed=1)
    assert set(first.test.users.tolist()) != set(second.test.users.tolist())


def test_nothing_a_test_user_does_reaches_what_is_learnt_from() -> None:
    whole = ratings()
    tested = np.isin(whole.users, split_users(whole).test.users)
    altered = Ratings(
        whole.users,
        np.where(tested, 49 - whole.rows, whole.rows),
        np.where(tested, 5.0, whole.values).astype(np.float32),
    )
    before, after = split_users(whole).train, split_users(altered).train
    assert (before.likes(50) != after.likes(50)).nnz == 0
    np.testing.assert_array_equal(before.values, after.values)


def test_four_stars_like_a_film_and_less_do_not() -> None:
    rated = Ratings(
        np.array([7, 7, 9, 9]), np.array([0, 1, 1, 1]), np.array([4, 3.5, 5, 4.5], np.float32)
    )
    assert rated.likes(3).toarray().tolist() == [[1, 0, 0], [0, 1, 0]]


def test_ratings_of_a_data_version_are_given_by_row_of_the_catalogue(tmp_path: Path) -> None:
    films = [film(n, f"Film {n}") for n in (862, 949, 8844)]
    links = [link(1, 862), link(6, 949), link(2, 8844)]
    rated = [rating(7, 2, 4.5), rating(7, 1, 3), rating(9, 6, 5)]
    raw = raw_folder(tmp_path / "raw", films, link_rows=links, rating_rows=rated)
    folder = run_etl(raw, tmp_path / "data").folder
    read = read_ratings(folder, np.array([862, 949, 8844]))
    assert [read.users.tolist(), read.rows.tolist()] == [[7, 7, 9], [0, 2, 1]]
    assert read.values.tolist() == [3, 4.5, 5]
    assert read_ratings(folder, np.array([949])).users.tolist() == [9]  # of no other film


def test_every_saga_is_learnt_from_or_tested_on_and_never_both() -> None:
    sagas = [f"saga {film % 40}" if film % 3 else None for film in range(400)]
    train, test = split_sagas(sagas, 0.5, 7)
    assert [a or b for a, b in zip(train, test, strict=True)] == sagas
    assert not {*train} & {*test} - {None}
    assert 8 < len({*test}) < 32
    assert split_sagas(sagas, 0.5, 8)[1] != test
