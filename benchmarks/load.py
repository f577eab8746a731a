"""Load from wrk: one thread, 16 connections, paths in turn, on a core that the server has not."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("cycle.lua")
MISSING = "this benchmark needs wrk: apt-get install wrk"
CONNECTIONS = 16
UNIT_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


class Load(NamedTuple):
    """What a server did under load; `refused` are the answers that were not 2xx or 3xx."""

    rate: float
    p99_ms: float
    answers: int
    refused: int


def need_wrk() -> None:
    """Leave with one sentence where wrk is not installed."""
    if shutil.which("wrk") is None:
        sys.exit(MISSING)


def on_server_core(command: Sequence[str]) -> list[str]:
    """The command on the first core; as it is where there is one core only, or no taskset."""
    return _on_core(0, command)


def _on_core(which: int, command: Sequence[str]) -> list[str]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not shutil.which("taskset"):
        return list(command)
    return ["taskset", "-c", str(cores[which]), *command]


def placement() -> str:
    """Where server and wrk run, in words."""
    pinned = _on_core(0, []) != []
    return "server and wrk pinned to a core each" if pinned else "server and wrk not pinned"


def load(address: str, paths: Sequence[str], seconds: int) -> Load:
    """Ask for `paths` in turn; one that fails to be answered at all ends the benchmark."""
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(SCRIPT)]
    with NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths) + "\n")
        file.flush()
        command = _on_core(-1, ["wrk", *options, address, "--", file.name])
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Socket errors" in said:
        sys.exit(f"not every request was answered:\n{said}")
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Load(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        p99_ms=float(p99) * UNIT_MS[unit],
        answers=int(re.search(r"(\d+) requests in", said)[1]),
        refused=int(refused[1]) if refused else 0,
    )
