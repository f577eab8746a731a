import pickle
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import DataError
from contracts.versions import current_version
from index.encoders.encoder import load_encoder
from index.encoders.multilingual import MultilingualEncoder
from tests.ray_cluster import Job, RayCluster

TEXTS = ["A heist goes wrong.", "Un atraco sale mal."]


def content_of(index: Path) -> dict[str, bytes]:
    """Every file of the published version, its manifest too."""
    folder = index / str(current_version(index))
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def chunks(var: Path) -> int:
    return len(list((var / "cache").rglob("*.chunk")))


@pytest.mark.slow
def test_a_driver_killed_loses_nothing_kept_and_a_node_lost_changes_no_byte(
    ray_nodes: RayCluster, sample_var: Path, tmp_path: Path
) -> None:
    job = Job("index", sample_var / "data", tmp_path, ray_nodes.address)
    job.wait_for(8)
    job.kill()
    kept = chunks(tmp_path)
    assert kept >= 7  # the eighth may not have reached the disk
    again = Job("index", sample_var / "data", tmp_path, ray_nodes.address)
    again.wait_for(8)
    ray_nodes.other.kill()
    assert again.finish() == current_version(sample_var / "index")
    assert again.arrived == chunks(tmp_path) - kept
    assert content_of(tmp_path / "index") == content_of(sample_var / "index")
    ray_nodes.make_whole()


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fast", "exact"])
def test_an_encoder_that_travelled_gives_the_same_bytes(precision: str, tmp_path: Path) -> None:
    encoder = load_encoder(precision=precision, cache_dir=tmp_path)
    arrived = pickle.loads(pickle.dumps(encoder))
    assert (arrived.name, arrived.dim) == (encoder.name, encoder.dim)
    assert np.array_equal(arrived.encode(TEXTS), encoder.encode(TEXTS))


def test_the_multilingual_encoder_travels_as_its_name(tmp_path: Path) -> None:
    encoder = MultilingualEncoder()
    sent = pickle.dumps(encoder)
    assert len(sent) < 1000
    assert pickle.loads(sent).encode(TEXTS).tobytes() == encoder.encode(TEXTS).tobytes()


def test_where_the_multilingual_encoder_is_another_one_it_is_refused() -> None:
    encoder = MultilingualEncoder()
    encoder.name = "another/1"
    with pytest.raises(DataError, match="by another/1 here"):
        pickle.loads(pickle.dumps(encoder))
