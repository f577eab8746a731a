"""How what is known of a film is told in both languages: votes, rating, years, platforms."""

from collections.abc import Sequence
from datetime import date

from contracts.errors import Sentence

KNOWN_FROM = 500
"""Votes from which a film is said to be known to the public."""

RATED_FROM = 20
"""Votes from which their mean stands alone; fewer are told beside it."""

CLOSE_YEARS = 12
"""Years further apart than this are told without saying that they are close."""

LANGUAGES = {
    "ar": Sentence("árabe", "Arabic"),
    "bn": Sentence("bengalí", "Bengali"),
    "cn": Sentence("cantonés", "Cantonese"),  # TMDB's own code, where ISO 639 says yue
    "cs": Sentence("checo", "Czech"),
    "da": Sentence("danés", "Danish"),
    "de": Sentence("alemán", "German"),
    "el": Sentence("griego", "Greek"),
    "en": Sentence("inglés", "English"),
    "es": Sentence("español", "Spanish"),
    "fa": Sentence("persa", "Persian"),
    "fi": Sentence("finés", "Finnish"),
    "fr": Sentence("francés", "French"),
    "he": Sentence("hebreo", "Hebrew"),
    "hi": Sentence("hindi", "Hindi"),
    "hu": Sentence("húngaro", "Hungarian"),
    "it": Sentence("italiano", "Italian"),
    "ja": Sentence("japonés", "Japanese"),
    "ko": Sentence("coreano", "Korean"),
    "ml": Sentence("malayalam", "Malayalam"),
    "nl": Sentence("neerlandés", "Dutch"),
    "no": Sentence("noruego", "Norwegian"),
    "pl": Sentence("polaco", "Polish"),
    "pt": Sentence("portugués", "Portuguese"),
    "ro": Sentence("rumano", "Romanian"),
    "ru": Sentence("ruso", "Russian"),
    "sr": Sentence("serbio", "Serbian"),
    "sv": Sentence("sueco", "Swedish"),
    "ta": Sentence("tamil", "Tamil"),
    "te": Sentence("telugu", "Telugu"),
    "th": Sentence("tailandés", "Thai"),
    "tr": Sentence("turco", "Turkish"),
    "zh": Sentence("chino", "Chinese"),
}
"""The languages most films are in, by code; the names of all would need babel here."""

MONTHS = (
    Sentence("enero", "January"),
    Sentence("febrero", "February"),
    Sentence("marzo", "March"),
    Sentence("abril", "April"),
    Sentence("mayo", "May"),
    Sentence("junio", "June"),
    Sentence("julio", "July"),
    Sentence("agosto", "August"),
    Sentence("septiembre", "September"),
    Sentence("octubre", "October"),
    Sentence("noviembre", "November"),
    Sentence("diciembre", "December"),
)

UNDATED = Sentence("sin fecha", "without a date")


def renown(votes: int) -> Sentence:
    """How known a film is, which few votes do not make it."""
    if votes >= KNOWN_FROM:
        return Sentence("Conocida por el público", "Known to the public")
    counted = _votes(votes)
    return Sentence(f"Poco conocida: {counted.es}", f"Little known: {counted.en}")


def rating(mean: float, votes: int) -> Sentence:
    """The mean of the votes, with how many they are where they are few."""
    if not votes or not mean:
        return Sentence("Sin valoración del público", "Not rated by the public")
    english = f"{mean:g}"
    spanish = english.replace(".", ",")
    if votes >= RATED_FROM:
        return Sentence(f"Valoración del público: {spanish}", f"Public rating: {english}")
    counted = _votes(votes)
    return Sentence(
        f"Valoración con pocos votos: {spanish} ({counted.es})",
        f"Rating by few votes: {english} ({counted.en})",
    )


def original_language(code: str | None) -> Sentence:
    """The language two films share, by name; by its code where no name is known."""
    if code is None:
        return Sentence("Mismo idioma original", "Same original language")
    name = LANGUAGES.get(code, Sentence(code, code))
    return Sentence(f"Mismo idioma original: {name.es}", f"Same original language: {name.en}")


def years(one: int, other: int) -> Sentence:
    """How near two films' years are."""
    if one == other:
        return Sentence(f"Del mismo año: {one}", f"Of the same year: {one}")
    spanish, english = f"{one} y {other}", f"{one} and {other}"
    if abs(one - other) > CLOSE_YEARS:
        return Sentence(f"Años de estreno: {spanish}", f"Years of release: {english}")
    return Sentence(f"De época cercana: {spanish}", f"Of about the same time: {english}")


def available(platforms: Sequence[tuple[str, date | None]]) -> Sentence:
    """Where a film can be watched: platforms as people read them, with their catalogues' dates.

    A date that all share is told once, at the end; none is told where no catalogue has one.
    """
    names = [name for name, _ in platforms]
    days = [_day(day) for _, day in platforms]
    told = Sentence(_joined(names, "y"), _joined(names, "and"))
    if len(set(days)) > 1:
        told = _each_dated(names, days)
    elif days[0] != UNDATED:
        several = "s" if len(names) > 1 else ""
        told = Sentence(
            f"{told.es} (catálogo{several} {days[0].es})",
            f"{told.en} (catalogue{several} {days[0].en})",
        )
    return Sentence(f"Disponible en {told.es}", f"Available on {told.en}")


def _each_dated(names: Sequence[str], days: Sequence[Sentence]) -> Sentence:
    """Only the first says what the dates are of: 'Hulu (catalogue of ...) and Netflix (of ...)'."""
    es = [f"{name} ({day.es})" for name, day in zip(names, days, strict=True)]
    en = [f"{name} ({day.en})" for name, day in zip(names, days, strict=True)]
    es[0] = f"{names[0]} (catálogo {days[0].es})"
    en[0] = f"{names[0]} (catalogue {days[0].en})"
    return Sentence(_joined(es, "y"), _joined(en, "and"))


def _day(day: date | None) -> Sentence:
    if day is None:
        return UNDATED
    month = MONTHS[day.month - 1]
    return Sentence(
        f"del {day.day} de {month.es} de {day.year}", f"of {day.day} {month.en} {day.year}"
    )


def _joined(parts: Sequence[str], word: str) -> str:
    """The parts of a sentence, the last two joined by `word`."""
    *most, last = parts
    return f"{', '.join(most)} {word} {last}" if most else last


def _votes(votes: int) -> Sentence:
    if not votes:
        return Sentence("sin votos", "no votes")
    plural = "" if votes == 1 else "s"
    return Sentence(f"{votes} voto{plural}", f"{votes} vote{plural}")
