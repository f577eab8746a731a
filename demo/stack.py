"""The stack that is shown: started by `cartelera up` or `serve all`, and ended with the script."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.processes import free_port
from demo.faults import DemoError

ROOT = Path(__file__).resolve().parent.parent
START_S, STOP_S = 900.0, 20.0
"""A first start builds everything, and prepares the encoder."""
KILL_AGAIN_S = 0.1
CARTELERA = [sys.executable, "-m", "cli.main"]


class Stack:
    """A running stack: where it answers, and its services, to be killed."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.address = f"http://127.0.0.1:{port}"

    @contextmanager
    def down(self, service: str) -> Iterator[int]:
        """A service killed, as a crash would, and again whenever it is back; its first process.

        Once would be over before anybody saw it: the gateway waits for a service that comes back.
        """
        first = self._of(service)
        if first is None:
            raise DemoError(f"the stack has no service {service!r}")
        first.kill()
        over = threading.Event()
        killer = threading.Thread(target=self._kill_until, args=(service, over), daemon=True)
        killer.start()
        try:
            yield int(first.pid)
        finally:
            over.set()
            killer.join()

    def _kill_until(self, service: str, over: threading.Event) -> None:
        while not over.wait(KILL_AGAIN_S):
            with suppress(psutil.Error):
                if again := self._of(service):
                    again.kill()

    def _of(self, service: str) -> psutil.Process | None:
        """The process of a service; None while there is none."""
        for child in psutil.Process(self._process.pid).children():
            with suppress(psutil.Error):  # it ends while it is looked at
                if f"serve {service}" in " ".join(child.cmdline()):
                    return child
        return None


@contextmanager
def stack(raw: Path, var: Path, built: bool) -> Iterator[Stack]:
    """Start the stack, wait until it is ready, and end it; `built` builds nothing."""
    port = free_port(together=3)
    what = ["serve", "all"] if built else ["up", "--raw", str(raw)]
    process = subprocess.Popen(
        [*CARTELERA, *what, "--var", str(var), "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    try:
        _wait_until_ready(process)
        yield Stack(process, port)
    finally:
        _end(process)


def has_report(var: Path) -> bool:
    """Whether `cartelera eda` has been there."""
    return (var / "eda" / "current").is_file()


def write_report(var: Path) -> None:
    """The report on the data, for the page that shows it."""
    subprocess.run([*CARTELERA, "eda", "--var", str(var), "--without-png"], cwd=ROOT, check=True)


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    overdue = threading.Timer(START_S, process.terminate)
    overdue.start()
    try:
        for line in process.stdout:
            if "is ready at" in line:
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return
    finally:
        overdue.cancel()
    raise DemoError(f"the stack did not start: status {process.wait(STOP_S)}")


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
