"""How much may change before a version is not published by itself, and who may let it pass."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import DataError
from contracts.versions import read_manifest
from refresh.comparison import DECIMALS, Comparison, Side, compare
from refresh.limits import NAMES, Limits, check_names
from refresh.publication import Folders
from refresh.tables_compared import TableChange

FEW = 20
"""Films, values of a column or films with a block, below which shares of them say nothing."""

MOVING = ("popularity", "vote_average", "vote_count")
"""Columns of films that may change in all of them any day."""

NAMED = 3
"""Thresholds that a refusal names."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """How far one threshold was reached: `figure` of `limit`, and `where` it is most."""

    name: str
    figure: float
    limit: float
    where: str = ""

    @property
    def passed(self) -> bool:
        """Whether more changed than may."""
        return self.figure > self.limit

    def told(self) -> str:
        """In words, for an error."""
        place = f" ({self.where})" if self.where else ""
        return f"{self.name} is {self.figure:.3f}{place}, above the limit of {self.limit:g}"


def measured(comparison: Comparison, limits: Limits) -> list[Measured]:
    """Every threshold, in the order of NAMES, with what the comparison has for it."""
    found = _of_rows(comparison.tables)
    if comparison.tables["movies"].before >= FEW:
        found |= _of_contents(comparison) | _of_index(comparison)
    return [
        Measured(name, figure, getattr(limits, name), where)
        for name in NAMES
        for figure, where in [found.get(name, (0.0, ""))]
    ]


def check(comparison: Comparison, limits: Limits, allowed: Iterable[str] = ()) -> None:
    """DataError, in one sentence, for the thresholds that were passed and are not `allowed`."""
    names = set(allowed)
    check_names(names)
    _refuse(measured(comparison, limits), names)


def _refuse(found: list[Measured], allowed: set[str] | frozenset[str]) -> None:
    passed = [each for each in found if each.passed and each.name not in allowed]
    if passed:
        raise DataError(_refusal(passed))


def refuse_great_changes(
    before: Folders | None,
    after: Folders,
    tell: Callable[[dict[str, float]], None],
    allow: frozenset[str] = frozenset(),
) -> None:
    """DataError where more changed than the environment's Limits let; nothing the first time.

    `tell` is told how far each threshold was reached, whether it is refused or not.
    What a release before wrote in another format is not compared, as nothing could be said of it.
    """
    check_names(allow)
    if before is None:
        return
    if not _same_format(before.data, after.data):
        logger.warning("not_compared reason=data_of_another_format")
        return
    if _same_format(before.index, after.index):
        sides = Side(before.data, before.index), Side(after.data, after.index)
    else:
        logger.warning("index_not_compared reason=index_of_another_format")
        sides = Side(before.data), Side(after.data)
    found = measured(compare(*sides), Limits())
    tell({each.name: round(each.figure, DECIMALS) for each in found})
    _refuse(found, allow)


def _same_format(before: Path, after: Path) -> bool:
    return read_manifest(before).format == read_manifest(after).format


def _refusal(passed: list[Measured]) -> str:
    told = "; ".join(each.told() for each in passed[:NAMED])
    rest = f"; and {len(passed) - NAMED} more" if len(passed) > NAMED else ""
    allow = " ".join(f"--allow {each.name}" for each in passed)
    variables = ", ".join(f"REFRESH_LIMIT_{each.name.upper()}" for each in passed)
    return (
        f"not published, as too much changed: {told}{rest}; "
        f"if that is as it should be, repeat with {allow}, or raise {variables}"
    )


Found = dict[str, tuple[float, str]]


def _of_rows(tables: dict[str, TableChange]) -> Found:
    films, ratings, titles = tables["movies"], tables["ratings"], tables["titles"]
    columns = {
        name: rows / films.before for name, rows in films.columns.items() if name not in MOVING
    }
    return {
        "films_removed": (_share(films.removed, films), ""),
        "films_added": (_share(films.added, films), ""),
        "films_changed": _most(columns),
        "ratings_removed": (_share(ratings.removed, ratings), ""),
        "titles_removed": (_share(titles.removed, titles), ""),
    }


def _of_contents(comparison: Comparison) -> Found:
    lost = {name: gap.lost for name, gap in comparison.missing.items() if gap.filled >= FEW}
    shifts = {name: shift.distance or 0.0 for name, shift in comparison.categories.items()}
    words = comparison.vocabulary.words.distance or 0.0
    return {
        "missing": _most(lost),
        "categories": _most(shifts),
        "vocabulary": (words, ""),
    }


def _of_index(comparison: Comparison) -> Found:
    if comparison.index is None:
        return {}
    judged = {name: block for name, block in comparison.index.blocks.items() if block.films >= FEW}
    moved = {name: block.centroid or 0.0 for name, block in judged.items()}
    lost = {name: block.lost for name, block in judged.items()}
    churn = comparison.index.churn
    shares = {"all_films": churn.share, "best_known": churn.best_known_share}
    return {"centroid": _most(moved), "coverage": _most(lost), "churn": _most(shares)}


def _share(rows: int, table: TableChange) -> float:
    return rows / table.before if table.before else 0.0


def _most(figures: dict[str, float]) -> tuple[float, str]:
    """The greatest, and its name; none where nothing changed at all."""
    name = max(figures, key=lambda each: figures[each], default="")
    figure = figures.get(name, 0.0)
    return figure, name if figure > 0 else ""
