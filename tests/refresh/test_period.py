import pytest

from contracts.errors import DataError
from refresh.period import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60s", 60), ("90s", 90), ("1m", 60), ("15m", 900), ("6h", 21600), (" 1 D ", 86400)],
)
def test_a_period_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "6", "h", "-6h", "6.5h", "6 weeks", "6h30m", "٦h", "1e3s"])
def test_all_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(DataError, match="such as 6h"):
        seconds_of(text)


@pytest.mark.parametrize("text", ["0h", "59s", "367d", "999999d"])
def test_what_is_too_short_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="at least a minute and at most a year"):
        seconds_of(text)
