"""The seam to what finds the films nearest to a vector without comparing it with every film.

An engine only says which films to look at: their scores are computed from the vectors of the
version itself (`index.store`), so that whichever engine finds a film, it gets the same score and
stands in the same place. An engine may be missing, late or gone; then all films are compared.
"""

from typing import Any, Protocol

from index.store import Among, Floats, Rows

__all__ = ["FLAT", "GRAPH", "MILVUS", "QUANTISED", "Among", "Engine", "EngineFault"]

FLAT, GRAPH, QUANTISED, MILVUS = "flat", "hnsw", "ivfpq", "milvus"
"""Names of engines, as they stand in manifests and settings."""


class EngineFault(Exception):
    """The engine cannot answer now; the message says why, in one sentence."""


class Engine(Protocol):
    """Finds films by inner product; see the module."""

    def nearest(self, query: Floats, k: int, among: Among | None = None) -> Rows:
        """Rows of about the `k` films nearest to `query`, shape (dim,), in any order.

        Never more than `k`, each once, and only such as are `among` those that may be found; fewer
        where there are fewer. Raises EngineFault.
        """

    def told(self) -> dict[str, Any]:
        """What a manifest says of it: `engine` (its name) and how it was made."""

    def close(self) -> None:
        """Give back what it holds."""
