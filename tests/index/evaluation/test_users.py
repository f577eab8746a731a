from dataclasses import replace

import numpy as np
import pytest

from contracts.progress import Advance
from index.evaluation import users
from index.evaluation.ours import HYBRID
from index.evaluation.users import Exam, examine_users, hold_out, ndcg, recall
from index.evaluation.users_rankers import FACTORS, LIKES, MOST_LIKED, RATING, UserRanker
from index.evaluation.users_report import USER_METRICS, UserCounts, UsersPart
from index.ratings import NO_RATINGS, Ratings
from index.users.rated import Rated
from tests.fakes import film_facts, film_vectors

FILMS, KINDS, USERS = 60, 4, 40


def ratings(users: int = USERS, films: int = 25) -> Ratings:
    """Users who love the films of one kind, and do not those of others."""
    random = np.random.default_rng(0)
    ids = np.repeat(np.arange(users) + 100, films)
    rows = np.concatenate([random.permutation(FILMS)[:films] for _ in range(users)])
    loved = rows % KINDS == ids % KINDS
    values = np.where(loved, 5, random.integers(1, 4, len(rows)))
    return Ratings(ids, rows, values.astype(np.float32))


FACTS = film_facts(
    FILMS,
    movie_ids=range(1000, 1000 + FILMS),
    votes=range(FILMS),
    genres=[[f"genre {row % KINDS}"] for row in range(FILMS)],
    keywords=[[f"keyword {row % KINDS}"] for row in range(FILMS)],
    directors=[[f"director {row % KINDS}"] for row in range(FILMS)],
    ratings=ratings(),
)


@pytest.fixture(scope="module")
def part() -> UsersPart:
    return examine_users(FACTS, film_vectors(FILMS))


def rated(*counts: int) -> Rated:
    """Users who rated so many films each, all with five stars."""
    ids = np.repeat(np.arange(len(counts)), counts)
    rows = np.concatenate([np.arange(count) for count in counts])
    return Rated.of(Ratings(ids, rows, np.full(len(rows), 5, np.float32)))


def test_a_fifth_of_each_users_ratings_is_held_out_and_some_are_always_left() -> None:
    some = rated(1, 2, 3, 10, 25)
    out = hold_out(some, seed=0)
    assert [int(out[some.users == user].sum()) for user in range(5)] == [0, 0, 1, 2, 5]


def test_what_is_held_out_goes_by_the_seed() -> None:
    some = rated(50, 50)
    first = hold_out(some, seed=0)
    assert (first == hold_out(some, seed=0)).all()
    assert (first != hold_out(some, seed=1)).any()
    assert (first[:50] != first[50:]).any()


def test_only_users_who_like_something_held_out_are_asked() -> None:
    some = Rated.of(
        Ratings(
            np.array([1, 1, 2, 2, 3, 3]),
            np.array([0, 1, 0, 1, 0, 1]),
            np.array([5, 5, 5, 1, 1, 5], np.float32),
        )
    )
    out = np.array([False, True] * 3)
    exam = Exam.of(some, out, 3, seed=0)
    assert exam.users.tolist() == [0, 2]
    assert exam.seen.tolist() == [[True, False, False]] * 2
    assert exam.wanted.tolist() == [[False, True, False]] * 2


def test_of_very_many_users_some_are_asked_by_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "ASKED_AT_MOST", 7)
    some = rated(*[10] * 30)
    exams = [Exam.of(some, hold_out(some, 0), 10, seed) for seed in (0, 0, 1)]
    assert [len(exam.users) for exam in exams] == [7, 7, 7] and exams[0].able == 30
    assert (exams[0].users == exams[1].users).all() and (exams[0].users != exams[2].users).any()


def test_ndcg_is_out_of_the_best_list_that_a_user_can_get() -> None:
    wanted = np.zeros((3, 30), bool)
    wanted[0, [3, 4]] = wanted[1, [3, 4]] = wanted[2, :12] = True
    tops = np.array([[3, 4, *range(20, 28)], [20, 3, *range(21, 29)], range(10)])
    found = ndcg(tops, wanted)
    assert found[[0, 2]] == pytest.approx(1)
    assert found[1] == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)))


def test_recall_is_out_of_what_there_is_and_fits() -> None:
    wanted = np.zeros((2, 30), bool)
    wanted[0, [3, 29]] = wanted[1, 5:30] = True
    assert recall(np.array([range(10), range(10)]), wanted).tolist() == [0.5, 0.5]


def test_every_ranking_has_every_metric_and_its_interval_holds_the_value(part: UsersPart) -> None:
    names = [result.name for result in part.results]
    assert names == [MOST_LIKED, FACTORS, RATING, LIKES, HYBRID]
    for result in part.results:
        assert set(result.metrics) == {metric.key for metric in USER_METRICS}
        for estimate in result.metrics.values():
            assert estimate is not None
            assert estimate.low <= estimate.value <= estimate.high


def test_who_loves_one_kind_is_served_that_kind(part: UsersPart) -> None:
    reached = {result.name: result.metrics["ndcg"].value for result in part.results}
    assert reached[HYBRID] > 1.5 * reached[MOST_LIKED] > 0
    hybrid = part.results[-1]
    times = hybrid.ratios[MOST_LIKED]["ndcg"]
    assert times and times.value == pytest.approx(reached[HYBRID] / reached[MOST_LIKED])
    assert part.references() == [MOST_LIKED, FACTORS]


def test_the_counts_are_those_of_all_ratings(part: UsersPart) -> None:
    # some love nothing of what was held out
    able = part.counts.able
    assert USERS / 2 < able < USERS
    assert part.counts == UserCounts(USERS, able, able, USERS * 25, USERS * 5, 0.2, 0)


def test_rmse_is_told_fold_by_fold_with_that_of_biases(part: UsersPart) -> None:
    assert part.tuned is not None
    assert len(part.tuned["rmse_by_fold"]) == len(part.tuned["rmse_of_biases_by_fold"]) == 5
    # kinds say all there is to say of these users, and biases know nothing of them
    assert max(part.tuned["rmse_by_fold"]) < min(part.tuned["rmse_of_biases_by_fold"])
    assert part.tuned["ratings_searched_on"] == USERS * 25


def test_the_same_seed_gives_the_same_part_another_seed_another(part: UsersPart) -> None:
    vectors = film_vectors(FILMS)
    assert examine_users(FACTS, vectors).as_data() == part.as_data()
    assert examine_users(FACTS, vectors, seed=1).results != part.results


def test_nothing_held_out_is_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = Rated.of(FACTS.ratings)
    out = hold_out(everybody, seed=0)
    values = np.where(out, 4.0, everybody.values).astype(np.float32)
    ids = everybody.user_ids[everybody.users]
    changed = replace(FACTS, ratings=Ratings(ids, everybody.rows.astype(np.int64), values))
    lists: list[dict[int, list[int]]] = []
    ask = Exam.ask

    def kept(exam: Exam, ranker: UserRanker, advance: Advance) -> np.ndarray:
        tops = ask(exam, ranker, advance)
        lists.append(dict(zip(exam.users.tolist(), tops.tolist(), strict=True)))
        return tops

    monkeypatch.setattr(Exam, "ask", kept)
    for facts in (FACTS, changed):
        examine_users(facts, film_vectors(FILMS))
    for before, after in zip(lists[:5], lists[5:], strict=True):
        assert before == {user: after[user] for user in before}
        assert len(after) == USERS


def test_a_ranking_that_breaks_its_promise_is_refused() -> None:
    some = rated(10, 10)
    exam = Exam.of(some, hold_out(some, 0), 20, seed=0)
    again = UserRanker("Again", lambda user, free, k: np.zeros(k, np.int64))
    with pytest.raises(ValueError, match="Again recommends a film twice"):
        exam.ask(again, lambda n: None)
    rated_one = np.flatnonzero(exam.seen[0])[:1]
    own = UserRanker("Own", lambda user, free, k: np.append(rated_one, np.flatnonzero(free))[:k])
    with pytest.raises(ValueError, match="or one that was rated"):
        exam.ask(own, lambda n: None)


TOO_LITTLE = {
    "nobody": NO_RATINGS,
    "one user": ratings(users=1),
    "few ratings": ratings(films=2),
    "no likes": replace(ratings(), values=np.ones(USERS * 25, np.float32)),
}


@pytest.mark.parametrize("case", TOO_LITTLE)
def test_too_little_is_told_in_one_sentence(case: str) -> None:
    facts = replace(FACTS, ratings=TOO_LITTLE[case])
    part = examine_users(facts, film_vectors(FILMS))
    assert not part.results and part.lacking.startswith("There is too little")
    text = part.section().as_markdown()
    assert part.lacking in text and "Ranking" not in text
    assert part.as_data()["lacking"] == part.lacking


def test_a_user_who_rated_all_films_is_asked_too() -> None:
    everything = Ratings(np.full(FILMS, 1), np.arange(FILMS), np.full(FILMS, 5, np.float32))
    more = ratings()
    joined = Ratings(
        np.append(everything.users, more.users),
        np.append(everything.rows, more.rows),
        np.append(everything.values, more.values),
    )
    part = examine_users(replace(FACTS, ratings=joined), film_vectors(FILMS))
    assert not part.lacking and len(part.results) == 5 and part.counts.users == USERS + 1
