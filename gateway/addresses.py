"""One form for all the addresses that mean the same, so that an answer is kept once."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

from contracts.http import is_well_encoded

LONGEST_REMEMBERED = 512
"""Bytes of the addresses whose canonical form is remembered; longer ones are worked out anew."""


_ESCAPED = rb"%2[1-9A-CF]|%3[A-F]|%40|%5[B-E]|%60|%7[BCD]"
_NAME = rb"(?:[\w.~-]|" + _ESCAPED + rb")"
IN_FORM = re.compile(
    rb"(?:/(?:[\w.~-]|%20|" + _ESCAPED + rb")*)+"
    rb"(?:\?" + _NAME + rb"+=(?:\+|" + _NAME + rb")*)?"
)
"""ASCII addresses with one parameter at most that are in the form already, as most are."""


def canonical(target: bytes) -> bytes | None:
    """`target` (path and query) in one form; None where it is not well-encoded.

    Escapes are written where they are needed and nowhere else, in upper case; a space in the query
    as `+`; parameters in the order of their names, those of one name as they came; empty ones go.
    An escaped slash in a path stays one, and case stays, since both may mean something.
    """
    if IN_FORM.fullmatch(target):
        return target
    if len(target) <= LONGEST_REMEMBERED:
        return _remembered(target)
    return _canonical(target)


def _canonical(target: bytes) -> bytes | None:
    path, _, query = target.partition(b"?")
    if not is_well_encoded(path, query):
        return None
    segments = [quote(unquote_to_bytes(segment), safe="") for segment in path.split(b"/")]
    one_form = "/".join(segments)
    # latin-1 on both sides: each byte stands for itself, whatever it is part of
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    if pairs:
        pairs.sort(key=lambda pair: pair[0])
        one_form += "?" + urlencode(pairs, encoding="latin-1")
    return one_form.encode("ascii")


_remembered = lru_cache(4096)(_canonical)
