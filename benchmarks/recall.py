"""How many of the true ten best films the search finds, and how fast, beside pools from FAISS.

    python benchmarks/recall.py --var var [--singles 300] [--mixes 100]

Truth is brute force in double precision over the exact blocks of an index version: every film is
compared with every film of the query. Queries are single films and mixes of one to five films
liked and up to three disliked, drawn at random. The peer is what the search would be otherwise:
FAISS looks for a pool by the dense blocks, and the pool is ranked again exactly. A
film that scores as the tenth does, to 1e-6, counts as one of the ten. Times are CPU time of the
whole process, in the same run, turn by turn.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import header
from numpy.typing import NDArray
from processes import ROOT, this_command
from report import at_least, said

from contracts.versions import open_current
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.profile import NamesAcross, Profile
from index.search import FilmSearch, Query
from index.search_space import Space

SEED = 4
K = 10
LEAST = 0.99
POOLS = (200, 500, 1000)
SAME = 1e-6

Rows = NDArray[Any]


def queries(films: int, singles: int, mixes: int) -> tuple[list[Query], list[Query]]:
    """Random questions, the same in every run."""
    rng = np.random.default_rng(SEED)
    one = [Query(liked=(int(row),)) for row in rng.integers(0, films, singles)]
    several = []
    for _ in range(mixes):
        liked, disliked = int(rng.integers(1, 6)), int(rng.integers(0, 4))
        rows = rng.choice(films, liked + disliked, replace=False).tolist()
        several.append(Query(tuple(rows[:liked]), tuple(rows[liked:])))
    return one, several


class Truth:
    """All films compared with all blocks, in double precision."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._dense = space.vectors.at(np.arange(len(space)))

    def scores(self, query: Query) -> NDArray[np.float64]:
        """Every film's score; those of the query are out of the question."""
        space, everything = self._space, np.arange(len(self._space))
        profile = Profile.of(space, list(query.liked), list(query.disliked))
        counts = profile.factors[:, None] * profile.weights
        total = np.zeros(len(space))
        for row, own in zip(profile.rows.tolist(), counts, strict=True):
            weighed = self._dense[row].astype(np.float64) * np.repeat(own, self._dims())
            total += self._dense @ weighed + space.names.alike(row, everything) @ own
        total[profile.rows] = -np.inf
        return total

    def _dims(self) -> list[int]:
        return [block.dim for block in self._space.layout.blocks]


def by_pool(space: Space, across: NamesAcross, size: int) -> Callable[[Query], list[int]]:
    """A search that ranks again what FAISS finds without names."""

    def best(query: Query) -> list[int]:
        profile = Profile.of(space, list(query.liked), list(query.disliked))
        counts = profile.factors[:, None] * profile.weights
        weighed = space.vectors.at(profile.rows) * space.layout.across(counts)
        hits = space.vectors.nearest(weighed.sum(axis=0), size + len(profile.rows))
        pool = np.searchsorted(space.movie_ids, [hit.movie_id for hit in hits])
        pool = np.sort(pool[~np.isin(pool, profile.rows)])
        names = profile.names(space, across)[pool]
        scores = space.vectors.products(profile.vector(space), pool) + names
        found: list[int] = pool[np.argsort(-scores, kind="stable")][:K].tolist()
        return found

    return best


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--singles", type=int, default=300, help="queries of one film")
    parser.add_argument("--mixes", type=int, default=100, help="queries of several films")
    given = parser.parse_args()
    folder, manifest = open_current(given.var.resolve() / "index", INDEX_KIND, INDEX_FORMAT)
    space = Space.load(folder, manifest)
    print(header(this_command(), f"{len(space):,} films, index {manifest.version}"), flush=True)
    search, across, truth = FilmSearch(space, 0), NamesAcross(space), Truth(space)
    peers = {f"FAISS pool of {size}": by_pool(space, across, size) for size in POOLS}
    ways = {"search": lambda query: [film.row for film in search.best(query, K)]} | peers
    kinds = ("one film liked", "films liked and disliked")
    drawn = queries(len(space), given.singles, given.mixes)
    for kind, asked in zip(kinds, drawn, strict=True):
        found: dict[str, list[float]] = {way: [] for way in ways}
        spent: dict[str, list[float]] = {way: [] for way in ways}
        for query in asked:
            scores = truth.scores(query)
            tenth = np.sort(scores)[-K]
            for way, best in ways.items():
                begin = time.process_time()
                rows = best(query)
                spent[way].append((time.process_time() - begin) * 1000)
                found[way].append(float(np.mean(scores[rows] >= tenth - SAME)))
        print(f"{kind}: {len(asked)} queries")
        for way in ways:
            print(at_least(f"  recall@{K}, {way}", [float(np.mean(found[way]))], LEAST, ""))
            print(said(f"  CPU time, {way}", spent[way], "ms"))
        print(flush=True)


if __name__ == "__main__":
    main()
