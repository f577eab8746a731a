"""Which engine finds the nearest films of an index version: chosen, made, and opened again.

Few films are all compared. More get a graph, and very many short codes, in this process; or their
vectors are copied to Milvus. One setting says which.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.errors import DataError, VersionError
from contracts.versions import Manifest
from index.engine import FLAT, GRAPH, MILVUS, QUANTISED, Among, Engine, EngineFault
from index.faiss_engines import GraphEngine, QuantisedEngine
from index.faiss_store import FaissIndex
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


def on_milvus(store: str) -> bool:
    """Whether the setting names a Milvus."""
    return store.startswith(f"{MILVUS}:")


def engine_for(store: str, films: int) -> str:
    """The name of the engine that the setting means for so many films; DataError if none."""
    if on_milvus(store):
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


def upload_to_milvus(
    store: str, version: str, vectors: VectorIndex, years: Rows, languages: Sequence[str | None]
) -> None:
    """Copy the vectors of a version to the Milvus that `store` names, unless it has them all.

    `years` and `languages` of the films, shape (films,), are what Milvus can narrow a search by.
    """
    from index.milvus_upload import Films, upload

    if upload(store, version, Films(vectors.at, years.astype(np.int16), languages)):
        logger.info("vectors_uploaded version=%s films=%d", version, len(years))


def point_milvus(store: str, version: str) -> None:
    """Let Milvus' alias name the collection of `version`; DataError."""
    if not on_milvus(store):
        raise _unnamed(f"version {version}")
    from index.milvus_upload import point_alias

    point_alias(store, version)


def clear_milvus(store: str, kept: set[str]) -> None:
    """Drop the collections of versions that are not `kept`.

    Those that cannot be dropped now are when the next version is published.
    """
    from index.milvus_upload import drop, versions

    try:
        for each in versions(store):
            if each.version not in kept:
                drop(store, each.version)
    except DataError as exc:
        logger.warning("collections_left reason=%s", exc)


def engine_of(manifest: Manifest) -> str:
    """Name of the engine of an index version; earlier ones do not tell, and compare all films."""
    told = manifest.settings.get(ENGINE)
    return str(told[ENGINE]) if isinstance(told, dict) else FLAT


def open_engine(
    folder: Path, manifest: Manifest, flat: faiss.Index, dim: int, store: str
) -> Engine | None:
    """The engine that the manifest tells of; None where all films are compared.

    Raises VersionError where its file cannot be read, or where it is on Milvus and `store` names
    none. That a Milvus is down is no reason not to open: see `Patient`.
    """
    name = engine_of(manifest)
    if name == GRAPH:
        return GraphEngine.load(folder, flat)
    if name == QUANTISED:
        return QuantisedEngine.load(folder, flat)
    if name != MILVUS:
        return None
    if not on_milvus(store):
        raise _unnamed(str(folder))
    from index.milvus_engine import MilvusEngine

    version, films = manifest.version, flat.ntotal
    return Patient(lambda: MilvusEngine.open(store, version, dim, films), MILVUS)


def _unnamed(what: str) -> VersionError:
    return VersionError(
        f"{what} has its vectors on Milvus: INDEX_STORE has to name it"
        " (milvus:http://HOST:PORT) for the service as for the index job"
    )


@dataclass(frozen=True)
class EngineState:
    """Which engine finds films; why it could not the last time, and how often it could not."""

    name: str
    fault: str | None = None
    faults: int = 0


def state_of(vectors: VectorIndex) -> EngineState:
    """The state of the engine that `vectors` are searched with.

    One that failed is tried again meanwhile, so that it is known to be back before anybody asks.
    """
    engine = vectors.engine if isinstance(vectors, FaissIndex) else None
    if isinstance(engine, Patient):
        engine.look()
        return EngineState(engine.name, engine.fault, engine.faults)
    return EngineState(FLAT if engine is None else str(engine.told()[ENGINE]))


class Patient:
    """An engine that is opened when it can be, and tried again while it cannot; see Engine.

    Nobody who searches waits for it to be opened but the first, who does so while starting. What
    was opened is closed once nobody holds this any more, as when a service takes another version.
    """

    def __init__(self, opener: Callable[[], Engine], name: str) -> None:
        self.name = name
        self.fault: str | None = None
        """Why it could not be opened, or not answer, the last time; None where it could."""
        self.faults = 0
        self._open, self._again = opener, 0.0
        self._failed: Floats | None = None
        self._trying = threading.Lock()
        self._held = _Held()
        self._try()
        weakref.finalize(self, self._held.close)

    def nearest(self, query: Floats, k: int, among: Among | None = None) -> Rows:
        """See index.engine.Engine."""
        try:
            found = self._ready().nearest(query, k, among)
        except EngineFault as exc:
            self.fault, self._failed = str(exc), query
            self.faults += 1
            raise
        self._answered()
        return found

    def told(self) -> dict[str, Any]:
        """See index.engine.Engine."""
        engine = self._held.engine
        return engine.told() if engine else {ENGINE: self.name}

    def close(self) -> None:
        """See index.engine.Engine."""
        self._held.close()

    def look(self) -> None:
        """Try once in a while, in another thread, what could not answer the last time."""
        if self.fault is None or self._held.closed or time.monotonic() < self._again:
            return
        if self._trying.acquire(blocking=False):
            self._again = time.monotonic() + AGAIN_S
            threading.Thread(target=self._try_and_release, daemon=True).start()

    def _ready(self) -> Engine:
        """The engine; EngineFault while there is none, which is then looked for."""
        engine = self._held.engine
        if engine is not None:
            return engine
        self.look()
        raise EngineFault(self.fault or f"the engine {self.name} was closed")

    def _answered(self) -> None:
        if self.fault is not None:
            self.fault = None
            logger.info("engine_back engine=%s", self.name)

    def _try(self) -> None:
        engine = self._held.engine
        try:
            if engine is None:
                self._held.hold(self._open())
            elif self._failed is not None:
                engine.nearest(self._failed, 1)
        except EngineFault as exc:
            if str(exc) != self.fault:
                logger.warning("engine_absent engine=%s reason=%s", self.name, exc)
            self.fault, self._again = str(exc), time.monotonic() + AGAIN_S
        else:
            self._answered()

    def _try_and_release(self) -> None:
        try:
            self._try()
        finally:
            self._trying.release()


class _Held:
    """What a Patient has opened: apart from it, so that it can be closed once that is gone."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.closed = False
        self._lock = threading.Lock()

    def hold(self, engine: Engine) -> None:
        """Keep `engine`; close it if this was closed while it was being opened."""
        with self._lock:
            late = self.closed
            if not late:
                self.engine = engine
        if late:
            engine.close()

    def close(self) -> None:
        """Close what is held, and whatever comes later."""
        with self._lock:
            self.closed, engine, self.engine = True, self.engine, None
        if engine is not None:
            engine.close()
