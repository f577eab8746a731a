from pathlib import Path

import pytest

from contracts.versions import current_version
from tests.ray_cluster import Job, RayCluster

pytestmark = pytest.mark.slow


def content_of(data: Path) -> dict[str, bytes]:
    """Every file of the published version, its manifest too."""
    folder = data / str(current_version(data))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_driver_killed_publishes_nothing(
    ray_nodes: RayCluster, sample_raw: Path, tmp_path: Path
) -> None:
    job = Job("etl", sample_raw, tmp_path, ray_nodes.address)
    job.wait_for(5)
    job.kill()
    assert current_version(tmp_path / "data") is None


def test_a_node_lost_half_way_changes_no_byte(
    ray_nodes: RayCluster, sample_raw: Path, sample_data: Path, tmp_path: Path
) -> None:
    job = Job("etl", sample_raw, tmp_path, ray_nodes.address)
    job.wait_for(5)
    ray_nodes.other.kill()
    assert job.finish() == current_version(sample_data)
    assert content_of(tmp_path / "data") == content_of(sample_data)
    ray_nodes.make_whole()
