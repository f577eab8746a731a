"""Answers kept, each under its address and language, with the version it was made from.

After nginx's proxy_cache: kept answers are given while they are fresh, and also when the service
cannot give a better one (RFC 5861). What is fresh is known and not guessed: an answer is a function
of the version, so it is fresh while its service says that it answers from that very version.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from cachetools import LRUCache

from gateway.clients import Reply, Upstream
from gateway.transport import Header

Key = tuple[bytes, str]
"""Canonical address, and language."""

OVERHEAD_BYTES = 1024
"""What keeping an answer takes beside its bytes, measured: 1,000 to 1,200 with the objects."""

LARGEST_SHARE = 8
"""An answer larger than this part of the cache is not kept: it would push out the rest."""

ENTITY_TAG = re.compile(rb'"[^"]*"')


class CacheState(StrEnum):
    """How an answer came about, as `X-Cache` tells it."""

    HIT = "HIT"
    MISS = "MISS"
    STALE = "STALE"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with status 200 that may be given again.

    `shared` are the headers that go with it however it is given, its tag among them. No lists and
    no dictionary: there are tens of thousands of these, and the garbage collector walks all those.
    """

    upstream: Upstream
    version: bytes
    route: str
    shared: tuple[Header, ...]
    tag: bytes
    body: bytes
    head: bytes
    size: int

    @property
    def fresh(self) -> bool:
        """Whether the service would answer the same now, as far as is known."""
        return self.upstream.up and self.version == self.upstream.version

    def age_s(self) -> int:
        """Seconds since the service last confirmed the version that this was made from."""
        return self.upstream.age_s(self.version)

    def matches(self, if_none_match: bytes) -> bool:
        """Whether the client has this already, by its If-None-Match (compared weakly)."""
        return if_none_match.strip() == b"*" or self.tag in ENTITY_TAG.findall(if_none_match)


class Cache:
    """Kept answers of all services, bounded in bytes; those not asked for longest go first."""

    def __init__(self, most_bytes: int, max_age_s: int, private: bool, vary: bytes) -> None:
        """`private`: answers are for the client alone, and not for proxies on the way.

        `vary` names the headers of a request that its answer depends on.
        """
        self._vary = vary
        self._most_bytes = most_bytes
        who = b"private" if private else b"public"
        self._fresh_for = b"%s, max-age=%d" % (who, max_age_s)
        self._kept: LRUCache[Key, Kept] = LRUCache(most_bytes, getsizeof=attrgetter("size"))

    def find(self, key: Key) -> Kept | None:
        """What is kept, fresh or not."""
        return self._kept.get(key)

    def keep(self, key: Key, reply: Reply, upstream: Upstream) -> Kept | None:
        """Keep a reply, if it says which version it is of; None where it does not."""
        if reply.status != 200 or not reply.version:
            return None
        kept = self._made(reply, upstream, len(key[0]))
        if kept.size <= self._most_bytes // LARGEST_SHARE:
            self._kept[key] = kept
        return kept

    @property
    def bytes(self) -> int:
        """How many it holds, about."""
        return int(self._kept.currsize)

    def __len__(self) -> int:
        """How many answers it holds."""
        return len(self._kept)

    def _made(self, reply: Reply, upstream: Upstream, address_bytes: int) -> Kept:
        told = b"".join(name + value for name, value in reply.headers)
        digest = hashlib.sha256(told + reply.body).digest()
        tag = b'"%s"' % urlsafe_b64encode(digest[:18])
        shared = (
            *reply.headers,
            (b"etag", tag),
            (b"cache-control", self._fresh_for),
            (b"vary", self._vary),
            (b"x-content-type-options", b"nosniff"),
        )
        lines = [b"%s: %s\r\n" % header for header in shared]
        length = b"content-length: %d\r\n" % len(reply.body)
        head = b"".join([b"HTTP/1.1 200 OK\r\n", *lines, length, b"x-cache: HIT\r\n"])
        size = len(reply.body) + len(head) + address_bytes + OVERHEAD_BYTES
        return Kept(upstream, reply.version, reply.route, shared, tag, reply.body, head, size)
