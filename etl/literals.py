"""Read the nested cells of the raw files: Python literals, at the speed of JSON.

The cells are `repr` of lists of dictionaries, so `ast.literal_eval` reads them, slowly. Here the
text is rewritten to JSON and given to orjson; the rewriting touches quotes, escapes and the words
None, True and False, and never looks at one character at a time. It rests on this:

* `{}[]:,`, numbers and white space mean the same in both languages, except integers beyond 64
  bits, which orjson turns into floats;
* in a text without backslashes every `'` either delimits a string or lies between two `"`, and
  the other way round, so counting quotes tells what is inside a string;
* whatever the rewriting gets wrong (prefixes, triple quotes, strings side by side, comments,
  tuples, odd escapes) is not JSON afterwards, so orjson refuses it and `ast.literal_eval` decides.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

import orjson

MAX_CELL = 2_000_000  # characters; the original's longest cell has some 10**5
MAX_SLOW_CELL = 250_000  # characters; ast may need 500 bytes and 2 microseconds for each
MAX_DEPTH = 100  # Python's own parser gives up at 200, orjson at 1024
EXCERPT = 60  # characters of the cell quoted in an error

# Escapes that would confuse the counting of quotes: Python's spelling, the control character that
# stands in while quotes are counted, JSON's spelling. Pairs of backslashes first: order matters.
ESCAPES = (("\\\\", "\x01", "\\\\"), ("\\'", "\x02", "'"), ('\\"', "\x03", '\\"'))
# JSON reads `\/` as a slash and joins pairs of surrogates, Python neither; and stand-ins are taken.
NOT_FOR_JSON = re.compile(r"\\/|\\u[dD]|[\x01-\x03]")

# Folds every digit into one and all that may stand before a number into another, so that a plain
# search, many times faster than a regular expression, finds integers that may exceed 64 bits.
FOLD = bytes.maketrans(b"123456789 \t\r\n:,[-", b"000000000::::::::")
LONG = b"0" * 19
LONG_WITHIN = b":" + LONG


class NotALiteral(ValueError):
    """The cell holds no Python literal, or one that is unreasonably large or deep."""

    def __init__(self, reason: str, cell: str) -> None:
        """Say in one sentence what is wrong with `cell`, quoting only its beginning."""
        super().__init__(f"{reason}: {cell[:EXCERPT]!r}" if cell else reason)


def parse_literal(cell: str) -> object:
    """Value of the Python literal in `cell`, equal in value and types to `ast.literal_eval`.

    More than `ast.literal_eval`, it ignores white space around the literal and takes the JSON
    words null, true and false. Escapes in strings always follow Python's rules.

    Raises NotALiteral for anything else, in bounded time and memory.
    """
    text = cell.strip()
    if not text:
        raise NotALiteral("the cell is empty", "")
    if len(text) > MAX_CELL:
        raise NotALiteral(f"the cell has more than {MAX_CELL} characters", text)
    try:
        return _parse_as_json(text)
    except ValueError:  # orjson's own error, a lone surrogate, or one of ours
        return _parse_as_python(text)


def _parse_as_json(text: str) -> object:
    """Value of `text` when its JSON rewriting means the same, or ValueError."""
    json = (_rewrite_escapes(text) if "\\" in text else _rewrite(text)).encode()
    folded = json.translate(FOLD)
    if LONG_WITHIN in folded or folded.startswith(LONG):
        raise ValueError("an integer that may exceed 64 bits")
    value: object = orjson.loads(json)
    if len(text) > 2 * MAX_DEPTH and _is_deep(value, text):
        raise ValueError("nested too deep")
    return value


def _parse_as_python(text: str) -> object:
    """Value of `text` by `ast.literal_eval`, which needs a bound on what it is given."""
    if len(text) > MAX_SLOW_CELL:
        raise NotALiteral("the cell is not a plain Python literal and too long to try harder", text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # '\d' is no fault of whoever runs us
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as exc:
        raise NotALiteral("the cell is not a Python literal", text) from exc


def _rewrite_escapes(text: str) -> str:
    """JSON for a text with backslashes."""
    if NOT_FOR_JSON.search(text):
        raise ValueError("an escape or character that JSON reads otherwise")
    for python, stand_in, _ in ESCAPES:
        text = text.replace(python, stand_in)
    text = _rewrite(text.replace("\\x", "\\u00"))
    for _, stand_in, json in ESCAPES:
        text = text.replace(stand_in, json)
    return text


def _rewrite(text: str) -> str:
    """JSON for a text whose quotes all either delimit a string or lie within the other kind."""
    return "".join(_pieces(text)) if '"' in text else _rewrite_piece(text, False)


def _pieces(text: str) -> Iterator[str]:
    """JSON for each stretch of `text` between two `"`."""
    pieces = text.split('"')
    last = len(pieces) - 1
    inside = quoted = False
    for number, piece in enumerate(pieces):
        if quoted:
            yield piece
            quoted = False
        else:
            yield _rewrite_piece(piece, inside)
            inside ^= bool(piece.count("'") % 2)
            quoted = not inside
        if number < last:
            yield '\\"' if inside else '"'


def _rewrite_piece(piece: str, inside: bool) -> str:
    """JSON for a stretch where every `'` is a delimiter; `inside` tells it starts in a string."""
    # Nearly every None follows a key like 'profile_path', whose closing quote cannot be an opening
    # one: a letter before an opening quote is a prefix, which is not JSON.
    piece = piece.replace("_path': None", "_path': null")
    if not ("None" in piece or "True" in piece or "False" in piece):
        return piece.replace("'", '"')
    parts = piece.split("'")
    words = "\0".join(parts[inside::2])
    words = words.replace("None", "null").replace("True", "true").replace("False", "false")
    parts[inside::2] = words.split("\0")  # a NUL of the cell's own makes this a ValueError
    return '"'.join(parts)


def _is_deep(value: object, text: str) -> bool:
    """Whether containers are nested in `value`, read from `text`, more than MAX_DEPTH deep."""
    # A dictionary is a value or lies in a list, where all but the first follow "}, ": a bound on
    # the depth, 3 for a list of dictionaries, that spares nearly all the walk.
    if 2 * text.count("[") + text.count("{") - text.count("}, {") <= MAX_DEPTH:
        return False
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [item for item in level if isinstance(item, (dict, list))]
        level = [x for item in level for x in (item.values() if type(item) is dict else item)]
    return bool(level)
