"""What the data version knows of streaming catalogues: titles, films matched, scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.platforms import PLATFORMS
from index.evaluation.sections import Grid, Section

SIMULATED = (
    "The ratings of this data version are simulated: the figures show that the command works, "
    "and say nothing of what people like"
)
SIMULATED_ES = "Las valoraciones de estos datos son simuladas: no dicen qué gusta a las personas."

SCORES = {
    "platform": "Scores of titles come from the platforms' own ratings, given to each title",
    "match": "Scores of titles come from the ratings of the films that they are matched with; a "
    "title without a film has none",
    None: "No title has a score: nobody rated any of them",
}
"""Where the scores of titles come from, by what the manifest calls it."""

NONE = "The data version holds no streaming catalogue."
HEAD = ("Catalogue", "Titles", "Films", "Films matched", "Rate", "Newest title")


@dataclass(frozen=True)
class Catalogue:
    """One platform's: all its titles, the films among them, those found in the film catalogue."""

    name: str
    titles: int
    movies: int
    matched: int
    snapshot: str | None
    """Day of the newest title, as the platform tells it."""

    @property
    def rate(self) -> float | None:
        """Films matched out of films; None where there are none."""
        return self.matched / self.movies if self.movies else None

    def cells(self) -> list[str]:
        """A line of the table."""
        rate = "–" if self.rate is None else f"{self.rate:.1%}"
        counts = [f"{count:,}" for count in (self.titles, self.movies, self.matched)]
        return [self.name, *counts, rate, self.snapshot or "–"]


@dataclass(frozen=True)
class Catalogues:
    """All platforms' catalogues, where scores come from, and whether ratings are simulated."""

    platforms: tuple[Catalogue, ...] = ()
    scores: str | None = None
    simulated: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Catalogues":
        """From the settings of a data version's manifest; older ones say nothing."""
        told = settings.get("platforms") or {}
        platforms = tuple(
            Catalogue(platform.display, **told[platform.name])
            for platform in PLATFORMS
            if platform.name in told
        )
        return cls(platforms, settings.get("scores"), bool(settings.get("simulated_ratings")))

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "platforms": [
                {
                    "name": own.name,
                    "titles": own.titles,
                    "movies": own.movies,
                    "matched": own.matched,
                    "rate": own.rate,
                    "snapshot": own.snapshot,
                }
                for own in self.platforms
            ],
            "scores": self.scores,
            "simulated_ratings": self.simulated,
        }

    def section(self) -> Section:
        """For readers."""
        title = "Streaming catalogues"
        if not self.platforms:
            return Section(title, [NONE])
        source = SCORES.get(self.scores, f"Scores of titles come from: {self.scores}")
        rows = [*(own.cells() for own in self.platforms)]
        if len(self.platforms) > 1:
            rows.append(self.together().cells())
        rate = "films matched with a film of the catalogue, out of the films among the titles"
        newest = "the last day on which a title was added, which dates the copy of the catalogue"
        terms = [("Rate", rate), ("Newest title", newest)]
        return Section(title, [f"{source}."], [Grid(HEAD, rows)], terms=terms)

    def together(self) -> Catalogue:
        """All platforms; a film that is on two counts twice."""
        return Catalogue(
            "All",
            sum(own.titles for own in self.platforms),
            sum(own.movies for own in self.platforms),
            sum(own.matched for own in self.platforms),
            None,
        )
