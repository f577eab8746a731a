"""Whether anything fails or grows while all three services are asked for a long time.

    python benchmarks/soak.py --var var [--minutes 30] [--rate 300] [--cache-mb 8]

`cartelera serve all` under a steady mixed load through the gateway: statistics, titles, similar
films, free text, mixes by POST, lists of users, unknown titles (404), wrong parameters (422), pages
and health; half of what can be kept was asked before, half never. Told are the requests and how
they ended, the time of an answer in the first and the last minute, and the memory of each process:
its proportional set size (Pss in smaps_rollup), and how much of it is its own memory rather than
parts of files (Pss_Anon), with the slope of a straight line through what comes after the warm-up,
which is the first fifth.

The gateway keeps answers until its bound is reached, and grows until then; the services keep some
too, and have all they may after tens of thousands of requests. So the gateway is given a small
bound here, and before the time begins all are asked as fast as it goes, until it is reached, and
2,000 requests for each minute to come. A short run still shows the services growing. Other
processes of the same Python lower Pss while they run: run it where there are none.
"""

import argparse
import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import fmean, linear_regression, quantiles
from typing import NamedTuple

from any_case import in_other_letters, questions
from footprint import READY, SERVICES, films_in, searches, services_of
from machine import header
from mixed_load import Client, NoAnswer, Request, steady
from processes import MB, ROOT, cartelera, free_port, serving, this_command
from report import at_most, said

GROWTH_SHARE, GROWTH_MB = 0.02, 3.0
SAMPLES_AT_LEAST, SAMPLE_EVERY_S = 30, 10.0
FULL_SHARE, FILLING_S, FILLING_A_MINUTE = 0.9, 240, 2000
WARM_SHARE = 0.2
DISLIKED = re.compile(r"/v1/peliculas/(\d+)$")


class Kind(NamedTuple):
    """A kind of request, how many of a hundred are of it, and the statuses it may end with."""

    name: str
    weight: int
    requests: Iterator[Request]
    statuses: frozenset[int]


class Seen(NamedTuple):
    """One request: when it ended, and how long it took."""

    at: float
    took_s: float


class Weighed(NamedTuple):
    """A process's memory at a moment, in MB: all, and what is in no file."""

    at: float
    pss: float
    own: float


def kinds_of(var: Path) -> list[Kind]:
    """All kinds, their requests without end."""
    asked, random = questions(var), Random(5)
    usual = {one["endpoint"]: one["usual"] for group in asked.values() for one in group}
    reco = [one["endpoint"] for one in asked["reco"]]
    films, similar, typed = usual[reco[1]], usual[reco[2]], usual[reco[4]]
    statistics = [path for one in asked["query"] for path in one["usual"]]
    titles = usual["recomendacion"] + usual["score_titulo"]
    found, missing = frozenset({200}), frozenset({404})
    either = found | missing
    users = [f"/v1/usuarios/{n}/recomendaciones?k={k}" for n in range(1, 300) for k in (5, 10, 20)]
    wrong = ["/v1/peliculas/1/similares?k=0", "/get_actor", "/v1/buscar?texto=", "/score_titulo"]
    pages = ["/", "/operacion", "/static/pagina/main.js", "/docs", "/openapi.json"]
    health = ["/salud/lista", "/salud/viva", "/metrics", "/problemas"]
    nobody = [f"/score_titulo/zzqx{random.getrandbits(60):x}" for _ in range(5000)]
    return [
        Kind("statistics", 25, gets(statistics, random), either),
        Kind("in any letters", 25, gets(titles, random, new=True), either),
        Kind("titles as typed", 10, gets(typed, random), either),
        Kind("films", 5, gets(films, random), found),
        Kind("similar", 12, gets(similar, random), found),
        Kind("free text", 3, gets(searches(1000), random), found),
        Kind("mixes", 4, mixes(films, random), found),
        Kind("users", 4, gets(users, random), either),
        Kind("unknown", 4, gets(nobody, random), missing),
        Kind("wrong", 3, gets(wrong, random), frozenset({422})),
        Kind("pages", 3, gets(pages, random), found),
        Kind("health", 2, gets(health, random), found),
    ]


def gets(paths: list[str], random: Random, new: bool = False) -> Iterator[Request]:
    """One of them after another, in any order; in other letters each time if `new`."""
    while True:
        path = random.choice(paths)
        yield Request(in_other_letters(path, random) if new else path)


def mixes(films: list[str], random: Random) -> Iterator[Request]:
    """Two films that are liked and one that is not."""
    ids = [int(match[1]) for path in films if (match := DISLIKED.match(path))]
    while True:
        one, other, disliked = random.sample(ids, 3)
        asked = {"gustan": [one, other], "no_gustan": [disliked], "k": 5}
        yield Request("/v1/recomendaciones", json.dumps(asked).encode())


class Load:
    """The clients, and what they saw."""

    def __init__(self, client: Client, kinds: list[Kind]) -> None:
        self.seen: list[Seen] = []
        self.ended: Counter[tuple[str, str]] = Counter()
        self.faults: Counter[str] = Counter()
        self._client = client
        turns = [kind for kind in kinds for _ in range(kind.weight)]
        Random(2).shuffle(turns)
        self._turns = cycle(turns)

    async def ask(self) -> None:
        """The next request."""
        kind = next(self._turns)
        request, started = next(kind.requests), time.monotonic()
        try:
            answer = await self._client.ask(request)
        except NoAnswer as exc:
            self.faults[f"{kind.name}: {exc}"] += 1
            return
        now = time.monotonic()
        self.seen.append(Seen(now, now - started))
        self.ended[kind.name, str(answer.status)] += 1
        if answer.status not in kind.statuses:
            self.faults[f"{kind.name}: status {answer.status}, such as {request.path}"] += 1


def weigh(pid: int) -> Weighed:
    """The memory of a process now."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {
        name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)
    }
    return Weighed(time.monotonic(), sizes["Pss"] * 1024 / MB, sizes["Pss_Anon"] * 1024 / MB)


async def fill(client: Client, load: Load, most_bytes: int, least: float) -> tuple[int, float]:
    """Ask `least` times, and until the gateway keeps nearly all it may; bytes, seconds."""
    started, holds, asked = time.monotonic(), 0, 0
    while holds < FULL_SHARE * most_bytes or asked < least:
        if time.monotonic() - started > FILLING_S:
            break
        await asyncio.gather(*(load.ask() for _ in range(8)))
        asked += 8
        if asked % 400 == 0:
            text = (await client.ask(Request("/metrics"))).body.decode()
            holds = int(float(re.search(r"^cartelera_gateway_cache_bytes (\S+)", text, re.M)[1]))
    return holds, time.monotonic() - started


async def soak(
    port: int, kinds: list[Kind], pids: dict[str, int], given: argparse.Namespace
) -> tuple[Load, dict[str, list[Weighed]], float]:
    """Fill, then ask and weigh; the load, the samples, and when the time began."""
    client = Client(port)
    most = given.cache_mb << 20
    holds, took = await fill(client, Load(client, kinds), most, FILLING_A_MINUTE * given.minutes)
    print(
        f"the gateway keeps {holds / most:.0%} of {given.cache_mb} MiB after {took:.0f} s",
        flush=True,
    )
    load, began = Load(client, kinds), time.monotonic()
    ends = began + 60 * given.minutes
    asking = asyncio.ensure_future(steady(given.rate, load.ask, lambda: time.monotonic() > ends))
    weighed: dict[str, list[Weighed]] = {name: [] for name in pids}
    every = min(SAMPLE_EVERY_S, 60 * given.minutes / SAMPLES_AT_LEAST)
    while time.monotonic() < ends:
        await asyncio.sleep(every)
        for name, pid in pids.items():
            weighed[name].append(weigh(pid))
    if left_out := await asking:
        load.faults["not asked, as too many were under way"] += left_out
    await client.close()
    return load, weighed, began


def tell_memory(name: str, samples: list[Weighed], began: float, ends: float) -> None:
    """The line of a process: at first and at last, what it grew, and how fast."""
    after = [one for one in samples if one.at >= began + WARM_SHARE * (ends - began)]
    fifth = max(1, len(after) // 5)
    first, last = (fmean(one.pss for one in part) for part in (after[:fifth], after[-fifth:]))
    own = [fmean(one.own for one in part) for part in (after[:fifth], after[-fifth:])]
    hours = [one.at / 3600 for one in after]
    slope = linear_regression(hours, [one.pss for one in after]).slope
    slope_own = linear_regression(hours, [one.own for one in after]).slope
    limit = max(GROWTH_SHARE * first, GROWTH_MB)
    print(at_most(f"{name}: growth of Pss", [last - first], limit, "MB"))
    print(f"    {first:.1f} to {last:.1f} MB, {slope:+.1f} MB/hour; in no file"
          f" {own[0]:.1f} to {own[1]:.1f} MB, {slope_own:+.1f} MB/hour")  # fmt: skip


def tell_times(seen: list[Seen], began: float, ends: float) -> None:
    """Median and 99th percentile in the first and the last minute."""
    for name, since in (("first", began), ("last", max(began, ends - 60))):
        took = sorted(one.took_s * 1000 for one in seen if since <= one.at < since + 60)
        cuts = quantiles(took, n=100)
        print(said(f"{name} minute: p50", [cuts[49]], "ms"))
        print(said(f"{name} minute: p99", [cuts[98]], "ms"))


def tell(load: Load, weighed: dict[str, list[Weighed]], began: float, ends: float) -> None:
    """Print what was seen."""
    for name in dict.fromkeys(name for name, _ in load.ended):
        ended = sorted((status, n) for (kind, status), n in load.ended.items() if kind == name)
        print(f"  {name:<16}" + ", ".join(f"{n:,} {status}" for status, n in ended))
    print(said("requests", [sum(load.ended.values())], ""))
    errors = sum(load.faults.values())
    print(f"errors: {errors:,}; limit 0, {'MISSED' if errors else 'met'}")
    for fault, times in load.faults.most_common(8):
        print(f"    {times:,} {fault}")
    tell_times(load.seen, began, ends)
    for name, samples in weighed.items():
        tell_memory(name, samples, began, ends)


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=300, help="requests per second")
    parser.add_argument("--cache-mb", type=int, default=8, help="GATEWAY_CACHE_BYTES, in MiB")
    given = parser.parse_args()
    var = given.var.resolve()
    load = f"{given.rate:g} requests/s for {given.minutes:g} minutes"
    print(header(this_command(), f"{films_in(var / 'data'):,} films; {load}"), flush=True)
    kinds, port = kinds_of(var), free_port(together=3)
    serve = cartelera("serve", "all", "--var", var, "--port", port)
    with serving(["env", f"GATEWAY_CACHE_BYTES={given.cache_mb << 20}", *serve]) as server:
        server.wait_until(lambda: READY in server.log.read_text())
        services = dict(services_of(server.process.pid))
        pids = {name: services[name] for name in SERVICES} | {"supervisor": server.process.pid}
        found, weighed, began = asyncio.run(soak(port, kinds, pids, given))
    tell(found, weighed, began, began + 60 * given.minutes)


if __name__ == "__main__":
    main()
