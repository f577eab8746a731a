"""What a refresh costs beside a full build, and whether it comes to the same.

    python benchmarks/refresh.py --raw data/sample [--share 0.01] [--rounds 3]

First a full build from nothing: `cartelera etl` and `cartelera index`, no text embedded before.
Then, in turns, each from a copy of that: `cartelera refresh` of a raw folder in which a share of
the films are gone, changed or new (`changed_raw.py`), and of the raw folder as it was. Last, a full
build of the changed folder with nothing in any cache, which keeps only what the first one learnt:
its files have to be those of the refresh, byte by byte. How far the refreshed index is from one
that learns anew is told by `cartelera comparar`.
"""

import argparse
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from changed_raw import change
from machine import header
from processes import MB, Spent, cartelera, python, run, this_command
from report import at_most, said

HERE = Path(__file__).resolve().parent
LIMIT = 0.05


def built(raw: Path, var: Path) -> list[Spent]:
    """The two jobs of a full build."""
    return [
        run(cartelera("etl", "--raw", raw, "--var", var)),
        run(cartelera("index", "--var", var)),
    ]


def refreshed(raw: Path, var: Path, *more: str) -> Spent:
    """One refresh, its log told in full."""
    command = cartelera("refresh", "--raw", raw, "--var", var, *more)
    return run(command, CARTELERA_LOG_LEVEL="INFO")


def different(one: Path, other: Path) -> list[str]:
    """Names of files that are not the same in both folders."""
    names = {path.name for folder in (one, other) for path in folder.iterdir()}
    return sorted(name for name in names if not _same(one / name, other / name))


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def current(var: Path, kind: str) -> Path:
    """Folder of the version published."""
    root = var / kind
    return root / (root / "current").read_text().strip()


def compare(raw: Path, changed: Path, folder: Path, rounds: int) -> None:
    """Build, refresh in turns, build again; print the figures."""
    first = folder / "first"
    etl, index = built(raw, first)
    full = etl.wall_s + index.wall_s
    print(said("full build: ETL", [etl.wall_s], "s"))
    print(said("full build: index", [index.wall_s], "s"))
    print(said("full build: peak memory", [index.peak_mb], "MB"), flush=True)
    jobs, idle = [], []
    for turn in range(rounds):
        var = folder / f"turn-{turn}"
        shutil.copytree(first, var)
        idle.append(refreshed(raw, var))
        jobs.append(refreshed(changed, var))
        if turn:
            shutil.rmtree(var)
    print(said("refresh, nothing changed: wall time", [job.wall_s for job in idle], "s"))
    print(said("refresh: wall time", [job.wall_s for job in jobs], "s"))
    print(said("refresh: peak memory", [job.peak_mb for job in jobs], "MB"))
    shares = [job.wall_s / full for job in jobs]
    print(at_most("refresh, as a share of a full build", shares, LIMIT, ""), flush=True)
    again = folder / "again"
    learnt_by_first(first, again)
    run(cartelera("etl", "--raw", changed, "--var", again))
    run(python(HERE / "refresh_job.py", again))
    for kind in ("data", "index"):
        tell_difference(kind, current(folder / "turn-0", kind), current(again, kind))


def learnt_by_first(first: Path, again: Path) -> None:
    """A `var` with nothing but the first index, and what its models were made into."""
    shutil.copytree(first / "index", again / "index")
    shutil.copytree(first / "cache" / "models", again / "cache" / "models")


def tell_difference(kind: str, one: Path, other: Path) -> None:
    """Whether two versions are the same, byte by byte; leave if they are not."""
    names = different(one, other)
    files = len(list(one.iterdir()))
    if names or one.name != other.name:
        sys.exit(f"{kind}: {one.name} and {other.name} differ in {', '.join(names) or 'name'}")
    size = sum(path.stat().st_size for path in one.iterdir()) / MB
    print(f"{kind} {one.name}: {files} files of {size:,.0f} MB, the same as of a full build")


def main() -> None:
    """Read the command line, change the raw folder, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(header(this_command(), str(given.raw)), flush=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        count = change(given.raw, folder / "changed", given.share)
        print(f"{count:,} films gone, changed or new")
        compare(given.raw, folder / "changed", folder, given.rounds)


if __name__ == "__main__":
    main()
