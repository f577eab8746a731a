"""Time and memory of learning a model of users, with as many ratings as MovieLens gives away.

    python benchmarks/user_scale.py --var var --ratings 11000000

Ratings are invented over the films of a data version: users of 20 to 3,000 of them, films by their
votes, values from biases, tastes and noise. Another process then does what the index job does with
ratings: search of the parameters (on a sample of users, of its own accord), fit, and files. Its
memory is the system's accounting of it (`wait4`), films and start-up included.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from machine import header
from processes import ROOT, Spent, python, run, this_command
from report import at_most, said

JOB = ROOT / "benchmarks/user_scale_job.py"
MOST_MB = 24 * 1024**3 / 1e6


def job(step: str, var: Path, folder: str, *more: object) -> Spent:
    """One step in a process of its own."""
    return run(python(JOB, step, "--var", var, "--folder", folder, *more))


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--ratings", type=int, default=11_000_000, help="how many are invented")
    given = parser.parse_args()
    var = given.var.resolve()
    with TemporaryDirectory() as folder:
        invented = job("invent", var, folder, "--ratings", given.ratings)
        print(header(this_command(), f"invented: {invented.lines[-1].text}"), flush=True)
        learnt = job("learn", var, folder)
        size = sum(path.stat().st_size for path in Path(folder).glob("user_*.npy")) / 1e6
    print("\n".join(line.text for line in learnt.lines))
    print(said("\nwall time, films and start-up included", [learnt.wall_s], "s"))
    print(said("CPU time", [learnt.cpu_s], "s"))
    print(at_most("peak memory", [learnt.peak_mb], MOST_MB, "MB"))
    print(said("files", [size], "MB"))


if __name__ == "__main__":
    main()
