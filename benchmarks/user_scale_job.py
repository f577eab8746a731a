"""The two processes of user_scale.py: one invents ratings, the other learns a model of them.

python benchmarks/user_scale_job.py invent --var var --ratings 1000000 --folder DIR
python benchmarks/user_scale_job.py learn --var var --folder DIR
"""

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from film_content import read_content
from numpy.typing import NDArray
from processes import MB

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.facts import FilmFacts, read_facts
from index.ratings import Ratings
from index.users.model import fit
from index.users.rated import HIGHEST, LOWEST, Rated
from index.users.tune import search

SEED = 3
FEWEST, MOST, SPREAD = 20, 3_000, 1.15
"""Ratings of one user; the spread is of a log-normal law, whose mean is MEAN."""

MEAN = 100
LATENT, NOISE = 8, 0.8
FILE = "{column}.npy"
PEAK = "peak memory"

Ints = NDArray[np.int64]


def counts_of(rng: np.random.Generator, ratings: int, films: int) -> Ints:
    """How many films each user rates, `ratings` altogether: a few thousands, most some dozens."""
    most = min(MOST, films // 2)
    users = ratings // FEWEST + 1
    drawn = np.exp(rng.normal(np.log(MEAN) - SPREAD**2 / 2, SPREAD, users))
    counts = np.clip(drawn, FEWEST, most).astype(np.int64)
    counts = counts[: int(np.searchsorted(np.cumsum(counts), ratings)) + 1]
    counts[-1] -= counts.sum() - ratings
    return counts


def pairs_of(
    rng: np.random.Generator, counts: Ints, fame: NDArray[np.float64]
) -> tuple[Ints, Ints]:
    """Users and films, each pair once, films by their fame."""
    ladder = np.cumsum(fame) / fame.sum()
    whole, begun, lacking = [], np.empty(0, np.int64), counts
    while lacking.any():
        users = np.repeat(np.arange(len(counts)), lacking)
        films = np.searchsorted(ladder, rng.random(len(users)), side="right")
        begun = np.unique(np.concatenate([begun, users * len(fame) + films]))
        found = np.bincount(begun // len(fame), minlength=len(counts))
        lacking = np.where(found > 0, counts - found, 0)
        # whoever has enough is not sorted again
        going_on = lacking[begun // len(fame)] > 0
        whole.append(begun[~going_on])
        begun = begun[going_on]
    users, films = np.divmod(np.concatenate(whole), len(fame))
    return users, films


def traits_of(rng: np.random.Generator, facts: FilmFacts) -> NDArray[np.float32]:
    """What tastes are for or against, half of it the genres', so that content tells of it."""
    own = rng.normal(0, 0.3, (len(facts.titles), LATENT))
    genres = sorted({name for film in facts.genres for name in film})
    of_genre = dict(zip(genres, rng.normal(0, 0.4, (len(genres), LATENT)), strict=True))
    for row, film in enumerate(facts.genres):
        own[row] += sum(of_genre[name] for name in film) / max(len(film), 1) ** 0.5
    return own.astype(np.float32)


def invent(facts: FilmFacts, ratings: int) -> Ratings:
    """Ratings out of biases, tastes of LATENT directions and noise, to half a point."""
    rng = np.random.default_rng(SEED)
    films = len(facts.titles)
    counts = counts_of(rng, ratings, films)
    users, rows = pairs_of(rng, counts, facts.votes + 1.0)
    high = rng.normal(0, 0.4, len(counts)).astype(np.float32)
    esteemed = rng.normal(0, 0.4, films).astype(np.float32)
    tastes = rng.normal(0, 0.4, (len(counts), LATENT)).astype(np.float32)
    traits = traits_of(rng, facts)
    values = 3.5 + high[users] + esteemed[rows]
    for taste, trait in zip(tastes.T, traits.T, strict=True):
        values += taste[users] * trait[rows]
    values += rng.normal(0, NOISE, len(values)).astype(np.float32)
    return Ratings(users, rows, np.clip(np.rint(values * 2) / 2, LOWEST, HIGHEST))


def write(folder: Path, found: Ratings) -> None:
    """Keep them for the other process, and tell how many they are."""
    for column in ("users", "rows", "values"):
        np.save(folder / FILE.format(column=column), getattr(found, column))
    _, counts = np.unique(found.users, return_counts=True)
    told = f"{len(found):,} ratings of {len(counts):,} users, from {counts.min()} to {counts.max()}"
    print(f"{told}; {len(np.unique(found.rows)):,} films rated")


@contextmanager
def told(step: str) -> Iterator[None]:
    """Print what a step took, and the peak of the process until its end."""
    start = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB
    print(f"{step}: {time.perf_counter() - start:,.1f} s, {PEAK} {peak:,.0f} MB", flush=True)


def learn(var: Path, folder: Path) -> None:
    """As the index job does: search, fit, save; each step told."""
    with told("films, not counted below"):
        content = read_content(var)
    with told("ratings sorted"):
        columns = [
            np.load(folder / FILE.format(column=name)) for name in ("users", "rows", "values")
        ]
        rated = Rated.of(Ratings(*columns))
    with told("search"):
        tuned = search(rated, content.table, content.likeness)
    with told("fit"):
        model = fit(rated, content.table, content.likeness, tuned.parameters)
    with told("save"):
        model.save(folder)
    print(f"searched on {tuned.ratings:,} ratings")
    print(f"RMSE by fold {tuned.rmse}, of biases alone {tuned.rmse_of_biases}")
    print(" ".join(f"{name}={value}" for name, value in tuned.parameters.as_settings().items()))


def main() -> None:
    """Invent, or learn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["invent", "learn"])
    parser.add_argument("--var", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--ratings", type=int, default=0)
    given = parser.parse_args()
    if given.step == "learn":
        learn(given.var, given.folder)
    else:
        facts = read_facts(open_current(given.var / "data", "data", DATA_FORMAT)[0])
        write(given.folder, invent(facts, given.ratings))


if __name__ == "__main__":
    main()
