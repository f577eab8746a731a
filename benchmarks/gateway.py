"""Requests per second through the gateway for what is not kept, beside its service and three peers.

    python benchmarks/gateway.py [--var DIR] [--seconds 5] [--rounds 3]

Every request has an address of its own, so that nothing is kept and no question is shared. The
service is a FastAPI route that answers a constant (`constant_service.py`), which is the hardest: it
is the quickest; with --var, built before, also the query service itself. The peers are the same
forwarding endpoint, written the plain way, on httpx.AsyncClient with httpx's own transport and with
the package httpx-aiohttp, and nginx without a cache. One worker each, wrk with one thread and 16
connections, all sharing the machine's cores, in turns in each round, medians. CPU time per request
is the process's own, so it holds where other work disturbs the rates.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx
import psutil
from fastapi import FastAPI, Request, Response
from httpx_aiohttp import HttpxAiohttpClient
from load import need_wrk
from machine import header
from nginx import need_nginx, nginx
from processes import cartelera, free_port, python, serving, status_of, this_command
from report import at_least

HERE = Path(__file__).resolve().parent
PATH = "/score_titulo/Toy%20Story"
BASELINE = "plain httpx"
OURS, SERVICE = "our gateway", "the service itself"
LEAST_OF_SERVICE, LEAST_OF_BASELINE = 0.45, 5.0


class Figure(NamedTuple):
    """Requests per second, and microseconds of the process's CPU per request."""

    rate: float
    cpu_us: float


def plain_peer() -> FastAPI:
    """A gateway on httpx's own transport."""
    return _peer(httpx.AsyncClient())


def aiohttp_peer() -> FastAPI:
    """A gateway on the transport of httpx-aiohttp."""
    return _peer(HttpxAiohttpClient())


def _peer(client: httpx.AsyncClient) -> FastAPI:
    app, service = FastAPI(), os.environ["GATEWAY_QUERY_URL"]

    async def forward(request: Request) -> Response:
        asked = f"{service}{request.url.path}?{request.url.query}"
        answer = await client.get(asked, timeout=5)
        kept = {"content-type": answer.headers["content-type"]}
        return Response(answer.content, answer.status_code, kept)

    app.add_route("/{path:path}", forward)
    return app


PEERS = {"httpx-aiohttp": "aiohttp_peer", BASELINE: "plain_peer"}


@contextlib.contextmanager
def listening(command: list[str], port: int) -> Iterator[tuple[str, psutil.Process]]:
    """A server that the command starts; gives its address and process once it answers."""
    address = f"http://127.0.0.1:{port}"
    with serving(command) as server:
        server.wait_until(lambda: status_of(address + PATH) == 200)
        yield address, psutil.Process(server.process.pid)


def peer(name: str, port: int) -> list[str]:
    """The command that serves one of the peers in this file."""
    options = ["--factory", "--port", port, "--log-level", "warning", "--no-access-log"]
    return python("-m", "uvicorn", f"gateway:{name}", "--app-dir", HERE, *options)


@contextlib.contextmanager
def all_before(service: list[str], port: int) -> Iterator[dict[str, tuple[str, psutil.Process]]]:
    """The service, and everything that stands before it, by name."""
    with contextlib.ExitStack() as stack:
        running = {SERVICE: stack.enter_context(listening(service, port))}
        os.environ["GATEWAY_QUERY_URL"] = os.environ["GATEWAY_RECO_URL"] = running[SERVICE][0]
        own = free_port()
        command = cartelera("serve", "gateway", "--port", own)
        running[OURS] = stack.enter_context(listening(command, own))
        running["nginx"] = stack.enter_context(nginx(running[SERVICE][0], kept=False))
        for name, factory in PEERS.items():
            own = free_port()
            running[name] = stack.enter_context(listening(peer(factory, own), own))
        yield running


def measure(address: str, process: psutil.Process, seconds: int, run: str) -> Figure:
    """Ask for new addresses, `run` setting them apart from those of other runs."""
    script = str(HERE / "new_addresses.lua")
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", script, address, "--", PATH, run]
    before = process.cpu_times()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = process.cpu_times()
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"not every answer was a 200:\n{said}")
    requests = int(re.search(r"(\d+) requests in", said)[1])
    cpu = after.user + after.system - before.user - before.system
    return Figure(float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), cpu / requests * 1e6)


Rounds = dict[str, list[Figure]]


def run(service: list[str], port: int, seconds: int, rounds: int) -> Rounds:
    """The figures of each, by name, one a round."""
    with all_before(service, port) as running:
        taken = [
            {name: measure(*one, seconds, f"{name[:1]}{r}") for name, one in running.items()}
            for r in range(rounds)
        ]
    return {name: [each[name] for each in taken] for name in taken[0]}


def tell(title: str, figures: Rounds) -> None:
    """Print the medians, and what is claimed of ours."""
    print(f"\n{title}")
    for name, rounds in figures.items():
        rate, cpu = (median(column) for column in zip(*rounds, strict=True))
        beside = f"{median(ratios(figures, name, SERVICE)):6.2f} of the service"
        print(f"  {name:20}{rate:8.0f} req/s {beside} {cpu:8.0f} us CPU/request")
    for of, least in ((SERVICE, LEAST_OF_SERVICE), (BASELINE, LEAST_OF_BASELINE)):
        print("  " + at_least(f"times {of}", ratios(figures, OURS, of), least, ""))


def ratios(figures: Rounds, name: str, of: str) -> list[float]:
    """The rates of one over those of another, round by round."""
    pairs = zip(figures[name], figures[of], strict=True)
    return [one.rate / other.rate for one, other in pairs]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--var", type=Path, help="what was built; for the query service too")
    options.add_argument("--seconds", type=int, default=5, help="of each measurement")
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    need_wrk()
    need_nginx()
    what = f"GET {PATH}?x=N, each address once, wrk -t1 -c16, median of {given.rounds} rounds"
    print(header(this_command(), what))
    port = free_port()
    constant = python(HERE / "constant_service.py", "--port", port)
    os.environ["PYTHONPATH"] = str(HERE.parent)
    tell("a constant FastAPI route", run(constant, port, given.seconds, given.rounds))
    if given.var:
        port = free_port()
        query = cartelera("serve", "query", "--port", port, "--var", given.var)
        tell("the query service", run(query, port, given.seconds, given.rounds))


if __name__ == "__main__":
    main()
