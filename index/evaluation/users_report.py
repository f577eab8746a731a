"""What was found of recommendations to one person, as data and as a part of the report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from index.evaluation.results import Metric, Plot, Result, shown
from index.evaluation.sections import Grid, Section

TITLE = "Users: what one person should watch"

USER_METRICS = (
    Metric("ndcg", "nDCG@10", "films held out that the person likes among the first ten, the "
           "first places weighing most, out of the best list there could be", 3, True),
    Metric("recall", "Recall@10", "the same without places: films found, out of as many as there "
           "are and fit in ten", 3, True),
    Metric("coverage", "Films recommended", "distinct films in the first ten of all persons; the "
           "interval tells the spread over resamples, moved onto the value", 0, True),
    Metric("coverage_share", "Share of the catalogue", "the same, out of all films", 4, False),
)  # fmt: skip

PLOTTED = ("ndcg", "coverage_share")

RATINGS_EXPECTED = (
    "the root of the mean square of what a rating was expected to be less what it was, over "
    "ratings held out, in stars: less is better"
)


CAVEAT = (
    "How much taste and factors count beside likeness was chosen once on users of the small "
    "MovieLens file, as were default weights of blocks: on those same data Cartelera's figures "
    "flatter a little."
)
"""What a reader has to know, as long as these come with the code."""


@dataclass(frozen=True)
class UserCounts:
    """Who was asked, and how ratings were split."""

    users: int
    """Everybody who rated."""
    able: int
    """Those who like a film that was held out."""
    asked: int
    """Those that the figures are means of: the same, or as many of them by lot as were wanted."""
    ratings: int
    held_out: int
    share: float
    seed: int


@dataclass(frozen=True)
class UsersPart:
    """What rankings for a person reached, and how well ratings are foretold.

    `lacking` says why there are no `results`. `tuned` is what index.users.tune tells of its
    search over all ratings; None where nobody can be learnt from.
    """

    counts: UserCounts
    results: tuple[Result, ...] = ()
    marked: tuple[str, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What each ranking does."""
    lacking: str = ""
    tuned: Mapping[str, Any] | None = None

    def references(self) -> list[str]:
        """The rankings others are compared with."""
        return list(self.results[0].ratios) if self.results else []

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        counts = self.counts
        return {
            "users": counts.users,
            "able": counts.able,
            "asked": counts.asked,
            "ratings": counts.ratings,
            "held_out": counts.held_out,
            "share_held_out": counts.share,
            "split_seed": counts.seed,
            "lacking": self.lacking or None,
            "results": [result.as_data() for result in self.results],
            "tuned": self.tuned and dict(self.tuned),
        }

    def section(self) -> Section:
        """For readers."""
        if self.lacking:
            return Section(TITLE, [self.lacking, self.foretold()], self._folds())
        plots = [Plot(m, self.results, self.marked) for m in USER_METRICS if m.key in PLOTTED]
        grids = [self._reached(), self._times(), *self._folds()]
        terms = [(name, meaning) for name, meaning in self.meanings.items()]
        terms += [(m.title, m.meaning) for m in USER_METRICS]
        terms.append(("RMSE", RATINGS_EXPECTED))
        return Section(TITLE, [self.told(), CAVEAT, self.foretold()], grids, plots, terms)

    def told(self) -> str:
        """How the rankings were tested."""
        counts = self.counts
        who = f"{counts.able:,} persons who have one"
        if counts.asked < counts.able:
            who = f"{counts.asked:,} persons by lot of the {who}"
        return (
            f"The users here are the {counts.users:,} of all ratings, not those that the figures "
            f"above were learnt from or tested on. Of each one's ratings a share of "
            f"{counts.share:g} was held out by lot ({counts.held_out:,} of {counts.ratings:,}, "
            f"seed {counts.seed}) and everything learnt from the rest. All films that the person "
            "had not rated in the rest were ranked; a film held out and rated 4 or more is a hit. "
            f"Figures are means over the {who}, and intervals are over persons too."
        )

    def foretold(self) -> str:
        """How well ratings are foretold."""
        if not self.tuned:
            return "There is no model of users: it takes two people who rated."
        rmse, alone = self.tuned["rmse_by_fold"], self.tuned["rmse_of_biases_by_fold"]
        if not rmse:
            return "There are too few ratings to choose hyper-parameters by: defaults are taken."
        chosen = ", ".join(f"{name} {value}" for name, value in self.tuned["parameters"].items())
        return (
            f"The index's model of users expects ratings with an RMSE of {fmean(rmse):.3f}, biases "
            f"alone with {fmean(alone):.3f}: means of {len(rmse)} folds of "
            f"{self.tuned['ratings_searched_on']:,} ratings, each held out once. By the same folds "
            "its hyper-parameters were chosen, so that the figure flatters a little; the "
            f"index's manifest tells them too: {chosen}."
        )

    def _reached(self) -> Grid:
        rows = [
            [result.name, *(shown(result.metrics[m.key], m.decimals) for m in USER_METRICS)]
            for result in self.results
        ]
        head = ["Ranking", *(m.title for m in USER_METRICS)]
        return Grid(head, rows, self.marked, "First ten for a person")

    def _times(self) -> Grid:
        """nDCG and recall of each ranking, as many times those of the references."""
        pairs = [(name, m) for name in self.references() for m in USER_METRICS[:2]]
        rows = [
            [result.name, *(shown(result.ratios[name][m.key], 2) for name, m in pairs)]
            for result in self.results
        ]
        head = ["Ranking", *(f"{m.title}, times {name}" for name, m in pairs)]
        return Grid(head, rows, self.marked, "Times other rankings")

    def _folds(self) -> list[Grid]:
        if not self.tuned or not self.tuned["rmse_by_fold"]:
            return []
        lines = {
            "Model of users": self.tuned["rmse_by_fold"],
            "Biases alone": self.tuned["rmse_of_biases_by_fold"],
        }
        rows = [
            [name, *(f"{value:.4f}" for value in [*values, fmean(values)])]
            for name, values in lines.items()
        ]
        folds = [f"Fold {number + 1}" for number in range(len(rows[0]) - 2)]
        return [Grid(["RMSE", *folds, "Mean"], rows, ("Model of users",), "Ratings expected")]
