"""Engines of FAISS, in this process: a graph over the vectors of a version, or short codes of them.

Both search without comparing all films. The graph (HNSW, Malkov & Yashunin 2020) has no vectors of
its own: it is laid over those of the flat index, which is mapped. The codes (IVF-PQ, Jégou et al.
2011) are an eighth of the vectors or less, and what they find is compared again exactly.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError
from index.engine import GRAPH, QUANTISED, Among
from index.faiss_store import selector
from index.store import Floats, Rows

ENGINE_FILE = "vectors_engine.faiss"

LINKS, LINKS_BUILT = 16, 120
"""HNSW's M and efConstruction. With 60 films looked at to choose links recall@10 on 45,000 films
is 0.98 where these have 0.99; twice as many links cost 128 bytes a film and gain nothing there."""

LOOKED_AT, LOOKED_AT_TIMES = 400, 2
"""HNSW's ef: films looked at in a search, at least, and for each one wanted."""

LIST_FILMS = 500
"""IVF: films in each list, about: so many lists that a search reads a few thousand codes."""

CODE_NUMBERS = 8
"""PQ: numbers of a vector that one byte stands for."""

LISTS_READ = 64
CODES_TIMES, CODES_AT_LEAST = 10, 400
"""IVF-PQ: lists read in a search; and films compared again exactly, for each one wanted."""

TAUGHT_FILMS = 65_536
"""IVF-PQ: films that lists and codes are learnt from, by lot."""

SELECTIVE = 0.1
"""Share of films allowed up to which all of them are compared: a graph leads through films that
are not allowed, and codes are read in lists that hold few that are."""

AT_ONCE = 65_536
"""Films given to FAISS in one step while building."""

PRODUCT = faiss.METRIC_INNER_PRODUCT

Advance = Callable[[int], None]


class GraphEngine:
    """See index.engine.Engine. Memory: about 140 bytes a film beside the vectors."""

    def __init__(self, graph: faiss.IndexHNSW, flat: faiss.Index) -> None:
        graph.storage, graph.own_fields = flat, False
        self._graph, self._flat = graph, flat  # the graph does not hold on to the vectors

    @classmethod
    def build(cls, flat: faiss.Index, advance: Advance = lambda films: None) -> "GraphEngine":
        """A graph over the vectors in `flat`, on all cores; no two builds give the same bytes."""
        half = faiss.ScalarQuantizer.QT_fp16
        graph = faiss.IndexHNSWSQ(flat.d, half, LINKS, PRODUCT)  # type: ignore[arg-type]
        graph.hnsw.efConstruction = LINKS_BUILT
        _filled(graph, flat, advance)
        return cls(graph, flat)

    @classmethod
    def load(cls, folder: Path, flat: faiss.Index) -> "GraphEngine":
        """The graph saved in `folder`, mapped; raises VersionError where it cannot be."""
        graph = _read(folder, faiss.IO_FLAG_SKIP_STORAGE | faiss.IO_FLAG_MMAP_IFC, flat)
        if not isinstance(graph, faiss.IndexHNSW):
            raise VersionError(f"{folder / ENGINE_FILE} is no graph")
        return cls(graph, flat)

    def save(self, folder: Path) -> None:
        """Write it into `folder`, without the vectors."""
        _write(folder, self._graph, faiss.IO_FLAG_SKIP_STORAGE)

    def nearest(self, query: Floats, k: int, among: Among | None = None) -> Rows:
        """See index.engine.Engine."""
        if _selective(self._flat, k, among):
            return _found(self._flat, query, k, among, faiss.SearchParameters())
        parameters = faiss.SearchParametersHNSW()  # type: ignore[attr-defined]
        parameters.efSearch = max(LOOKED_AT, LOOKED_AT_TIMES * k)
        return _found(self._graph, query, k, among, parameters)

    def told(self) -> dict[str, Any]:
        """See index.engine.Engine."""
        return {"engine": GRAPH, "links": LINKS, "links_built": LINKS_BUILT, "at_least": LOOKED_AT}

    def close(self) -> None:
        """See index.engine.Engine."""


class QuantisedEngine:
    """See index.engine.Engine. Memory: a byte for CODE_NUMBERS numbers, and 8 bytes a film."""

    def __init__(self, codes: faiss.IndexIVFPQ, flat: faiss.Index) -> None:
        self._codes, self._flat = codes, flat

    @classmethod
    def build(cls, flat: faiss.Index, advance: Advance = lambda films: None) -> "QuantisedEngine":
        """Codes of the vectors in `flat`, learnt from some of them; the same in every build."""
        films, width = flat.ntotal, flat.d
        lots = np.random.default_rng(0).permutation(films)[:TAUGHT_FILMS]
        taught = flat.reconstruct_batch(np.sort(lots).astype(np.int64))
        lists = int(np.clip(films // LIST_FILMS, 1, max(len(taught) // 39, 1)))
        coarse = faiss.IndexFlatIP(width)
        bits = 8 if len(taught) >= 39 * 256 else 4
        codes = faiss.IndexIVFPQ(coarse, width, lists, width // CODE_NUMBERS, bits, PRODUCT)
        codes.train(taught)
        _filled(codes, flat, advance)
        return cls(codes, flat)

    @classmethod
    def load(cls, folder: Path, flat: faiss.Index) -> "QuantisedEngine":
        """The codes saved in `folder`; raises VersionError where they cannot be read."""
        codes = _read(folder, 0, flat)
        if not isinstance(codes, faiss.IndexIVFPQ):
            raise VersionError(f"{folder / ENGINE_FILE} holds no codes")
        return cls(codes, flat)

    def save(self, folder: Path) -> None:
        """Write them into `folder`."""
        _write(folder, self._codes, 0)

    def nearest(self, query: Floats, k: int, among: Among | None = None) -> Rows:
        """See index.engine.Engine."""
        if _selective(self._flat, k, among):
            return _found(self._flat, query, k, among, faiss.SearchParameters())
        wanted = max(CODES_TIMES * k, CODES_AT_LEAST)
        parameters = faiss.SearchParametersIVF(nprobe=LISTS_READ)  # type: ignore[call-arg]
        rows = _found(self._codes, query, wanted, among, parameters)
        if len(rows) <= k or k < 1:
            return rows[: max(k, 0)]
        width = len(query)
        exact = self._flat.reconstruct_batch(rows)[:, :width] @ query
        return np.asarray(rows[np.argpartition(-exact, k)[:k]])

    def told(self) -> dict[str, Any]:
        """See index.engine.Engine."""
        return {
            "engine": QUANTISED,
            "lists": int(self._codes.nlist),
            "lists_read": LISTS_READ,
            "code_bytes": int(self._codes.code_size),
        }

    def close(self) -> None:
        """See index.engine.Engine."""


def widened(query: Floats, width: int) -> Floats:
    """One query, shape (dim,), as FAISS wants it: shape (1, width), zeros at the end."""
    whole = np.zeros((1, width), dtype=np.float32)
    whole[0, : len(query)] = query
    return whole


def _selective(flat: faiss.Index, k: int, among: Among | None) -> bool:
    """Whether comparing is better than searching: few films are allowed, or many wanted."""
    allowed = flat.ntotal if among is None else int(among.rows.sum())
    return allowed <= SELECTIVE * flat.ntotal or k > SELECTIVE * flat.ntotal


def _found(index: faiss.Index, query: Floats, k: int, among: Among | None, parameters: Any) -> Rows:
    k = min(k, index.ntotal)
    if k < 1:
        return np.empty(0, np.int64)
    chosen = selector(among)
    if chosen is not None:
        parameters.sel = chosen
    rows = index.search(widened(query, index.d), k, params=parameters)[1][0]
    return np.asarray(rows[rows >= 0])


def _filled(index: faiss.Index, flat: faiss.Index, advance: Advance) -> None:
    for start in range(0, flat.ntotal, AT_ONCE):
        rows = min(AT_ONCE, flat.ntotal - start)
        index.add(flat.reconstruct_n(start, rows))
        advance(rows)


def _write(folder: Path, index: faiss.Index, flags: int) -> None:
    writer = faiss.VectorIOWriter()
    faiss.write_index(index, writer, flags)
    # through Python, since FAISS tells a full disk by aborting what it wrote
    content: NDArray[np.uint8] = faiss.vector_to_array(writer.data)
    with (folder / ENGINE_FILE).open("wb") as file:
        file.write(content.data)


def _read(folder: Path, flags: int, flat: faiss.Index) -> faiss.Index:
    path = folder / ENGINE_FILE
    try:
        index = faiss.read_index(str(path), flags)
    except RuntimeError as exc:
        raise VersionError(f"{path} is not an engine FAISS can read") from exc
    if (index.ntotal, index.d) != (flat.ntotal, flat.d):
        raise VersionError(f"{path} is of {index.ntotal} films, not of {flat.ntotal}")
    return index
