"""All three services on one machine: started, watched, restarted, and stopped together."""

import http.client
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import typer

from cli.parents import end_with_parent
from cli.serving import bind

logger = logging.getLogger(__name__)

POLL_S = 0.1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
STEADY_S = 30.0
"""A service that lived this long starts over with the shortest pause."""
STOP_S = 10.0
LOOPBACK = "127.0.0.1"
"""Where the services listen: only the gateway may be reached from other machines."""
LEAN = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
}
"""For the services: give memory back after loading, rather than keep it for the next allocation;
and one thread a request, since more would wait for one another longer than they compute."""


@dataclass(frozen=True)
class Ports:
    """Where each service listens."""

    gateway: int
    query: int
    reco: int

    @classmethod
    def from_gateway(cls, port: int) -> "Ports":
        """The services take the two ports after the gateway's."""
        return cls(port, port + 1, port + 2)

    def check_free(self, host: str) -> None:
        """Raise DataError for a port that is taken, before anything long is done."""
        bind(host, self.gateway).close()
        for port in (self.query, self.reco):
            bind(LOOPBACK, port).close()


@dataclass
class Child:
    """One service's process, and what is needed to start it again."""

    name: str
    host: str
    port: int
    arguments: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    started: float = 0.0
    pause: float = FIRST_PAUSE_S
    due: float = field(default=0.0)

    def start(self) -> None:
        """Start the process; it ends with this one, however this one ends."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", *self.arguments],
            env=os.environ | self.environment,
            preexec_fn=partial(end_with_parent, os.getpid()),
            start_new_session=True,  # Ctrl-C reaches the parent alone, which stops all in order
        )
        self.started = time.monotonic()

    def died(self) -> int | None:
        """The exit status, if the process has ended."""
        return self.process.poll() if self.process else None


def supervise(host: str, ports: Ports, var: Path) -> int:
    """Serve until SIGINT or SIGTERM; the exit status, not 0 if a service could not start."""
    ports.check_free(host)
    children = _children(host, ports, var)
    stopping = _stop_signals()
    try:
        for child in children:
            child.start()
        return _watch(children, stopping, address_of(host, ports.gateway))
    finally:
        _stop(children)


def _children(host: str, ports: Ports, var: Path) -> list[Child]:
    services = {"query": ports.query, "reco": ports.reco}
    upstream = {
        f"GATEWAY_{name.upper()}_URL": f"http://{LOOPBACK}:{port}"
        for name, port in services.items()
    }
    placed = [(name, LOOPBACK, port) for name, port in services.items()]
    placed.append(("gateway", host, ports.gateway))
    return [
        Child(name, reachable(where), port, _serve(name, where, port, var), LEAN | upstream)
        for name, where, port in placed
    ]


def _serve(name: str, host: str, port: int, var: Path) -> list[str]:
    return ["serve", name, "--host", host, "--port", str(port), "--var", str(var)]


def _watch(children: list[Child], stopping: Callable[[], bool], address: str) -> int:
    announced = False
    while not stopping():
        for child in children:
            if (status := child.died()) is not None and not _revive(child, status):
                return status or 1
        if not announced and all(_is_ready(child) for child in children):
            announced = True
            typer.echo(f"Cartelera is ready at {address} (docs at {address}/docs; Ctrl-C stops it)")
        time.sleep(POLL_S)
    return 0


def _revive(child: Child, status: int) -> bool:
    """Start a service that died again, after a pause; False if it never got to serve."""
    now = time.monotonic()
    if not child.ready:
        logger.error("service_failed_to_start service=%s status=%d", child.name, status)
        return False
    if not child.due:
        child.pause = FIRST_PAUSE_S if now - child.started > STEADY_S else child.pause
        child.due = now + child.pause
        logger.warning(
            "service_died service=%s status=%d restart_in_s=%.1f", child.name, status, child.pause
        )
    elif now >= child.due:
        child.due, child.pause = 0.0, min(child.pause * 2, LONGEST_PAUSE_S)
        child.start()
    return True


def _is_ready(child: Child) -> bool:
    if not child.ready:
        connection = http.client.HTTPConnection(child.host, child.port, timeout=1)
        try:
            connection.request("GET", "/salud/lista")
            child.ready = connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            child.ready = False
        finally:
            connection.close()
    return child.ready


def _stop_signals() -> Callable[[], bool]:
    received: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _: received.append(got))
    return lambda: bool(received)


def _stop(children: list[Child]) -> None:
    """Ask all to end, the gateway first, then insist."""
    running = [child.process for child in reversed(children) if child.process]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_S
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def reachable(host: str) -> str:
    """Where this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": LOOPBACK, "": LOOPBACK, "::": "::1"}.get(host, host)


def address_of(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    known = reachable(host)
    return f"http://[{known}]:{port}" if ":" in known else f"http://{known}:{port}"
