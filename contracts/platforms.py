"""The streaming platforms: their names, letters and files, and what people call them."""

from dataclasses import dataclass

from contracts.errors import Sentence
from contracts.fold import fold, squash


@dataclass(frozen=True)
class Platform:
    """One platform: `name` in data and answers, `display` as people read it."""

    name: str
    letter: str
    display: str
    file: str
    """Name of its catalogue among the raw files."""
    others: tuple[str, ...] = ()
    """What else it is called, squashed: letters and digits alone."""


PLATFORMS = (
    Platform(
        "amazon",
        "a",
        "Amazon Prime Video",
        "amazon_prime_titles.csv",
        ("amazonprime", "amazonprimevideo", "prime", "primevideo"),
    ),
    Platform("disney", "d", "Disney+", "disney_plus_titles.csv", ("disneyplus",)),
    Platform("hulu", "h", "Hulu", "hulu_titles.csv"),
    Platform("netflix", "n", "Netflix", "netflix_titles.csv"),
)
"""In the order in which they are told."""

_CALLED = {
    called: platform
    for platform in PLATFORMS
    for called in (platform.name, platform.letter, *platform.others)
}


def platform_called(text: str) -> Platform | None:
    """The platform of this name or letter, whatever its case and punctuation; None for none."""
    return _CALLED.get(squash(fold(text)))


def unknown_platform(called: str) -> Sentence:
    """No platform is called so; `called` as an answer may repeat it."""
    names = ", ".join(platform.name for platform in PLATFORMS)
    return Sentence(
        f"«{called}» no es ninguna de las plataformas: {names}.",
        f"'{called}' is none of the platforms: {names}.",
    )


def not_loaded(platform: Platform) -> Sentence:
    """The platform is known, but has no titles in this version of the data."""
    return Sentence(
        f"El catálogo de {platform.display} no está cargado.",
        f"The catalogue of {platform.display} is not loaded.",
    )
