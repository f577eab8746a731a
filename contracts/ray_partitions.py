"""Functions over parts on Ray Data: parts are rows of a dataset, and what is lost is done again."""

import contextlib
import pickle
import re
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from contracts.errors import DataError
from contracts.ray_session import check_address, connected
from contracts.release import VERSION

T = TypeVar("T")
R = TypeVar("R")

PLACE, PART, RESULT, FAULT = "place", "part", "result", "fault"
"""Columns of the datasets: a part's number and itself; what became of it, or why nothing did."""

LACKING = re.compile(r"No module named '[^']+'")
REMEDY = f"every node needs cartelera {VERSION} and the packages of its jobs"
COLOUR = re.compile(r"\x1b\[\d+m")

Row = dict[str, Any]


class RayPartitions:
    """Partitions of a cluster of Ray. Use it as a context manager; Ray is asked once there is work.

    A node that is lost, or a process killed, costs the time of its parts: Ray gives them to others,
    as often as need be.
    """

    def __init__(self, where: str) -> None:
        """'local', a Ray of this machine's own, or a cluster's host:port; DataError for neither."""
        check_address(where)
        self._where = where
        self._ending = contextlib.ExitStack()
        self._ray: Any = None

    def map(self, function: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        """As `Partitions.map`; all parts are taken before the first result is given."""
        return self._results(parts, lambda rows, _: rows.map(_done, fn_args=[function, VERSION]))

    def map_made(self, make: Callable[[], Callable[[T], R]], parts: Iterable[T]) -> Iterator[R]:
        """As `Partitions.map_made`, in actors, one a core at most."""

        def by_actors(rows: Any, count: int) -> Any:
            from ray.data import ActorPoolStrategy

            most = max(1, min(count, int(self._ray.cluster_resources().get("CPU", 1))))
            pool = ActorPoolStrategy(min_size=1, max_size=most)
            return rows.map(_Maker, fn_constructor_args=[make, VERSION], compute=pool)

        return self._results(parts, by_actors)

    def close(self) -> None:
        """Leave the cluster; one that was started for this ends."""
        self._ending.close()
        self._ray = None

    def __enter__(self) -> Self:
        """The partitions themselves."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _results(self, parts: Iterable[T], lay: Callable[[Any, int], Any]) -> Iterator[Any]:
        """Results in the order of the parts, by the dataset that `lay` makes of their rows."""
        rows = [
            {PLACE: place, PART: pickle.dumps(part, pickle.HIGHEST_PROTOCOL)}
            for place, part in enumerate(parts)
        ]
        if not rows:
            return
        count, ray = len(rows), self._connected()
        with _in_order(ray), self._telling_of_loss(ray):
            # one block a part: Ray gives out, and repeats, whole blocks
            given = ray.data.from_items(rows, override_num_blocks=count)
            del rows
            place = -1
            for place, row in enumerate(lay(given, count).iter_rows()):
                assert row[PLACE] == place, "Ray mixed up the parts"
                if row[FAULT]:
                    raise DataError(f"on a node of Ray: {row[FAULT]}")
                yield pickle.loads(row[RESULT])
            assert place == count - 1, "Ray lost parts"

    def _connected(self) -> Any:
        if self._ray is None:
            self._ray = self._ending.enter_context(connected(self._where))
        return self._ray

    @contextlib.contextmanager
    def _telling_of_loss(self, ray: Any) -> Iterator[None]:
        """A cluster that is gone is told as DataError; a fault of a function stays what it is."""
        try:
            yield
        except ray.exceptions.RayError as exc:
            if lacking := LACKING.search(str(exc)):
                raise DataError(f"{lacking[0]} on a node of Ray: {REMEDY}") from exc
            if isinstance(exc, ray.exceptions.RayTaskError):
                raise
            reason = COLOUR.sub("", str(exc)).strip().partition("\n")[0]
            raise DataError(f"Ray at {self._where} gave up: {reason}") from exc


@contextlib.contextmanager
def _in_order(ray: Any) -> Iterator[None]:
    """Datasets made within give their rows in order, and show no bar of their own."""
    context = ray.data.DataContext.get_current().copy()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = context.print_on_execution_start = False
    with ray.data.DataContext.current(context):
        yield


class _Maker:
    """On a node: holds the function that was made there, with the first part."""

    def __init__(self, make: Callable[[], Callable[[Any], Any]], release: str) -> None:
        self._make, self._release = make, release
        self._function: Callable[[Any], Any] | None = None

    def __call__(self, row: Row) -> Row:
        return _done(row, self._made, self._release)

    def _made(self, part: Any) -> Any:
        # not in the constructor: what that raises, Ray tells as the death of an actor
        if self._function is None:
            self._function = self._make()
        return self._function(part)


def _done(row: Row, function: Callable[[Any], Any], release: str) -> Row:
    """On a node: the row of a part's result, or of the sentence why there is none."""
    result, fault = b"", ""
    try:
        if release != VERSION:
            raise DataError(f"cartelera is {VERSION} there and {release} here")
        result = pickle.dumps(function(pickle.loads(row[PART])), pickle.HIGHEST_PROTOCOL)
    except DataError as exc:
        fault = str(exc) or "no reason given"
    return {PLACE: row[PLACE], RESULT: result, FAULT: fault}
