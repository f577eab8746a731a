"""The words a film is known by: the text that is embedded, and the words of its title."""

import re
from collections.abc import Sequence

from contracts.fold import fold

CAST_IN_TEXT = 5
WORD = re.compile(r"\w+")
STOPWORDS = frozenset(
    "a an and at by for from in is it of on or the to with de del der des die das el en et il "
    "la las le les lo los un una und une y part vol ii iii iv".split()
)
"""Too common in titles to say that two films belong together."""


def describe(
    overview: str | None, genres: Sequence[str], cast: Sequence[str], directors: Sequence[str]
) -> str:
    """One text of overview, genres, cast and director; parts a film lacks are left out."""
    parts = [
        overview or "",
        f"Genres: {', '.join(genres)}." if genres else "",
        f"Cast: {', '.join(cast[:CAST_IN_TEXT])}." if cast else "",
        f"Directed by {', '.join(directors)}." if directors else "",
    ]
    return " ".join(part for part in parts if part)


def title_words(title: str) -> list[str]:
    """The words that tell a title apart, folded; all of them where only common words are left."""
    words = WORD.findall(fold(title))
    return [word for word in words if word not in STOPWORDS] or words
