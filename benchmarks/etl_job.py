"""Time and memory of the whole ETL job, how they grow, and a plain pandas script beside it.

    python benchmarks/etl_job.py --raw data/sample --rounds 3 [--scale 1,3,10]

Each round runs `cartelera etl` as a process of its own into an empty folder. Wall time, CPU time
and peak memory (ru_maxrss) are the system's accounting of that process; so are the peer's, which
is benchmarks/notebook_etl.py on the same files, in turns with ours. The limits are meant for the
original files (45,466 films, 230 MB). `--scale` invents raw files so many times the original's size
(benchmarks/generate_raw.py), one size at a time in a temporary folder, and fits how wall time and
peak memory grow: the slope of a straight line through their logarithms, 1 being proportional.
"""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression, median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from machine import header
from processes import MB, ROOT, Spent, cartelera, python, run, this_command
from report import at_most, said

HERE = Path(__file__).resolve().parent
WALL_S, PEAK_MB, GROWTH = 8, 800, 1.1
FILMS, ORIGINAL_MB = 45_000, 230
"""Of the original, and so of scale 1."""


class Size(NamedTuple):
    """What one scale took: medians."""

    scale: float
    wall_s: float
    peak_mb: float


def ours(raw: Path) -> Spent:
    """One run of the job into an empty folder."""
    with TemporaryDirectory() as var:
        return run(cartelera("etl", "--raw", raw, "--var", var))


def notebook(raw: Path) -> Spent:
    """One run of the peer."""
    with TemporaryDirectory() as folder:
        command = python(HERE / "notebook_etl.py", "--raw", raw, "--out", f"{folder}/films.parquet")
        return run(command)


def compare(raw: Path, rounds: int, peer_rounds: int) -> list[Spent]:
    """Run both in turns, print the figures, and give those of our job."""
    jobs: list[Spent] = []
    peers: list[Spent] = []
    for turn in range(max(rounds, peer_rounds)):
        jobs += [ours(raw)] if turn < rounds else []
        peers += [notebook(raw)] if turn < peer_rounds else []
    tell(jobs)
    if peers:
        tell_peer(jobs, peers)
    return jobs


def tell(jobs: Sequence[Spent]) -> None:
    """Print what the job took, against the limits."""
    print(at_most("wall time", [job.wall_s for job in jobs], WALL_S, "s"))
    print(said("CPU time", [job.cpu_s for job in jobs], "s"))
    print(at_most("peak memory", [job.peak_mb for job in jobs], PEAK_MB, "MB"))
    for line in jobs[-1].lines:
        print(f"  {line.text.partition(' (see ')[0]}")


def tell_peer(jobs: Sequence[Spent], peers: Sequence[Spent]) -> None:
    """Print what the peer took, and how many times as much that is."""
    print(said("pandas script: wall time", [peer.wall_s for peer in peers], "s"))
    print(said("pandas script: peak memory", [peer.peak_mb for peer in peers], "MB"))
    slower = median(p.wall_s for p in peers) / median(j.wall_s for j in jobs)
    larger = median(p.peak_mb for p in peers) / median(j.peak_mb for j in jobs)
    print(f"ratio, script to ours: {slower:.1f} in wall time, {larger:.2f} in peak memory")


def at_scale(scale: float, films: int, rounds: int, peer_rounds: int) -> Size:
    """Invent raw files, run the job on them (at scale 1, the peer too), and remove them."""
    with TemporaryDirectory() as folder:
        raw, count = Path(folder), round(films * scale)
        run(python(HERE / "generate_raw.py", "--out", raw, "--films", count))
        print(f"\nscale {scale:g}: {count:,} films, {size_of(raw):,.0f} MB", flush=True)
        if scale == 1:  # the size that the limits are meant for
            jobs = compare(raw, rounds, peer_rounds)
        else:
            jobs = [ours(raw) for _ in range(rounds)]
            tell_plainly(jobs)
    return Size(scale, median(j.wall_s for j in jobs), median(j.peak_mb for j in jobs))


def tell_plainly(jobs: Sequence[Spent]) -> None:
    """Print what the job took on files that no limit is meant for."""
    print(said("wall time", [job.wall_s for job in jobs], "s"))
    print(said("CPU time", [job.cpu_s for job in jobs], "s"))
    print(said("peak memory", [job.peak_mb for job in jobs], "MB"), flush=True)


def growth(sizes: Sequence[Size]) -> None:
    """Print the exponents of wall time and peak memory."""
    scales = [math.log(size.scale) for size in sizes]
    for what, values in (
        ("wall time", [size.wall_s for size in sizes]),
        ("peak memory", [size.peak_mb for size in sizes]),
    ):
        logs = [math.log(value) for value in values]
        slope = linear_regression(scales, logs).slope
        print(at_most(f"growth exponent of {what}", [slope], GROWTH, ""))
        last = (logs[-1] - logs[-2]) / (scales[-1] - scales[-2])
        print(said("  between the last two sizes", [last], ""))  # where starting up weighs least


def size_of(raw: Path) -> float:
    """Megabytes of the files in a folder."""
    return sum(path.stat().st_size for path in raw.rglob("*") if path.is_file()) / MB


def scales(text: str) -> list[float]:
    """The numbers of `1,3,10`."""
    return [float(part) for part in text.split(",") if part]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--raw", type=Path, default=ROOT / "data/sample", help="folder of raw files"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of the job, at each size")
    parser.add_argument("--peer-rounds", type=int, default=1, help="runs of the pandas script")
    parser.add_argument("--scale", type=scales, default=[], help="sizes to invent, such as 1,3,10")
    parser.add_argument("--films", type=int, default=FILMS, help="films at scale 1")
    return parser.parse_args()


def main() -> None:
    """Measure what the module's docstring says."""
    given = arguments()
    raw = given.raw.resolve()
    size = size_of(raw)
    data = f"{raw.name}, {size:,.1f} MB of files, {size / ORIGINAL_MB:.1%} of the original's size"
    print(header(this_command(), data), flush=True)
    compare(raw, given.rounds, given.peer_rounds)
    if given.scale:
        sizes = [
            at_scale(scale, given.films, given.rounds, given.peer_rounds) for scale in given.scale
        ]
        if len(sizes) > 1:
            print()
            growth(sizes)


if __name__ == "__main__":
    main()
