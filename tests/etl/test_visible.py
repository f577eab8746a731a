import pytest

from etl.visible import visible


@pytest.mark.parametrize(
    ("cell", "text", "reason"),
    [
        ("  Blood  &\u00a0Water ", "Blood & Water", ""),
        ("Mama\u0301", "Mam\u00e1", ""),
        ("\u200bSAINT SEIYA", "SAINT SEIYA", "zero_width_characters"),
        ("Van Dam\u200b, Tim", "Van Dam, Tim", "zero_width_characters"),
        ("soft\u00adhyphen", "softhyphen", "zero_width_characters"),
        ("\u202aleft to right\u202c", "left to right", "zero_width_characters"),
        ("a\u200db", "ab", "zero_width_characters"),
        ("\u200dक", "क", "zero_width_characters"),
        ("کتاب\u200c", "کتاب", "zero_width_characters"),
        ("Story of a\r\nFlying", "Story of a Flying", "control_characters"),
        ("a Ricci \u2028, David", "a Ricci , David", "control_characters"),
        ("He\x00at", "Heat", "control_characters"),
        ("He\x85at", "He at", "control_characters"),
    ],
)
def test_what_nobody_sees_leaves_the_text_and_is_told(cell: str, text: str, reason: str) -> None:
    assert visible(cell) == (text, reason)


@pytest.mark.parametrize("word", ["می\u200cخواهم", "क्\u200dष", "👨\u200d👩\u200d👧", "❤️\u200d🔥"])
def test_joiners_that_spell_a_word_or_an_emoji_stay(word: str) -> None:
    assert visible(f" {word} ") == (word, "")
