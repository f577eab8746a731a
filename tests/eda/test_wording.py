import math

import pytest

from contracts.errors import Sentence
from eda import wording
from eda.wording import UNKNOWN, brief, dollars, number, part, percent, say, short, times, trimmed


def test_numbers_have_the_separators_of_each_language() -> None:
    assert number(1234567.891, 2) == Sentence("1.234.567,89", "1,234,567.89")
    assert number(-0.5, 1) == Sentence("−0,5", "−0.5")


def test_what_is_no_number_is_a_dash() -> None:
    for told in (number(math.nan), percent(math.nan), dollars(math.inf), times(math.nan)):
        assert told == UNKNOWN
    assert part(3, 0) == UNKNOWN


def test_a_small_share_never_reads_as_none() -> None:
    assert percent(0.119) == Sentence("11,9\N{NO-BREAK SPACE}%", "11.9%")
    assert percent(0.0001).en == "<0.1%" and percent(0).en == "0.0%"
    assert wording.figure(0.0004).es == "<0,01"


def test_a_share_that_lacks_a_little_never_reads_as_all() -> None:
    assert percent(0.99983) == Sentence(">\N{NO-BREAK SPACE}99,9\N{NO-BREAK SPACE}%", ">99.9%")
    assert percent(0.9994).en == "99.9%" and percent(1).en == "100.0%"


def test_amounts_from_a_million_on_are_told_in_millions() -> None:
    assert dollars(2_787_965_087) == Sentence("2.788 millones de USD", "2,788 million USD")
    assert dollars(999).es == "999\N{NO-BREAK SPACE}USD"
    assert brief(dollars(2_400_000)).es.replace("\N{NO-BREAK SPACE}", " ") == "2,40 M USD"


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [(0.000001, "10⁻⁶", "10⁻⁶"), (0.1, "0,1", "0.1"), (1, "1", "1"), (1000, "1.000", "1k"),
     (1e6, "1 M", "1M"), (1e9, "1.000 M", "1B")],
)  # fmt: skip
def test_axes_tell_round_numbers_in_short(value: float, es: str, en: str) -> None:
    assert short(value) == Sentence(es.replace(" ", "\N{NO-BREAK SPACE}"), en)


def test_a_sentence_is_filled_in_each_language() -> None:
    told = say("{n} de {x}", "{n} of {x}", n=1200, x=Sentence("año", "year"))
    assert told == Sentence("1.200 de año", "1,200 of year")


def test_braces_of_the_data_are_left_alone() -> None:
    assert say("«{t}»", "“{t}”", t="{n} {0}").en == "“{n} {0}”"


def test_a_long_text_is_cut_with_an_ellipsis_and_stands_on_one_line() -> None:
    assert trimmed("a  b\n c", 10) == "a b c"
    assert trimmed("x" * 50, 10) == "x" * 9 + "…"
