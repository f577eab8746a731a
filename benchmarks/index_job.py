"""Time and memory of the index job: from nothing, with nothing changed, and with cached texts.

    python benchmarks/index_job.py --raw data/sample

The ETL job runs first, into an empty folder. Then, each a process of its own by the system's
accounting: the cold build, which also quantises the model once; the ETL and index jobs again with
nothing changed; and the rebuild after only the index folder was deleted. How many texts are
embedded is what the job's log says; when the last of them was, is when the cache was last written.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from machine import header
from processes import MB, ROOT, Spent, cartelera, run, this_command
from report import at_most, said

UNCHANGED_S = 20
EMBEDDING = re.compile(r" embedding texts=(\d+)")


class Embedded(NamedTuple):
    """How many texts were embedded, and when the first was begun (seconds since the epoch)."""

    texts: int
    since: float


def etl(raw: Path, var: Path) -> Spent:
    """The ETL job."""
    return run(cartelera("etl", "--raw", raw, "--var", var))


def index(var: Path) -> Spent:
    """The index job, its log told in full."""
    return run(cartelera("index", "--var", var), CARTELERA_LOG_LEVEL="INFO")


def embedded(job: Spent) -> Embedded:
    """What the job's log says it embedded: no line, no text."""
    for line in job.lines:
        if found := EMBEDDING.search(line.text):
            return Embedded(int(found[1]), line.at)
    return Embedded(0, job.started)


def cold(var: Path) -> Spent:
    """Build from nothing and print what it took."""
    job = index(var)
    begun = embedded(job)
    if not begun.texts:
        sys.exit("the index job's log no longer says how many texts it embeds")
    written = (path.stat().st_mtime for path in (var / "cache/embeddings").rglob("*.*"))
    seconds = max(written) - begun.since
    print("cold build")
    tell(job)
    print(said("  until the first text is embedded", [begun.since - job.started], "s"))
    print(said("  embedding", [seconds], "s"))
    print(said("  afterwards", [job.started + job.wall_s - begun.since - seconds], "s"))
    print(said("texts embedded", [begun.texts], ""))
    print(said("texts (one a film) per second", [begun.texts / seconds], "/s"), flush=True)
    return job


def unchanged(raw: Path, var: Path, rounds: int) -> None:
    """Run both jobs on what is there already."""
    jobs = [(etl(raw, var), index(var)) for _ in range(rounds)]
    print("\nnothing changed")
    for name, which in (("etl", 0), ("index", 1)):
        print(said(f"  {name}: wall time", [pair[which].wall_s for pair in jobs], "s"))
    both = [first.wall_s + second.wall_s for first, second in jobs]
    print(at_most("both: wall time", both, UNCHANGED_S, "s"), flush=True)


def warm(var: Path) -> None:
    """Delete the index and build it again from the embeddings that are kept."""
    before = (var / "index/current").read_text()
    shutil.rmtree(var / "index")
    job = index(var)
    same = "the same" if (var / "index/current").read_text() == before else "ANOTHER"
    print("\nindex deleted, embeddings kept")
    tell(job)
    again = embedded(job).texts
    print(f"{said('texts embedded again', [again], '')}; limit 0, {'MISSED' if again else 'met'}")
    print(f"version published: {same} as before")


def tell(job: Spent) -> None:
    """Print wall time, CPU time and peak memory."""
    print(said("wall time", [job.wall_s], "s"))
    print(said("CPU time", [job.cpu_s], "s"))
    print(said("peak memory", [job.peak_mb], "MB"))


def outcome(jobs: Sequence[Spent], var: Path) -> str:
    """The last line that each job printed, without paths, and how large the index is."""
    told = [line.text for job in jobs for line in job.lines if "published:" in line.text]
    size = sum(path.stat().st_size for path in (var / "index").rglob("*") if path.is_file())
    return "; ".join([*told, f"{size / MB:,.1f} MB of index"])


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--raw", type=Path, default=ROOT / "data/sample", help="folder of raw files"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of the builds that change nothing")
    given = parser.parse_args()
    raw = given.raw.resolve()
    print(header(this_command(), raw.name), flush=True)
    with TemporaryDirectory() as folder:
        var = Path(folder)
        first = etl(raw, var)
        built = cold(var)
        print(outcome([first, built], var))
        unchanged(raw, var, given.rounds)
        warm(var)


if __name__ == "__main__":
    main()
