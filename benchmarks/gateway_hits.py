"""Requests per second of kept answers: the gateway's cache beside nginx's.

    python benchmarks/gateway_hits.py --var DIR [--seconds 5] [--rounds 3]

Both stand before the same query service and keep the same answer, with one worker each, pinned to
one core; wrk, with one thread and 16 connections, has the other. In turns in each round.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from load import CONNECTIONS, Load, load, need_wrk, on_server_core, placement
from machine import header
from nginx import need_nginx, nginx
from processes import ROOT, cartelera, free_port, this_command
from report import at_least, at_most

import gateway

OURS, PEER = "our gateway", "nginx's proxy_cache"
LEAST_OF_NGINX, MOST_P99_MS = 0.40, 2.0


@contextlib.contextmanager
def both(var: Path) -> Iterator[dict[str, str]]:
    """The address of each, with the query service behind them."""
    port, own = free_port(), free_port()
    query = cartelera("serve", "query", "--port", port, "--var", var)
    with contextlib.ExitStack() as stack:
        service, _ = stack.enter_context(gateway.listening(query, port))
        os.environ["GATEWAY_QUERY_URL"] = os.environ["GATEWAY_RECO_URL"] = service
        ours = on_server_core(cartelera("serve", "gateway", "--port", own))
        address, _ = stack.enter_context(gateway.listening(ours, own))
        peer, _ = stack.enter_context(nginx(service, kept=True, pinned=on_server_core([])))
        yield {OURS: address, PEER: peer}


def measure(var: Path, seconds: int, rounds: int) -> dict[str, list[Load]]:
    """What each did, round by round."""
    with both(var) as addresses:
        for address in addresses.values():
            load(address, [gateway.PATH], 1)  # kept from here on
        taken = [
            {name: load(address, [gateway.PATH], seconds) for name, address in addresses.items()}
            for _ in range(rounds)
        ]
    for name in (OURS, PEER):
        if refused := sum(each[name].refused for each in taken):
            sys.exit(f"{refused} answers of {name} were no 200")
    return {name: [each[name] for each in taken] for name in (OURS, PEER)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    need_wrk()
    need_nginx()
    what = f"GET {gateway.PATH}, kept; wrk -t1 -c{CONNECTIONS}; {placement()}"
    print(header(this_command(), what))
    taken = measure(given.var.resolve(), given.seconds, given.rounds)
    for name, rounds in taken.items():
        rates = ", ".join(f"{one.rate:,.0f}" for one in rounds)
        p99s = ", ".join(f"{one.p99_ms:.2f}" for one in rounds)
        print(f"{name:22}{rates} requests/s; p99 {p99s} ms")
    pairs = zip(taken[OURS], taken[PEER], strict=True)
    ratios = [ours.rate / peer.rate for ours, peer in pairs]
    print(at_least("times nginx", ratios, LEAST_OF_NGINX, ""))
    print(at_most("p99", [one.p99_ms for one in taken[OURS]], MOST_P99_MS, "ms"))


if __name__ == "__main__":
    main()
