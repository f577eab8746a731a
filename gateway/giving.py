"""Kept answers as they go to the socket, for requests that need no closer look."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.addresses import canonical
from gateway.cache import Cache, CacheState, Kept
from gateway.edge import ID_HEADER, language_in, request_id_of
from gateway.metrics import Metrics
from gateway.transport import Header

logger = logging.getLogger(__name__)

CLOSER_LOOK = frozenset({b"origin", b"content-length", b"transfer-encoding", b"upgrade"})
"""A request with one of these headers takes the long way."""


@dataclass(frozen=True, slots=True)
class Given:
    """A kept answer, and the request it is given to."""

    kept: Kept
    request_id: bytes

    def as_bytes(self, server_headers: Sequence[Header], stays: bool) -> bytes:
        """The whole answer; `stays` where the connection is kept."""
        lines = [b"%s: %s\r\n" % header for header in server_headers]
        end = b"\r\n" if stays else b"connection: close\r\n\r\n"
        own = b"age: %d\r\n%s: %s\r\n" % (self.kept.age_s(), ID_HEADER, self.request_id)
        return b"".join((self.kept.head, *lines, own, end, self.kept.body))

    def told(self, metrics: Metrics, took_s: float) -> None:
        """Count it, and tell it to a log that wants to know each request."""
        metrics.answered(self.kept.route, "GET", 200, CacheState.HIT, took_s)
        if logger.isEnabledFor(logging.INFO):
            logger.info(
                "request method=GET route=%s status=200 ms=%.1f cache=HIT request_id=%s",
                *(self.kept.route, took_s * 1000, self.request_id.decode()),
            )


def given_at_once(cache: Cache, target: bytes, headers: Sequence[Header]) -> Given | None:
    """The kept answer to a GET of `target`, if it is fresh and the client does not have it."""
    language = known = request_id = b""
    for name, value in headers:
        if name == b"accept-language":
            language = value
        elif name == ID_HEADER:
            request_id = value
        elif name == b"if-none-match":
            known = value
        elif name in CLOSER_LOOK:
            return None
    address = canonical(target)
    if address is None:
        return None
    kept = cache.find((address, language_in(language)))
    if kept is None or not kept.fresh or (known and kept.matches(known)):
        return None
    own_id = request_id_of(request_id).encode() if request_id else os.urandom(16).hex().encode()
    return Given(kept, own_id)
