"""What one person should watch: rankings of films for users, marked by ratings held out."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from contracts.progress import Advance, track
from index.embeddings import FilmVectors
from index.evaluation import metrics
from index.evaluation.metrics import AT, Measured
from index.evaluation.ours import HYBRID, features_from
from index.evaluation.results import Result
from index.evaluation.truth import Reals
from index.evaluation.users_rankers import (
    FACTORS,
    MEANINGS,
    MOST_LIKED,
    UserRanker,
    as_served,
    by_rating,
    factors_alone,
    most_liked,
)
from index.evaluation.users_report import USER_METRICS, UserCounts, UsersPart
from index.facts import FilmFacts
from index.likes import LIKED
from index.ratings import Ints, Ratings
from index.users.biases import facts_table
from index.users.model import fit
from index.users.rated import Rated
from index.users.taste import ContentLikeness
from index.users.tune import Tuned, search

HELD_OUT = 0.2
"""Share of each user's ratings that is held out."""

ASKED_AT_MOST = 1000
"""Users asked about; of more, as many by lot."""

REFERENCES = (MOST_LIKED, FACTORS)

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Exam:
    """The users asked about: what each has rated and what each likes of what was held out.

    `users` are places among those who rated; `seen` and `wanted` have shape (users, films).
    """

    users: Ints
    seen: Mask
    wanted: Mask
    drawn: NDArray[np.float32]
    able: int
    """How many could have been asked."""

    @classmethod
    def of(cls, rated: Rated, out: Mask, films: int, seed: int) -> "Exam":
        """Those who like something that is held out, where `out` is true."""
        liked = out & (rated.values >= LIKED)
        able = users = np.unique(rated.users[liked]).astype(np.int64)
        if len(able) > ASKED_AT_MOST:
            lots = np.random.default_rng(seed)
            users = np.sort(lots.choice(able, ASKED_AT_MOST, replace=False))
        seen = _table(rated.where(~out), users, films)
        wanted = _table(rated.where(liked), users, films)
        return cls(users, seen, wanted, metrics.resamples(len(users), seed), len(able))

    def places(self) -> int:
        """How long a list can be for every user."""
        free = (~self.seen).sum(axis=1)
        return min(AT, int(free.min())) if len(free) else 0

    def ask(self, ranker: UserRanker, advance: Advance) -> Ints:
        """The lists of a ranking for all users, held to what it promises."""
        k = self.places()
        tops = np.empty((len(self.users), k), np.int64)
        for place, user in enumerate(self.users.tolist()):
            tops[place] = ranker.top(user, ~self.seen[place], k)
            advance(1)
        ordered = np.sort(tops, axis=1)
        again = (ordered[:, 1:] == ordered[:, :-1]).any()
        if again or np.take_along_axis(self.seen, tops, axis=1).any():
            raise ValueError(f"{ranker.name} recommends a film twice, or one that was rated")
        return tops

    def mark(self, tops: Ints) -> dict[str, Measured]:
        """Every metric of USER_METRICS."""
        films, whole = metrics.coverage(tops, self.drawn), self.seen.shape[1]
        return {
            "ndcg": metrics.mean(ndcg(tops, self.wanted), self.drawn),
            "recall": metrics.mean(recall(tops, self.wanted), self.drawn),
            "coverage": films,
            "coverage_share": Measured(films.value / whole, films.samples / whole),
        }


def ndcg(tops: Ints, wanted: Mask) -> Reals:
    """nDCG@10 of each user, out of the best list there could be for that one."""
    discount = 1 / np.log2(np.arange(2, AT + 2))
    gained = np.take_along_axis(wanted, tops, axis=1) @ discount[: tops.shape[1]]
    best = np.cumsum(discount)[np.minimum(wanted.sum(axis=1), AT) - 1]
    return np.asarray(gained / best, np.float64)


def recall(tops: Ints, wanted: Mask) -> Reals:
    """Recall@10 of each user: films found, out of as many as are wanted and fit in ten."""
    found = np.take_along_axis(wanted, tops, axis=1).sum(axis=1)
    return np.asarray(found / np.minimum(wanted.sum(axis=1), AT), np.float64)


def hold_out(rated: Rated, seed: int) -> Mask:
    """Which ratings are held out: HELD_OUT of each user's, rounded, by lot; shape (ratings,).

    Of one or two ratings none is, so that there is always something to learn from.
    """
    lots = np.random.default_rng(seed).random(len(rated))
    order = np.lexsort((lots, rated.users))
    rank = np.empty(len(rated), np.int64)
    rank[order] = np.arange(len(rated)) - rated.starts[rated.users[order]]
    counts = np.floor(np.diff(rated.starts) * HELD_OUT + 0.5)
    return np.asarray(rank < counts[rated.users], bool)


def examine_users(facts: FilmFacts, vectors: FilmVectors, seed: int = 0) -> UsersPart:
    """Mark rankings for a person, and tell how well ratings are expected.

    `facts` are those of the whole data version, ratings and sagas included: they are split here.
    """
    rated = Rated.of(facts.ratings)
    out = hold_out(rated, seed)
    exam = Exam.of(rated, out, len(facts.titles), seed)
    held_out, users = int(out.sum()), len(rated.user_ids)
    asked = exam.able, len(exam.users)
    counts = UserCounts(users, *asked, len(rated), held_out, HELD_OUT, seed)
    tuned = tuned_on_all(facts, vectors, rated)
    told = None if tuned is None else tuned.as_settings()
    if tuned is None or not exam.places():
        lacking = (
            f"There is too little to recommend to one person by: of {users:,} users with "
            f"{len(rated):,} ratings, {exam.able:,} like a film that was held out."
        )
        return UsersPart(counts, lacking=lacking, tuned=told)
    marks: dict[str, dict[str, Measured]] = {}
    rankers = all_rankers(facts, vectors, rated.where(~out), seed)
    with track(len(rankers) * len(exam.users), "Ranking for users") as advance:
        for ranker in rankers:
            marks[ranker.name] = exam.mark(exam.ask(ranker, advance))
    results = tuple(_result(name, marks) for name in marks)
    return UsersPart(counts, results, (HYBRID,), MEANINGS, tuned=told)


def tuned_on_all(facts: FilmFacts, vectors: FilmVectors, rated: Rated) -> Tuned | None:
    """The search that the index job makes; None where fewer than two people rated."""
    if len(rated.user_ids) < 2:
        return None
    likeness = ContentLikeness.of(features_from(facts, vectors, facts.ratings))
    return search(rated, facts_table(facts), likeness)


def all_rankers(facts: FilmFacts, vectors: FilmVectors, rest: Rated, seed: int) -> list[UserRanker]:
    """Every ranking, learnt from `rest` alone."""
    ratings = Ratings(rest.user_ids[rest.users], rest.rows.astype(np.int64), rest.values)
    facts = replace(facts, ratings=ratings)
    features = features_from(facts, vectors, ratings)
    table, likeness = facts_table(facts), ContentLikeness.of(features)
    parameters = search(rest, table, likeness).parameters
    with track(len(rest.user_ids), "Fitting users") as advance:
        model = fit(rest, table, likeness, parameters, advance)
    return [
        most_liked(rest, facts),
        factors_alone(rest, facts, seed),
        by_rating(model, likeness, facts),
        *as_served(model, features, facts),
    ]


def _table(rated: Rated, users: Ints, films: int) -> Mask:
    """Whether each user has a rating of each film: shape (users, films)."""
    there = np.zeros((len(users), films), bool)
    mine = np.isin(rated.users, users)
    there[np.searchsorted(users, rated.users[mine]), rated.rows[mine]] = True
    return there


def _result(name: str, marks: dict[str, dict[str, Measured]]) -> Result:
    own = marks[name]
    return Result(
        name,
        {metric.key: own[metric.key].estimate() for metric in USER_METRICS},
        {
            reference: {
                metric.key: own[metric.key].ratio(marks[reference][metric.key])
                for metric in USER_METRICS
                if metric.compared
            }
            for reference in REFERENCES
        },
    )
