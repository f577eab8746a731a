"""What changed from one version of data and index to the next, as plain numbers."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from refresh.contents_compared import (
    Missing,
    Shift,
    Vocabulary,
    category_shifts,
    missing_values,
    vocabulary_shift,
)
from refresh.index_compared import IndexShift, IndexVersion, Rows, index_shift
from refresh.tables_compared import KEYS, DataVersion, TableChange, change_of

BEST_KNOWN = 1000
"""Films with the most votes, whose churn is told apart."""

DECIMALS = 6


@dataclass(frozen=True)
class Side:
    """Folders of one version of the data and, where there is one, of the index made of it."""

    data: Path
    index: Path | None = None


@dataclass(frozen=True)
class Comparison:
    """All that changed; `index` is None where a side has none."""

    tables: dict[str, TableChange]
    missing: dict[str, Missing]
    categories: dict[str, Shift]
    vocabulary: Vocabulary
    index: IndexShift | None

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it, floats rounded."""
        told: dict[str, Any] = _rounded(asdict(self))
        return told


def compare(before: Side, after: Side) -> Comparison:
    """What changed from `before` to `after`; raises DataError where a part cannot be read.

    Neither side's checksums are checked: whoever opens a version does that.
    """
    old, new = DataVersion(before.data), DataVersion(after.data)
    known = best_known(new)
    with ThreadPoolExecutor(1) as beside:  # vectors are read while tables are compared
        index: Future[IndexShift | None] = beside.submit(_index, before.index, after.index, known)
        return Comparison(
            tables={name: change_of(name, old, new) for name in KEYS},
            missing=missing_values(old, new),
            categories=category_shifts(old, new),
            vocabulary=vocabulary_shift(old, new),
            index=index.result(),
        )


def best_known(data: DataVersion) -> Rows:
    """movie_ids of the films with the most votes."""
    movies = data.table("movies")
    votes = movies["vote_count"].to_numpy()
    first = np.argsort(-votes, kind="stable")[:BEST_KNOWN]
    found: Rows = movies["movie_id"].to_numpy()[first]
    return found


def _index(before: Path | None, after: Path | None, known: Rows) -> IndexShift | None:
    if before is None or after is None:
        return None
    return index_shift(IndexVersion.load(before), IndexVersion.load(after), known)


def _rounded(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _rounded(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_rounded(value) for value in told]
    return round(told, DECIMALS) if isinstance(told, float) else told
