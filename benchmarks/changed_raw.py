"""A raw folder as it may be a day later: some films gone, some changed, some new.

    python benchmarks/changed_raw.py --raw DIR --out DIR [--share 0.01]

A third of the share of films each: left out; given another overview and more votes; and added as
films of their own under ids of their own, with credits and keywords. Other files are copied.
"""

import argparse
import csv
import random
import shutil
from pathlib import Path

SEED = 5
FIRST_ID = 9_000_000
MOVIES = ("movies_dataset.csv", "movies_metadata.csv")
BESIDE = ("credits.csv", "keywords.csv")

Row = list[str]


def change(raw: Path, out: Path, share: float) -> int:
    """Write the changed folder; how many films are other than before."""
    csv.field_size_limit(10**9)
    out.mkdir(parents=True)
    files = sorted(raw.rglob("*.csv"))
    new_ids: dict[str, str] = {}
    count = 0
    for path in [each for each in files if each.name in MOVIES]:
        head, rows = _read(path)
        rows, new_ids, count = _changed(head, rows, share)
        _write(out / path.name, head, rows)
    for path in [each for each in files if each.name not in MOVIES]:
        if path.name in BESIDE:
            head, rows = _read(path)
            place = head.index("id")
            copies = [
                [*row[:place], new_ids[row[place]], *row[place + 1 :]]
                for row in rows
                if row[place] in new_ids
            ]
            _write(out / path.name, head, rows + copies)
        else:
            shutil.copy(path, out / path.name)
    return count


def _changed(head: Row, rows: list[Row], share: float) -> tuple[list[Row], dict[str, str], int]:
    place = {name: number for number, name in enumerate(head)}
    whole = [
        number
        for number, row in enumerate(rows)
        if len(row) == len(head) and row[place["id"]].isdigit() and row[place["release_date"]]
    ]
    chosen = random.Random(SEED).sample(whole, max(int(len(whole) * share), 3))
    third = len(chosen) // 3
    gone, other, parents = set(chosen[:third]), set(chosen[third : 2 * third]), chosen[2 * third :]
    told = []
    for number, row in enumerate(rows):
        if number in other:
            row = list(row)
            row[place["overview"]] = f"{row[place['overview']]} Told anew.".strip()
            row[place["vote_count"]] = str(int(float(row[place["vote_count"]] or 0)) + 7)
        if number not in gone:
            told.append(row)
    new_ids = {}
    for number, parent in enumerate(parents):
        row, own = list(rows[parent]), str(FIRST_ID + number)
        new_ids[row[place["id"]]], row[place["id"]] = own, own
        row[place["title"]] += " Returns"
        row[place["overview"]] = f"Years later. {row[place['overview']]}"
        told.append(row)
    return told, new_ids, len(chosen)


def _read(path: Path) -> tuple[Row, list[Row]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    return head, rows


def _write(path: Path, head: Row, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def main() -> None:
    """Read the command line, write, and say how many films changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.01)
    given = parser.parse_args()
    print(f"{change(given.raw, given.out, given.share):,} films are other than before")


if __name__ == "__main__":
    main()
