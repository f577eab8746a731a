"""What an index version will be, known before it is made; and how it becomes the current one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.columns import DATA_FORMAT
from contracts.errors import DataError, VersionError
from contracts.versions import (
    PREVIOUS,
    Manifest,
    current_version,
    open_current,
    open_version,
    point_to,
    read_manifest,
    version_name,
)
from index.blocks import INDEX_FORMAT, INDEX_KIND, Layout, default_layout
from index.embeddings import Encoders
from index.engine import MILVUS
from index.engines import StoreSettings, clear_milvus, engine_for, engine_of, point_milvus
from index.inherited import LEARNT_ON, RULES_KEY, Inherited, learnt_on

RULES = 6
"""Raised with every change of how the index is made, so that the same data is built anew."""

NEIGHBOURS_KEPT = 100
"""The most similar films an endpoint gives."""


@dataclass(frozen=True)
class Order:
    """What is to be built.

    Of which version of the `data` (None: the published one); whether to `inherit` what the index
    published before has learnt; and whether to `point` at the result.
    """

    data: str | None = None
    inherit: bool = False
    point: bool = True


ANEW = Order()
"""Of the published data, learning everything anew."""


@dataclass(frozen=True)
class Plan:
    """What an index version will be: its name, what it is made of, and what it takes over."""

    version: str
    inputs: dict[str, str]
    layout: Layout
    engine: str
    learnt_on: dict[str, Any]
    inherited: Inherited | None


def data_of(root: Path, order: Order) -> tuple[Path, Manifest]:
    """Folder and manifest of the data version that is to be indexed; raises VersionError."""
    if order.data is None:
        return open_current(root, "data", DATA_FORMAT)
    return open_version(root, order.data, "data", DATA_FORMAT)


def planned(root: Path, data: Manifest, encoders: Encoders, order: Order, store: str) -> Plan:
    """The plan for an index of `data`; the same for the same data, encoders and learning."""
    inputs = {
        "encoder": encoders.plot.name,
        "multilingual_encoder": encoders.multilingual.name,
    }
    inherited = None
    if order.inherit:
        inherited = Inherited.of_current(root, data, inputs | {RULES_KEY: RULES})
    own = inherited.learnt_on if inherited else learnt_on(data)
    layout = default_layout(rated=data.counts.get("users", 0) > 1)
    engine = engine_for(store, data.counts.get("movies", 0))
    recipe = [RULES, NEIGHBOURS_KEPT, layout.as_settings(), engine]
    inputs |= {"data": data.version, LEARNT_ON: own["data"]}
    version = version_name(INDEX_KIND, INDEX_FORMAT, inputs, recipe)
    return Plan(version, inputs, layout, engine, own, inherited)


def point_at(root: Path, version: str) -> None:
    """Make a whole index version the current one, in Milvus too if its vectors are there.

    Milvus' alias goes first: where Milvus does not answer (DataError) nothing has changed, and
    nobody is worse off for an alias that is ahead. Then collections of versions other than this
    one and the one before are dropped.
    """
    store, outside = StoreSettings().store, engine_of(read_manifest(root / version)) == MILVUS
    if outside:
        point_milvus(store, version)
    if current_version(root) != version:
        point_to(root, version)
    if outside:
        before = root / PREVIOUS
        clear_milvus(
            store, {version} | ({before.read_text().strip()} if before.exists() else set())
        )


def point_back(before: Manifest) -> str | None:
    """Let Milvus' alias name a version that is gone back to; the reason if it could not.

    A Milvus that does not answer is no reason to stay: services answer without it, and none of
    them uses the alias. That nobody names it is (VersionError): they would refuse the version.
    """
    if engine_of(before) != MILVUS:
        return None
    try:
        point_milvus(StoreSettings().store, before.version)
    except VersionError:
        raise
    except DataError as exc:
        return str(exc)
    return None
