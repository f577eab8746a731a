"""Whether two credits name the same people, however each file spells them."""

import difflib
import functools
from collections.abc import Collection
from enum import Enum

from contracts.fold import NOT_WORD, fold, squash

ALIKE = 0.8
"""Of difflib's ratio, from 0 to 1: 'khalid mohamed' and 'khalid mohammed' are above it."""

SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "phd", "md"))


class Agreement(Enum):
    """What two lists of people say about whether they are of one film."""

    SAME = "same"
    ALIKE = "alike"
    OTHER = "other"
    UNKNOWN = "unknown"


def compare_directors(ours: Collection[str], theirs: Collection[str]) -> Agreement:
    """The best agreement of any two of them; UNKNOWN where one file names nobody."""
    if not ours or not theirs:
        return Agreement.UNKNOWN
    found = {compare_names(one, other) for one in ours for other in theirs}
    return next(level for level in Agreement if level in found)


def shared_names(ours: Collection[str], theirs: Collection[str]) -> int:
    """How many of `ours` are among `theirs`, but for accents, initials and order of words."""
    there = {_key(name) for name in theirs}
    return len({_key(name) for name in ours} & there)


@functools.lru_cache(maxsize=65_536)
def compare_names(one: str, other: str) -> Agreement:
    """SAME but for initials and word order, ALIKE by surname or nearly by spelling, or OTHER."""
    ours, theirs = words_of_person(one), words_of_person(other)
    if _key(one) == _key(other) or len(set(ours) & set(theirs)) > 1:
        return Agreement.SAME
    if set(ours) & set(theirs) or _ratio(ours, theirs) >= ALIKE:
        return Agreement.ALIKE
    return Agreement.OTHER


@functools.lru_cache(maxsize=262_144)
def words_of_person(name: str) -> tuple[str, ...]:
    """The words of a name, less initials and suffixes where anything else is left."""
    words = [word for word in NOT_WORD.split(fold(name).replace("'", "")) if word]
    full = tuple(word for word in words if len(word) > 1 and word not in SUFFIXES)
    return full or tuple(words)


@functools.lru_cache(maxsize=262_144)
def _key(name: str) -> str:
    """A name's letters with its words in order: family names come first in some files."""
    return "".join(sorted(words_of_person(name))) or squash(fold(name)) or name


def _ratio(ours: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """Likeness of two spellings in whichever order of words is liker."""
    return max(
        difflib.SequenceMatcher(None, "".join(ours), "".join(words)).ratio()
        for words in (theirs, theirs[::-1])
    )
