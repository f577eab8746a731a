"""Requests per second of each endpoint, asked directly, beside a constant FastAPI route.

    python benchmarks/endpoints.py --var var [--seconds 3] [--rounds 3]

wrk with one thread and 16 connections, at `cartelera serve query` (one process). Each endpoint is
asked its usual arguments in turn (up to 5,000 different ones of the data) and its hardest, the one
with most films behind it or the longest answer; people also the hardest 3,000 in turn, more answers
than a service keeps. Platforms' catalogues are asked about where the data has any. The peer,
benchmarks/constant_service.py, is measured before each endpoint of each round. Names with a typo,
answered by 404 with suggestions, and `serve reco` are there for information: no limit.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import NamedTuple

import constant_service
import questions
from load import CONNECTIONS, Load, load, need_wrk, on_server_core, placement
from machine import header
from processes import ROOT, cartelera, free_port, python, serving, status_of, this_command
from questions import Question, Tables

HERE = Path(__file__).resolve().parent
LIMIT = 3_000
PEOPLE = ("get_actor", "get_director")


class Case(NamedTuple):
    """Paths asked of a service's endpoint; `status` is what they should be answered with."""

    endpoint: str
    service: str
    arguments: str
    paths: list[str]
    limited: bool = False
    status: int = 200


class Taken(NamedTuple):
    """One round of a case: its load, and the peer's rate just before."""

    load: Load
    peer: float


def cases(tables: Tables) -> list[Case]:
    """Everything that is measured; the cases of an endpoint follow one another."""
    return [
        *_cases("query", questions.statistics(tables), True),
        *_cases("query", questions.streaming(tables), True),
        *(
            Case(f"{one.endpoint}, unknown", "query", "with a typo", one.usual, status=404)
            for one in questions.unknown(tables)
        ),
        *_cases("reco", questions.recommendations(tables), False),
    ]


def _cases(service: str, asked: Sequence[Question], limited: bool) -> Iterator[Case]:
    for one in asked:
        usual = f"{len(one.usual):,} usual"
        yield Case(one.endpoint, service, usual, one.usual, limited)
        if one.endpoint in PEOPLE:
            yield Case(one.endpoint, service, f"{len(one.hard):,} hard", one.hard, limited)
        yield Case(one.endpoint, service, f"hardest: {one.argument}", [one.worst], limited)


def serve(stack: ExitStack, command: Sequence[str], port: int) -> str:
    """Start a server that lives as long as `stack`; its address once it answers."""
    server = stack.enter_context(serving(on_server_core(command)))
    address = f"http://127.0.0.1:{port}"
    server.wait_until(lambda: status_of(f"{address}/openapi.json") == HTTPStatus.OK)
    return address


def start(stack: ExitStack, var: Path) -> dict[str, str]:
    """The address of each service and of the peer."""
    commands = {
        "query": cartelera("serve", "query", "--var", var),
        "reco": cartelera("serve", "reco", "--var", var),
        "constant": python(HERE / "constant_service.py"),
    }
    ports = {name: free_port() for name in commands}
    return {
        name: serve(stack, [*command, "--port", str(ports[name])], ports[name])
        for name, command in commands.items()
    }


def one_round(addresses: dict[str, str], asked: Sequence[Case], seconds: int) -> list[Taken]:
    """Each case once, in their order, the peer before each endpoint."""
    taken = []
    for _, group in groupby(asked, lambda one: one.endpoint):
        peer = load(addresses["constant"], [constant_service.PATH], seconds).rate
        taken += [Taken(load(addresses[one.service], one.paths, seconds), peer) for one in group]
    return taken


def measure(var: Path, asked: Sequence[Case], seconds: int, rounds: int) -> list[list[Taken]]:
    """All rounds of each case, with all servers up."""
    with ExitStack() as stack:
        addresses = start(stack, var)
        one_round(addresses, asked, seconds=1)  # what is loaded on first use is loaded here
        taken = [one_round(addresses, asked, seconds) for _ in range(rounds)]
    return [list(rounds_of_one) for rounds_of_one in zip(*taken, strict=True)]


def tell(asked: Sequence[Case], taken: Sequence[Sequence[Taken]]) -> None:
    """Print a line for each case."""
    peer = median(one.peer for rounds in taken for one in rounds)
    print(f"constant FastAPI route, the peer: {peer:,.0f} requests/s (median)\n")
    print(f"{'':<56}{'req/s':>8}{'of limit':>10}{'of peer':>9}{'p99 ms':>9}")
    before = ""
    for one, rounds in zip(asked, taken, strict=True):
        if one.endpoint != before:
            print(one.endpoint)
        print(f"  {one.arguments[:53]:<54}{figures(one, rounds)}{unexpected(one, rounds)}")
        before = one.endpoint


def figures(case: Case, rounds: Sequence[Taken]) -> str:
    """Medians of a case: rate, ratio to the limit, ratio to the peer, slowest hundredth."""
    rate = rate_of(rounds)
    limit = f"{rate / LIMIT:.2f}" if case.limited else "-"
    of_peer = median(one.load.rate / one.peer for one in rounds)
    p99 = median(one.load.p99_ms for one in rounds)
    return f"{rate:>8,.0f}{limit:>10}{of_peer:>9.2f}{p99:>9.1f}"


def rate_of(rounds: Sequence[Taken]) -> float:
    """Requests per second, the median of the rounds."""
    return median(one.load.rate for one in rounds)


def unexpected(case: Case, rounds: Sequence[Taken]) -> str:
    """A remark on the answers whose status was not the one it should be; nothing if all were."""
    answers = sum(one.load.answers for one in rounds)
    refused = sum(one.load.refused for one in rounds)
    wrong = refused if case.status == HTTPStatus.OK else answers - refused
    return f"  ({wrong / answers:.1%} were not {case.status})" if wrong else ""


def conclude(asked: Sequence[Case], taken: Sequence[Sequence[Taken]]) -> None:
    """Print how many of the limited cases reach the limit, and the slowest."""
    rates = [
        (rate_of(rounds), f"{one.endpoint}, {one.arguments}")
        for one, rounds in zip(asked, taken, strict=True)
        if one.limited
    ]
    reached = sum(rate >= LIMIT for rate, _ in rates)
    rate, slowest = min(rates)
    print(f"\n{reached} of {len(rates)} reach the limit of {LIMIT:,} requests/s; the slowest,")
    print(f"{slowest}: {rate:,.0f} requests/s, {rate / LIMIT:.2f} of it")


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="medians are told")
    given = parser.parse_args()
    need_wrk()
    tables = Tables(given.var.resolve())
    data = f"{tables.movies.num_rows:,} films; wrk -t1 -c{CONNECTIONS}; {placement()}"
    print(header(this_command(), data), flush=True)
    asked = cases(tables)
    taken = measure(given.var.resolve(), asked, given.seconds, given.rounds)
    tell(asked, taken)
    conclude(asked, taken)


if __name__ == "__main__":
    main()
