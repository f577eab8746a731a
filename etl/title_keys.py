"""Keys by which titles of one film meet: as written, loosened, or less their second half."""

import re
from typing import NamedTuple

from contracts.fold import NOT_WORD, fold, squash

LANGUAGES = (
    "arabic bengali bhojpuri brazilian cantonese chinese dutch english español espanol filipino "
    "french german gujarati hindi italian japanese kannada korean malayalam mandarin marathi "
    "portuguese punjabi russian spanish swedish tagalog tamil telugu thai turkish urdu"
)
EDITIONS = (
    "4k uhd hd sd hdr 3d sub subs subbed subtitle subtitled subtitles dub dubbed dubs dual audio "
    "version ver edition cut directors director's producers producer's extended theatrical final "
    "unrated uncut uncensored restored remastered colorized colourised silent original special "
    "anniversary collectors collector's narration no dialog with in en us uk u.s. u.k. aus tv "
    "movie film short the and classic"
)
EDITION_WORDS = frozenset(f"{LANGUAGES} {EDITIONS}".split())
"""A bracket of nothing but these, or of a year, tells the edition on offer, not the film."""

CUTS = "extended theatrical unrated uncut special restored director's directors".split()
EDITION_AT_END = re.compile(
    rf"(?<=\w)[ :-]+(?:(?:the )?(?:{'|'.join(CUTS)}) (?:version|edition|cut)"
    r"|4k(?: uhd)?|uhd|remastered|(?:english )?(?:subtitled|dubbed))$"
)
BRACKET = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
SEPARATOR = re.compile(r"\s*:\s+|\s+-\s+|\s*;\s+")
EPISODE = re.compile(r"(?<=\W)episode (?:[ivx]+|\d+) - (?=\w)")
"""A number in front of a part's own name says nothing more, and is in brackets elsewhere."""
YEAR = re.compile(r"(?:18|19|20)\d\d")
ARTICLES = ("the", "a", "an", "el", "la", "los", "las")
OWNER = re.compile(r"(?:\w+[ .]+){0,3}\w+'s? (?=\w)")
NUMBERS = {
    word: str(number)
    for words in (
        "i ii iii iv v vi vii viii ix x xi xii xiii",
        "one two three four five six seven eight nine ten eleven twelve thirteen",
    )
    for number, word in enumerate(words.split(), start=1)
}
SPELLINGS = NUMBERS | {"vol": "volume", "pt": "part", "vs": "versus", "mt": "mount", "st": "saint"}
MARKS = re.compile(r"[!?]")
NUMBERED = re.compile(r"\d")


class TitleKeys(NamedTuple):
    """What a title is looked up by; a key is '' where it would add nothing."""

    exact: str
    """Letters, digits and marks ('Blame!' is not 'Blame'), less brackets that tell an edition."""
    loose: str
    """As `exact` without marks, article or brackets, numbers and shortened words spelt one way."""
    main: str
    """As `loose`, of what stands before a colon or dash; '' where the rest has a number."""
    rest: str
    """As `loose`, of what follows a colon or dash: 'Star Wars: The Empire Strikes Back'."""
    owned: str
    """As `loose`, less an owner in front: 'Bram Stoker's Dracula'."""
    words: dict[str, int]
    """Words of each key but the exact."""

    def words_of(self, key: str) -> int:
        """How many words the title has in common with another of this key."""
        return self.words.get(key) or self.words[self.loose]


def title_keys(title: str) -> TitleKeys:
    """The keys of a title, which may be in any case."""
    folded = fold(title)
    plain = EDITION_AT_END.sub("", BRACKET.sub(_less_edition, folded))
    bare = EPISODE.sub("", BRACKET.sub("", plain)) or plain
    main, _, rest = SEPARATOR.sub("\n", bare, count=1).partition("\n")
    if not rest or NUMBERED.search("".join(_spelt(rest))):
        main = ""
    owner = OWNER.match(bare)
    halves = (bare, main, rest, bare[owner.end() :] if owner else "")
    spelt = [_spelt(text) if text else [] for text in halves]
    words = {"".join(key): len(key) for key in reversed(spelt)}
    loose, main, rest, owned = ("".join(key) for key in spelt)
    exact = (squash(plain) or folded) + "".join(MARKS.findall(plain))
    return TitleKeys(exact, loose, main, rest, owned, words)


def _less_edition(bracket: re.Match[str]) -> str:
    words = re.split(r"[\s,/]+", bracket[1].strip())
    of_edition = all(word in EDITION_WORDS or YEAR.fullmatch(word) for word in words)
    return "" if of_edition else bracket.group()


def _spelt(folded: str) -> list[str]:
    """The words of a title, less its article, each spelt one way."""
    head, comma, tail = folded.rpartition(", ")
    text = head if comma and tail in ARTICLES else folded
    text = text.replace("&", " and ").replace("'", "").replace(".", " ")
    words = [word for word in NOT_WORD.split(text) if word]
    if len(words) > 1 and words[0] in ARTICLES:
        words = words[1:]
    # a numeral in front is a word: 'I, Robot', 'V for Vendetta'
    return [word if at == 0 else SPELLINGS.get(word, word) for at, word in enumerate(words)]
