"""The whole stack as `cartelera up` runs it, with the real encoder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from benchmarks.processes import free_port
from tests.conftest import ROOT
from tests.waiting import until

START_S = 240.0
"""An upper bound: with everything to build, on a machine that does other things too."""


class Stack:
    """A running `cartelera up`."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", timeout=10)

    def service(self, name: str) -> psutil.Process:
        """The process of one service."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if f"serve {name}" in " ".join(child.cmdline()))

    def until(self, what: Callable[[], bool], seconds: float = 20.0) -> bool:
        """Whether `what` comes true in time."""
        return until(what, seconds)


@contextmanager
def running(raw: Path, var: Path) -> Iterator[Stack]:
    """Start the stack, wait for its line, and stop it."""
    port = three_free_ports()
    command = [sys.executable, "-m", "cli.main", "up", "--raw", str(raw), "--var", str(var)]
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    try:
        deadline = time.monotonic() + START_S
        for line in process.stdout:
            if "is ready at" in line:
                yield Stack(process, port)
                return
            assert time.monotonic() < deadline, "not ready in time"
        pytest.fail(f"cartelera up ended with status {process.wait()}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


def three_free_ports() -> int:
    """The first of three ports in a row that nobody listens on."""
    return free_port(together=3)
