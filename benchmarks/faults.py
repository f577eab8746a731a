"""What clients get while a service is killed, frozen, or replaced by one that fails.

    python benchmarks/faults.py --var var [--seconds 6] [--rate 300] [--deadline-ms 5000] [--only x]

Gateway and services are processes of this script, under a steady load: half of it on addresses
that were asked before ("kept"), half on ones never asked ("new"), and of each half for each
service. One fault after another is done to a service, lasts some seconds, and is undone. Told are
the requests from the fault until some seconds after the service says by itself that it is ready:

kept      answered 200 with the very bytes of before the fault, all of them
new       200 with the right bytes, or 502, 503, 504 as problem+json, within the deadline
others    kept and new addresses of the service that has no fault: 200, all of them
recovery  from the service's own word that it is ready, until no new address is refused

The bytes that a new address must have are known because it is a kept one's in other letters (HEAT,
hEAt), which is another address with the same answer. The last fault is a disk that fills while a
version is published; it needs root, to mount a small one.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random
from typing import NamedTuple

from any_case import answers_of, candidates, in_other_letters
from fault_stack import QUERY, RECO, SmallDisk, Stack, copy_on_small_disk
from faulty_service import FAULTS, HANGS
from machine import header
from mixed_load import Client, NoAnswer, Request, ready, steady
from processes import ROOT, this_command

RECOVERY_S, MARGIN_S, WATCHED_S = 2.0, 0.3, 2.5
GIVEN_UP = frozenset({"502", "503", "504"})
KEPT, GOOD = frozenset({"HIT", "STALE", "MISS"}), ("HIT", "STALE", "MISS", "502", "503", "504")


class Told(NamedTuple):
    """One request and how it ended: where the answer came from, the problem's status, or else."""

    service: str
    kept: bool
    started: float
    took_s: float
    outcome: str


class Load:
    """The clients: what they may ask, what they must get, and what they got."""

    def __init__(self, client: Client, bodies: dict[str, dict[str, bytes]]) -> None:
        self.told: list[Told] = []
        self.under_way: list[float] = []
        self._client = client
        self._bodies = bodies
        self._kept = {service: list(paths) for service, paths in bodies.items()}
        self._asked = set(chain(*bodies.values()))
        self._random = Random(7)
        self._turn = 0

    async def ask(self) -> None:
        """Ask the next one, and note how it ended."""
        self._turn += 1
        service = (QUERY, RECO)[self._turn % 2]
        kept = self._turn % 4 < 2
        old = self._random.choice(self._kept[service])
        path = old if kept else self._new(old)
        started = time.monotonic()
        self.under_way.append(started)
        try:
            outcome = await self._outcome(path, self._bodies[service][old])
        finally:
            self.under_way.remove(started)
        self.told.append(Told(service, kept, started, time.monotonic() - started, outcome))

    async def settled(self, before: float) -> None:
        """Return once all that was asked before then has ended."""
        while any(started < before for started in self.under_way):
            await asyncio.sleep(0.05)

    def _new(self, old: str) -> str:
        while (path := in_other_letters(old, self._random)) in self._asked:
            pass
        self._asked.add(path)
        return path

    async def _outcome(self, path: str, body: bytes) -> str:
        try:
            answer = await self._client.ask(Request(path))
        except NoAnswer as exc:
            return str(exc)
        if answer.status == 200:
            state = answer.headers.get(b"x-cache", b"?").decode()
            return state if answer.body == body else f"wrong body ({state})"
        is_problem = answer.headers.get(b"content-type") == b"application/problem+json"
        if is_problem and json.loads(answer.body)["status"] == answer.status:
            return str(answer.status)
        return f"{answer.status} that is no problem"


Act = Callable[[], object]


class Fault(NamedTuple):
    """Something done to a service, and undone; `hangs` where nothing says that it failed."""

    name: str
    service: str
    do: Act
    undo: Act
    hangs: bool


def faults_of(stack: Stack) -> list[Fault]:
    """All but the full disk."""
    found = []
    for service, part in stack.services.items():

        def again(part=part) -> None:
            part.kill()
            part.start()

        found.append(Fault("kill -9, nobody listens", service, part.kill, part.start, False))
        found.append(Fault("SIGSTOP", service, part.freeze, part.thaw, True))
        for kind in FAULTS:
            replace = partial(part.stand_in, kind)
            found.append(Fault(f"replaced: {kind}", service, replace, again, kind in HANGS))
    return found


async def suffered(fault: Fault, stack: Stack, load: Load, seconds: float) -> tuple[float, float]:
    """Do it and undo it; when it was done, and when the service was ready by its own word."""
    begun = time.monotonic()
    fault.do()
    await asyncio.sleep(seconds if fault.hangs else seconds / 2)
    fault.undo()
    back = await ready(stack.services[fault.service].port)
    await asyncio.sleep(WATCHED_S)
    return begun, back


async def disk_filled(disk: SmallDisk, seconds: float) -> tuple[float, float, int, str]:
    """Publish on a full disk; begin and end, status and what was said."""
    begun = time.monotonic()
    disk.fill()
    before = (disk.data / "current").read_bytes()
    status, said = await disk.publish(ROOT / "data" / "sample")
    disk.empty()
    if (disk.data / "current").read_bytes() != before:
        said += " [and yet another version is current]"
    await asyncio.sleep(max(0.0, seconds - (time.monotonic() - begun)))
    return begun, time.monotonic(), status, said


def judged(fine: bool) -> str:
    """The word for it."""
    return "met" if fine else "MISSED"


def row(name: str, told: list[Told], good: frozenset[str], latest_s: float) -> str:
    """How many there were, how they ended, the slowest; whether all of them ended well."""
    counted = Counter(one.outcome for one in told)
    well = sum(counted[outcome] for outcome in good)
    late = sum(one.took_s > latest_s for one in told)
    ended = ", ".join(f"{counted[one]:,} {one}" for one in GOOD if counted[one])
    other = ", ".join(f"{n:,} {one}" for one, n in counted.items() if one not in GOOD) or "none"
    slowest = max((one.took_s for one in told), default=0.0)
    fine = bool(told) and well == len(told) and not late
    return (
        f"  {name:<9}{len(told):>6,}: {ended}; other: {other}; later than {latest_s:g} s: {late};"
        f" slowest {slowest * 1000:,.0f} ms; {judged(fine)}"
    )


def recovery_s(told: list[Told], back: float) -> float:
    """From then until the first new address after the last that was not answered."""
    failed = [one.started for one in told if not one.kept and one.outcome not in KEPT]
    return max([0.0, *(started - back for started in failed if started >= back)])


def tell(fault: Fault | None, told: list[Told], latest_s: float) -> None:
    """The rows of one fault; without one, all are to be answered."""
    mine = [one for one in told if fault and one.service == fault.service]
    others = [one for one in told if one not in mine] if fault else told
    if fault:
        print(row("kept", [one for one in mine if one.kept], KEPT, latest_s))
        print(row("new", [one for one in mine if not one.kept], KEPT | GIVEN_UP, latest_s))
    print(row("others" if fault else "all", others, KEPT, latest_s), flush=True)


async def measure(stack: Stack, disk: SmallDisk | None, given: argparse.Namespace) -> None:
    """One fault after another."""
    await stack.ready()
    client, latest_s = Client(stack.gateway.port), given.deadline_ms / 1000 + MARGIN_S
    bodies = {name: await answers_of(client, paths) for name, paths in given.paths.items()}
    load, over = Load(client, bodies), False
    asking = asyncio.ensure_future(steady(given.rate, load.ask, lambda: over))

    async def window(begun: float, ended: float) -> list[Told]:
        await load.settled(ended)
        told, load.told = [one for one in load.told if begun <= one.started < ended], []
        return told

    begun = time.monotonic()
    await asyncio.sleep(given.seconds)
    print("no fault")
    tell(None, await window(begun, time.monotonic()), latest_s)
    for fault in faults_of(stack):
        if given.only not in f"{fault.service} {fault.name}":
            continue
        print(f"{fault.service}: {fault.name}")
        begun, back = await suffered(fault, stack, load, given.seconds)
        told = await window(begun, time.monotonic())
        tell(fault, told, latest_s)
        took = recovery_s([one for one in told if one.service == fault.service], back)
        print(f"  recovery {took:.2f} s; limit {RECOVERY_S:g} s, {judged(took <= RECOVERY_S)}")
    if disk:
        print("a disk that fills while a version is published")
        begun, ended, status, said = await disk_filled(disk, given.seconds)
        tell(None, await window(begun, ended), latest_s)
        fine = status == 1 and len(said.splitlines()) == 1
        print(f"  status {status}, «{said[-300:]}»; one sentence: {judged(fine)}")
    else:
        print("a disk that fills: not measured, mounting a small one needs root")
    over = True
    print(f"not asked, as too many were under way: {await asking}")
    await client.close()


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--seconds", type=float, default=6, help="of a fault; half, if it tells")
    parser.add_argument("--rate", type=float, default=300, help="requests per second")
    parser.add_argument("--deadline-ms", type=int, default=5000, help="GATEWAY_DEADLINE_MS")
    parser.add_argument("--only", default="", help="part of the names of the faults to do")
    given = parser.parse_args()
    var = given.var.resolve()
    version = (var / "data" / "current").read_text().strip()
    settings = {"GATEWAY_DEADLINE_MS": str(given.deadline_ms)}
    print(header(this_command(), f"version {version}; {given.rate:g} requests/s, {settings}"))
    given.paths = candidates(var)
    with copy_on_small_disk(var) as (copy, disk):
        stack = Stack(copy, settings)
        with stack.running():
            asyncio.run(measure(stack, disk, given))


if __name__ == "__main__":
    main()
