"""The ratings table and the titles' scores, from the ratings of all files.

Each user's last rating of a film or title counts. Ratings of a platform's title make its score;
where the title is matched they are ratings of its film too.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from contracts.columns import RATINGS, TITLES, conform
from etl.ledger import KEPT, Ledger
from etl.lines import read_lines
from etl.ratings import Columns, Items, read_ratings
from etl.sources import Source

SCORE_DECIMALS = 6

Basis = Literal["platform", "match"]
"""What scores are made of: ratings of the titles themselves, or of the films they match."""


class Rated(NamedTuple):
    """What the ratings files led to."""

    ratings: pa.Table
    titles: pa.Table
    """TITLES, with scores."""
    basis: Basis | None
    of_titles: int
    """Ratings of platforms' titles that count for a score."""
    of_unmatched: int
    """Those of them whose title has no film, so that they count for the score alone."""


def rate(
    sources: Sequence[Source],
    links: pa.Table | None,
    movie_ids: pa.ChunkedArray,
    titles: pa.Table,
    ledger: Ledger,
) -> Rated:
    """Table RATINGS of the films in `movie_ids`, and `titles` (all but scores) with theirs."""
    items = Items(links, movie_ids, titles["title_id"])
    columns = _joined(
        block
        for number, source in enumerate(sources)
        for block in read_ratings(source, number, items, ledger)
    )
    sums, counts = np.zeros(len(titles)), np.zeros(len(titles), np.int64)
    if columns:
        columns = _latest(columns, sources, ledger)
        sums, counts = _score(columns, len(titles))
    unmatched = pc.is_null(titles["movie_id"]).to_numpy()
    if counts.any():
        columns = _of_films(columns, titles["movie_id"], sources, ledger)
    table = _table(columns) if columns else RATINGS.empty_table()
    if len(table) and table["user_id"][0] == table["user_id"][-1]:
        ledger.tell_of_file(sources[0].label, KEPT, "too_few_users", len(table))
    basis: Basis | None = "platform" if counts.any() else None
    if basis is None:
        sums, counts = _score_of_films(table, titles["movie_id"])
        scored = _with_scores(titles, sums, counts)
        return Rated(table, scored, "match" if counts.any() else None, 0, 0)
    scored = _with_scores(titles, sums, counts)
    return Rated(table, scored, basis, int(counts.sum()), int(counts[unmatched].sum()))


def _joined(blocks: Iterable[Columns]) -> Columns:
    """The blocks' columns end to end."""
    # bytearrays grow in place: pieces kept until they are joined would be in memory twice
    joined: defaultdict[tuple[str, np.dtype[np.generic]], bytearray] = defaultdict(bytearray)
    for block in blocks:
        for name, values in block.items():
            joined[name, values.dtype] += values.data
    return {name: np.frombuffer(bytes_, dtype) for (name, dtype), bytes_ in joined.items()}


def _latest(columns: Columns, sources: Sequence[Source], ledger: Ledger) -> Columns:
    """The columns by user and item, less what the same user rated again: the last one counts.

    A rating of a title that a later one of its film replaces is not told: the score keeps it.
    """
    user, item = columns["user_id"], columns["item"]
    # the sort is stable: of one second's ratings the later line comes last, as it does in the
    # files, unless an earlier sort has put titles' ratings before films'
    places = (columns["line"], columns["file"]) if "scored" in columns else ()
    order = np.lexsort((*places, columns["rated_at"], item, user))
    same = (np.diff(user[order]) == 0) & (np.diff(item[order]) == 0)
    again = np.append(same, False)
    if again.any():
        _tell_duplicates(columns, order[again], sources, ledger)
        order = order[~again]
    del user, item
    return {name: columns.pop(name)[order] for name in list(columns)}


def _tell_duplicates(
    columns: Columns, places: npt.NDArray[np.intp], sources: Sequence[Source], ledger: Ledger
) -> None:
    if "scored" in columns:
        places = places[~columns["scored"][places].astype(bool)]
    for number in np.unique(columns["file"][places]):
        lines = columns["line"][places[columns["file"][places] == number]]
        _tell_lines(np.sort(lines), sources[int(number)], ledger)


def _tell_lines(lines: npt.NDArray[np.generic], source: Source, ledger: Ledger) -> None:
    """Tell of duplicates with their text: read again, since holding all texts costs far more."""
    for block in read_lines(source):
        numbers = block["line"].to_numpy()
        wanted = lines[np.searchsorted(lines, numbers[0]) : np.searchsorted(lines, numbers[-1] + 1)]
        found = block.take(np.searchsorted(numbers, wanted))
        ledger.drop_rows(source.label, found["line"], None, "duplicate_rating", found["text"])


def _score(columns: Columns, titles: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Sum and count of the ratings of each title."""
    item = columns["item"].astype(np.int64, copy=False)
    places = -1 - item[item < 0]
    ratings = columns["rating"][item < 0].astype(np.float64)
    counts = np.bincount(places, minlength=titles).astype(np.int64)
    return np.bincount(places, ratings, titles).astype(np.float64), counts


def _score_of_films(
    ratings: pa.Table, matches: pa.ChunkedArray
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Sum and count of the ratings of the film each title matches."""
    films = ratings.group_by("movie_id").aggregate([("rating", "sum"), ("rating", "count")])
    places = pc.index_in(matches, films["movie_id"])
    sums, counts = (films[name].take(places) for name in ("rating_sum", "rating_count"))
    return pc.fill_null(sums, 0.0).to_numpy(), pc.fill_null(counts, 0).to_numpy()


def _of_films(
    columns: Columns, matches: pa.ChunkedArray, sources: Sequence[Source], ledger: Ledger
) -> Columns:
    """The columns with titles' ratings as ratings of the films they match, one a user and film."""
    films = pc.fill_null(matches, -1).to_numpy()
    item = columns["item"].astype(np.int64)
    columns["scored"] = item < 0
    item[columns["scored"]] = films[-1 - item[columns["scored"]]]
    columns["item"] = item
    matched = item >= 0
    columns = {name: columns.pop(name)[matched] for name in list(columns)}
    return _latest(columns, sources, ledger)


def _with_scores(
    titles: pa.Table, sums: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]
) -> pa.Table:
    # ratings are held in single precision, whose last digits would tell equal means apart
    means = pa.array((sums / np.maximum(counts, 1)).round(SCORE_DECIMALS), mask=counts == 0)
    scored = titles.append_column("score", means).append_column("score_count", pa.array(counts))
    return conform(scored, TITLES)


def _table(columns: Columns) -> pa.Table:
    renamed = {name: columns["item" if name == "movie_id" else name] for name in RATINGS.names}
    return conform(pa.table(renamed), RATINGS)
