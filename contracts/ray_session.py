"""A connection to Ray: to a cluster that is there, or to one of this machine's own for a while."""

import contextlib
import logging
import os
import re
import secrets
import socket
import sys
import threading
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

from contracts.errors import DataError

logger = logging.getLogger(__name__)

LOCAL = "local"
ADDRESS = re.compile(r"(?P<host>[\w.-]+|\[[\da-fA-F:]+\]):(?P<port>\d{1,5})")

ANSWER_S = 5.0
"""How long a head may take to accept a connection, and again to say that it speaks HTTP/2."""

WATCH_S = 10.0
"""Between two looks at the head of a cluster."""

HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""How a client of HTTP/2, and so of gRPC, begins: the preface, and empty settings."""

SETTINGS_FRAME = 4
OBJECT_STORE_BYTES = 512 << 20
"""For parts and results on the way, on this machine; what does not fit goes to disk."""

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
"""Nothing is reported to Ray's makers; and its inner workings stay out of a job's output."""


def check_address(where: str) -> None:
    """Raise DataError for what is neither 'local' nor an address."""
    if where.startswith("ray://"):
        raise DataError(f"Ray Data cannot work through {where}: run the job on a node, host:port")
    if where != LOCAL and not ADDRESS.fullmatch(where):
        raise DataError(f"Ray is '{LOCAL}' or a cluster's host:port, not {where!r}")


@contextlib.contextmanager
def connected(where: str) -> Iterator[Any]:
    """The module `ray`, connected to `where`: 'local', or the address of a cluster.

    A Ray that was started for this ends with it. Raises DataError where there is none.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if where == LOCAL:
        _own_token()
    ray = _installed()
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    with contextlib.ExitStack() as ending:
        if where == LOCAL:
            options |= _own(ending.enter_context(_own_folder()))
        else:
            _knock(where)
        ending.callback(ray.shutdown)
        _begin(ray, where, options)
        # what Ray Data tells of its plans; its warnings are about its own surroundings
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        if where != LOCAL:
            ending.enter_context(_watched(where))
        yield ray


def _installed() -> Any:
    try:
        import ray
        import ray.data
    except ImportError as exc:
        raise DataError("Ray Data is not installed: pip install 'cartelera[ray]'") from exc
    return ray


def _own_folder() -> TemporaryDirectory[str]:
    # a short name: the paths of Ray's sockets must fit into 107 bytes
    return TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True)


def _own(folder: str) -> dict[str, Any]:
    """Options of a Ray that begins and ends with the job."""
    return {
        "include_dashboard": False,
        "object_store_memory": OBJECT_STORE_BYTES,
        "_temp_dir": folder,
    }


def _own_token() -> None:
    """A password for this process and its Ray; by default one would be kept in the home folder."""
    # Ray reads it once, when it is imported
    if "ray" not in sys.modules and not os.environ.keys() & {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN"}:
        os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))


def _knock(where: str) -> None:
    """Raise DataError if nobody answers at the address: Ray itself would ask for two minutes."""
    address = ADDRESS.fullmatch(where)
    assert address
    place = address["host"].strip("[]"), int(address["port"])
    try:
        with socket.create_connection(place, ANSWER_S) as connection:
            if os.environ.get("RAY_USE_TLS", "0") == "0" and not _speaks_http2(connection):
                raise DataError(f"what answers at {where} is no Ray cluster")
    except (OSError, OverflowError) as exc:
        raise DataError(f"no Ray cluster answers at {where}: {exc}") from exc


@contextlib.contextmanager
def _watched(where: str) -> Iterator[None]:
    """Tell it if the head is lost: a minute later Ray ends this process, without a word."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_S):
            try:
                _knock(where)
            except DataError as exc:
                logger.error("ray_head_lost reason=%r; this job will end: run it again", str(exc))
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _speaks_http2(connection: socket.socket) -> bool:
    connection.sendall(HELLO)
    frame = connection.recv(9)
    return len(frame) == 9 and frame[3] == SETTINGS_FRAME


def _begin(ray: Any, where: str, options: dict[str, Any]) -> None:
    try:
        ray.init(address=where, **options)
    except (Exception, SystemExit) as exc:  # Ray's own share no base class, and it may give up
        reason = str(exc).strip().partition("\n")[0]
        raise DataError(f"cannot work on Ray at {where}: {reason}") from exc
