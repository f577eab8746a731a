"""A few questions that a version must answer well before it takes the place of another."""

from pathlib import Path

from contracts.errors import ProductError, VersionError
from contracts.versions import read_manifest
from query_service.calendar import DAYS, MONTHS
from query_service.statistics import MINIMUM_VOTES, Statistics


def check(statistics: Statistics, data_dir: Path) -> None:
    """Raise VersionError where an answer is not what the version's manifest and films say."""
    films = read_manifest(data_dir / statistics.version).counts["movies"]
    months = sum(statistics.in_month(month).cantidad for month in MONTHS)
    days = sum(statistics.on_weekday(day).cantidad for day in DAYS)
    if not films or (months, days) != (films, films):
        raise VersionError(f"of {films} films, months have {months} and weekdays {days}")
    title, year, votes = statistics.most_voted()
    try:
        told = statistics.votes(title, year)
    except ProductError as exc:
        raise VersionError(f"the most voted film is not found: {exc}") from exc
    if told.voto_total != (votes if votes >= MINIMUM_VOTES else None):
        raise VersionError(f"the most voted film has {votes} votes, but {told.voto_total} are told")
