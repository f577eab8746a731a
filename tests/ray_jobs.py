"""Jobs on Ray in a process of its own, slow enough for something to happen half way.

    python -m tests.ray_jobs etl RAW VAR ADDRESS
    python -m tests.ray_jobs index DATA VAR ADDRESS

Each result that arrives is told in a line on stdout, the version at the end in another.
"""

import functools
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from contracts.partitions import Partitions, partitions
from etl import nested
from etl.run import run_etl
from index.build import run_index
from index.encoders import embedding_cache
from tests.fakes import hash_encoders

ROWS, TEXTS = 40, 64
"""Of a part: the sample is small."""

PAUSE_S = 0.15
ARRIVED, DONE = "arrived", "done"


class Telling:
    """Partitions where each part takes a while, and each result is told of."""

    def __init__(self, there: Partitions) -> None:
        self._there = there

    def map(self, function: Callable[[Any], Any], parts: Iterable[Any]) -> Iterator[Any]:
        return self._told(self._there.map(functools.partial(slowly, function), parts))

    def map_made(self, make: Callable[[], Any], parts: Iterable[Any]) -> Iterator[Any]:
        return self._told(self._there.map_made(functools.partial(made_slow, make), parts))

    def _told(self, results: Iterator[Any]) -> Iterator[Any]:
        for result in results:
            sys.stdout.write(f"{ARRIVED}\n")
            sys.stdout.flush()
            yield result


def slowly(function: Callable[[Any], Any], part: Any) -> Any:
    time.sleep(PAUSE_S)
    return function(part)


def made_slow(make: Callable[[], Callable[[Any], Any]]) -> Callable[[Any], Any]:
    return functools.partial(slowly, make())


def main(job: str, source: Path, var: Path, address: str) -> None:
    nested.ROWS, embedding_cache.CHUNK_TEXTS = ROWS, TEXTS
    with partitions(address) as there:
        telling = Telling(there)
        if job == "etl":
            outcome = run_etl(source, var / "data", partitions=telling)
        else:
            encoders = replace(hash_encoders(), partitions=telling)
            outcome = run_index(source, var / "index", encoders, var / "cache")
    sys.stdout.write(f"{DONE} {outcome.version}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
