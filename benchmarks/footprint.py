"""How soon `cartelera serve all` is ready, and how much memory its three services share out.

    python benchmarks/footprint.py --var var [--rounds 5] [--requests 400] [--titles]

What is there already is served, with nothing else. Each round starts it, waits for the line that
says it is ready, and stops it with SIGTERM, after which no process of it may be left. In the last
round varied requests go through the gateway first, then the memory of each process is read: its
proportional set size (Pss in smaps_rollup), in which a page that several processes have counts in
equal parts. With --titles that is done in as many rounds more, in turn with the same films without
the titles of streaming platforms: what these add. Linux only. Other processes of the same Python
lower it: run it where there are none. This script loads the standard library alone, to share no
more than the interpreter with them.
"""

import argparse
import json
import signal
import time
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote

from machine import header
from processes import MB, ROOT, cartelera, free_port, python, run, serving, status_of, this_command
from report import at_most, said

HERE = Path(__file__).resolve().parent
DESCRIPTIONS = HERE.parent / "tests" / "index" / "free_text_queries.json"
READY_S, SERVICES_MB, TITLES_MB = 5, 512, 60
STOP_S = 60
READY = " is ready at "
SERVICES = ("query", "reco", "gateway")


def one_round(var: Path, paths: list[str]) -> tuple[float, float, dict[str, float]]:
    """Seconds to be ready and to stop, and megabytes of each process once `paths` are asked."""
    port = free_port(together=3)
    begin = time.perf_counter()
    with serving(cartelera("serve", "all", "--var", var, "--port", port)) as server:
        server.wait_until(lambda: READY in server.log.read_text())
        ready = time.perf_counter() - begin
        ask(f"http://127.0.0.1:{port}", paths)
        process = server.process
        children = dict(services_of(process.pid))
        sizes = {name: pss_mb(pid) for name, pid in children.items()}
        sizes["supervisor"] = pss_mb(process.pid)
        begin = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S)
        stopped = time.perf_counter() - begin
    if left := [name for name, pid in children.items() if Path(f"/proc/{pid}").exists()]:
        print(f"LEFT RUNNING: {', '.join(left)}")
    return ready, stopped, sizes


def services_of(parent: int) -> Iterator[tuple[str, int]]:
    """Name and process id of each service that `parent` started."""
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        arguments = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        if "serve" in arguments:
            yield arguments[arguments.index("serve") + 1], int(pid)


def pss_mb(pid: int) -> float:
    """Proportional set size of a process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / MB
    raise ValueError(f"no Pss of process {pid}")


def ask(address: str, paths: list[str]) -> None:
    """Ask for each path once; a server's fault is told."""
    faults = [path for path in paths if status_of(address + path) not in (200, 404)]
    if faults:
        print(f"{len(faults)} of {len(paths)} requests failed, such as {faults[0]}")


def varied(var: Path, count: int) -> list[str]:
    """`count` paths, of every endpoint about as many, mixed."""
    # in a process of its own, whose libraries are gone by the time memory is read
    asked = json.loads(run(python(HERE / "questions.py", "--var", var)).lines[-1].text)
    endpoints = [[one["worst"], *one["usual"]] for one in chain(*asked.values())]
    endpoints += [searches(count // len(endpoints)), variety(chain(*endpoints))]
    paths = [path for row in zip_longest(*endpoints) for path in row if path][:count]
    Random(0).shuffle(paths)
    return paths


def searches(count: int) -> list[str]:
    """`count` searches by free text: what the tests describe."""
    told = json.loads(DESCRIPTIONS.read_text())
    texts = [film[language] for film in told for language in ("es", "en")]
    return [f"/v1/buscar?texto={quote(text, safe='')}" for text in texts[:count]]


def variety(paths: Iterable[str]) -> list[str]:
    """Similar films that differ from one another: what no stored neighbour answers."""
    similar = [path for path in paths if path.partition("?")[0].endswith("/similares")]
    return [f"{path}{'&' if '?' in path else '?'}diversidad=0.3" for path in similar]


def films_in(data: Path) -> int:
    """How many films the published version has."""
    version = (data / "current").read_text().strip()
    return json.loads((data / version / "manifest.json").read_text())["counts"]["movies"]


def tell_memory(sizes: dict[str, float], asked: int) -> None:
    """Print the memory of each process and their sums."""
    print(f"\nproportional set size after {asked} requests")
    for name in SERVICES:
        print(said(f"  {name}", [sizes[name]], "MB"))
    total = sum(sizes[name] for name in SERVICES)
    print(at_most("the three services", [total], SERVICES_MB, "MB"))
    print(said("  supervisor", [sizes["supervisor"]], "MB"))
    print(said("all four", [total + sizes["supervisor"]], "MB"))


def tell_titles(var: Path, rounds: int, paths: list[str]) -> None:
    """Print what the titles add to the three services, by rounds with and without in turn."""
    with TemporaryDirectory() as folder:
        bare = Path(folder) / "var"
        run(python(HERE / "without_titles.py", "--var", var, "--to", bare))
        totals: dict[Path, list[float]] = {var: [], bare: []}
        for _ in range(rounds):
            for place, found in totals.items():
                sizes = one_round(place, paths)[2]
                found.append(sum(sizes[name] for name in SERVICES))
    print("\nthe three services with the titles of platforms, and without")
    print(said("  with", totals[var], "MB"))
    print(said("  without", totals[bare], "MB"))
    print(at_most("what they add", [median(totals[var]) - median(totals[bare])], TITLES_MB, "MB"))


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--rounds", type=int, default=5, help="starts")
    parser.add_argument("--requests", type=int, default=400, help="before memory is read")
    parser.add_argument("--titles", action="store_true", help="weigh platforms' titles too")
    given = parser.parse_args()
    var = given.var.resolve()
    print(header(this_command(), f"{films_in(var / 'data'):,} films"), flush=True)
    paths = varied(var, given.requests)
    rounds = [one_round(var, paths if turn == 0 else []) for turn in reversed(range(given.rounds))]
    ready, stopped, sizes = zip(*rounds, strict=True)
    print(at_most("from start to ready", ready, READY_S, "s"))
    print(said("from SIGTERM to all gone", stopped, "s"))
    tell_memory(sizes[-1], len(paths))
    if given.titles:
        tell_titles(var, given.rounds, paths)


if __name__ == "__main__":
    main()
