"""An engine on a Milvus server, or on milvus-lite: the vectors of a version, held outside."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from index.engine import MILVUS, Among, EngineFault
from index.milvus_client import (
    CONNECT_S,
    Address,
    collection_of,
    connected,
    dimension,
    in_one_sentence,
    parsed,
    sealed,
)
from index.store import Floats, Rows

LINKS, LINKS_BUILT = 32, 200
"""HNSW's M and efConstruction: links a film keeps, and films looked at to choose them. Half as
many links miss more where hundreds of numbers say little each; twice as many cost memory alone."""

LOOKED_AT = 256
"""HNSW's ef, at least: films looked at in each segment; Milvus wants no less than it shall find."""

MOST = 16_384
"""Films that Milvus finds at once; it refuses to look for more."""

FEW = 4096
"""Up to so many allowed films are named to Milvus one by one."""

SPARE, GROWTH = 1.5, 4
"""Films asked for beyond those expected to be allowed, and by how much more if they are too few."""

DEADLINE_S = 1.0
PAUSE_S = 2.0
"""After a fault only one request in so many seconds waits for Milvus; the others go on without."""

THREADS = 8
"""Requests that wait for Milvus at once; the client's own deadline leaves out reconnecting."""


class MilvusEngine:
    """See index.engine.Engine. Milvus holds a copy of the vectors, in single precision."""

    def __init__(
        self, address: Address, client: Any, collection: str, films: int, deadline_s: float
    ) -> None:
        self._address, self._client = address, client
        self._collection, self._films = collection, films
        self._deadline_s = deadline_s
        self._partitions = frozenset(client.list_partitions(collection, timeout=CONNECT_S))
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="milvus")
        self._fault, self._again = "", 0.0

    @classmethod
    def open(
        cls, address: str, version: str, dim: int, films: int, deadline_s: float = DEADLINE_S
    ) -> "MilvusEngine":
        """The engine on the collection of a version, which has to hold just what it says.

        Raises EngineFault where it does not or Milvus does not answer, DataError where the address
        cannot be understood or the client is not installed.
        """
        where, collection = parsed(address), collection_of(version)
        if where.lite and not Path(where.uri).exists():
            raise EngineFault(f"there is no file {where} that milvus-lite could open")
        client = connected(where, EngineFault)
        try:
            with in_one_sentence(EngineFault, where):
                _check(client, where, version, dim, films)
                return cls(where, client, collection, films, deadline_s)
        except BaseException:
            client.close()
            raise

    def nearest(self, query: Floats, k: int, among: Among | None = None) -> Rows:
        """See index.engine.Engine; of more than 16,384 films it finds so many."""
        rows = np.arange(self._films) if among is None else np.flatnonzero(among.rows)
        k = min(k, len(rows), MOST)
        if k < 1 or k == len(rows):  # all of them: there is nothing to ask
            return rows[: max(k, 0)]
        self._let_rest()
        ends = time.monotonic() + self._deadline_s
        try:
            with in_one_sentence(EngineFault, self._address):
                return self._within(ends, query, k, rows, among)
        except EngineFault as exc:
            self._fault, self._again = str(exc), time.monotonic() + PAUSE_S
            raise

    def _let_rest(self) -> None:
        """Raise EngineFault if Milvus has just failed; one request in a while tries again."""
        now = time.monotonic()
        if self._fault and now < self._again:
            raise EngineFault(self._fault)
        if self._fault:
            self._again = now + PAUSE_S

    def _within(self, ends: float, query: Floats, k: int, rows: Rows, among: Among | None) -> Rows:
        # in another thread, since the client's deadline does not hold while it connects again
        try:
            asked = self._threads.submit(self._found, query, k, rows, among, ends)
        except RuntimeError:
            raise EngineFault(f"the engine on Milvus at {self._address} was closed") from None
        try:
            found = asked.result(ends - time.monotonic())
        finally:
            asked.cancel()
        self._fault = ""
        return found

    def _found(self, query: Floats, k: int, rows: Rows, among: Among | None, ends: float) -> Rows:
        """Rows found before the deadline: as many are asked for as it takes to find `k` allowed."""
        if among is None:
            return self._search(query, k, "", None, ends)
        partitions = self._touched(among.years)
        if partitions is not None and not partitions:
            return rows[:0]
        named = len(rows) <= FEW
        where = f"row in {rows.tolist()}" if named else _expression(among)
        wanted = k if named else min(MOST, int(SPARE * k * self._expected(rows, where)))
        while True:
            found = self._search(query, wanted, where, partitions, ends)
            allowed = found[among.rows[found]]
            if len(allowed) >= k or len(found) < wanted or wanted == MOST:
                return allowed[:k]
            wanted = min(MOST, GROWTH * wanted)

    def _expected(self, rows: Rows, where: str) -> float:
        """Films to look for, for each allowed; what Milvus filters itself is not counted."""
        return 1.0 if where else self._films / len(rows)

    def _search(
        self, query: Floats, k: int, where: str, partitions: list[str] | None, ends: float
    ) -> Rows:
        left = ends - time.monotonic()
        if left <= 0:
            raise EngineFault(f"Milvus at {self._address} does not answer in time")
        hits = self._client.search(
            self._collection,
            data=[np.ascontiguousarray(query, dtype=np.float32)],
            anns_field="vector",
            limit=k,
            filter=where,
            partition_names=partitions,
            output_fields=["row"],
            search_params={"metric_type": "IP", "params": {"ef": max(LOOKED_AT, k)}},
            # nothing is written any more; what is stronger waits for the clocks to agree
            consistency_level="Eventually",
            timeout=left,
        )
        found = np.array(hits[0].ids, dtype=np.int64)
        return found[(found >= 0) & (found < self._films)]

    def _touched(self, years: tuple[int | None, int | None]) -> list[str] | None:
        """Partitions that hold films of these years; None for all."""
        first, last = years
        if first is None and last is None:
            return None
        decades = [name for name in self._partitions if re.fullmatch(r"d\d+", name)]
        return sorted(
            name
            for name in decades
            if (first is None or int(name[1:]) + 9 >= first)
            and (last is None or int(name[1:]) <= last)
        )

    def told(self) -> dict[str, Any]:
        """See index.engine.Engine."""
        return {
            "engine": MILVUS,
            "links": LINKS,
            "links_built": LINKS_BUILT,
            "looked_at": LOOKED_AT,
        }

    def close(self) -> None:
        """See index.engine.Engine."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()


def _expression(among: Among) -> str:
    """What Milvus can tell of the films that may be found, in its language."""
    first, last = among.years
    parts = [f"year >= {first}"] if first is not None else []
    parts += [f"year <= {last}"] if last is not None else []
    if among.languages:
        parts.append(f"language in {json.dumps(list(among.languages), ensure_ascii=False)}")
    return " and ".join(parts)


def _check(client: Any, address: Address, version: str, dim: int, films: int) -> None:
    """Raise EngineFault unless the collection of a version is whole, as expected, and loaded."""
    name = collection_of(version)
    if not client.has_collection(name, timeout=CONNECT_S):
        raise EngineFault(f"Milvus at {address} holds no films of version {version}")
    seal = sealed(client.list_partitions(name, timeout=CONNECT_S))
    if seal is None:
        raise EngineFault(f"Milvus at {address} holds only a part of version {version}")
    if seal[0] != version:
        raise EngineFault(f"{name} in Milvus at {address} holds version {seal[0]}")
    numbers = dimension(client.describe_collection(name, timeout=CONNECT_S))
    if numbers != dim:
        raise EngineFault(f"{name} in Milvus has vectors of {numbers} numbers, not of {dim}")
    held = int(client.get_collection_stats(name, timeout=CONNECT_S)["row_count"])
    if (held, seal[1]) != (films, films):
        raise EngineFault(f"{name} in Milvus at {address} holds {held} films, not {films}")
    if client.get_load_state(name, timeout=CONNECT_S)["state"].name != "Loaded":
        try:
            with in_one_sentence(EngineFault, address):
                client.load_collection(name, timeout=CONNECT_S)
        except EngineFault:
            raise EngineFault(f"Milvus at {address} is still loading version {version}") from None
