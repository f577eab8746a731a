"""How answers about streaming platforms are told, and why there are none."""

from collections.abc import Sequence

from contracts.api_streaming import TituloDePlataforma
from contracts.errors import Sentence
from contracts.platforms import PLATFORMS, Platform
from index.names.titles import shown

NAMED = 5
"""How many of the actors that share a place a sentence names; the answer has them all."""

MINUTES, SEASONS = "min", "season"
MEASURED_IN = {
    MINUTES: Sentence("minutos", "minutes"),
    SEASONS: Sentence("temporadas", "seasons"),
}

DISPLAYED = {platform.name: platform.display for platform in PLATFORMS}


def counted(count: int, noun: str) -> str:
    """A number and its noun, whose plural takes an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence; of many the first, and how many others."""
    *most, last = (
        names if len(names) <= NAMED + 1 else [*names[:NAMED], f"otros {len(names) - NAMED}"]
    )
    return f"{', '.join(most)} y {last}" if most else last


def longest(
    titles: Sequence[TituloDePlataforma], platform: Platform | None, year: int | None
) -> str:
    """Which title is the longest, and how many are as long."""
    first, others = titles[0], len(titles) - 1
    length = counted(first.duracion, "minuto" if first.tipo_duracion == MINUTES else "temporada")
    asked = "".join(f" de {one}" for one in _filters(platform, year))
    also = " (y otro igual de largo)" if others == 1 else f" (y otros {others} igual de largos)"
    told = first.titulo if platform else f"{first.titulo}, de {DISPLAYED[first.plataforma]}"
    return f"El título más largo{asked} es {told}, con {length}{also if others else ''}"


def most_repeated(names: Sequence[str], titles: int, platform: Platform, year: int) -> str:
    """Who is in most titles of a platform and year."""
    where, count = f"en {platform.display} en {year}", counted(titles, "título")
    if len(names) == 1:
        return f"El actor que más se repite {where} es {names[0]}, con {count}"
    return f"Los actores que más se repiten {where} son {listed(names)}, con {count} cada uno"


def none_loaded() -> Sentence:
    """No platform has titles in this version of the data."""
    return Sentence(
        "No está cargado el catálogo de ninguna plataforma.",
        "The catalogue of no platform is loaded.",
    )


def none_measured(platform: Platform | None, year: int | None, unit: str) -> Sentence:
    """No title passes these filters and has a duration in this unit."""
    filters, measured = _filters(platform, year), MEASURED_IN[unit]
    return Sentence(
        f"Ningún título{''.join(f' de {one}' for one in filters)}"
        f" tiene su duración en {measured.es}.",
        f"No title{''.join(f' of {one}' for one in filters)} has its duration in {measured.en}.",
    )


def without_cast(platform: Platform) -> Sentence:
    """The platform's catalogue names no actors at all."""
    return Sentence(
        f"El catálogo de {platform.display} no da el reparto de ningún título.",
        f"The catalogue of {platform.display} gives no cast of any title.",
    )


def none_of_year(platform: Platform, year: int) -> Sentence:
    """The platform has titles, but none of that year."""
    return Sentence(
        f"{platform.display} no tiene ningún título de {year}.",
        f"{platform.display} has no title of {year}.",
    )


def nobody_known(platform: Platform, year: int) -> Sentence:
    """The platform has titles of that year, but the cast of none."""
    return Sentence(
        f"No se conoce el reparto de ningún título de {platform.display} de {year}.",
        f"The cast of no title of {platform.display} of {year} is known.",
    )


def unknown_unit(text: str) -> Sentence:
    """Durations are not measured so."""
    return Sentence(
        f"«{shown(text)}» no es un tipo de duración: se espera {MINUTES} o {SEASONS}.",
        f"'{shown(text)}' is not a type of duration: {MINUTES} or {SEASONS} is expected.",
    )


def _filters(platform: Platform | None, year: int | None) -> list[str]:
    """The filters that are set, as people read them."""
    return [str(one) for one in (platform and platform.display, year) if one is not None]
