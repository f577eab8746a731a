"""The index job: one published data version in, one published index version out."""

import logging
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from contracts.columns import DATA_FORMAT
from contracts.errors import DataError
from contracts.progress import track
from contracts.versions import (
    Manifest,
    Outcome,
    building,
    is_whole,
    keep,
    open_current,
    publish,
    read_manifest,
    staging,
    version_name,
)
from index import free_text_build
from index.block_states import block_states
from index.blocks import INDEX_FORMAT, INDEX_KIND, Layout, default_layout
from index.embeddings import Encoders, FilmVectors, embed_films
from index.encoders.free_text_encoder import write_encoder
from index.encoders.multilingual import MultilingualEncoder
from index.encoders.text_encoder import TextEncoder
from index.facts import FilmFacts, read_facts
from index.faiss_store import FaissIndex, save_array
from index.features import Features, build_features
from index.gate import Floors, Gate, measure
from index.neighbours import Neighbours, nearest_films
from index.similar import EVIDENCE_FILE, NEIGHBOURS_FILE, SPARSE_FILE, SimilarFilms
from index.users.build import build_users
from index.users.known import SETTINGS
from index.weights import Learnt, learn_weights

logger = logging.getLogger(__name__)

RULES = 5
"""Raised with every change of how the index is made, so that the same data is built anew."""

NEIGHBOURS_KEPT = 100
"""The most similar films an endpoint gives."""


def run_index(
    data_root: Path, root: Path, encoders: Encoders, cache_dir: Path, floors: Floors | None = None
) -> Outcome:
    """Build the index of the current data version into `root`, unless it is there already.

    Embeddings are taken from `cache_dir` where they are known. Raises DataError for a fault of
    the data version or of the disk, or where the index is below `floors` (those of the
    environment, if not given); then nothing has changed in `root`.
    """
    floors = floors or Floors()
    data_folder, data = open_current(data_root, "data", DATA_FORMAT)
    layout = default_layout(rated=data.counts.get("users", 0) > 1)
    inputs = {
        "data": data.version,
        "encoder": encoders.plot.name,
        "multilingual_encoder": encoders.multilingual.name,
    }
    recipe = [RULES, NEIGHBOURS_KEPT, layout.as_settings()]
    version = version_name(INDEX_KIND, INDEX_FORMAT, inputs, recipe)
    with building(root):
        if is_whole(root, version, INDEX_KIND, INDEX_FORMAT):
            floors.check(read_manifest(root / version).settings["quality"])
            return keep(root, version)
        facts = read_facts(data_folder)
        if not facts.titles:
            raise DataError(f"{data_folder} holds no films: there is nothing to index")
        with staging(root, version) as folder:
            made = make(folder, facts, embed_films(facts, encoders, cache_dir), layout, encoders)
            draft = describe(version, inputs, made)
            measured = measure(SimilarFilms.load(folder, draft), made.neighbours, facts)
            settings = draft.settings | {"quality": made.learnt.held_out() | measured}
            manifest = draft.model_copy(update={"settings": settings})
            gate = Gate(facts, partial(as_served, encoders.multilingual), floors)
            target = publish(folder, manifest, gate.check)
    logger.info("index_published version=%s movies=%d", version, len(facts.titles))
    return Outcome(version, target, True, manifest.counts)


@dataclass(frozen=True)
class Made:
    """What an index version is made of, as far as its manifest speaks of it."""

    features: Features
    neighbours: Neighbours
    learnt: Learnt
    users: dict[str, Any] | None
    """What the manifest says of the model of users; None where there is none."""


def make(
    folder: Path, facts: FilmFacts, vectors: FilmVectors, layout: Layout, encoders: Encoders
) -> Made:
    """Write every part of an index version into `folder`."""
    features = build_features(facts, vectors, layout)
    learnt = learn_weights(features, facts)
    features = replace(features, layout=learnt.layout)
    with track(len(features), "Finding neighbours") as advance:
        neighbours = nearest_films(features, NEIGHBOURS_KEPT, advance)
    save(folder, features, neighbours, FaissIndex.build(facts.movie_ids, features.vectors()))
    texts = vectors.overviews, vectors.topics, vectors.words
    free_text_build.build(facts, *texts, encoders.multilingual).save(folder)
    write_encoder(encoders.multilingual, folder)
    return Made(features, neighbours, learnt, build_users(folder, facts, features))


def describe(version: str, inputs: dict[str, str], made: Made) -> Manifest:
    """The manifest of an index version: how it was made, and how many films have each block."""
    covered = {f"block.{name}": films for name, films in made.features.coverage().items()}
    counts = {"movies": len(made.features)} | covered
    states = block_states(made.features.layout, counts, free_text=True)
    return Manifest(
        kind=INDEX_KIND,
        format=INDEX_FORMAT,
        version=version,
        inputs=inputs,
        settings={
            "bloques": [state.as_settings() for state in states],
            "blocks": made.features.layout.as_settings(),
            "engine": "faiss.IndexScalarQuantizer(fp16, inner product)",
            "neighbours": NEIGHBOURS_KEPT,
            "rules": RULES,
            SETTINGS: made.users,
            "weights": "learnt" if made.learnt.learnt else "default",
        },
        counts=counts,
    )


def save(folder: Path, features: Features, neighbours: Neighbours, vectors: FaissIndex) -> None:
    """Write what films are compared by into `folder`."""
    vectors.save(folder)
    save_array(folder / NEIGHBOURS_FILE, neighbours.rows)
    save_array(folder / EVIDENCE_FILE, features.evidence)
    for name, rows in features.sparse.items():
        np.savez(
            folder / SPARSE_FILE.format(block=name),
            indptr=rows.indptr.astype(np.int32),
            indices=rows.indices.astype(np.int32),
            data=rows.data.astype(np.float32),
            shape=np.array(rows.shape),
        )


def as_served(encoder: TextEncoder, folder: Path) -> TextEncoder:
    """The encoder as a service over `folder` has it."""
    return MultilingualEncoder(folder) if isinstance(encoder, MultilingualEncoder) else encoder
