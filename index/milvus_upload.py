"""Putting a version's vectors into Milvus, pointing at it, and taking old versions away."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import DataError
from index.milvus_client import (
    COLLECTION_PREFIX,
    CONNECT_S,
    Address,
    collection_of,
    connected,
    decade,
    dimension,
    in_one_sentence,
    parsed,
    seal_of,
    sealed,
)
from index.milvus_engine import LINKS, LINKS_BUILT
from index.store import Floats, Rows

ALIAS = "cartelera"
"""Always names the collection of one whole version, for those who do not know which."""

BATCH_BYTES = 4 << 20
"""Vectors sent at once; a server takes 64 MB at most, and holds a batch more than once."""

LANGUAGE_BYTES = 64
BATCH_S, BUILD_S = 60.0, 3600.0
"""How long a batch may take, and the index of all films or loading them."""


@dataclass(frozen=True)
class Uploaded:
    """A version in Milvus: whether it is whole, and whether the alias points to it."""

    version: str
    films: int
    whole: bool
    pointed_at: bool


@dataclass(frozen=True)
class Films:
    """What is uploaded: a film's place in `years` and `languages` is its row.

    `vectors` gives those at some rows, shape (rows, dim): an index's `at`, or an array's
    `__getitem__`. Year 0 is unknown, and so is the language None.
    """

    vectors: Callable[[Rows], Floats]
    years: NDArray[np.int16]
    languages: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.years)

    @cached_property
    def dim(self) -> int:
        """How many numbers a vector has."""
        return int(self.vectors(np.zeros(1 if len(self) else 0, np.int64)).shape[1])


def upload(
    address: str, version: str, films: Films, progress: Callable[[int], None] = lambda films: None
) -> bool:
    """Make Milvus hold a version's films, searchable; False if it did so already.

    What an upload that died has left is removed first. `progress` is told of films as they are
    taken. Raises DataError.
    """
    where, name = parsed(address), collection_of(version)
    client = connected(where, DataError)
    try:
        with in_one_sentence(DataError, where):
            if _is_whole(client, name, version, films):
                client.load_collection(name, timeout=BUILD_S)
                return False
            _clear(client, name)
            _create(client, name, version, films)
            for partition, rows in _batches(films):
                _insert(client, name, partition, rows, films)
                progress(len(rows))
            _finish(client, where, name, version, films)
            return True
    finally:
        client.close()


def _is_whole(client: Any, name: str, version: str, films: Films) -> bool:
    if not client.has_collection(name, timeout=CONNECT_S):
        return False
    seal = sealed(client.list_partitions(name, timeout=CONNECT_S))
    held = client.get_collection_stats(name, timeout=CONNECT_S)["row_count"]
    dim = dimension(client.describe_collection(name, timeout=CONNECT_S))
    return seal == (version, len(films)) and (int(held), dim) == (len(films), films.dim)


def _clear(client: Any, name: str) -> None:
    """Drop what a collection was left as, and the alias first: servers after 2.3 want it so."""
    if client.has_collection(name, timeout=CONNECT_S):
        for alias in client.list_aliases(name, timeout=CONNECT_S)["aliases"]:
            client.drop_alias(alias, timeout=CONNECT_S)
        client.drop_collection(name, timeout=BATCH_S)


def _create(client: Any, name: str, version: str, films: Films) -> None:
    from pymilvus import DataType

    schema = client.create_schema(
        auto_id=False, enable_dynamic_field=False, description=f"cartelera, version {version}"
    )
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("year", DataType.INT16)
    schema.add_field("language", DataType.VARCHAR, max_length=LANGUAGE_BYTES)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=films.dim)
    client.create_collection(name, schema=schema, timeout=BATCH_S)
    for year in sorted({int(year) // 10 * 10 for year in films.years}):
        client.create_partition(name, decade(year), timeout=BATCH_S)


def _batches(films: Films) -> Iterator[tuple[str, Rows]]:
    """All rows in batches, each of one decade, which is a partition."""
    size = max(1, BATCH_BYTES // (4 * films.dim))
    decades = np.maximum(films.years, 0) // 10
    for each in np.unique(decades):
        rows = np.flatnonzero(decades == each)
        for start in range(0, len(rows), size):
            yield decade(int(each) * 10), rows[start : start + size]


def _insert(client: Any, name: str, partition: str, rows: Rows, films: Films) -> None:
    vectors = np.ascontiguousarray(films.vectors(rows), dtype=np.float32)
    batch = [
        {
            "row": row,
            "year": int(films.years[row]),
            "language": films.languages[row] or "",
            "vector": vector,
        }
        for row, vector in zip(rows.tolist(), vectors, strict=True)
    ]
    client.insert(name, batch, partition_name=partition, timeout=BATCH_S)


def _finish(client: Any, address: Address, name: str, version: str, films: Films) -> None:
    """Make sure of what was inserted, index it, say that it is whole, and load it."""
    client.flush(name, timeout=BUILD_S)
    held = int(client.get_collection_stats(name, timeout=BATCH_S)["row_count"])
    if held != len(films):
        raise DataError(f"Milvus at {address} took {held} films of {len(films)}; upload them again")
    index = client.prepare_index_params()
    index.add_index(
        "vector",
        index_name="vector",
        index_type="HNSW",
        metric_type="IP",
        params={"M": LINKS, "efConstruction": LINKS_BUILT},
    )
    client.create_index(name, index, timeout=BUILD_S)
    client.create_partition(name, seal_of(version, held), timeout=BATCH_S)
    client.load_collection(name, timeout=BUILD_S)


def point_alias(address: str, version: str) -> None:
    """Let the alias `cartelera` name this version's collection, at one stroke; DataError."""
    where, name = parsed(address), collection_of(version)
    client = connected(where, DataError)
    from pymilvus.exceptions import MilvusException

    try:
        with in_one_sentence(DataError, where):
            uploaded = _uploaded(client)
            if not any(each.version == version and each.whole for each in uploaded):
                raise DataError(f"Milvus at {where} does not hold version {version}, whole")
            if any(each.pointed_at for each in uploaded):
                client.alter_alias(name, ALIAS, timeout=CONNECT_S)
            else:
                # one whose collection was dropped is not listed any more, and still there
                with contextlib.suppress(MilvusException):
                    client.drop_alias(ALIAS, timeout=CONNECT_S)
                client.create_alias(name, ALIAS, timeout=CONNECT_S)
    finally:
        client.close()


def versions(address: str) -> list[Uploaded]:
    """The versions in Milvus, whole or not, by name; DataError."""
    where = parsed(address)
    client = connected(where, DataError)
    try:
        with in_one_sentence(DataError, where):
            return _uploaded(client)
    finally:
        client.close()


def drop(address: str, version: str) -> bool:
    """Take a version away, unless the alias points to it (DataError); False if it is not there."""
    where, name = parsed(address), collection_of(version)
    client = connected(where, DataError)
    try:
        with in_one_sentence(DataError, where):
            found = [each for each in _uploaded(client) if each.version == version]
            # Milvus 2.3 would drop it, and the alias with it
            if any(each.pointed_at for each in found):
                raise DataError(f"version {version} is the one in use in Milvus at {where}")
            if found:
                client.drop_collection(name, timeout=BATCH_S)
            return bool(found)
    finally:
        client.close()


def _uploaded(client: Any) -> list[Uploaded]:
    names = client.list_collections(timeout=CONNECT_S)
    return [_told(client, name) for name in sorted(names) if name.startswith(COLLECTION_PREFIX)]


def _told(client: Any, name: str) -> Uploaded:
    version = name.removeprefix(COLLECTION_PREFIX)
    seal = sealed(client.list_partitions(name, timeout=CONNECT_S))
    held = int(client.get_collection_stats(name, timeout=CONNECT_S)["row_count"])
    aliases = client.list_aliases(name, timeout=CONNECT_S)["aliases"]
    return Uploaded(version, held, seal == (version, held), ALIAS in aliases)
