"""Where Milvus is, how it is reached, and what a version is called there.

Nothing here needs Milvus until it is asked for: its client, which loads pandas, is imported when
a connection is made, and only by those who name one (`pip install 'cartelera[milvus]'`).
"""

import contextlib
import logging
import re
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from contracts.errors import DataError
from index.engine import EngineFault

PREFIX, LITE_SUFFIX = "milvus:", ".db"
COLLECTION_PREFIX, SEAL_PREFIX = "cartelera_", "whole_"
UNKNOWN_YEARS = "unknown"

CONNECT_S = 2.0


@dataclass(frozen=True)
class Address:
    """Where Milvus is; neither its text nor its repr tells the secret."""

    uri: str
    token: str = field(default="", repr=False)
    database: str = ""

    @property
    def lite(self) -> bool:
        """Whether it is a file of milvus-lite."""
        return "://" not in self.uri

    def __str__(self) -> str:
        return f"{self.uri}/{self.database}" if self.database else self.uri


def parsed(address: str) -> Address:
    """`milvus:http://[user:password@]host:19530[/database]` or `milvus:FILE.db`; DataError."""
    rest = address.removeprefix(PREFIX)
    if rest == address or not rest:
        raise DataError("the address of Milvus has to begin with milvus: and name a server or file")
    if "://" not in rest:
        if not rest.endswith(LITE_SUFFIX) or Path(rest).name == LITE_SUFFIX or "@" in rest:
            raise DataError("the address of Milvus names neither http://HOST:PORT nor a file .db")
        return Address(rest)
    try:
        parts = urlsplit(rest)
        port = parts.port or 19530
    except ValueError:
        raise DataError("the address of Milvus has no valid host and port") from None
    return _server(parts.scheme, parts.hostname, port, parts)


def _server(scheme: str, host: str | None, port: int, parts: SplitResult) -> Address:
    if scheme not in ("http", "https"):
        raise DataError("the address of Milvus has to go on with http:// or https://")
    if not host or parts.query or parts.fragment:
        raise DataError("the address of Milvus has to be http://HOST:PORT, with /DATABASE at most")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise DataError("the address of Milvus needs both, user and password, or neither")
    database = parts.path.strip("/")
    if not re.fullmatch(r"\w*", database, re.ASCII):
        raise DataError("the database in the address of Milvus has a name that Milvus cannot have")
    token = f"{user}:{password}" if user else ""
    host = f"[{host}]" if ":" in host else host
    return Address(f"{scheme}://{host}:{port}", token, database)


def collection_of(version: str) -> str:
    """Name of the collection that holds a version."""
    if not re.fullmatch(r"\w{1,64}", version, re.ASCII):
        raise DataError(f"version {version!r} cannot be the name of a collection of Milvus")
    return COLLECTION_PREFIX + version


def decade(year: int) -> str:
    """Name of the partition for the films of a year; 0 is unknown."""
    return f"d{year // 10 * 10}" if year > 0 else UNKNOWN_YEARS


@contextlib.contextmanager
def in_one_sentence(error: type[EngineFault] | type[DataError], address: Address) -> Iterator[None]:
    """Turn what the client raises into one sentence without secrets."""
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, grpc.RpcError, CancelledError, OSError) as exc:
        # from None, since the client's own text may show what it was given
        raise error(f"Milvus at {address} {_reason(exc, address)}") from None


def _reason(exc: Exception, address: Address) -> str:
    text = " ".join(str(getattr(exc, "message", "") or exc).split()) or type(exc).__name__
    for secret in filter(None, (address.token, address.token.partition(":")[2])):
        text = text.replace(secret, "***")
    # the client has a sentence of its own for what the server said when it connected
    lowered = f"{text} {getattr(exc.__cause__, 'details', str)()}".lower()
    if "auth check failure" in lowered or "missing authorization" in lowered:
        return "refuses the user or the password"
    silent = ("unavailable", "timeout", "deadline", "fail connecting", "failed to connect")
    if any(word in lowered for word in silent):
        return "does not answer"
    return f"reports a fault: {text[:200]}"


def connected(address: Address, error: type[EngineFault] | type[DataError]) -> Any:
    """A client of its own for the server there; DataError where the package is missing."""
    try:
        from pymilvus import MilvusClient
    except ImportError as exc:
        raise DataError(f"{address} needs Milvus: pip install 'cartelera[milvus]'") from exc
    for name in ("pymilvus", "pymilvus.milvus_client"):
        # `in_one_sentence` tells every fault; the client would print it once more, with its stack
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with in_one_sentence(error, address):
        return MilvusClient(
            uri=address.uri,
            token=address.token,
            db_name=address.database,
            timeout=CONNECT_S,
            dedicated=True,
            grpc_options={"grpc.enable_http_proxy": 0},  # it is one's own server
        )


def dimension(described: dict[str, Any]) -> int:
    """How many numbers a vector has in the collection described."""
    return next(int(f["params"]["dim"]) for f in described["fields"] if f["name"] == "vector")


def seal_of(version: str, films: int) -> str:
    """Name of the empty partition that says that a collection is whole, made after all others.

    Not a property: Milvus 2.3 forgets those set after a collection was made when it starts again.
    """
    return f"{SEAL_PREFIX}{version}_{films}"


def sealed(partitions: list[str]) -> tuple[str, int] | None:
    """Version and number of films that a collection was sealed with; None for a part of one."""
    for name in partitions:
        if found := re.fullmatch(SEAL_PREFIX + r"(\w+)_(\d+)", name, re.ASCII):
            return found[1], int(found[2])
    return None
