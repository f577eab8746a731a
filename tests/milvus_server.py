"""A real Milvus, standalone, from the package that carries its server: started, killed, ended.

The package is put into a folder of its own on first use, and nothing of it is imported: the
server is a program, with its storage and its metadata in one process and one temporary folder.
"""

import contextlib
import lzma
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.errors import DataError
from index.milvus_upload import versions
from tests.conftest import ROOT
from tests.waiting import until

CACHE = ROOT / ".venv-milvus"
CONSTRAINTS = ROOT / "tests" / "milvus-constraints.txt"
START_S = 60.0
"""An upper bound; it takes two or three seconds."""

LEASE = "ttl: 30"
"""Seconds after which a server started again believes that the one killed before it is gone."""

USER, PASSWORD = "root", "Milvus"
"""Those of a server on which nobody has changed them."""


class MilvusServer:
    """A server on this machine; `address` is what INDEX_STORE would say."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"milvus:http://{USER}:{PASSWORD}@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, on the ports and with the data of the last time, and wait for its answer."""
        if not self.port:
            self._settle()
        with (self._folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "run", "standalone"],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        if not until(self._answers, START_S):
            self.kill()
            pytest.fail(f"Milvus did not start: {(self._folder / 'out.log').read_text()[-2000:]}")

    def kill(self) -> None:
        """End it as the kernel ends what takes too much memory; what was flushed is kept."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it keep its connections and do nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        assert self._process is not None and self._process.poll() is None, "Milvus has ended"
        try:
            # it is healthy before it has begun, so that only both together say something
            with urllib.request.urlopen(f"http://127.0.0.1:{self._watch}/healthz", timeout=2) as it:
                healthy = it.read() == b"OK"
            versions(self.address)
        except (OSError, DataError):
            return False
        return bool(healthy)

    def _settle(self) -> None:
        """Write the settings, with free ports that no other server here has."""
        template = (CACHE / "milvus" / "data" / "config.yaml.template").read_text()
        names = re.findall(r"\{\{ (\w+_port)", template)
        self.port, self._watch, client, peer, *others = free_ports(3 + len(names))
        ports = dict(zip([name for name in names if name != "proxy_port"], others, strict=True))
        data = self._folder / "data"
        told = {**ports, "proxy_port": self.port, "authorization_enabled": "true"}
        told |= {"etcd_data_dir": data / "etcd", "rocksmq_data_dir": data / "rocksmq"}
        told |= {"local_storage_dir": data, "system_log_path": self._folder / "logs"}
        told |= {"etcd_log_path": self._folder / "etcd.log", "etcd_log_level": "error"}
        text = re.sub(
            r"\{\{ (\w+)(?:\(\w+\))?(?:: ([^}]*?))? \}\}",
            lambda found: str(told.get(found[1], found[2])),
            template,
        )
        assert LEASE in text
        text = text.replace(LEASE, "ttl: 10")
        configs = self._folder / "configs"
        configs.mkdir(parents=True)
        etcd = configs / "etcd.yaml"
        etcd.write_text(ETCD.format(client=client, peer=peer))
        text = text.replace("etcd:\n", f"etcd:\n  config:\n    path: {etcd}\n", 1)
        (configs / "milvus.yaml").write_text(text)
        shutil.copy(CACHE / "milvus" / "data" / "glog.conf", configs)

    def _environment(self) -> dict[str, str]:
        libraries = f"{self._program.parent}:{os.environ.get('LD_LIBRARY_PATH', '')}"
        own = {"DEPLOY_MODE": "STANDALONE", "METRICS_PORT": str(self._watch)}
        return os.environ | own | {"LD_LIBRARY_PATH": libraries}


ETCD = """\
name: default
listen-client-urls: http://127.0.0.1:{client}
advertise-client-urls: http://127.0.0.1:{client}
listen-peer-urls: http://127.0.0.1:{peer}
initial-advertise-peer-urls: http://127.0.0.1:{peer}
initial-cluster: default=http://127.0.0.1:{peer}
"""


@contextlib.contextmanager
def milvus_server(folder: Path) -> Iterator[MilvusServer]:
    """A server that answers, with all that it writes in `folder`; skips where there is none."""
    server = MilvusServer(program(), folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)  # a hundred megabytes, which pytest would keep


def program() -> Path:
    """The server's program, installed and unpacked on first use."""
    packed, unpacked = CACHE / "milvus" / "data" / "bin", CACHE / "server"
    if not packed.is_dir():
        install()
    if not unpacked.is_dir():
        draft = CACHE / f"server-{os.getpid()}"
        draft.mkdir()
        for file in packed.glob("*.lzma"):
            with lzma.open(file) as content, (draft / file.stem).open("wb") as plain:
                shutil.copyfileobj(content, plain)
            (draft / file.stem).chmod(0o755)
        draft.rename(unpacked)
    return unpacked / "milvus"


def install() -> None:
    """Fetch the package, alone: what it requires is for starting the server its own way."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
    where = ["--target", str(CACHE), "--requirement", str(CONSTRAINTS)]
    result = subprocess.run([*pip, *where], capture_output=True, text=True)
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["pip failed"])[-1]
        pytest.skip(f"the package of the Milvus server cannot be installed: {reason}")


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on, all different."""
    with contextlib.ExitStack() as open_at_once:
        sockets = [
            open_at_once.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [each.getsockname()[1] for each in sockets]
