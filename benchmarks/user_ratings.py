"""How near the ratings expected of users come to their own, beside scikit-surprise; and how fast.

    python benchmarks/user_ratings.py --raw DIR --var var

Every row of ratings_small.csv is held out once, in 5 folds that are the same for all. Ours has its
parameters searched on the other four folds alone, each time anew, and knows films by the catalogue
only: its likeness leaves out all that users' ratings make. Of a film that the catalogue lacks it
expects the mean and the user's bias. Differences have a 95 % interval: users are drawn again with
their squared errors, for both models the same ones.

Fits are timed on 100,000 invented ratings: as many a user as real users have, of films as often
as they are rated, since the file itself has half as many.
"""

import argparse
import csv
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from film_content import FilmContent, read_content
from machine import header
from numpy.typing import NDArray
from processes import ROOT, this_command
from report import at_most, said
from surprise import SVD, AlgoBase, BaselineOnly, Dataset, Reader, Trainset

from index.evaluation.metrics import resamples
from index.ratings import Ratings
from index.users.model import Parameters, expected, fit
from index.users.rated import HIGHEST, LOWEST, Rated
from index.users.tune import FOLDS, folds_of, search

SEED = 1
FIT_S = 10
TIMED_RATINGS, ROUNDS = 100_000, 3
NOT_OURS = -1
OURS = "Cartelera"
PEERS: dict[str, Callable[[], AlgoBase]] = {
    "surprise SVD, its defaults": lambda: SVD(random_state=0),
    "surprise BaselineOnly": lambda: BaselineOnly(bsl_options={"method": "als"}, verbose=False),
    "surprise SVD, 100 factors, 60 epochs": lambda: SVD(
        n_factors=100, n_epochs=60, reg_all=0.1, random_state=0
    ),
}

Errors = NDArray[np.float64]


class Rows(NamedTuple):
    """Rows of a ratings file by user; `rows` are films' rows in the catalogue, or NOT_OURS."""

    users: NDArray[np.int64]
    films: NDArray[np.int64]
    rows: NDArray[np.int64]
    values: NDArray[np.float32]

    @property
    def ours(self) -> NDArray[np.bool_]:
        """Whether the catalogue has each row's film."""
        return self.rows != NOT_OURS

    def rated(self) -> Rated:
        """Those of films that the catalogue has, in the same order."""
        ours = self.ours
        return Rated.of(Ratings(self.users[ours], self.rows[ours], self.values[ours]))


def read_rows(raw: Path, movie_ids: NDArray[np.int64]) -> Rows:
    """All of ratings_small.csv; films are found by links.csv."""
    with (raw / "links.csv").open(newline="") as file:
        tmdb = {link["movieId"]: link["tmdbId"] for link in csv.DictReader(file)}
    place = {str(movie_id): row for row, movie_id in enumerate(movie_ids.tolist())}
    with (raw / "ratings_small.csv").open(newline="") as file:
        told = list(csv.DictReader(file))
    users = np.array([int(row["userId"]) for row in told])
    films = np.array([int(row["movieId"]) for row in told])
    rows = np.array([place.get(tmdb.get(row["movieId"], ""), NOT_OURS) for row in told])
    values = np.array([float(row["rating"]) for row in told], np.float32)
    order = np.lexsort((films, rows, users))
    return Rows(users[order], films[order], rows[order], values[order])


def theirs(rows: Rows, out: NDArray[np.bool_], make: Callable[[], AlgoBase]) -> Errors:
    """Squared errors of a peer for the ratings held `out`."""
    model = make().fit(trainset(rows, ~out))
    asked = zip(rows.users[out].tolist(), rows.films[out].tolist(), strict=True)
    said = [model.predict(user, film).est for user, film in asked]
    return np.square(np.array(said) - rows.values[out])


def trainset(rows: Rows, chosen: NDArray[np.bool_]) -> Trainset:
    """The chosen ratings as the library takes them."""
    columns = (rows.users, rows.films, rows.values)
    told = zip(*(column[chosen].tolist() for column in columns), strict=True)
    data = Dataset(Reader(rating_scale=(LOWEST, HIGHEST)))
    return data.construct_trainset([(*each, None) for each in told])


def ours(
    rows: Rows, out: NDArray[np.bool_], content: FilmContent
) -> tuple[Errors, Parameters, float]:
    """Squared errors of our model, its parameters, and the seconds that the search took."""
    everything, told = rows.rated(), out[rows.ours]
    known, asked = everything.where(~told), everything.where(told)
    start = time.perf_counter()
    parameters = search(known, content.table, content.likeness).parameters
    took = time.perf_counter() - start
    model = fit(known, content.table, content.likeness, parameters)
    users = np.searchsorted(everything.user_ids, rows.users[out])
    found = model.biases.mean + model.biases.user[users]
    found[rows.ours[out]] = expected(model, asked, content.likeness)
    return np.square(np.clip(found, LOWEST, HIGHEST) - rows.values[out]), parameters, took


def rmse(errors: Errors) -> float:
    """Root of the mean of squared errors."""
    return float(np.sqrt(errors.mean()))


def difference(users: NDArray[np.int64], own: Errors, other: Errors) -> tuple[float, float, float]:
    """RMSE of `own` less that of `other`, and its 95 % interval over users drawn again."""
    _, places = np.unique(users, return_inverse=True)
    counts = np.bincount(places)
    drawn = resamples(len(counts), SEED).astype(np.float64)
    own_root, other_root = (
        np.sqrt(drawn @ np.bincount(places, errors) / (drawn @ counts)) for errors in (own, other)
    )
    low, high = np.percentile(own_root - other_root, [2.5, 97.5]).tolist()
    return rmse(own) - rmse(other), low, high


def compare(rows: Rows, content: FilmContent) -> list[Parameters]:
    """Print the errors of all models, and give the parameters found in each fold."""
    folds = folds_of(len(rows.users), SEED)
    errors = {name: np.zeros(len(rows.users)) for name in [*PEERS, OURS]}
    chosen, searched = [], []
    for fold in range(FOLDS):
        out = folds == fold
        for name, make in PEERS.items():
            errors[name][out] = theirs(rows, out, make)
        errors[OURS][out], parameters, seconds = ours(rows, out, content)
        chosen.append(parameters)
        searched.append(seconds)
    print(f"{'RMSE':<40}" + "".join(f"  fold {fold + 1}" for fold in range(FOLDS)) + "    mean")
    means = {}
    for name, squares in errors.items():
        by_fold = [rmse(squares[folds == fold]) for fold in range(FOLDS)]
        means[name] = float(np.mean(by_fold))
        print(f"{name:<40}" + "".join(f"  {each:.4f}" for each in [*by_fold, means[name]]))
    print(f"\n{OURS} against each; all folds together, 95 % of {len(resamples(1, 0)):,} resamples")
    for name in PEERS:
        gap, low, high = difference(rows.users, errors[OURS], errors[name])
        ratio = means[OURS] / means[name]
        print(f"  {name:<38} {ratio:.4f} of it, {gap:+.4f} ({low:+.4f} to {high:+.4f})")
    print("\nparameters found")
    for fold, parameters in enumerate(chosen):
        told = " ".join(f"{name}={value}" for name, value in parameters.as_settings().items())
        print(f"  fold {fold + 1}: {told}")
    print(said("search on four folds", searched, "s"), flush=True)
    return chosen


def invented(rows: Rows) -> Rows:
    """TIMED_RATINGS ratings: users, films and values by how often real ones occur, by lot."""
    rng = np.random.default_rng(SEED)
    _, counts = np.unique(rows.users, return_counts=True)
    ours, (films, times) = rows.ours, np.unique(rows.rows[rows.ours], return_counts=True)
    seen: list[NDArray[np.int64]] = []
    left = TIMED_RATINGS
    while left:
        count = min(int(rng.choice(counts)), left, len(films))
        lots = np.log(times) + rng.gumbel(size=len(films))
        seen.append(films[np.argpartition(-lots, count - 1)[:count]])
        left -= count
    users = np.repeat(np.arange(len(seen)), [len(mine) for mine in seen])
    drawn = np.concatenate(seen)
    return Rows(users, drawn, drawn, rng.choice(rows.values[ours], TIMED_RATINGS))


def time_fits(rows: Rows, content: FilmContent, parameters: Sequence[Parameters]) -> None:
    """Print the seconds of whole fits, turn by turn."""
    rated, data = rows.rated(), trainset(rows, np.ones(len(rows.users), bool))
    dearest = max(parameters, key=lambda each: each.shape.n_epochs * each.shape.n_factors)
    fits: dict[str, Callable[[], object]] = {
        OURS: lambda: fit(rated, content.table, content.likeness, dearest)
    }
    fits |= {name: lambda make=make: make().fit(data) for name, make in PEERS.items()}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in fits}
    for _ in range(ROUNDS):
        for name, work in fits.items():
            spent[name].append(timed(work))
    people = len(rated.user_ids)
    print(f"\none fit, search apart, of {len(rated):,} invented ratings, {people:,} users")
    for name, rounds in spent.items():
        wall, cpu = zip(*rounds, strict=True)
        print(
            at_most(f"  {name}", wall, FIT_S, "s") if name == OURS else said(f"  {name}", wall, "s")
        )
        print(said("    CPU time", cpu, "s"))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of some work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="folder of raw files")
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    given = parser.parse_args()
    content = read_content(given.var.resolve())
    rows = read_rows(given.raw.resolve(), content.facts.movie_ids)
    people, lacking = len(np.unique(rows.users)), int((~rows.ours).sum())
    about = (
        f"{given.raw.resolve().name}, data version {content.version}: {len(rows.users):,} ratings "
        f"of {people:,} users, {lacking:,} of them of films that the catalogue lacks"
    )
    print(header(this_command(), about), flush=True)
    time_fits(invented(rows), content, compare(rows, content))


if __name__ == "__main__":
    main()
