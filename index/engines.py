"""Which engine finds the nearest films of an index version: chosen, made, and opened again.

Few films are all compared. More get a graph, and very many short codes, in this process; or their
vectors are copied to Milvus. One setting says which.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.errors import DataError, VersionError
from contracts.versions import Manifest
from index.engine import FLAT, GRAPH, MILVUS, QUANTISED, Among, Engine, EngineFault
from index.facts import FilmFacts
from index.faiss_engines import GraphEngine, QuantisedEngine
from index.store import Floats, Rows, VectorIndex

AUTO = "auto"
IN_PROCESS = (FLAT, GRAPH, QUANTISED)

FLAT_UP_TO, GRAPH_UP_TO = 100_000, 3_000_000
"""Films up to which all are compared, in some 20 ms; and up to which a graph and its vectors, 1.4
kB a film, are worth their memory."""

ENGINE = "engine"
"""Where a manifest tells of the engine."""

AGAIN_S = 5.0
"""How long Milvus is left alone after it could not be reached."""

logger = logging.getLogger(__name__)


class StoreSettings(BaseSettings):
    """Where the vectors are searched; the index job and the recommendation service both read it."""

    model_config = SettingsConfigDict(env_prefix="INDEX_", frozen=True)

    store: str = Field(
        default=AUTO,
        description="auto (by the number of films), flat, hnsw, ivfpq, or milvus:ADDRESS",
    )


def engine_for(store: str, films: int) -> str:
    """The name of the engine that the setting means for so many films; DataError if none."""
    if store.startswith(f"{MILVUS}:"):
        return MILVUS
    if store == AUTO:
        return FLAT if films <= FLAT_UP_TO else GRAPH if films <= GRAPH_UP_TO else QUANTISED
    if store not in IN_PROCESS:
        raise DataError(
            f"INDEX_STORE is {store!r}: it has to be auto, {', '.join(IN_PROCESS)} or"
            " milvus:http://HOST:PORT"
        )
    return store


def build_engine(name: str, flat: faiss.Index, folder: Path) -> dict[str, Any]:
    """Make the engine over the vectors in `flat`, write it into `folder`; what is told of it."""
    if name == GRAPH:
        graph = GraphEngine.build(flat)
        graph.save(folder)
        return graph.told()
    if name == QUANTISED:
        codes = QuantisedEngine.build(flat)
        codes.save(folder)
        return codes.told()
    return {ENGINE: name}


def upload_to_milvus(store: str, version: str, facts: FilmFacts, vectors: VectorIndex) -> None:
    """Copy the vectors of a version to the Milvus that `store` names, unless it has them all."""
    from index.milvus_upload import Films, upload

    years = facts.years.astype(np.int16)
    if upload(store, version, Films(vectors.at, years, facts.languages)):
        logger.info("vectors_uploaded version=%s films=%d", version, len(years))


def point_milvus(store: str, version: str, kept: set[str]) -> None:
    """Let Milvus' alias name the collection of `version`, and drop those that are not `kept`."""
    from index.milvus_upload import drop, point_alias, versions

    point_alias(store, version)
    for each in versions(store):
        if each.version not in kept | {version}:
            drop(store, each.version)


def open_engine(
    folder: Path, manifest: Manifest, flat: faiss.Index, dim: int, store: str
) -> Engine | None:
    """The engine that the manifest tells of; None where all films are compared.

    Raises VersionError where its file cannot be read, or where it is on Milvus and `store` names
    none. That a Milvus is down is no reason not to open: see `Patient`.
    """
    told = manifest.settings.get(ENGINE)
    name = told[ENGINE] if isinstance(told, dict) else FLAT
    if name == GRAPH:
        return GraphEngine.load(folder, flat)
    if name == QUANTISED:
        return QuantisedEngine.load(folder, flat)
    if name != MILVUS:
        return None
    if engine_for(store, 0) != MILVUS:
        raise VersionError(
            f"{folder} has its vectors on Milvus: INDEX_STORE has to name it"
            " (milvus:http://HOST:PORT) for the service as for the index job"
        )
    from index.milvus_engine import MilvusEngine

    version, films = manifest.version, flat.ntotal
    return Patient(lambda: MilvusEngine.open(store, version, dim, films), MILVUS)


class Patient:
    """An engine that is opened when it can be, and tried again while it cannot; see Engine.

    Nobody who searches waits for it to be opened but the first, who does so while starting.
    """

    def __init__(self, opener: Callable[[], Engine], name: str) -> None:
        self._open, self._name = opener, name
        self._engine: Engine | None = None
        self._fault, self._again = "", 0.0
        self._lock = threading.Lock()
        self._try()

    def nearest(self, query: Floats, k: int, among: Among | None = None) -> Rows:
        """See index.engine.Engine."""
        engine = self._engine
        if engine is None:
            if time.monotonic() >= self._again and self._lock.acquire(blocking=False):
                self._again = time.monotonic() + AGAIN_S
                threading.Thread(target=self._try_and_release, daemon=True).start()
            raise EngineFault(self._fault)
        return engine.nearest(query, k, among)

    def told(self) -> dict[str, Any]:
        """See index.engine.Engine."""
        return self._engine.told() if self._engine else {ENGINE: self._name}

    def close(self) -> None:
        """See index.engine.Engine."""
        if self._engine:
            self._engine.close()

    def _try(self) -> None:
        try:
            self._engine = self._open()
        except EngineFault as exc:
            self._fault, self._again = str(exc), time.monotonic() + AGAIN_S

    def _try_and_release(self) -> None:
        try:
            self._try()
        finally:
            self._lock.release()
