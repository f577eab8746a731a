"""Whole processes: run, timed and weighed by the system's own accounting, served, and stopped."""

import contextlib
import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MB = 1e6
STOP_S = 20


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
    process = _start(command, environment)
    lines = [Line(time.time(), text.rstrip()) for text in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        told = "\n".join(line.text for line in lines[-20:])
        sys.exit(f"{shlex.join(command)} ended with status {process.returncode}:\n{told}")
    peak = usage.ru_maxrss * 1024 / MB
    return Spent(started, wall, usage.ru_utime + usage.ru_stime, peak, lines)


@contextlib.contextmanager
def running(command: Sequence[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that serves; on leaving it is asked to stop, and made to if it does not."""
    process = _start(command, environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _start(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port(together: int = 1) -> int:
    """A port that nobody has, nor the ones after it, `together` of them."""
    while True:
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError, OverflowError):
            first = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            for port in range(first + 1, first + together):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
            return first


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


def wait_for(url: str, process: subprocess.Popen[str], patience_s: float = 60) -> None:
    """Return once `url` answers; leave with what `process` wrote if it does not."""
    deadline = time.monotonic() + patience_s
    while not status_of(url):
        if process.poll() is not None:
            sys.exit(f"the server ended before it answered:\n{process.stdout.read()}")
        if time.monotonic() > deadline:
            sys.exit(f"{url} did not answer within {patience_s:.0f} s")
        time.sleep(0.05)
