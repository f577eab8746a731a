"""Text on one line without characters that nobody sees: control, zero-width and direction marks."""

import re
import unicodedata

from contracts.fold import ZERO_WIDTH

DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
UNSEEN = re.compile(f"[{CONTROL}{DIRECTIONS}{ZERO_WIDTH}]")
CONTROLS = re.compile(f"[{CONTROL}]")

JOINERS = "\u200c\u200d"
"""Part of the spelling inside words of India and Iran, and inside emoji; anywhere else astray."""

LAST_LATIN = "\u02ff"
JOINABLE = ("L", "M", "S")  # letters, marks and symbols, by Unicode's general category


def visible(cell: str) -> tuple[str, str]:
    """The text with single spaces for white space, and the reason if more than spaces changed."""
    if cell.isprintable():
        return _tidy(cell), ""
    clean = UNSEEN.sub(_replacement, cell)
    reason = "control_characters" if CONTROLS.search(cell) else "zero_width_characters"
    return _tidy(clean), reason if clean != cell else ""


def _tidy(text: str) -> str:
    """White space collapsed, and accents on their letters, so that equal names are equal."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _replacement(match: re.Match[str]) -> str:
    """What stands in for one unseen character: a space, nothing, or the joiner that belongs."""
    unseen, text = match.group(), match.string
    if unseen.isspace():
        return " "
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    return unseen if unseen in JOINERS and _joinable(before) and _joinable(after) else ""


def _joinable(character: str) -> bool:
    return character > LAST_LATIN and unicodedata.category(character)[0] in JOINABLE
