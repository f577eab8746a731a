"""One refresh: the raw folder read again, what changed built, and published as one step."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import DataError
from contracts.refreshes import FAILED, GOOD, INTERRUPTED, PUBLISHED, REFUSED, UNCHANGED, Run
from contracts.refreshes import Outcome as Ended
from contracts.versions import Outcome, is_whole, read_manifest
from etl.run import run_etl
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.build import run_index
from index.neighbour_state import State
from index.plan import Order
from refresh.history import Clock, History, Recorder, Stopped
from refresh.models import Models, counting
from refresh.pointers import point_both
from refresh.publication import DATA, INDEX, Built, Folders, Pair, folders, published
from refresh.retention import KEPT, never_published, prune

READING, LOADING, BUILDING = "datos", "modelos", "indice"
COMPARING, PUBLISHING, CLEANING = "revision", "publicacion", "limpieza"
"""Stages of a run, in their order."""

COUNTED = {"films": "movies", "ratings": "ratings", "titles": "titles"}
"""What is told of the data before and after, and how their manifests call it."""

Tell = Callable[[dict[str, float]], None]
Accept = Callable[[Folders | None, Folders, Tell], None]
"""Given the folders of what is published (None the first time) and of what would be: tells how much
changed, by name, and raises DataError to refuse it."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What to refresh: `var` from `raw`, keeping so many versions.

    With `refit` the index learns everything anew instead of inheriting from the one before.
    """

    raw: Path
    var: Path
    keep: int = KEPT
    refit: bool = False


def accept_anything(before: Folders | None, after: Folders, tell: Tell) -> None:
    """Refuse nothing, and tell nothing."""


def never() -> bool:
    """Nobody asks the run to stop."""
    return False


def run_refresh(
    job: Job,
    models: Models,
    accept: Accept = accept_anything,
    stopping: Callable[[], bool] = never,
    clock: Clock | None = None,
) -> Run:
    """Refresh once, and give what the history now tells of it.

    `stopping` is asked before each stage until publication. Raises DataError for a run that was
    refused, failed or was stopped, once that is told; both pointers are then as they were.
    """
    history = History(job.var)
    with history.locked():
        recorder = history.begin(clock or Clock())
        work = _Work(job, models, accept, stopping, history, recorder)
        try:
            outcome = work.do()
        except Exception as exc:
            _tell_failure(recorder, exc)
            raise
        return recorder.end(outcome)


def _tell_failure(recorder: Recorder, exc: Exception) -> None:
    said = " ".join(str(exc).split())
    if isinstance(exc, Stopped):
        recorder.end(INTERRUPTED, said)
    elif isinstance(exc, DataError):
        recorder.end(REFUSED if recorder.run.stage == COMPARING else FAILED, said)
    else:
        recorder.end(FAILED, f"{type(exc).__name__}: {said}")


@dataclass(frozen=True)
class _Work:
    """What one run does, stage by stage."""

    job: Job
    models: Models
    accept: Accept
    stopping: Callable[[], bool]
    history: History
    recorder: Recorder

    def do(self) -> Ended:
        before = published(self.job.var)
        self._enter(READING)
        data = run_etl(self.job.raw, self.job.var / DATA, point=False)
        recipe = self.models.recipe()
        self.recorder.know(data_built=data.version, recipe=recipe)
        self._count("before", before.data)
        self._count("after", data.version)
        if self._nothing_to_do(before, data, recipe):
            self.recorder.know(index_built=before.index)
            return self._cleaned(UNCHANGED)
        index = self._build(before, data)
        after = Built(data.version, index.version)
        self.recorder.know(index_built=after.index)
        if (after.data, after.index) == (before.data, before.index):
            return self._cleaned(UNCHANGED)
        self._enter(COMPARING)
        self._compare(before, after)
        self._enter(PUBLISHING)
        point_both(self.job.var, before, after)
        return self._cleaned(PUBLISHED)

    def _enter(self, stage: str) -> None:
        if self.stopping():
            raise Stopped("the refresh was stopped as asked, before anything was published")
        self.recorder.enter(stage)

    def _nothing_to_do(self, before: Pair, data: Outcome, recipe: str | None) -> bool:
        """Whether the index published was made of just these data, in just this way."""
        if self.job.refit or recipe is None or data.version != before.data or not before.index:
            return False
        good = [run for run in self.history.runs() if run.outcome in GOOD]
        made = [run.recipe for run in good if run.index_after == before.index]
        root = self.job.var / INDEX
        if made[-1:] != [recipe] or not is_whole(root, before.index, INDEX_KIND, INDEX_FORMAT):
            return False
        return read_manifest(root / before.index).inputs.get("data") == data.version

    def _build(self, before: Pair, data: Outcome) -> Outcome:
        self._enter(LOADING)
        encoders, counted = counting(self.models.load())
        self._enter(BUILDING)
        var = self.job.var
        order = Order(data=data.version, inherit=not self.job.refit, point=False)
        cache = var / "cache" / "embeddings"
        index = run_index(var / DATA, var / INDEX, encoders, cache, order=order)
        told = {"embedded": counted.texts}
        if (changed := _changed(var, before.index, index.version)) is not None:
            told["changed"] = changed
        self.recorder.know(counts=self.recorder.run.counts | told)
        return index

    def _compare(self, before: Pair, after: Built) -> None:
        made = folders(self.job.var, after)
        if made is None:
            raise DataError(f"what was built is gone from {self.job.var}; run again")
        self.accept(folders(self.job.var, before), made, self._changes)

    def _changes(self, told: dict[str, float]) -> None:
        self.recorder.know(changes=told)

    def _cleaned(self, outcome: Ended) -> Ended:
        """Old versions go; that never makes a good run a bad one."""
        try:
            self.recorder.enter(CLEANING)
            unwanted = never_published([*self.history.runs(), self._as_good()])
            prune(self.job.var, self.job.keep, unwanted)
        except (DataError, OSError) as exc:
            logger.warning("old_versions_left reason=%s", exc)
        return outcome

    def _as_good(self) -> Run:
        after = published(self.job.var)
        return self.recorder.run.model_copy(
            update={"data_after": after.data, "index_after": after.index}
        )

    def _count(self, when: str, version: str | None) -> None:
        """What the data of a version hold, where it is still there."""
        if version is None:
            return
        try:
            counts = read_manifest(self.job.var / DATA / version).counts
        except DataError:
            return
        told = {f"{name}_{when}": counts.get(key, 0) for name, key in COUNTED.items()}
        self.recorder.know(counts=self.recorder.run.counts | told)


def _changed(var: Path, before: str | None, after: str) -> int | None:
    """How many films of an index are new or differ from those before; None where unknown."""
    states = var / "cache" / "neighbours"
    then = State.load(states, before) if before else None
    now = State.load(states, after)
    if then is None or now is None:
        return None
    return int((then.rows_of(now.movie_ids, now.digests) < 0).sum())
