"""Numbers and sentences in both languages of the report."""

import math
from collections.abc import Iterable

from contracts.errors import Sentence

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
UNKNOWN = Sentence("–", "–")

MILLION = 1_000_000
LEAST_TOLD = 0.01
"""Numbers nearer to 0 are told as less than this."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SHORT = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
"""From which amount on an axis in English says which letter."""

Value = Sentence | str | int | float


def same(text: object) -> Sentence:
    """A text that reads the same in both languages, as names do."""
    return Sentence(str(text), str(text))


def number(value: float, decimals: int = 0) -> Sentence:
    """A number with the separators of each language; a dash where there is none."""
    if not math.isfinite(value):
        return UNKNOWN
    english = f"{value:,.{decimals}f}".replace("-", MINUS)
    return Sentence(english.translate(str.maketrans(",.", ".,")), english)


def figure(value: float) -> Sentence:
    """A number with as many decimals as its size calls for."""
    size = abs(value)
    if 0 < value < LEAST_TOLD:
        return Sentence("<0,01", "<0.01")
    return number(value, 0 if size >= 100 or value % 1 == 0 else 1 if size >= 10 else 2)


def percent(share: float, decimals: int = 1) -> Sentence:
    """A share from 0 to 1 as a percentage; only none reads as 0, and only all as 100."""
    if math.isfinite(share) and 0 < share < 0.0005:
        return Sentence(f"<{NO_BREAK}0,1{NO_BREAK}%", "<0.1%")
    if 0.9995 <= share < 1:
        return Sentence(f">{NO_BREAK}99,9{NO_BREAK}%", ">99.9%")
    told = number(share * 100, decimals)
    return Sentence(f"{told.es}{NO_BREAK}%", f"{told.en}%") if told != UNKNOWN else told


def part(count: int, whole: int) -> Sentence:
    """The share of `count` in `whole`; a dash where there is no whole."""
    return percent(count / whole) if whole else UNKNOWN


def dollars(value: float) -> Sentence:
    """An amount of US dollars, from a million on in millions."""
    if not math.isfinite(value):
        return UNKNOWN
    if abs(value) < MILLION:
        told = figure(value) if abs(value) < 1000 else number(value)
        return Sentence(f"{told.es}{NO_BREAK}USD", f"{told.en}{NO_BREAK}USD")
    told = figure(value / MILLION)
    return Sentence(f"{told.es} millones de USD", f"{told.en} million USD")


def brief(amount: Sentence) -> Sentence:
    """An amount of dollars as a narrow column tells it: 1,2 M USD."""
    return Sentence(
        amount.es.replace(" millones de ", f"{NO_BREAK}M{NO_BREAK}"),
        amount.en.replace(" million ", f"{NO_BREAK}M{NO_BREAK}"),
    )


def short(value: float) -> Sentence:
    """A round number as an axis tells it: 1.000, 1 M; 1k, 1M."""
    for size, letter in SHORT:
        if value >= size:
            return Sentence(_short_spanish(value), f"{value / size:g}{letter}")
    if value < LEAST_TOLD:
        return same("10" + str(round(math.log10(value))).translate(SUPERSCRIPTS))
    return Sentence(f"{value:g}".replace(".", ","), f"{value:g}")


def _short_spanish(value: float) -> str:
    if value >= MILLION:  # Spanish has no short word for 10⁹: it is a thousand millions
        return f"{number(value / MILLION).es}{NO_BREAK}M"
    return number(value).es


def times(value: float) -> Sentence:
    """A return: how many dollars came in for each that was spent."""
    told = figure(value)
    return Sentence(f"{told.es}{NO_BREAK}×", f"{told.en}×") if told != UNKNOWN else told


def say(es: str, en: str, **values: Value) -> Sentence:
    """A sentence in both languages, its {places} filled with values in the same language."""
    told = {name: _told(value) for name, value in values.items()}
    return Sentence(
        es.format_map({name: value.es for name, value in told.items()}),
        en.format_map({name: value.en for name, value in told.items()}),
    )


def listed(items: Iterable[Sentence], between: str = ", ") -> Sentence:
    """Sentences one after another, with commas."""
    told = list(items)
    return Sentence(between.join(i.es for i in told), between.join(i.en for i in told))


def trimmed(text: str, length: int) -> str:
    """A text on one line and no longer than `length`, with an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _told(value: Value) -> Sentence:
    if isinstance(value, Sentence):
        return value
    if isinstance(value, str):
        return same(value)
    return number(value) if isinstance(value, int) else figure(value)
