import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import DataError
from index.encoders.embedding_cache import CHUNK_TEXTS, EmbeddingCache, embed

TEXTS = [f"film number {number}" for number in range(1300)]
"""Three chunks, the last one short."""

BUILD = """
import sys, time
from pathlib import Path
from index.encoders.embedding_cache import EmbeddingCache, embed
from tests.index.encoders.test_embedding_cache import TEXTS, HashEncoder

class SlowEncoder(HashEncoder):
    def encode(self, texts):
        time.sleep(0.5)
        return super().encode(texts)

encoder = SlowEncoder()
with EmbeddingCache(Path(sys.argv[1]), encoder) as cache:
    embed(TEXTS, encoder, cache)
"""


class HashEncoder:
    """Vectors out of a hash; remembers what it was asked."""

    def __init__(self, name: str = "hash/1@0") -> None:
        self.name, self.dim, self.seen = name, 8, []

    def encode(self, texts):
        self.seen += texts
        digests = [hashlib.sha256(text.encode()).digest()[: self.dim] for text in texts]
        rows = np.array([list(digest) for digest in digests], np.float32).reshape(-1, self.dim)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def encoder():
    return HashEncoder()


def embed_all(root, encoder, texts=TEXTS):
    with EmbeddingCache(root, encoder) as cache:
        return embed(texts, encoder, cache)


def chunks(root):
    return sorted(root.rglob("*.chunk"))


def test_vectors_come_in_the_order_of_the_texts(tmp_path, encoder):
    vectors = embed_all(tmp_path, encoder)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, HashEncoder().encode(TEXTS))


def test_a_build_with_nothing_changed_embeds_nothing(tmp_path, encoder):
    first = embed_all(tmp_path, encoder)
    again = HashEncoder()
    np.testing.assert_array_equal(embed_all(tmp_path, again), first)
    assert again.seen == []


def test_only_changed_texts_are_embedded(tmp_path, encoder):
    embed_all(tmp_path, encoder)
    again = HashEncoder()
    embed_all(tmp_path, again, [*TEXTS[::-1], "a new film", "another"])
    assert sorted(again.seen) == ["a new film", "another"]


def test_equal_texts_are_embedded_once(tmp_path, encoder):
    vectors = embed_all(tmp_path, encoder, ["twin", "other", "twin"])
    assert sorted(encoder.seen) == ["other", "twin"]
    np.testing.assert_array_equal(vectors[0], vectors[2])


def test_no_texts_give_no_vectors(tmp_path, encoder):
    assert embed_all(tmp_path, encoder, []).shape == (0, 8)
    assert encoder.seen == []


def test_the_order_of_the_films_changes_nothing_on_disk(tmp_path, encoder):
    embed_all(tmp_path / "a", encoder)
    embed_all(tmp_path / "b", encoder, TEXTS[::-1])
    pairs = zip(chunks(tmp_path / "a"), chunks(tmp_path / "b"), strict=True)
    assert all(one.read_bytes() == other.read_bytes() for one, other in pairs)


def test_another_encoder_has_a_folder_of_its_own(tmp_path, encoder):
    embed_all(tmp_path, encoder)
    other = HashEncoder("hash/2@0")
    embed_all(tmp_path, other)
    assert len(other.seen) == len(TEXTS)


def test_progress_is_told_chunk_by_chunk(tmp_path, encoder):
    told = []

    class Track:
        def __init__(self, total, what):
            told.append(total)

        def __enter__(self):
            return told.append

        def __exit__(self, *_):
            told.append("end")

    with EmbeddingCache(tmp_path, encoder) as cache:
        embed(TEXTS, encoder, cache, Track)
    assert told == [1300, 512, 512, 276, "end"]


@pytest.mark.slow
def test_a_killed_build_goes_on_where_it_was(tmp_path, encoder):
    process = subprocess.Popen([sys.executable, "-c", BUILD, tmp_path], cwd=Path.cwd())
    wait_for(lambda: len(chunks(tmp_path)) == 2, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    vectors = embed_all(tmp_path, encoder)
    assert len(encoder.seen) == len(TEXTS) - 2 * CHUNK_TEXTS
    np.testing.assert_array_equal(vectors, HashEncoder().encode(TEXTS))


@pytest.mark.slow
def test_a_second_build_is_told_that_the_cache_is_in_use(tmp_path, encoder):
    process = subprocess.Popen([sys.executable, "-c", BUILD, tmp_path], cwd=Path.cwd())
    wait_for(lambda: chunks(tmp_path), process)
    with pytest.raises(DataError, match="another build is using the cache"):
        EmbeddingCache(tmp_path, encoder)
    assert process.wait() == 0
    embed_all(tmp_path, encoder)
    assert encoder.seen == []


def wait_for(condition, process):
    while not condition():
        assert process.poll() is None, "the build ended too early"
        time.sleep(0.01)


@pytest.mark.parametrize("keep", [0, 30, 5000, -1], ids=["none", "header", "half", "almost all"])
def test_a_torn_chunk_is_dropped_and_embedded_again(tmp_path, encoder, keep, caplog):
    first = embed_all(tmp_path, encoder)
    torn = chunks(tmp_path)[1]
    torn.write_bytes(torn.read_bytes()[:keep])
    again = HashEncoder()
    np.testing.assert_array_equal(embed_all(tmp_path, again), first)
    assert len(again.seen) == CHUNK_TEXTS
    assert "embedding_chunk_dropped" in caplog.text


def test_an_altered_chunk_is_dropped(tmp_path, encoder):
    embed_all(tmp_path, encoder)
    path = chunks(tmp_path)[0]
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    again = HashEncoder()
    embed_all(tmp_path, again)
    assert len(again.seen) == CHUNK_TEXTS


def test_what_a_killed_writer_left_unfinished_is_removed(tmp_path, encoder):
    embed_all(tmp_path, encoder)
    draft = chunks(tmp_path)[0].with_name("000003.tmp")
    draft.write_bytes(b"half a chunk")
    embed_all(tmp_path, encoder)
    assert not draft.exists()


def test_vectors_that_are_not_numbers_are_refused(tmp_path, encoder):
    with EmbeddingCache(tmp_path, encoder) as cache, pytest.raises(ValueError):
        cache.add(["a film"], np.full((1, 8), np.nan, np.float32))
    assert chunks(tmp_path) == []


def test_a_cache_that_cannot_be_made_is_one_sentence(tmp_path, encoder):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot use the cache"):
        EmbeddingCache(tmp_path / "file", encoder)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 48 KiB, room for the first chunk alone."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small file system can only be mounted by root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_one_sentence_and_loses_nothing(small_disk, encoder):
    with pytest.raises(DataError, match="No space left on device; what it holds is safe"):
        embed_all(small_disk, encoder)
    assert list(small_disk.rglob("*.tmp")) == []
    assert len(chunks(small_disk)) == 1
    subprocess.run(["mount", "-o", "remount,size=1m", str(small_disk)], check=True)
    again = HashEncoder()
    embed_all(small_disk, again)
    assert len(again.seen) == len(TEXTS) - CHUNK_TEXTS
