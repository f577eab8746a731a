"""The questions about streaming platforms' catalogues, answered; no request scans a table."""

from functools import lru_cache, partial
from weakref import proxy

import numpy as np

from contracts.api_streaming import (
    ActorDePlataforma,
    CantidadPorPlataforma,
    CantidadPorPuntaje,
    DuracionMaxima,
)
from contracts.errors import InvalidRequest, ValueNotFound
from contracts.fold import fold, squash
from contracts.platforms import (
    PLATFORMS,
    Platform,
    not_loaded,
    platform_called,
    unknown_platform,
)
from index.names.titles import shown
from query_service import wording
from query_service.platform_titles import PlatformTitles
from query_service.wording import MINUTES, SEASONS, counted

ANSWERS_KEPT = 2048
SUGGESTED = 5

UNITS = {
    **dict.fromkeys(("min", "mins", "minuto", "minutos", "minute", "minutes"), MINUTES),
    **dict.fromkeys(("season", "seasons", "temporada", "temporadas"), SEASONS),
}
"""What a unit of duration is called, squashed: its letters alone."""


class Streaming:
    """Answers over the catalogues of one data version; texts in Spanish."""

    def __init__(self, titles: PlatformTitles) -> None:
        self._titles = titles
        self._with_cast = {platform for platform, _ in titles.actors}
        this = proxy(self)  # for a cycle would keep a version in memory that is served no more
        self._longest = lru_cache(maxsize=ANSWERS_KEPT)(partial(Streaming._longest_title, this))
        self._scored = lru_cache(maxsize=ANSWERS_KEPT)(partial(Streaming._scored_above, this))
        self._sizes = lru_cache(maxsize=len(PLATFORMS))(partial(Streaming._size, this))
        self._actors = lru_cache(maxsize=ANSWERS_KEPT)(partial(Streaming._most_repeated, this))

    def longest(self, year: int | None, platform: str | None, unit: str) -> DuracionMaxima:
        """The longest titles of a year and platform, None for all, measured in `unit`."""
        measured_in = _unit(unit)
        known = None if platform is None else self._loaded(platform)
        return self._longest(known, year, measured_in)

    def scored_above(self, platform: str, scored: float, year: int) -> CantidadPorPuntaje:
        """Movies of a platform and year whose mean score is above `scored`, not equal to it."""
        return self._scored(self._loaded(platform), scored, year)

    def size(self, platform: str) -> CantidadPorPlataforma:
        """Titles of a platform."""
        return self._sizes(self._loaded(platform))

    def most_repeated(self, platform: str, year: int) -> ActorDePlataforma:
        """The actors who are in most titles of a platform and year."""
        return self._actors(self._loaded(platform), year)

    def _loaded(self, text: str) -> Platform:
        """The platform called `text`; raises ValueNotFound where there are no titles of it."""
        platform = platform_called(text)
        if platform is None:
            raise ValueNotFound(unknown_platform(shown(text)), [known.name for known in PLATFORMS])
        if platform.name not in self._titles.sizes:
            raise ValueNotFound(not_loaded(platform), sorted(self._titles.sizes))
        return platform

    def _longest_title(
        self, platform: Platform | None, year: int | None, unit: str
    ) -> DuracionMaxima:
        titles = self._titles.longest.get((platform.name if platform else None, year, unit))
        if not self._titles.sizes:
            raise ValueNotFound(wording.none_loaded())
        if not titles:
            raise ValueNotFound(wording.none_measured(platform, year, unit))
        first = titles[0]
        return DuracionMaxima(
            titulo=first.titulo,
            plataforma=first.plataforma,
            anio=first.anio,
            duracion=first.duracion,
            tipo_duracion=first.tipo_duracion,
            empates=titles,
            mensaje=wording.longest(titles, platform, year),
        )

    def _scored_above(self, platform: Platform, scored: float, year: int) -> CantidadPorPuntaje:
        known = self._titles.scores.get((platform.name, year))
        rated = len(known.ascending) if known else 0
        above = rated - int(np.searchsorted(known.ascending, scored, "right")) if known else 0
        have = "tiene" if above == 1 else "tienen"
        return CantidadPorPuntaje(
            plataforma=platform.name,
            anio=year,
            puntaje=scored,
            cantidad=above,
            con_puntaje=rated,
            peliculas=known.movies if known else 0,
            mensaje=f"{counted(above, 'película')} de {platform.display} de {year} {have}"
            f" un puntaje mayor a {scored:.15g}{self._of_the_scores(rated)}",
        )

    def _of_the_scores(self, rated: int) -> str:
        """What to know of the scores: how many there are, and whether they are real."""
        if not self._titles.rated:
            return " (ningún título tiene valoraciones)"
        simulated = "; los puntajes son simulados" if self._titles.simulated else ""
        return f" ({rated} con puntaje{simulated})"

    def _size(self, platform: Platform) -> CantidadPorPlataforma:
        size = self._titles.sizes[platform.name]
        total = size.movies + size.series
        series = f"{size.series} {'serie' if size.series == 1 else 'series'}"
        return CantidadPorPlataforma(
            plataforma=platform.name,
            cantidad=total,
            peliculas=size.movies,
            series=size.series,
            fecha_catalogo=size.snapshot,
            mensaje=f"{platform.display} tiene {counted(total, 'título')}:"
            f" {counted(size.movies, 'película')} y {series}",
        )

    def _most_repeated(self, platform: Platform, year: int) -> ActorDePlataforma:
        if platform.name not in self._with_cast:
            raise ValueNotFound(wording.without_cast(platform))
        if (platform.name, year) not in self._titles.titles:
            raise ValueNotFound(wording.none_of_year(platform, year), self._nearest(platform, year))
        found = self._titles.actors.get((platform.name, year))
        if found is None:
            raise ValueNotFound(wording.nobody_known(platform, year))
        return ActorDePlataforma(
            plataforma=platform.name,
            anio=year,
            actor=found.names[0],
            actores=found.names,
            apariciones=found.titles,
            mensaje=wording.most_repeated(found.names, found.titles, platform, year),
        )

    def _nearest(self, platform: Platform, year: int) -> list[str]:
        """The years nearest to one that has no titles of the platform, in their order."""
        years = [there for name, there in self._titles.titles if name == platform.name]
        nearest = sorted(years, key=lambda there: (abs(there - year), there))[:SUGGESTED]
        return [str(there) for there in sorted(nearest)]


def _unit(text: str) -> str:
    """The unit that `text` calls, whatever its case, accents and punctuation."""
    unit = UNITS.get(squash(fold(text)))
    if unit is None:
        raise InvalidRequest(wording.unknown_unit(text), [MINUTES, SEASONS])
    return unit
