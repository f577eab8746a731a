"""How often a misspelt title is understood, and how fast: NameIndex beside two peers, in one run.

    python benchmarks/suggestions.py --raw DIR

The best known titles (by votes) are misspelt by random edits, any letter of a-z anywhere: one or
two times a letter is inserted, deleted, replaced, or two neighbours are swapped. A typo that is
itself another title is left out and counted: NameIndex.find answers it. Measured once with
the titles alone and once with the original titles as aliases, as in production. The peers choose
among the same folded titles, but know no votes: rapidfuzz's process.extract with WRatio, and
difflib.get_close_matches.
"""

import argparse
import csv
import difflib
import random
import shlex
import string
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from machine import header
from rapidfuzz import fuzz, process

from contracts.fold import fold
from index.names.name_index import NameIndex

SEED = 20
KNOWN = 2000
TYPOS = 2
"""For each title and number of edits."""
PEER_TYPOS = {"WRatio": 300, "difflib": 40}
"""The peers are slow: so many of the same typos, drawn at random."""

Film = tuple[str, int, float]
Ask = Callable[[str], list[str]]
Answer = TypeVar("Answer")


class Typo(NamedTuple):
    """A title, how many edits it suffered, and what they left."""

    title: str
    edits: int
    text: str


class Outcome(NamedTuple):
    """Place of the right title (0 first, -1 absent) and milliseconds, for each typo."""

    place: list[int]
    ms: list[float]


def read_films(raw: Path, column: str) -> list[Film]:
    """`column` of the movies, its line and votes; torn rows, which have no title, left out."""
    csv.field_size_limit(sys.maxsize)
    with (raw / "movies_dataset.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = enumerate(csv.DictReader(file))
        return [(row[column], n, float(row["vote_count"] or 0)) for n, row in rows if row["title"]]


def best_known(films: list[Film]) -> list[str]:
    """The KNOWN titles with most votes; of titles that fold alike, the better known."""
    titles: dict[str, str] = {}
    for title, _, _ in sorted(films, key=lambda film: -film[2]):
        titles.setdefault(fold(title), title)
    return list(titles.values())[:KNOWN]


def one_edit(rng: random.Random, text: str) -> str:
    """`text` with a letter more, less or replaced, or with two neighbours swapped."""
    letter, kind = rng.choice(string.ascii_lowercase), rng.randrange(4 if len(text) > 1 else 3)
    at = rng.randrange(len(text) + (1, 0, 0, -1)[kind])
    middle = (letter + text[at : at + 1], "", letter, text[at : at + 2][::-1])[kind]
    return text[:at] + middle + text[at + (1, 1, 1, 2)[kind] :]


def misspell(rng: random.Random, title: str, edits: int) -> str:
    """`title` after `edits` edits that left something, and something else, of it."""
    while True:
        text = title
        for _ in range(edits):
            text = one_edit(rng, text) if text else title
        if fold(text) not in ("", fold(title)):
            return text


def make_typos(titles: Sequence[str]) -> list[Typo]:
    """TYPOS typos of one edit and of two, for each title."""
    rng = random.Random(SEED)
    return [
        Typo(title, edits, misspell(rng, title, edits))
        for title in titles
        for edits in (1, 2)
        for _ in range(TYPOS)
    ]


def timed(ask: Callable[[str], Answer], text: str) -> tuple[Answer, float]:
    """The answer and the milliseconds it took."""
    start = time.perf_counter()
    answer = ask(text)
    return answer, 1e3 * (time.perf_counter() - start)


def describe_ms(ms: Sequence[float]) -> str:
    """Median, 99th percentile and maximum."""
    median, high, most = np.percentile(ms, (50, 99, 100))
    return f"median {median:.2f} ms, p99 {high:.2f} ms, max {most:.2f} ms"


def ask_all(ask: Ask, typos: Sequence[Typo]) -> Outcome:
    """Put every typo to `ask`, which answers titles, best first."""
    outcome = Outcome([], [])
    for typo in typos:
        answer, ms = timed(ask, typo.text)
        outcome.ms.append(ms)
        folded = [fold(title) for title in answer]
        right = fold(typo.title)
        outcome.place.append(folded.index(right) if right in folded else -1)
    return outcome


def rate(places: Sequence[int], within: int = 1) -> str:
    """Share of the places among the first `within`, in per cent."""
    return f"{100 * sum(0 <= place < within for place in places) / len(places):.2f} %"


def tell_rates(outcome: Outcome, typos: Sequence[Typo]) -> None:
    """Print the rates by number of edits, and the times."""
    for edits in (1, 2):
        places = [p for p, typo in zip(outcome.place, typos, strict=True) if typo.edits == edits]
        print(f"  right title first, {edits} edit(s): {rate(places)} of {len(places)}")
    print(f"  right title first, both:      {rate(outcome.place)} of {len(typos)}")
    print(f"  among the first five:         {rate(outcome.place, 5)}")
    print(f"  suggest: {describe_ms(outcome.ms)}")


def tell_build(films: list[Film]) -> NameIndex:
    """Build the index twice: for the time, and for the memory that it keeps."""
    columns = tuple(zip(*films, strict=True))
    start = time.perf_counter()
    index = NameIndex(*columns)
    seconds = time.perf_counter() - start
    tracemalloc.start()
    again = NameIndex(*columns)
    kept, peak = (size / 2**20 for size in tracemalloc.get_traced_memory())
    tracemalloc.stop()
    del again
    print(f"  built in {seconds:.2f} s, keeps {kept:.0f} MiB beside the names ({peak:.0f} at most)")
    return index


def tell_keystrokes(index: NameIndex, titles: Sequence[str]) -> None:
    """Print the time of complete() for every beginning of every title, and of its typo."""
    rng = random.Random(SEED)
    for label, texts in (
        ("right titles", titles),
        ("one-edit typos", [misspell(rng, title, 1) for title in titles]),
    ):
        typed = [text[:size] for text in texts for size in range(1, len(text) + 1)]
        ms = [timed(index.complete, text)[1] for text in typed]
        print(f"  complete, {len(typed)} keystrokes of {label}: {describe_ms(ms)}")


def tell_peers(index: NameIndex, films: list[Film], typos: Sequence[Typo]) -> None:
    """Print each peer's rate and time beside ours on the same typos."""
    titles = sorted({fold(title) for title, _, _ in films})
    peers: dict[str, Ask] = {
        "WRatio": lambda text: [
            found[0] for found in process.extract(fold(text), titles, scorer=fuzz.WRatio, limit=5)
        ],
        "difflib": lambda text: difflib.get_close_matches(fold(text), titles, n=5),
    }
    for name, peer in peers.items():
        drawn = random.Random(SEED).sample(typos, min(PEER_TYPOS[name], len(typos)))
        ours, theirs = ask_all(index.suggest, drawn), ask_all(peer, drawn)
        times = np.median(theirs.ms) / np.median(ours.ms)
        print(f"  {name}, {len(drawn)} typos: first {rate(theirs.place)}, ours {rate(ours.place)};")
        print(f"    {describe_ms(theirs.ms)}: ours {times:.0f} times as fast at the median")


def main() -> None:
    """Measure what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="folder of movies_dataset.csv")
    raw = parser.parse_args().raw
    films, originals = read_films(raw, "title"), read_films(raw, "original_title")
    titles, real = best_known(films), {fold(title) for title, _, _ in films}
    made = make_typos(titles)
    typos = [typo for typo in made if fold(typo.text) not in real]
    print(header(shlex.join(["python", *sys.argv]), f"{len(films)} films of {raw.name}"))
    print(f"{len(made)} typos of {len(titles)} titles; {len(made) - len(typos)} are titles too")
    shown = {line: title for title, line, _ in films}
    aliases = [film for film in originals if film[0] not in ("", shown[film[1]])]
    for label, names in (("titles", films), ("titles and aliases", films + aliases)):
        print(f"{label}: {len(names)} names")
        index = tell_build(names)
        tell_rates(ask_all(index.suggest, typos), typos)
        tell_keystrokes(index, titles)
        tell_peers(index, names, typos)


if __name__ == "__main__":
    main()
