"""How the jobs and the search grow with the catalogue: time, memory, bytes, recall, start-up.

    python benchmarks/scale.py --films 45000,450000,1000000 [--keep DIR]

For each size raw files of the original's format are invented (`generate_raw.py`), with ratings
(`generate_ratings.py`); then, each a process of its own by the system's accounting, the ETL job,
the index job, the search of the ten nearest by vector beside the same search that compares all
films, and an index version loaded and asked as the service does. Texts are embedded by quick
encoders (`scale_encoders.py`): what the real ones take is measured on 1,000 texts of each kind and
multiplied by the number of texts.

A stage's growth is the exponent of its time: the slope between the logarithms of two sizes, 1
being proportional. Free disk: 30 GB for a million films.
"""

import argparse
import json
import math
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from machine import header
from processes import MB, Spent, cartelera, python, run, this_command
from report import at_least, at_most, said

HERE = Path(__file__).resolve().parent
GROWTH, RECALL, P50_MS, ENGINE_MB = 1.1, 0.98, 5.0, 1500.0
MILLION = 1_000_000
STAGE = re.compile(
    r"index_stage.*?(?:\"name\": \"|name=)(\w+)\W+(?:\"seconds\": |seconds=)([\d.]+)"
)
LOOSE = {"INDEX_FLOOR_SAGA_RECALL": "0", "INDEX_FLOOR_SEARCH_RECALL": "0"}
"""Invented sagas have nothing in common; and what the search misses is what is measured here."""

SPARED = 5.0
"""Seconds at the smallest size below which a stage says nothing of growth: it is starting up."""


class Size(NamedTuple):
    """What one size took: seconds of each stage, by name."""

    films: int
    seconds: dict[str, float]


def measured(films: int, folder: Path) -> Size:
    """Invent, build, ask; print the figures."""
    raw, var = folder / "raw", folder / "var"
    run(python(HERE / "generate_raw.py", "--out", raw, "--films", films))
    rated = run(python(HERE / "generate_ratings.py", "--raw", raw)).lines[-1].text
    print(f"\n{films:,} films, {bytes_of(raw) / MB:,.0f} MB of raw files, {rated}", flush=True)
    etl = run(cartelera("etl", "--raw", raw, "--var", var))
    shutil.rmtree(raw)
    tell("ETL", etl, bytes_of(var / "data"), films)
    job = run(part("index", var), CARTELERA_LOG_LEVEL="INFO", **LOOSE)
    seconds = {"ETL": etl.wall_s} | stages(job)
    tell("index", job, bytes_of(var / "index"), films)
    for name, took in seconds.items():
        print(said(f"  {name}", [took], "s"))
    embedding = tell_rates(answer(part("rates", var, "--queries", 1000)))
    tell_search(films, answer(part("search", var)))
    tell_loaded(answer(part("load", var, "--queries", 200)))
    return Size(films, seconds | {"index": job.wall_s, "embedding, real": embedding})


def part(what: str, var: Path, *more: object) -> list[str]:
    """The command of one of the processes."""
    return python(HERE / "scale_job.py", what, var, *more)


def stages(job: Spent) -> dict[str, float]:
    """Seconds of each stage, as the job's log tells them."""
    found = [STAGE.search(line.text) for line in job.lines]
    return {match[1]: float(match[2]) for match in found if match}


def answer(command: Sequence[str]) -> dict:
    """What a process printed."""
    return json.loads(run(command).lines[-1].text)


def tell(what: str, job: Spent, stored: int, films: int) -> None:
    """Time, memory and bytes of a job."""
    print(said(f"{what}: wall time", [job.wall_s], "s"))
    print(said(f"{what}: peak memory", [job.peak_mb], "MB"))
    print(said(f"{what}: bytes on disk for each film", [stored / films], "B"), flush=True)


def tell_rates(found: dict) -> float:
    """What the real encoders would take; all kinds of texts together."""
    for kind, told in found.items():
        print(said(f"real encoder, {kind}: texts per second", [told["rate"]], "/s"))
    total = sum(told["seconds"] for told in found.values())
    print(said("all texts by the real encoders, at these rates", [total], "s"), flush=True)
    return total


def tell_search(films: int, found: dict) -> None:
    """How well and how fast the engine finds."""
    judged = films >= MILLION
    print(f"engine: {found['engine']}")
    rows = (
        ("recall@10 of the ten nearest", "recall", at_least, RECALL, ""),
        ("p50 of a search, one core", "p50_ms", at_most, P50_MS, "ms"),
        ("engine in memory", "engine_mb", at_most, ENGINE_MB, "MB"),
    )
    for what, name, judge, limit, unit in rows:
        line = (
            judge(what, [found[name]], limit, unit) if judged else said(what, [found[name]], unit)
        )
        print(line)
    print(said("p99 of a search", [found["p99_ms"]], "ms"))
    print(said("in memory for each film", [found["engine_mb"] * MB / films], "B"))
    print(said("comparing all films: p50", [found["exact_p50_ms"]], "ms"))
    print(f"ratio, comparing all to the engine: {found['exact_p50_ms'] / found['p50_ms']:.1f}")


def tell_loaded(found: dict) -> None:
    """Start-up, and answers as the service gives them, names and all."""
    print(said("checksums of a version", [found["checked_s"]], "s"))
    print(said("ready after", [found["ready_s"]], "s"))
    print(said("in memory, after 200 answers", [found["mb"]], "MB"))
    print(said("ten films like one, all blocks: p50", [found["p50_ms"]], "ms"))
    print(said("  p99", [found["p99_ms"]], "ms"))
    print(said("  the same as the stored ten nearest", [found["of_stored"]], ""), flush=True)


def growth(sizes: Sequence[Size]) -> None:
    """The exponent of each stage between sizes one after the other, and the worst of all."""
    print("\ngrowth")
    for name in sizes[0].seconds:
        for before, after in zip(sizes, sizes[1:], strict=False):
            if before.seconds.get(name, 0) < SPARED:
                continue
            times = after.seconds[name] / before.seconds[name]
            slope = math.log(times) / math.log(after.films / before.films)
            what = f"{name}, {before.films:,} to {after.films:,}"
            print(at_most(what, [slope], GROWTH, ""))


def bytes_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Read the command line, measure size by size, and say how it grows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", default="45000,450000,1000000")
    parser.add_argument("--keep", type=Path, help="folder for what is built; else it is removed")
    given = parser.parse_args()
    print(header(this_command(), "invented films"), flush=True)
    sizes = []
    for films in map(int, given.films.split(",")):
        folder = given.keep / str(films) if given.keep else Path(mkdtemp(prefix="scale-"))
        folder.mkdir(parents=True, exist_ok=True)
        try:
            sizes.append(measured(films, folder))
        finally:
            if not given.keep:
                shutil.rmtree(folder)
    growth(sizes)


if __name__ == "__main__":
    main()
