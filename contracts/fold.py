"""Matching keys: how a name, and what somebody typed or another file spells, become comparable."""

import re
import unicodedata

LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d", "þ": "th",
           "æ": "ae", "œ": "oe"}  # fmt: skip
"""Lowercase letters that Unicode does not decompose, with what a Spanish keyboard writes."""

ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
SINGLE_QUOTES = "`´‘’‚‛′ʹʻʼ"  # the acute accent must go before NFKD turns it into a space
DOUBLE_QUOTES = "“”„‟″«»"
DASHES = "‐‑‒–—―−"
ACCENTS = range(0x0300, 0x0370)
"""Combining marks of Latin, Greek and Cyrillic; other scripts' marks are vowels and stay."""

BEFORE = str.maketrans(
    dict.fromkeys(ZERO_WIDTH, "")
    | dict.fromkeys(SINGLE_QUOTES, "'")
    | dict.fromkeys(DOUBLE_QUOTES, '"')
    | dict.fromkeys(DASHES, "-")
)
AFTER = str.maketrans(LETTERS | {"\u2044": "/"}) | dict.fromkeys(ACCENTS)

NOT_WORD = re.compile(r"(?:[^\w\u0900-\u0eff]|_)+")
"""What parts words; the range is India's to Laos's scripts, whose vowel signs are no \\w."""


def fold(text: str) -> str:
    """`text` without case, accents, compatibility forms or spare white space.

    'Amélie' and ' AMELIE' fold to 'amelie', '½' to '1/2', 'Straße' to 'strasse'. Punctuation
    and non-Latin scripts stay, so '...' and '千尋' keep a key of their own.
    """
    if not text.isascii():
        text = _plain(text)
    return " ".join(text.lower().replace("`", "'").split())


def _plain(text: str) -> str:
    """The compatibility decomposition of `text`, casefolded, less its accents."""
    split = unicodedata.normalize("NFKD", text.translate(BEFORE).casefold())
    # NFKD can bring capitals back ('™' gives 'TM'), hence the second casefold.
    return unicodedata.normalize("NFC", split.casefold().translate(AFTER))


def spelling(text: str) -> str:
    """`text` with its accents, less case and spare white space: tells 'año' from 'ano'."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def squash(folded: str) -> str:
    """A folded text's letters and digits alone: 'spider-man' gives 'spiderman'.

    '&' reads as 'and'. Empty for a text of punctuation only.
    """
    return NOT_WORD.sub("", folded.replace("&", "and"))


def words_typed(folded: str) -> list[str]:
    """The words of a query, each chunk joined: "pan's l" gives ['pans', 'l']."""
    return [word for chunk in folded.split() if (word := squash(chunk))]


def words_of_name(folded: str) -> set[str]:
    """The words a name is found by: joined chunks and their parts.

    'spider-man 2' gives 'spiderman', 'spider', 'man' and '2', whichever is typed.
    """
    parts = {part for part in NOT_WORD.split(folded) if part}
    return parts.union(words_typed(folded))
