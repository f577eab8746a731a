"""Which versions stay: the newest, whatever is pointed at, and data that an index needs."""

import contextlib
import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from contracts.builds import named_in, newest_first
from contracts.errors import DataError, VersionError
from contracts.refreshes import Run
from contracts.versions import POINTER, PREVIOUS, STAGING, Manifest, building, read_manifest
from refresh.publication import DATA, INDEX

KEPT, LEAST = 3, 2
"""Versions of each kind that are kept, unless told otherwise; and the fewest that can be: what is
published, and what was before, which a service may still be loading."""

logger = logging.getLogger(__name__)


def never_published(runs: Iterable[Run]) -> set[str]:
    """Versions that runs made and none of them published: what was refused, or came to nothing."""
    built: set[str | None] = set()
    shown: set[str | None] = {None}
    for run in runs:
        built |= {run.data_built, run.index_built}
        shown |= {run.data_before, run.data_after, run.index_before, run.index_after}
    return {version for version in built - shown if version}


def prune(var: Path, keep: int, unwanted: set[str]) -> list[str]:
    """Remove versions of data and index until `keep` of each are left; the names of those gone.

    Never the one published nor the one before it, nor data that an index left needs; those
    `unwanted` go whatever their age. While a build runs nothing is removed: the next run does.
    """
    data, index = var / DATA, var / INDEX
    try:
        with building(data), building(index):
            gone = _remove(index, _stay(index, keep, unwanted))
            needed = {manifest.inputs.get("data") for manifest in _manifests(index).values()}
            return gone + _remove(data, _stay(data, keep, unwanted) | needed)
    except DataError as exc:
        logger.warning("old_versions_left reason=%s", exc)
        return []


def _stay(root: Path, keep: int, unwanted: set[str]) -> set[str | None]:
    there = _manifests(root)
    pointed: set[str | None] = {named_in(root / name) for name in (POINTER, PREVIOUS)}
    others = [name for name in there if name not in pointed | unwanted]
    return pointed | set(others[: max(0, keep - len(pointed & there.keys()))])


def _remove(root: Path, stay: set[str | None]) -> list[str]:
    gone = []
    for name in _manifests(root):
        if name in stay:
            continue
        hidden = root / f"{STAGING}removed-{name}"  # so that nobody opens what is half gone
        with contextlib.suppress(OSError):
            (root / name).rename(hidden)
            gone.append(name)
        shutil.rmtree(hidden, ignore_errors=True)
    if gone:
        logger.info("old_versions_removed root=%s versions=%s", root, ",".join(gone))
    return gone


def _manifests(root: Path) -> dict[str, Manifest]:
    """The versions in `root`, the newest first; a folder that is none is nobody's to remove."""
    found = {}
    for folder in newest_first(root):
        with contextlib.suppress(VersionError):
            manifest = read_manifest(folder)
            if manifest.version == folder.name:
                found[folder.name] = manifest
    return found
