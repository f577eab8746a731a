"""A real Ray cluster on the loopback: nodes that are processes of their own, killed and ended."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.processes import free_port
from tests.conftest import ROOT
from tests.ray_jobs import ARRIVED, DONE
from tests.waiting import until

START_S = 60.0
"""An upper bound; a node takes some five seconds."""

END_S = 60.0
"""What is left of a job may take so long; it takes ten seconds."""

IMPATIENT = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 500,
    "health_check_failure_threshold": 2,
}
"""How soon the head takes a silent node for lost; by default half a minute."""

TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
"""Nobody else on this machine may give these nodes work; by default Ray keeps one in the home."""

SMALL = ["--num-cpus=1", f"--object-store-memory={100 << 20}", "--disable-usage-stats"]
ANY_PORT = ["--min-worker-port=0", "--max-worker-port=0"]


class Node:
    """One node of a cluster, with all its processes."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self.log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", *SMALL, *ANY_PORT]
                + arguments,
                cwd=log.parent,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            assert until(self._is_up, START_S), log.read_text()
        except AssertionError:
            self.kill()
            raise

    def kill(self) -> None:
        """End everything on the node at once, as when its machine loses power."""
        with contextlib.suppress(psutil.NoSuchProcess):
            node = psutil.Process(self._process.pid)
            for process in [node, *node.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self._process.wait()

    def _is_up(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        return "--block" in self.log.read_text()


class RayCluster:
    """A head, where jobs run their driver, and one more node that may be lost."""

    def __init__(self, folder: Path, ending: contextlib.ExitStack) -> None:
        self._folder, self._ending = folder, ending
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self._node(
            f"--temp-dir={folder}",
            f"--system-config={json.dumps(IMPATIENT)}",
            "--head",
            f"--port={port}",
            f"--ray-client-server-port={free_port()}",
            "--include-dashboard=false",
        )
        self.make_whole()

    def make_whole(self) -> None:
        """Start the other node, as new."""
        self.other = self._node(f"--address={self.address}")

    def _node(self, *arguments: str) -> Node:
        log = self._folder / f"{secrets.token_hex(4)}.log"
        node = Node(list(arguments), log)
        self._ending.callback(node.kill)
        return node


class Job:
    """A job of tests.ray_jobs, in a process of its own, on a cluster."""

    def __init__(self, *arguments: str | Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ray_jobs", *map(str, arguments)],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.arrived = 0

    def wait_for(self, results: int) -> None:
        """Return when so many results have arrived; the job goes on."""
        assert self._process.stdout
        while self.arrived < results:
            line = self._process.stdout.readline()
            assert line, self._process.communicate()[1]
            self.arrived += line.strip() == ARRIVED

    def finish(self) -> str:
        """The version that it published. Ray itself tells of lost nodes between its lines."""
        assert self._process.stdout
        lines = [line.strip() for line in self._process.stdout]
        errors = self._process.communicate(timeout=END_S)[1]
        assert self._process.returncode == 0 and lines[-1].startswith(DONE), (lines, errors)
        self.arrived += lines.count(ARRIVED)
        return lines[-1].removeprefix(DONE).strip()

    def kill(self) -> None:
        """SIGKILL: the driver is gone, without a word to the cluster."""
        self._process.kill()
        self._process.communicate()


def environment() -> dict[str, str]:
    """What nodes and drivers share: workers import the packages, and the tests' own encoders."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return os.environ | TOKEN | {"PYTHONPATH": path, "RAY_USAGE_STATS_ENABLED": "0"}


@contextlib.contextmanager
def ray_cluster() -> Iterator[RayCluster]:
    """Two nodes with one core each; nothing is left of them."""
    with contextlib.ExitStack() as ending:
        # short: the paths of its sockets must fit into 107 bytes
        folder = ending.enter_context(
            TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True)
        )
        yield RayCluster(Path(folder), ending)
