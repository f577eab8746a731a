"""How a model of users is fitted best: hyper-parameters searched by cross-validation.

Every rating is held out once. One thing is varied at a time, in the order in which the parts are
fitted: what biases and taste are mistrusted for, then the factors on what the biases leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.progress import Advance, track
from index.store import Floats
from index.users.biases import Biases, Doubt, Table, fit_biases
from index.users.factors import Shape, fit_factors
from index.users.model import Parameters
from index.users.rated import HIGHEST, LOWEST, Rated
from index.users.taste import ContentLikeness, by_user, one_thread, weights_for

FOLDS = 5

FILM_DOUBTS = (10.0, 25.0, 50.0)
TASTE_DOUBTS = (0.2, 0.35, 0.5, 0.8, 1.5, 4.0)
SHAPES = (
    Shape(20, 20, 0.05, 0.005),
    Shape(50, 40, 0.1, 0.01),
    Shape(100, 40, 0.1, 0.01),
)
"""Factors tried: the library's own epochs and step, and two that are held back more."""

SHARES = (0.25, 0.5, 0.75, 1.0)
"""How much of what the factors say is believed: they see the same errors as the taste does."""

MOST_RATINGS = 200_000
"""Ratings searched on, of whole users by lot: more change little and take time in proportion."""

DEFAULT = Parameters(Doubt(), 0.5, SHAPES[2], 0.5)
"""Where there are too few ratings to search with."""

FEWEST_RATINGS = 500

PARAMETERS = "parameters"
"""Where a manifest tells them, in what it says of the model of users."""


@dataclass(frozen=True)
class Tuned:
    """The parameters chosen; RMSE of each fold, with them and of the biases alone."""

    parameters: Parameters
    rmse: tuple[float, ...]
    rmse_of_biases: tuple[float, ...]
    ratings: int

    def as_settings(self) -> dict[str, Any]:
        """As the manifest tells it."""
        return {
            PARAMETERS: self.parameters.as_settings(),
            "rmse_by_fold": list(self.rmse),
            "rmse_of_biases_by_fold": list(self.rmse_of_biases),
            "ratings_searched_on": self.ratings,
        }


def search(rated: Rated, table: Table, likeness: ContentLikeness, seed: int = 0) -> Tuned:
    """The parameters of least RMSE over FOLDS folds of the ratings (or of MOST_RATINGS of them)."""
    rated = _some_users(rated, seed)
    if len(rated) < FEWEST_RATINGS:
        return Tuned(DEFAULT, (), (), len(rated))
    steps = len(rated.user_ids) + FOLDS * (len(FILM_DOUBTS) + len(SHAPES))
    with track(steps, "Cross-validating users") as advance, one_thread():
        return _Search(rated, table, likeness, folds_of(len(rated), seed)).run(advance)


def folds_of(ratings: int, seed: int) -> NDArray[np.int8]:
    """The fold of each rating, by lot: FOLDS of the same size, give or take one."""
    order = np.random.default_rng(seed).permutation(ratings)
    folds = np.empty(ratings, np.int8)
    folds[order] = np.arange(ratings) % FOLDS
    return folds


def rmse(errors: Floats) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(np.square(errors, dtype=np.float64))))


class _Search:
    """One search; `self._found[part]` is what a part expects of each rating when held out."""

    def __init__(
        self, rated: Rated, table: Table, likeness: ContentLikeness, folds: NDArray[np.int8]
    ) -> None:
        self._rated, self._table, self._likeness, self._folds = rated, table, likeness, folds

    def run(self, advance: Advance) -> Tuned:
        """Part after part."""
        biases = {doubt: self._biases(Doubt(film=doubt), advance) for doubt in FILM_DOUBTS}
        base = {doubt: self._expected(fits) for doubt, fits in biases.items()}
        tastes = self._tastes(biases, advance)
        film_doubt, taste_doubt = min(
            [(film, None) for film in FILM_DOUBTS] + list(tastes),
            key=lambda pair: self._rmse(base[pair[0]] + tastes.get(pair, 0.0)),
        )
        found = base[film_doubt] + tastes.get((film_doubt, taste_doubt), np.float32(0))
        fitted = {shape: self._factors(biases[film_doubt], shape, advance) for shape in SHAPES}
        share, shape = min(
            [(0.0, SHAPES[0])] + [(share, shape) for shape in SHAPES for share in SHARES],
            key=lambda pair: self._rmse(found + np.float32(pair[0]) * fitted[pair[1]]),
        )
        best = found + np.float32(share) * fitted[shape]
        parameters = Parameters(Doubt(film=film_doubt), taste_doubt, shape, share)
        return Tuned(
            parameters, self._by_fold(best), self._by_fold(base[film_doubt]), len(self._rated)
        )

    def _biases(self, doubt: Doubt, advance: Advance) -> list[Biases]:
        """Fitted to each fold's other ratings."""
        fits = []
        for fold in range(FOLDS):
            fits.append(fit_biases(self._rated.where(self._folds != fold), self._table, doubt))
            advance(1)
        return fits

    def _expected(self, fits: Sequence[Biases]) -> Floats:
        """Of each rating, by the fit that has not seen it."""
        everything = [fit.expected(self._rated) for fit in fits]
        return np.asarray(np.choose(self._folds, everything), np.float32)

    def _tastes(
        self, biases: dict[float, list[Biases]], advance: Advance
    ) -> dict[tuple[float, float | None], Floats]:
        """What each user's taste says of each rating held out, by film doubt and taste doubt."""
        rated, folds = self._rated, self._folds
        tastes: dict[tuple[float, float | None], Floats] = {
            (film, taste): np.zeros(len(rated), np.float32)
            for film in biases
            for taste in TASTE_DOUBTS
        }
        errors = [
            np.stack([rated.values - fits[fold].expected(rated) for fits in biases.values()], 1)
            for fold in range(FOLDS)
        ]
        for part in by_user(rated):
            alike = self._likeness.among(rated.rows[part])
            for fold in range(FOLDS):
                out = folds[part] == fold
                if not out.any() or out.all():
                    continue
                known, asked = alike[np.ix_(~out, ~out)], alike[np.ix_(out, ~out)]
                for taste in TASTE_DOUBTS:
                    said = asked @ weights_for(known, errors[fold][part[~out]], taste)
                    for column, film in enumerate(biases):
                        tastes[film, taste][part[out]] = said[:, column]
            advance(1)
        return tastes

    def _factors(self, fits: Sequence[Biases], shape: Shape, advance: Advance) -> Floats:
        """What the factors say of each rating held out."""
        said = np.zeros(len(self._rated), np.float32)
        for fold, biases in enumerate(fits):
            out = self._folds == fold
            known, asked = self._rated.where(~out), self._rated.where(out)
            errors = known.values - biases.expected(known)
            said[out] = fit_factors(known, errors, len(self._table), shape).of(asked)
            advance(1)
        return said

    def _rmse(self, found: Floats) -> float:
        return rmse(np.clip(found, LOWEST, HIGHEST) - self._rated.values)

    def _by_fold(self, found: Floats) -> tuple[float, ...]:
        errors = np.clip(found, LOWEST, HIGHEST) - self._rated.values
        return tuple(round(rmse(errors[self._folds == fold]), 4) for fold in range(FOLDS))


def _some_users(rated: Rated, seed: int) -> Rated:
    """All ratings, or those of users by lot, up to about MOST_RATINGS."""
    if len(rated) <= MOST_RATINGS:
        return rated
    lots = np.random.default_rng(seed).permutation(len(rated.user_ids))
    counts = np.diff(rated.starts)[lots]
    taken = lots[: max(int(np.searchsorted(np.cumsum(counts), MOST_RATINGS)), 1)]
    return rated.of_users(np.sort(taken))
