"""A few questions that a version must answer well before it takes the place of another."""

from pathlib import Path

from contracts.errors import ProductError, VersionError
from contracts.versions import read_manifest
from reco_service.filters import Wanted
from reco_service.mixes import Narrowed
from reco_service.recommend import FIVE, Recommender

LANGUAGE, TEXT = "es", "una aventura en el espacio"


def check(recommender: Recommender, index_dir: Path) -> None:
    """Raise VersionError where an answer is not what the version's manifest and films say."""
    films = read_manifest(index_dir / recommender.version).counts["movies"]
    if not films or recommender.films() != films:
        raise VersionError(f"of {films} films there are {recommender.films()}")
    try:
        _ask(recommender, films)
    except ProductError as exc:
        raise VersionError(f"a question about the best-known film is refused: {exc}") from exc


def _ask(recommender: Recommender, films: int) -> None:
    movie_id, title, year = recommender.best_known()
    recommender.five_like(title, year)
    likes = recommender.similar_to(movie_id, FIVE, LANGUAGE).similares
    if len(likes) < min(FIVE, films - 1):
        raise VersionError(f"only {len(likes)} films like the best-known one were found")
    if recommender.mixes.answers_text:
        recommender.mixes.for_text(TEXT, 1, Wanted(), LANGUAGE)
    if recommender.users.known is not None:
        for user_id in recommender.users.known.some(1):
            recommender.mixes.for_user(user_id, 1, Narrowed(), LANGUAGE)
