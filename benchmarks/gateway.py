"""Requests per second through the gateway, beside its service asked directly and two peers.

    python benchmarks/gateway.py [--seconds 5] [--rounds 3]

The service is a small FastAPI app. The peers are the same forwarding endpoint, written the plain
way, on httpx.AsyncClient: with httpx's own transport, and with the package httpx-aiohttp. One
uvicorn worker each, wrk with one thread and 16 connections, all in turns in each round, medians.
CPU time per request is the process's own, so it holds where other work disturbs the rates.
"""

import argparse
import contextlib
import os
import re
import shlex
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
from fastapi import FastAPI, Request, Response
from httpx_aiohttp import HttpxAiohttpClient
from machine import header
from pydantic import BaseModel

HERE = Path(__file__).resolve().parent
PATH = "/score_titulo/Toy%20Story"
BASELINE = "httpx's own transport"


class Score(BaseModel):
    """An answer of the usual size."""

    titulo: str
    anio: int
    popularidad: float
    mensaje: str


def upstream() -> FastAPI:
    """The service behind all."""
    app = FastAPI()

    @app.get("/score_titulo/{titulo:path}")
    async def score(titulo: str) -> Score:
        said = f"La película {titulo} fue estrenada en 1995 con una popularidad de 21.95"
        return Score(titulo=titulo, anio=1995, popularidad=21.95, mensaje=said)

    return app


def plain_peer() -> FastAPI:
    """A gateway on httpx's own transport."""
    return _peer(httpx.AsyncClient())


def aiohttp_peer() -> FastAPI:
    """A gateway on the transport of httpx-aiohttp."""
    return _peer(HttpxAiohttpClient())


def _peer(client: httpx.AsyncClient) -> FastAPI:
    app, service = FastAPI(), os.environ["GATEWAY_QUERY_URL"]

    async def forward(request: Request) -> Response:
        answer = await client.get(service + request.url.path, timeout=5)
        kept = {"content-type": answer.headers["content-type"]}
        return Response(answer.content, answer.status_code, kept)

    app.add_route("/{path:path}", forward)
    return app


APPS = {
    "the service itself": (HERE, "gateway:upstream"),
    "our gateway": (HERE.parent, "gateway.app:create_app"),
    "httpx-aiohttp": (HERE, "gateway:aiohttp_peer"),
    BASELINE: (HERE, "gateway:plain_peer"),
}


@contextlib.contextmanager
def serving(folder: Path, app: str, service: str | None) -> Iterator[tuple[str, psutil.Process]]:
    """The app under one uvicorn worker; gives its address and process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", app, "--factory", "--app-dir", str(folder)]
    options = ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    environment = {**os.environ, "GATEWAY_QUERY_URL": service or ""}
    process = subprocess.Popen(command + options, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address + PATH)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str, patience_s: float = 30) -> None:
    """Return once `url` answers."""
    for _ in range(int(patience_s / 0.1)):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url).read()
            return
        time.sleep(0.1)
    sys.exit(f"{url} did not answer within {patience_s:.0f} s")


def measure(address: str, process: psutil.Process, seconds: int) -> tuple[float, float]:
    """Requests per second, and microseconds of the process's CPU per request."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", address + PATH]
    before = process.cpu_times()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = process.cpu_times()
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"not every answer was a 200:\n{said}")
    requests = int(re.search(r"(\d+) requests in", said)[1])
    cpu = after.user + after.system - before.user - before.system
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), cpu / requests * 1e6


def run(seconds: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Median figures of each app, by name."""
    with contextlib.ExitStack() as stack:
        running, service = {}, None
        for name, (folder, app) in APPS.items():
            running[name] = stack.enter_context(serving(folder, app, service))
            service = service or running[name][0]
        taken = [
            {name: measure(*one, seconds) for name, one in running.items()} for _ in range(rounds)
        ]
    return {
        name: tuple(
            statistics.median(figures) for figures in zip(*(r[name] for r in taken), strict=True)
        )
        for name in APPS
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=int, default=5, help="of each measurement")
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("this benchmark needs wrk: apt-get install wrk")
    command = shlex.join(["python", "benchmarks/gateway.py", *sys.argv[1:]])
    print(header(command, f"GET {PATH}, wrk -t1 -c16, median of {given.rounds} rounds"))
    figures = run(given.seconds, given.rounds)
    base = figures[BASELINE][0]
    for name, (rate, cpu) in figures.items():
        print(f"{name:24}{rate:8.0f} req/s{rate / base:7.1f} x{cpu:8.0f} us CPU/request")


if __name__ == "__main__":
    main()
