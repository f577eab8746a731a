"""The films nearest to each where films are too many to compare each with all.

Films that are alike in what counts are put into lists (k-means on weighted vectors); the films of a
list are compared with those of the lists nearest to it, and with whoever shares a rare name with
them. So the cost for each film does not grow with their number, and a few neighbours are missed:
`benchmarks/scale.py` says how few.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from index.neighbours import THREADS, Comparer, Rank, ranked
from index.ratings import Ints
from index.store import Floats

LISTED_FROM = 120_000
"""Films up to which each is compared with all, in some minutes."""

LIST_FILMS = 500
"""Films in a list, about."""

COMPARED = 12_000
"""Films that those of a list are compared with, about. On 45,000 films 0.989 of the first ten are
found among 8,000, and 0.999 among 16,000."""

COMMON = 1000
"""Films with a name from which on it is common: it counts like a number of the vector."""

NAMESAKES = 400
"""Films that share the rarest names with a film, and are compared with it wherever they are."""

ROUNDS, TAUGHT = 8, 100
"""Of k-means, and films it learns each list from."""

AT_ONCE = 16_384
ROWS_AT_ONCE = 512
"""Films put into lists, and films of a list that ask, in one step."""

SEED = 1


def nearest_ranks_within(
    compare: Comparer,
    k: int,
    advance: Callable[[int], None] = lambda n: None,
    compared: int = COMPARED,
) -> Rank:
    """As `index.neighbours.nearest_ranks`, of the films that each is `compared` with.

    There have to be more than `k` of those.
    """
    lists = FilmLists.of(compare, compared)
    ranks = np.empty((len(compare), k), np.int64)

    def fill(rows: Ints) -> int:
        ranks[rows] = lists.nearest(rows, k)
        return len(rows)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in pool.map(fill, lists.parts()):
            advance(done)
    return ranks


@dataclass(frozen=True)
class FilmLists:
    """Films by list: those of list `i` are `order[starts[i]:starts[i + 1]]`.

    `common` are the names that many films have, as numbers beside the vectors; `rare` the others.
    """

    compare: Comparer
    common: "Common"
    rare: sparse.csr_matrix
    across: sparse.csr_matrix
    order: Ints
    starts: Ints
    centres: Floats
    compared: int

    @classmethod
    def of(cls, compare: Comparer, compared: int = COMPARED) -> "FilmLists":
        """All films in lists, the same in every build."""
        names = compare.all_names
        films_with = np.bincount(names.indices, minlength=names.shape[1])
        common = Common.of(compare, np.flatnonzero(films_with > COMMON))
        rare = names @ sparse.diags((films_with <= COMMON).astype(np.float32))
        rare.eliminate_zeros()
        rare = sparse.csr_matrix(rare)
        belongs = _clustered(compare, common)
        order = np.argsort(belongs, kind="stable")
        starts = np.append(np.unique(belongs[order], return_index=True)[1], len(order))
        centres = [
            np.concatenate([compare.mean_of(part), common.held[part].mean(axis=0)])
            for part in _split(order, starts)
        ]
        across = sparse.csr_matrix(rare.T)
        means = np.array(centres, np.float32)
        return cls(compare, common, rare, across, order, starts, means, compared)

    def parts(self) -> Iterator[Ints]:
        """Rows of films of one list each, all in all every film once."""
        for part in _split(self.order, self.starts):
            for start in range(0, len(part), ROWS_AT_ONCE):
                yield part[start : start + ROWS_AT_ONCE]

    def nearest(self, rows: Ints, k: int) -> Rank:
        """Ranks of the `k` films nearest to each of some films of one list: shape (rows, k)."""
        queries, asked = self.compare.queries(rows), self.common.queries(rows)
        others = self._others(np.concatenate([queries.mean(axis=0), asked.mean(axis=0)]))
        scores = queries @ self.compare.vectors[others].T + asked @ self.common.held[others].T
        shared = self._rare_names(rows) @ self.across
        best = np.empty((len(rows), k), np.int64)
        beside = np.zeros(len(self.compare), np.float32)
        for place, row in enumerate(rows.tolist()):
            span = slice(shared.indptr[place], shared.indptr[place + 1])
            mates, said = shared.indices[span], shared.data[span]
            beside[mates] = said
            found = scores[place] + beside[others]
            near = others[np.argpartition(-found, k)[: k + 1]]
            if len(mates) > NAMESAKES:
                mates = mates[np.argpartition(-said, NAMESAKES)[:NAMESAKES]]
            near = np.union1d(near, mates)
            near = near[near != row]
            names = beside[near] + self.common.held[near] @ asked[place]
            exact = self.compare.products(queries[place], near) + names
            best[place] = np.sort(ranked(near, exact))[:k]
            beside[shared.indices[span]] = 0
        return best

    def _others(self, query: Floats) -> Ints:
        """Rows of the films of the lists nearest to `query`."""
        sizes = np.diff(self.starts)
        order = np.argsort(-(self.centres @ query), kind="stable")
        enough = int(np.searchsorted(np.cumsum(sizes[order]), self.compared)) + 1
        parts = [self.order[self.starts[each] : self.starts[each + 1]] for each in order[:enough]]
        return np.concatenate(parts)

    def _rare_names(self, rows: Ints) -> sparse.csr_matrix:
        """The rare names of films as they ask."""
        weights = self.compare.name_weights(rows)
        names = self.rare[rows]
        owner = np.repeat(np.arange(len(rows)), np.diff(names.indptr))
        names.data = names.data * weights[owner, self.compare.block_of_name[names.indices]]
        return names


@dataclass(frozen=True)
class Common:
    """Names that many films have: which films, and how much each counts for who asks.

    `held`, shape (films, names); `columns`, shape (names,): their columns among all names.
    """

    compare: Comparer
    held: Floats
    columns: Ints

    @classmethod
    def of(cls, compare: Comparer, columns: Ints) -> "Common":
        """The names in these columns."""
        return cls(compare, compare.all_names[:, columns].toarray(), columns)

    def queries(self, rows: Ints) -> Floats:
        """The common names of films as they ask: shape (rows, names)."""
        weights = self.compare.name_weights(rows)
        return np.asarray(
            self.held[rows] * weights[:, self.compare.block_of_name[self.columns]], np.float32
        )


def _clustered(compare: Comparer, common: Common) -> NDArray[np.int64]:
    """The number of each film's list."""
    films = len(compare)
    lists = max(films // LIST_FILMS, 1)
    own = np.sqrt(compare.mean_weights())
    across = own[compare.block_of_number]
    named = own[compare.block_of_name[common.columns]]

    def points(rows: Ints) -> Floats:
        parts = [compare.vectors[rows] * across, common.held[rows] * named]
        return np.hstack(parts).astype(np.float32)

    lots = np.random.default_rng(SEED).permutation(films)[: TAUGHT * lists]
    taught = points(np.sort(lots))
    means = faiss.Kmeans(
        taught.shape[1], lists, niter=ROUNDS, seed=SEED, max_points_per_centroid=TAUGHT
    )
    means.train(taught)
    belongs = np.empty(films, np.int64)
    for start in range(0, films, AT_ONCE):
        rows = np.arange(start, min(start + AT_ONCE, films))
        belongs[rows] = means.index.search(points(rows), 1)[1][:, 0]
    return belongs


def _split(order: Ints, starts: Ints) -> Iterator[Ints]:
    """The rows of each list."""
    for start, stop in pairwise(starts.tolist()):
        yield order[start:stop]
