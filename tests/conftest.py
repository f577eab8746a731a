"""What all tests share: the sample, the real data where it is there, and built versions."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ray_cluster import RayCluster
    from tests.stack import Stack

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # tests import tests.raw, benchmarks and data by their folders

SAMPLE = ROOT / "data" / "sample"
REAL = ROOT.parent / "shared" / "data" / "the-movies-dataset"

pytest_plugins = ["tests.browser"]


@pytest.fixture(scope="session")
def sample_raw() -> Path:
    """The raw files that come with the project."""
    return SAMPLE


@pytest.fixture(scope="session")
def real_raw() -> Path:
    """The original files, where this machine has them."""
    if not REAL.is_dir():
        pytest.skip("the real data set is not on this machine; data/sample covers the behaviour")
    return REAL


@pytest.fixture(scope="session")
def sample_data(sample_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root built from the sample."""
    from etl.run import run_etl

    root = tmp_path_factory.mktemp("sample") / "data"
    run_etl(sample_raw, root)
    return root


@pytest.fixture(scope="session")
def sample_var(sample_data: Path) -> Path:
    """A folder with data/, from the sample, and index/, built from it with a fake encoder."""
    from index.build import run_index
    from tests.fakes import hash_encoders

    var = sample_data.parent
    run_index(sample_data, var / "index", hash_encoders(), var / "cache")
    return var


@pytest.fixture(scope="session")
def real_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the whole stack builds; shared, so that everything is embedded once."""
    return tmp_path_factory.mktemp("stack")


@pytest.fixture(scope="session")
def sample_stack(sample_raw: Path, real_var: Path) -> Iterator["Stack"]:
    """The whole stack on the sample, one for all tests that only ask it."""
    from tests.stack import running

    with running(sample_raw, real_var) as started:
        yield started


@pytest.fixture(scope="session")
def ray_nodes() -> Iterator["RayCluster"]:
    """A real Ray cluster of two nodes, one for all tests; who kills a node makes it whole."""
    from tests.ray_cluster import ray_cluster

    with ray_cluster() as cluster:
        yield cluster


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio alone."""
    return "asyncio"
