"""Which film a title means: by name, alias and year, with suggestions where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.errors import Sentence, TitleNotFound, YearNotFound
from contracts.fold import fold
from index.names.name_index import NameIndex

SHOWN_CHARACTERS = 80
"""How much of a text that was not found is repeated in the answer."""


@dataclass(frozen=True)
class Meaning:
    """The film a title means (its row), and the rows of the others that bear it."""

    row: int
    others: list[int]


class Titles:
    """Titles and aliases of all films; a film is its row in the movies table."""

    def __init__(
        self,
        titles: Sequence[str],
        years: NDArray[np.int16],
        votes: NDArray[np.int64],
        aliases: Sequence[tuple[int, str]],
    ) -> None:
        """`aliases` are pairs of row and other title; votes rank what suggests and completes."""
        self.titles = titles
        self.years = years
        rows = [*range(len(titles)), *(row for row, _ in aliases)]
        names = [*titles, *(alias for _, alias in aliases)]
        self._names = NameIndex(names, rows, votes[rows].tolist())

    def meant(self, text: str, year: int | None, rank: NDArray[Any]) -> Meaning:
        """The film with this title (and year) that is first by `rank`, one number a row.

        Titles count before aliases, the exact spelling before others. Raises TitleNotFound, with
        suggestions, or YearNotFound, with the years there are.
        """
        rows = self.named(text)
        if not rows:
            raise TitleNotFound(_no_title(text), self._names.suggest(text))
        fitting = [row for row in rows if year is None or self.years[row] == year]
        if not fitting:
            raise YearNotFound(
                _not_that_year(self.titles[rows[0]], year),
                sorted({str(self.years[row]) for row in rows}),
            )
        best = min(fitting, key=lambda row: (-rank[row], row))
        return Meaning(best, [row for row in rows if row != best])

    def named(self, text: str) -> list[int]:
        """Rows of the films this text names; only the exact spelling's where there is one."""
        rows = self._names.find(text)
        exact = [row for row in rows if self.titles[row] == text.strip()]
        folded = fold(text)
        return exact or [row for row in rows if fold(self.titles[row]) == folded] or rows

    def complete(self, text: str, limit: int) -> list[int]:
        """Rows of at most `limit` films for a title half typed, likeliest first."""
        return self._names.complete(text, limit)


def read_aliases(folder: Path, movie_ids: NDArray[np.int64]) -> list[tuple[int, str]]:
    """Row and alias of every other title in the data version at `folder`."""
    table = pq.ParquetFile(folder / "aliases.parquet").read(["movie_id", "alias"])
    rows = np.searchsorted(movie_ids, table["movie_id"].to_numpy())
    return list(zip(rows.tolist(), table["alias"].to_pylist(), strict=True))


def shown(text: str) -> str:
    """A client's text as an answer repeats it: bounded in length."""
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def _no_title(text: str) -> Sentence:
    return Sentence(
        f"No hay ninguna película titulada «{shown(text)}».", f"No film is titled '{shown(text)}'."
    )


def _not_that_year(title: str, year: int | None) -> Sentence:
    name = shown(title)
    return Sentence(f"«{name}» no tiene versión del año {year}.", f"'{name}' has none of {year}.")
