"""The thresholds of a refresh, by name: the most that may change before it is not published."""

from collections.abc import Iterable

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.errors import DataError


class Limits(BaseSettings):
    """The most that may change; each an environment variable REFRESH_LIMIT_..."""

    model_config = SettingsConfigDict(env_prefix="REFRESH_LIMIT_", frozen=True)

    films_removed: float = Field(
        default=0.05, ge=0, description="films that are gone, as a share of those before"
    )
    films_added: float = Field(
        default=0.5, ge=0, description="films that are new, as a share of those before"
    )
    films_changed: float = Field(
        default=0.5, ge=0, description="films of which one column changed, as a share; the worst"
    )
    ratings_removed: float = Field(
        default=0.2, ge=0, description="ratings that are gone, as a share of those before"
    )
    titles_removed: float = Field(
        default=0.2, ge=0, description="platforms' titles that are gone, as a share"
    )
    missing: float = Field(
        default=0.1, ge=0, description="part of a column's values that is missing now; the worst"
    )
    categories: float = Field(
        default=0.2, ge=0, description="Jensen-Shannon distance of genres, languages…; the farthest"
    )
    vocabulary: float = Field(
        default=0.2, ge=0, description="Jensen-Shannon distance of the words of overviews, keywords"
    )
    centroid: float = Field(
        default=0.1, ge=0, description="1 less the cosine of a block's mean vectors; the farthest"
    )
    coverage: float = Field(
        default=0.1, ge=0, description="part of a block's films that have it no more; the worst"
    )
    churn: float = Field(
        default=0.1, ge=0, description="share of films' first five that are others; or best known's"
    )


NAMES = tuple(Limits.model_fields)
"""The thresholds; who publishes all the same names those that may be passed."""


def check_names(allowed: Iterable[str]) -> None:
    """DataError for a name that no threshold has."""
    if unknown := sorted(set(allowed) - set(NAMES)):
        raise DataError(f"there is no threshold {unknown[0]!r}; there are {', '.join(NAMES)}")
