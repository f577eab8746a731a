"""Refreshes with encoders out of a hash, over a handful of films; also for other processes."""

from collections.abc import Callable
from pathlib import Path

from contracts.columns import DATA_FORMAT
from contracts.refreshes import Run
from contracts.versions import open_current
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.embeddings import Encoders
from refresh.history import Clock, History
from refresh.models import digest
from refresh.publication import Pair
from refresh.run import Accept, Job, accept_anything, never, run_refresh
from tests.fakes import hash_encoders
from tests.raw import credit, film, raw_folder


class HashModels:
    """Models (refresh.models) out of a hash, which say how often they were loaded."""

    def __init__(self, name: str = "hash/1", known: bool = True) -> None:
        self.name, self.known, self.loaded = name, known, 0

    def recipe(self) -> str | None:
        return digest(self.name) if self.known else None

    def load(self) -> Encoders:
        self.loaded += 1
        return hash_encoders(self.name)


class Place:
    """A raw folder and what is built of it."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.var = folder / "raw", folder / "var"
        self.models = HashModels()
        self.turn = 100

    def have_another(self) -> "Place":
        """Raw files of five films and a sixth that there never was."""
        self.turn += 1
        return self.have(5, self.turn)

    def have(self, films: int, *others: int) -> "Place":
        """Raw files of that many films, and of these others."""
        numbers = [*range(1, films + 1), *others]
        raw_folder(
            self.raw,
            [film(n, f"Film {n}", vote_count=str(n)) for n in numbers],
            [credit(n, [f"Actor {n}"], [f"Director {n}"]) for n in numbers],
        )
        return self

    def refresh(
        self,
        accept: Accept = accept_anything,
        stopping: Callable[[], bool] = never,
        clock: Clock | None = None,
        keep: int = 3,
        refit: bool = False,
    ) -> Run:
        """One run."""
        job = Job(self.raw, self.var, keep, refit)
        return run_refresh(job, self.models, accept, stopping, clock)

    def served(self) -> Pair:
        """What is published, whole by its checksums."""
        data = open_current(self.var / "data", "data", DATA_FORMAT)[1]
        index = open_current(self.var / "index", INDEX_KIND, INDEX_FORMAT)[1]
        return Pair(data.version, index.version)

    def last(self) -> Run:
        """The last run the history tells of."""
        return History(self.var).runs()[-1]

    def versions(self, kind: str) -> set[str]:
        """Folders of the root of versions."""
        root = self.var / kind
        return {path.name for path in root.iterdir() if path.is_dir() and path.name[0] != "."}
