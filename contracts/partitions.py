"""Where a job's work on the parts of its data is done: in this process, or on a Ray cluster."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Partitions(Protocol):
    """Functions over parts, which may be done anywhere, in any order, and more than once.

    So a function depends on its part alone, and changes nothing. It may raise DataError.
    """

    def map(self, function: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        """What `function` makes of each part, in the order of the parts.

        The function is one of a module, and parts and results can be pickled.
        """

    def map_made(self, make: Callable[[], Callable[[T], R]], parts: Iterable[T]) -> Iterator[R]:
        """As `map`, with the function that each process that works makes once for itself.

        For a function that holds what is slow to make or cannot travel, such as a model.
        """


class LocalPartitions:
    """One part after the other, in this process, each only when the result before was taken."""

    def map(self, function: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        """As `Partitions.map`."""
        return map(function, parts)

    def map_made(self, make: Callable[[], Callable[[T], R]], parts: Iterable[T]) -> Iterator[R]:
        """As `Partitions.map_made`."""
        return map(make(), parts)


LOCAL = LocalPartitions()
"""Where work is done unless somebody says otherwise."""


@contextlib.contextmanager
def partitions(ray: str) -> Iterator[Partitions]:
    """What the setting says: nothing, this process; 'local' or an address, Ray.

    Ray is not asked for before there is work. Raises DataError for an address that is none.
    """
    if not ray:
        yield LOCAL
        return
    from contracts.ray_partitions import RayPartitions  # here, so that others need no Ray

    with RayPartitions(ray) as there:
        yield there
