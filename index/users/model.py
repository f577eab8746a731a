"""The model of users: biases, factors and tastes, as arrays that a service maps into memory.

A rating to be expected of user u for film i is

    mean + bias of u + bias of i + factors of u · factors of i + taste of u for i

and each part is told when somebody asks why. Serving needs neither the library nor this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from contracts.progress import Advance
from index.faiss_store import save_array
from index.store import Floats
from index.users.biases import Biases, Doubt, Table, fit_biases
from index.users.factors import Factors, Shape, fit_factors
from index.users.files import UserFiles
from index.users.rated import HIGHEST, LOWEST, Rated
from index.users.taste import ContentLikeness, by_user, fit_taste


@dataclass(frozen=True)
class Parameters:
    """What a model is fitted with; None leaves the taste out, a share of 0 the factors."""

    doubt: Doubt
    taste_doubt: float | None
    shape: Shape
    factor_share: float

    def as_settings(self) -> dict[str, Any]:
        """As the manifest and the report tell it."""
        return {
            "user_doubt": self.doubt.user,
            "film_doubt": self.doubt.film,
            "facts_doubt": self.doubt.facts,
            "taste_doubt": self.taste_doubt,
            "n_factors": self.shape.n_factors,
            "n_epochs": self.shape.n_epochs,
            "reg_all": self.shape.reg_all,
            "lr_all": self.shape.lr_all,
            "factor_share": self.factor_share,
        }

    @classmethod
    def from_settings(cls, told: dict[str, Any]) -> "Parameters":
        """Those that a manifest tells of."""
        doubt = Doubt(told["user_doubt"], told["film_doubt"], told["facts_doubt"])
        shape = Shape(told["n_factors"], told["n_epochs"], told["reg_all"], told["lr_all"])
        return cls(doubt, told["taste_doubt"], shape, told["factor_share"])


@dataclass(frozen=True)
class UserModel:
    """What was learnt of every user and film; `taste` has a weight for each of the ratings."""

    rated: Rated
    biases: Biases
    factors: Factors
    taste: Floats

    def save(self, folder: Path) -> None:
        """Write it as index.users.known reads it."""
        rated = np.unique(self.rated.rows)
        arrays = UserFiles(
            ids=self.rated.user_ids,
            starts=self.rated.starts.astype(np.int64),
            rows=self.rated.rows,
            values=self.rated.values,
            taste=self.taste.astype(np.float32),
            bias=self.biases.user,
            factors=self.factors.users.astype(np.float16),
            film_bias=self.biases.film,
            factor_rows=rated,
            film_factors=self.factors.films[rated],
        )
        for name, array in arrays.by_file().items():
            save_array(folder / name, array)


def fit(
    rated: Rated,
    table: Table,
    likeness: ContentLikeness,
    parameters: Parameters,
    advance: Advance = lambda users: None,
) -> UserModel:
    """A model of `rated`; `table` (biases.facts_table) and `likeness` tell of every film.

    `advance` is told of each user whose taste was found.
    """
    biases = fit_biases(rated, table, parameters.doubt)
    errors = rated.values - biases.expected(rated)
    share = np.float32(parameters.factor_share)
    shape = parameters.shape
    factors = no_factors(rated, len(table), shape)
    if share:
        found = fit_factors(rated, errors, len(table), shape)
        factors = Factors(found.users * share, found.films)
    taste = np.zeros(len(rated), np.float32)
    if parameters.taste_doubt is not None:
        taste = fit_taste(rated, errors, likeness, parameters.taste_doubt, advance)
    return UserModel(rated, biases, factors, taste)


def no_factors(rated: Rated, films: int, shape: Shape) -> Factors:
    """Factors that say nothing."""
    of_users = np.zeros((len(rated.user_ids), shape.n_factors), np.float32)
    return Factors(of_users, np.zeros((films, shape.n_factors), np.float32))


def expected(model: UserModel, asked: Rated, likeness: ContentLikeness) -> Floats:
    """The rating expected for each of `asked`, whose users are the model's; on the scale."""
    found = model.biases.expected(asked) + model.factors.of(asked)
    starts: Sequence[int] = asked.starts.tolist()
    for user, known in enumerate(by_user(model.rated)):
        part = slice(starts[user], starts[user + 1])
        rows, mine = asked.rows[part], model.rated.rows[known]
        if len(rows) and len(mine):
            found[part] += likeness.between(rows, mine) @ model.taste[known]
    return np.asarray(np.clip(found, LOWEST, HIGHEST), np.float32)
