"""What a request's head may not say: two readers of it could differ, or it is not meant for us."""

import re
from collections.abc import Sequence

from httptools import HttpParserInvalidURLError, parse_url

from contracts.context import badly_encoded
from contracts.errors import ProductError
from gateway.refusals import ambiguous, no_tunnels, not_http
from gateway.transport import Header

NOT_ASCII = re.compile(rb"[\x80-\xff]")
SPOKEN_VERSIONS = ("1.1", "1.0")
HOST = re.compile(rb"[^\x00-\x20/?#@,\\\x7f-\xff]*")


def escaped_line(data: bytes) -> bytes:
    """`data`, which begins with a request, with its address percent-encoded where it is not ASCII.

    As shells send it: `curl 'host/v1/peliculas?q=niño'`. What is no UTF-8 stays as it is, and is
    for the parser to refuse.
    """
    line, end, rest = data.partition(b"\r\n")
    try:
        line.decode()
    except UnicodeDecodeError:
        return data
    return NOT_ASCII.sub(lambda byte: b"%%%02X" % ord(byte[0]), line) + end + rest


def fault_of(
    method: bytes, url: bytes, version: str, headers: Sequence[Header]
) -> ProductError | None:
    """Why this head is refused before anybody acts on it, if it is."""
    if version not in SPOKEN_VERSIONS:  # the parser also takes HTTP/0.9 and HTTP/2.0
        return not_http()
    if not _is_framed_one_way(headers, old=version == "1.0"):
        return ambiguous()
    if method == b"CONNECT":
        return no_tunnels()
    if b"#" in url:  # the cache and the framework would read it in two ways
        return badly_encoded()
    return None if _is_address(url) else not_http()


def _is_framed_one_way(headers: Sequence[Header], old: bool) -> bool:
    """Whether a proxy before us cannot have read it in another way (RFC 9112, 6.3 and 3.2)."""
    hosts = 0
    coded = announced = False
    for name, value in headers:
        if name == b"host":
            if hosts or not HOST.fullmatch(value):
                return False
            hosts = 1
        elif name == b"transfer-encoding":
            if coded or value.strip().lower() != b"chunked":
                return False
            coded = True
        elif name == b"content-length":
            if announced or not value.strip().isdigit():
                return False
            announced = True
    return not (coded and (announced or old)) and (bool(hosts) or old)


def _is_address(url: bytes) -> bool:
    """Whether it has a path; also in full, `GET http://us/path`, as RFC 9112 (3.2.2) asks for."""
    if not url.startswith((b"/", b"*", b"http://", b"https://")):
        return False
    try:
        return parse_url(url).path is not None
    except HttpParserInvalidURLError:
        return False
