"""Requests per second of each endpoint, asked directly, beside a constant FastAPI route.

    python benchmarks/endpoints.py --var var [--seconds 3] [--rounds 3]

wrk with one thread and 16 connections, at `cartelera serve query` (one process). Each endpoint is
asked its usual arguments in turn (up to 5,000 different ones of the data) and its hardest, the one
with most films behind it. The peer, benchmarks/constant_service.py, is measured in each round, and
so are names with a typo, answered by 404 with suggestions, and, for information, `serve reco`.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
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
PEER = "constant route"


class Case(NamedTuple):
    """Paths asked of a service; `status` is what they should be answered with."""

    name: str
    service: str
    paths: list[str]
    limited: bool = False
    status: int = 200


def cases(tables: Tables) -> list[Case]:
    """Everything that is measured, the peer first."""
    return [
        Case(PEER, "constant", [constant_service.PATH]),
        *_both("query", questions.statistics(tables), True),
        *(
            Case(f"{one.endpoint} with a typo", "query", one.usual, status=404)
            for one in questions.unknown(tables)
        ),
        *_both("reco", questions.recommendations(tables), False),
    ]


def _both(service: str, asked: Sequence[Question], limited: bool) -> Iterator[Case]:
    for one in asked:
        yield Case(f"{one.endpoint}, {len(one.usual):,} usual", service, one.usual, limited)
        yield Case(f"  hardest: {one.argument}", service, [one.worst], limited)


def serve(stack: ExitStack, command: Sequence[str], port: int) -> str:
    """Start a server that lives as long as `stack`; its address once it answers."""
    server = stack.enter_context(serving(on_server_core(command)))
    address = f"http://127.0.0.1:{port}"
    server.wait_until(lambda: status_of(f"{address}/openapi.json") == HTTPStatus.OK)
    return address


def measure(var: Path, asked: Sequence[Case], seconds: int, rounds: int) -> list[list[Load]]:
    """The loads of each case, round by round, with all servers up."""
    with ExitStack() as stack:
        addresses = {}
        for service in ("query", "reco"):
            port = free_port()
            command = cartelera("serve", service, "--port", port, "--var", var)
            addresses[service] = serve(stack, command, port)
        port = free_port()
        command = python(HERE / "constant_service.py", "--port", port)
        addresses["constant"] = serve(stack, command, port)
        for one in asked:  # once through, so that what is loaded on first use is loaded
            load(addresses[one.service], one.paths, seconds=1)
        taken = [
            [load(addresses[one.service], one.paths, seconds) for one in asked]
            for _ in range(rounds)
        ]
    return [list(loads) for loads in zip(*taken, strict=True)]


def tell(asked: Sequence[Case], taken: Sequence[Sequence[Load]]) -> None:
    """Print a line for each case."""
    peer = median(one.rate for one in taken[0])
    print(f"{'':<46}{'req/s':>8}{'of limit':>10}{'of peer':>9}{'p99 ms':>9}")
    for one, loads in zip(asked, taken, strict=True):
        rate, p99 = median(x.rate for x in loads), median(x.p99_ms for x in loads)
        limit = f"{rate / LIMIT:.2f}" if one.limited else "-"
        print(
            f"{one.name[:45]:<46}{rate:>8,.0f}{limit:>10}{rate / peer:>9.2f}{p99:>9.1f}"
            f"{unexpected(one, loads)}"
        )


def unexpected(case: Case, loads: Sequence[Load]) -> str:
    """A remark on the answers whose status was not the one it should be; nothing if all were."""
    answers, refused = (sum(column) for column in zip(*(x[2:] for x in loads), strict=True))
    wrong = refused if case.status == 200 else answers - refused
    return f"  ({wrong / answers:.1%} were not {case.status})" if wrong else ""


def conclude(asked: Sequence[Case], taken: Sequence[Sequence[Load]]) -> None:
    """Print how many of the limited cases reach the limit, and the slowest."""
    rates = {
        one.name.strip(): median(x.rate for x in loads)
        for one, loads in zip(asked, taken, strict=True)
        if one.limited
    }
    reached = sum(rate >= LIMIT for rate in rates.values())
    slowest = min(rates, key=rates.__getitem__)
    print(f"\n{reached} of {len(rates)} reach the limit of {LIMIT:,} requests/s;")
    print(f"the slowest, {slowest}: {rates[slowest]:,.0f}, {rates[slowest] / LIMIT:.2f} of it")


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
