"""Gateway and services as processes of their own, each to be killed, frozen or replaced alone.

A part of faults.py.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mixed_load import ready
from processes import cartelera, free_port, python, serving

HERE = Path(__file__).resolve().parent
ROOM_BYTES = 64 * 1024
"""What is left of the small disk, more than nothing and less than a version takes."""

QUERY, RECO = "query", "reco"


class Part:
    """One of the three, and the process that has its port now."""

    def __init__(self, port: int, command: list[str]) -> None:
        self.port = port
        self._command = command
        self._now = contextlib.ExitStack()

    def start(self, command: list[str] | None = None) -> None:
        """Start it, or what is to stand in its place."""
        self._server = self._now.enter_context(serving(command or self._command))

    def stand_in(self, fault: str) -> None:
        """Replace it by a service that fails so."""
        self.kill()
        self.start(python(HERE / "faulty_service.py", "--port", self.port, "--fault", fault))

    def kill(self) -> None:
        """End the process as the kernel would where memory has run out."""
        self._server.process.kill()
        self.close()

    def freeze(self) -> None:
        """Have it do nothing, its port open."""
        self._server.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._server.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop the process, whatever state it is in."""
        if self._server.process.poll() is None:
            self.thaw()
        self._now.close()


class Stack:
    """The three of them."""

    def __init__(self, var: Path, settings: dict[str, str]) -> None:
        first = free_port(together=3)
        ports = {QUERY: first, RECO: first + 1}
        self.services = {
            name: Part(port, cartelera("serve", name, "--port", port, "--var", var))
            for name, port in ports.items()
        }
        urls = {
            f"GATEWAY_{name.upper()}_URL": f"http://127.0.0.1:{port}"
            for name, port in ports.items()
        }
        given = [f"{name}={value}" for name, value in (urls | settings).items()]
        serve = cartelera("serve", "gateway", "--port", first + 2)
        self.gateway = Part(first + 2, ["env", *given, *serve])  # env becomes what it starts

    @property
    def parts(self) -> list[Part]:
        """All of them, the gateway last."""
        return [*self.services.values(), self.gateway]

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Start all, stop all."""
        with contextlib.ExitStack() as stack:
            for part in self.parts:
                part.start()
                stack.callback(part.close)
            yield

    async def ready(self) -> None:
        """Return once each says that it is."""
        for part in self.parts:
            await ready(part.port)


class SmallDisk:
    """A data folder on a file system of its own, which can be filled."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._ballast = data / "ballast"

    def fill(self) -> None:
        """Leave less than a version takes."""
        with self._ballast.open("wb", buffering=0) as ballast:
            while (free := shutil.disk_usage(self.data).free) > ROOM_BYTES:
                ballast.write(bytes(min(free - ROOM_BYTES, 1 << 20)))

    def empty(self) -> None:
        """Make room again."""
        self._ballast.unlink()

    async def publish(self, raw: Path) -> tuple[int, str]:
        """Build a version of `raw` into it; the exit status and what was said."""
        with tempfile.TemporaryDirectory() as folder:
            other = Path(shutil.copytree(raw, folder, dirs_exist_ok=True))
            with (other / "movies_dataset.csv").open("ab") as movies:
                movies.write(b"\n")  # the same films, and yet a version that is not there yet
            command = cartelera("etl", "--raw", other, "--var", self.data.parent)
            process = await asyncio.create_subprocess_exec(
                *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=HERE.parent
            )
            said, _ = await process.communicate()
        return process.returncode or 0, said.decode().strip()


@contextlib.contextmanager
def copy_on_small_disk(var: Path) -> Iterator[tuple[Path, SmallDisk | None]]:
    """A var that reads the index of `var`, and a copy of its data on a small disk if it may.

    Where this user may not mount one, the data are those of `var`, and the disk is None.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        copy, version = Path(folder), (var / "data" / "current").read_text().strip()
        (copy / "index").symlink_to(var / "index")
        source = var / "data" / version
        size = sum(file.stat().st_size for file in source.iterdir()) + (2 << 20)
        data = copy / "data"
        data.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(data)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
            data.rmdir()
            data.symlink_to(var / "data")
            yield copy, None
            return
        stack.callback(subprocess.run, ["umount", str(data)], check=True)
        shutil.copytree(source, data / version)
        (data / "current").write_text(f"{version}\n")
        yield copy, SmallDisk(data)
