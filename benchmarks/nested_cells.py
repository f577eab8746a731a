"""Nested cells per second: etl.literals.parse_literal beside ast.literal_eval, in one run.

    python benchmarks/nested_cells.py --raw data/sample --credits FILE

Every filled nested cell of the raw folder is read by both: first their answers are compared, then
each round times both on the cells that are sound, and the median round is told. Cells that
ast.literal_eval refuses must be refused by both. `--credits` adds one more file of credits.
"""

import argparse
import ast
import csv
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from machine import header

from etl.literals import parse_literal

FILES = {
    "movies_dataset.csv": (
        "genres",
        "belongs_to_collection",
        "production_companies",
        "production_countries",
        "spoken_languages",
    ),
    "movies_metadata.csv": ("genres", "belongs_to_collection", "production_companies"),
    "credits.csv": ("cast", "crew"),
    "keywords.csv": ("keywords",),
}


def read_cells(path: Path, columns: tuple[str, ...]) -> list[str]:
    """Filled cells of `columns`, without those of torn rows, which hold anything."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = (row for row in csv.DictReader(file) if row["id"].isdigit())
        return [row[name] for row in rows for name in columns if row[name]]


def seconds(parse: Callable[[str], object], cells: list[str]) -> float:
    """Time to read all `cells` once."""
    start = time.perf_counter()
    for cell in cells:
        parse(cell)
    return time.perf_counter() - start


def answer(parse: Callable[[str], object], cell: str) -> str:
    """What `parse` makes of `cell`, spelled so that 1, 1.0 and True differ; empty if refused."""
    try:
        return repr(parse(cell))
    except (ValueError, SyntaxError):
        return ""


def compare(name: str, cells: list[str], rounds: int) -> int:
    """Print one line about `cells` and give how many the two read differently."""
    peers = [answer(ast.literal_eval, cell) for cell in cells]
    differ = sum(
        peer != answer(parse_literal, cell) for peer, cell in zip(peers, cells, strict=True)
    )
    sound = [cell for peer, cell in zip(peers, cells, strict=True) if peer]
    pairs = [
        (seconds(ast.literal_eval, sound), seconds(parse_literal, sound)) for _ in range(rounds)
    ]
    megabytes = sum(len(cell.encode()) for cell in sound) / 1e6
    peer, ours = (megabytes / median(times) for times in zip(*pairs, strict=True))
    ratio = median(slow / fast for slow, fast in pairs)
    print(
        f"{name:<31}{len(cells):>8,}{len(cells) - len(sound):>8}{differ:>8}{megabytes:>8.2f}"
        f"{peer:>13.1f}{ours:>14.1f}{ratio:>7.1f}x"
    )
    return differ


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, default=Path("data/sample"), help="folder of raw files")
    parser.add_argument("--credits", type=Path, help="one more credits file, told apart")
    parser.add_argument("--rounds", type=int, default=5, help="times each file is read by both")
    return parser.parse_args()


def main() -> int:
    """Compare file by file; fail when a cell reads differently."""
    given = arguments()
    csv.field_size_limit(sys.maxsize)
    files = [(given.raw / name, columns) for name, columns in FILES.items()]
    files += [(given.credits, FILES["credits.csv"])] if given.credits else []
    files = [(path, columns) for path, columns in files if path.is_file()]
    size = sum(path.stat().st_size for path, _ in files) / 1e6
    names = ", ".join(path.name for path, _ in files)
    print(header(shlex.join(["python", *sys.argv]), f"{names}: {size:.1f} MB of files"))
    print(
        f"{'':<31}{'cells':>8}{'refused':>8}{'differ':>8}{'MB':>8}{'literal_eval':>13}"
        f"{'parse_literal':>14}{'ratio':>8}\n{'':<63}{'MB/s':>13}{'MB/s':>14}{'median':>8}"
    )
    return 1 if sum(compare(p.name, read_cells(p, c), given.rounds) for p, c in files) else 0


if __name__ == "__main__":
    sys.exit(main())
