"""The step from one pair of versions to the next: both pointers move, or neither."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from contracts.errors import DataError
from contracts.versions import POINTER, PREVIOUS, building, flush, point_to, saying_what_failed
from index.plan import point_at
from refresh.publication import DATA, INDEX, Built, Pair, published

BEFORE = ".before-"
"""Begins the name of a pointer's copy, while it moves."""


def point_both(var: Path, before: Pair, after: Built) -> None:
    """Point at the data, then at the index, of `after`; both pointers stay if that fails.

    DataError for a fault of the disk, where a build is running, or where something else than
    `before` is published now.
    """
    roots = var / DATA, var / INDEX
    with contextlib.ExitStack() as stack:
        for root in roots:
            stack.enter_context(building(root))
        if published(var) != before:
            raise DataError(f"another version was published in {var} meanwhile; run again")
        stack.enter_context(saying_what_failed(f"cannot publish in {var}"))
        for root in roots:
            stack.enter_context(_put_back_on_failure(root))
        if after.data != before.data:
            point_to(var / DATA, after.data)
        point_at(var / INDEX, after.index)


@contextlib.contextmanager
def _put_back_on_failure(root: Path) -> Iterator[None]:
    """Put the pointers of `root` back, by renames that need no room, if what is done fails."""
    copies = {root / name: root / f"{BEFORE}{name}" for name in (POINTER, PREVIOUS)}
    for copy in copies.values():
        copy.unlink(missing_ok=True)  # of a run that was killed
    try:
        for pointer, copy in copies.items():
            if pointer.exists():
                shutil.copyfile(pointer, copy)
                flush(copy)
        try:
            yield
        except BaseException:
            for pointer, copy in copies.items():
                if copy.exists():
                    copy.replace(pointer)
                else:
                    pointer.unlink(missing_ok=True)
            flush(root)
            raise
    finally:
        for copy in copies.values():
            copy.unlink(missing_ok=True)
