"""Whose request this is: the address to count it under, which a client cannot choose for itself."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from gateway.settings import Network

Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
"""Whoever comes by a Unix socket, or from an address that cannot be read; all count as one."""

MAX_HOPS = 16
"""Entries of X-Forwarded-For that are read, from the right; no real chain has more proxies."""

LONGEST = 64
"""Characters of the longest entry worth reading: an IPv6 address, its brackets, a port."""

HOST_AND_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]{1,5})?|([^:]*):[0-9]{1,5}")
HOSTS_OF_ONE = 64
"""Bits of an IPv6 address that name a network; the rest its owner chooses anew at will."""


def client_address(
    peer: str | None, forwarded_for: Sequence[bytes], trusted: Sequence[Network]
) -> str:
    """Address of the client, which `peer` is unless it is a proxy of ours.

    Only what a trusted proxy wrote is believed, and each appends whom it heard from: so the list
    (the values of every X-Forwarded-For, in order) is read from the right until an address is not
    one of ours. What stands left of that, or of an entry that cannot be read, anybody may have
    written.
    """
    address = _parsed(peer or "")
    if address is None:
        return UNKNOWN
    hops = _from_the_right(forwarded_for)
    while _belongs(address, trusted):
        hop = _parsed(next(hops, b"").decode("latin-1"))
        if hop is None:
            break
        address = hop
    return str(address)


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Whether `address` belongs to one of `networks`; what is no address belongs to none."""
    parsed = _parsed(address)
    return parsed is not None and _belongs(parsed, networks)


@lru_cache(4096)
def counted_as(address: str) -> str:
    """What the requests of `address` are counted under: IPv6 by its /64, as one household has."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((int(parsed), HOSTS_OF_ONE), strict=False))
    return str(parsed or UNKNOWN)


def _belongs(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _from_the_right(values: Sequence[bytes]) -> Iterator[bytes]:
    left = MAX_HOPS
    for value in reversed(values):
        # what is past the last hop that counts stays in one piece, which is not read
        for entry in value.rsplit(b",", MAX_HOPS)[: -MAX_HOPS - 1 : -1]:
            if not left:
                return
            left -= 1
            yield entry.strip(b" \t")


def _parsed(text: str) -> Address | None:
    return _read(text) if len(text) <= LONGEST else None  # so that long rubbish is not kept either


@lru_cache(4096)
def _read(text: str) -> Address | None:
    if with_port := HOST_AND_PORT.fullmatch(text):
        text = with_port[1] or with_port[2] or ""
    try:
        address = ip_address(text.partition("%")[0])  # without the interface of a link-local one
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
