"""Whether the raw folder is still what its hashes say, once everything was read from it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from contracts.errors import DataError
from etl.sources import Source, find_sources


class Stamp(NamedTuple):
    """What tells one writing of a file from another without reading it."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> "Stamp | None":
        """That of `path`; None where it is gone."""
        try:
            told = path.stat()
        except OSError:
            return None
        return cls(told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns)

    def may_be_torn(self, later: "Stamp") -> bool:
        """Whether the file was written in place: who read it meanwhile may have read halves."""
        same = (self.device, self.inode) == (later.device, later.inode)
        return same and (self.size, self.modified) != (later.size, later.modified)


@dataclass(frozen=True)
class Seen:
    """The files of a raw folder by role, and what each was before it was read."""

    raw: Path
    sources: dict[str, Source]
    inputs: dict[str, str]
    """SHA-256 by role."""
    stamps: dict[Path, Stamp | None]

    @classmethod
    def of(cls, raw: Path) -> "Seen":
        """The folder as it is now; DataError for what `find_sources` refuses or none can read."""
        sources = find_sources(raw)
        stamps = {source.path: Stamp.of(source.path) for source in sources.values()}
        inputs = {role: source.sha256() for role, source in sorted(sources.items())}
        return cls(raw, sources, inputs, stamps)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Raise DataError if the folder changes within; for whatever else fails it is the reason.

        A file that is being written reads like a damaged one, and "damaged" would mislead.
        """
        try:
            yield
        except DataError:
            self.check()
            raise
        self.check()

    def check(self) -> None:
        """Raise DataError where a file came, went or was written since."""
        if changed := self._changed():
            raise DataError(
                f"the raw folder {self.raw} changed while it was read: {', '.join(changed)};"
                " run again once nobody writes to it"
            )

    def _changed(self) -> list[str]:
        try:
            now = find_sources(self.raw)
        except DataError as exc:
            return [str(exc)]
        roles = sorted(self.sources.keys() | now.keys())
        return [
            str(self.sources.get(role, now.get(role)))
            for role in roles
            if self.sources.get(role) != now.get(role) or self._written(role)
        ]

    def _written(self, role: str) -> bool:
        source = self.sources[role]
        before, now = self.stamps[source.path], Stamp.of(source.path)
        if before is None or now is None or before.may_be_torn(now):
            return True
        try:  # another file of the same bytes in its place, say, is as good
            return before != now and source.sha256() != self.inputs[role]
        except DataError:
            return True
