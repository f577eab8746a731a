"""Whole processes: run, timed and weighed by the system's own accounting, served, and stopped."""

import contextlib
import os
import random
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MB = 1e6
STOP_S, POLL_S = 20, 0.01
PORTS = range(18_000, 30_000)
"""Below those that connections go out from: one would take the port of a server that is down."""


class Line(NamedTuple):
    """A line that a process wrote, and when (seconds since the epoch)."""

    at: float
    text: str


class Spent(NamedTuple):
    """What a process took from start to end, and what it wrote."""

    started: float
    wall_s: float
    cpu_s: float
    peak_mb: float
    lines: list[Line]


def python(*arguments: object) -> list[str]:
    """A command for this same interpreter."""
    return [sys.executable, *map(str, arguments)]


def cartelera(*arguments: object) -> list[str]:
    """The product's command line."""
    return python("-m", "cli.main", *arguments)


def this_command() -> str:
    """The command line of the benchmark that runs, for its header."""
    return shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])


def run(command: Sequence[str], **environment: str) -> Spent:
    """Run to the end; if that is a failure, leave with what the process wrote.

    The peak is the child's ru_maxrss. The kernel counts into it what the parent had when the
    child was started, so whoever calls this loads no large library.
    """
    started, begin = time.time(), time.perf_counter()
    process = _start(command, environment, subprocess.PIPE)
    try:
        lines = [Line(time.time(), text.rstrip()) for text in process.stdout]
    except BaseException:  # interrupted: a job that nobody waits for is not left behind
        process.kill()
        raise
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        told = "\n".join(line.text for line in lines[-20:])
        sys.exit(f"{shlex.join(command)} ended with status {process.returncode}:\n{told}")
    peak = usage.ru_maxrss * 1024 / MB
    return Spent(started, wall, usage.ru_utime + usage.ru_stime, peak, lines)


class Server(NamedTuple):
    """A process that serves, and the file of what it writes (a pipe that nobody reads fills up)."""

    process: subprocess.Popen[str]
    log: Path

    def wait_until(self, ready: Callable[[], bool], patience_s: float = 60) -> None:
        """Return once it is `ready`; leave with what it wrote if it ends, or takes too long."""
        deadline = time.monotonic() + patience_s
        while not ready():
            if self.process.poll() is not None:
                sys.exit(f"the server ended before it was ready:\n{self.log.read_text()}")
            if time.monotonic() > deadline:
                sys.exit(f"not ready within {patience_s:.0f} s:\n{self.log.read_text()}")
            time.sleep(POLL_S)


@contextlib.contextmanager
def serving(command: Sequence[str]) -> Iterator[Server]:
    """A server; on leaving it is asked to stop, and made to if it does not."""
    with NamedTemporaryFile(prefix="served-", suffix=".log") as log:
        process = _start(command, {}, log.fileno())
        try:
            yield Server(process, Path(log.name))
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(command: Sequence[str], changed: dict[str, str], out: int) -> subprocess.Popen[str]:
    environment = os.environ | changed
    error = subprocess.STDOUT
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=error, text=True)


def free_port(together: int = 1) -> int:
    """A port that nobody has, nor the ones after it, `together` of them."""
    for first in random.sample(PORTS, len(PORTS)):  # two who look at once must not meet
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + together):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    sys.exit(f"no free port, or no {together} in a row, in {PORTS}")


def status_of(url: str) -> int:
    """The status that a GET is answered with, 0 if it is not answered."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0
