"""Invented ratings for invented raw files: links.csv and ratings.csv in MovieLens' layout.

    python benchmarks/generate_ratings.py --raw DIR [--films-per-user 67]

People rate what is well known, most of it of the two genres they care for, and rate those higher;
some 100 ratings each, with a long tail. By default one person for every 67 films, as the small set
of the original has. The same seed gives the same bytes.
"""

import argparse
import csv
import sys
from ast import literal_eval
from pathlib import Path

import numpy as np

FILMS_PER_USER = 67
TYPICAL, SPREAD, FEWEST, MOST = 80, 0.9, 20, 3000
"""Ratings of a person: log-normal, within these."""

CARED_FOR = 0.6
"""Share of a person's ratings that are of the genres cared for."""

MEAN, OF_USER, OF_FILM, OF_TASTE, NOISE = 3.3, 0.4, 0.4, 0.6, 0.8
"""Of a rating: its mean, spread among people and among films, gain by taste, and chance."""

FIRST_AT, LAST_AT = 850_000_000, 1_500_000_000


def films_in(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """TMDB ids, numbers of first genres and votes of the films in a movies file, each id once."""
    csv.field_size_limit(sys.maxsize)
    numbers: dict[str, int] = {}
    found: dict[int, tuple[int, float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["id"].isdigit():
                continue
            genres = literal_eval(row["genres"] or "[]")
            genre = genres[0]["name"] if genres else ""
            votes = float(row["vote_count"] or 0)
            found.setdefault(int(row["id"]), (numbers.setdefault(genre, len(numbers)), votes))
    genres, votes = zip(*found.values(), strict=True)
    return np.array(list(found)), np.array(genres), np.array(votes)


class Shelf:
    """Films that are drawn by how well known they are."""

    def __init__(self, films: np.ndarray, votes: np.ndarray) -> None:
        """Films at these places, by their votes."""
        self.films, self.upto = films, np.cumsum(votes[films] + 1)

    def some(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """`count` places of films, the best known more often; one may come twice."""
        return self.films[np.searchsorted(self.upto, rng.random(count) * self.upto[-1])]


def write(raw: Path, films_per_user: int, seed: int) -> tuple[int, int]:
    """Write both files beside the movies; how many people and ratings there are."""
    ids, genres, votes = films_in(raw / "movies_dataset.csv")
    rng = np.random.default_rng(seed)
    everything = Shelf(np.arange(len(ids)), votes)
    shelves = [Shelf(np.flatnonzero(genres == each), votes) for each in range(genres.max() + 1)]
    of_film = rng.normal(0, OF_FILM, len(ids))
    users, count = max(len(ids) // films_per_user, 2), 0
    with (raw / "links.csv").open("w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["movieId", "imdbId", "tmdbId"])
        lines.writerows((place + 1, f"{place:07}", own) for place, own in enumerate(ids.tolist()))
    with (raw / "ratings.csv").open("w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["userId", "movieId", "rating", "timestamp"])
        for user in range(1, users + 1):
            cared = rng.choice(len(shelves), 2)
            many = int(np.clip(TYPICAL * rng.lognormal(0, SPREAD), FEWEST, MOST))
            parts = [shelves[each].some(rng, int(many * CARED_FOR / 2)) for each in cared]
            films = np.unique(np.concatenate([everything.some(rng, many), *parts]))[:many]
            taste = OF_TASTE * np.isin(genres[films], cared)
            said = MEAN + rng.normal(0, OF_USER) + of_film[films] + taste
            said = said + rng.normal(0, NOISE, len(films))
            stars = np.clip(np.round(said * 2) / 2, 0.5, 5)
            times = rng.integers(FIRST_AT, LAST_AT, len(films))
            rows = zip((films + 1).tolist(), stars.tolist(), times.tolist(), strict=True)
            lines.writerows((user, film, star, at) for film, star, at in rows)
            count += len(films)
    return users, count


def main() -> None:
    """Read the command line, write, and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="folder with movies_dataset.csv")
    parser.add_argument("--films-per-user", type=int, default=FILMS_PER_USER)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    users, ratings = write(given.raw, given.films_per_user, given.seed)
    print(f"{ratings:,} ratings of {users:,} people")


if __name__ == "__main__":
    main()
