"""The index job: one published data version in, one published index version out."""

import logging
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from contracts.errors import DataError
from contracts.progress import track
from contracts.versions import (
    Manifest,
    Outcome,
    building,
    is_whole,
    keep,
    publish,
    read_manifest,
    staging,
)
from index import free_text_build
from index.block_states import block_states
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.embeddings import Encoders, embed_films, embed_words
from index.encoders.free_text_encoder import write_encoder
from index.encoders.multilingual import MultilingualEncoder
from index.encoders.text_encoder import TextEncoder
from index.engine import MILVUS
from index.engines import ENGINE, StoreSettings, build_engine, upload_to_milvus
from index.facts import FilmFacts, read_facts
from index.faiss_store import FaissIndex, save_array
from index.features import Features, build_features, learn_basis
from index.gate import Floors, Gate, measure
from index.inherited import LEARNT_ON, RULES_KEY, WEIGHTS_KEY, Inherited
from index.neighbour_state import State, film_digests
from index.neighbour_update import kept_of_all, updated
from index.neighbours import Comparer, Neighbours
from index.plan import (
    ANEW,
    NEIGHBOURS_KEPT,
    RULES,
    Order,
    Plan,
    data_of,
    planned,
    point_at,
)
from index.similar import EVIDENCE_FILE, NEIGHBOURS_FILE, SPARSE_FILE, SimilarFilms
from index.stages import stage
from index.users.build import build_users
from index.users.known import SETTINGS
from index.weights import learn_weights

logger = logging.getLogger(__name__)


def run_index(
    data_root: Path,
    root: Path,
    encoders: Encoders,
    cache_dir: Path,
    floors: Floors | None = None,
    order: Order = ANEW,
) -> Outcome:
    """Build the index of a data version into `root`, unless it is there already.

    Embeddings are taken from `cache_dir` where they are known. Raises DataError for a fault of
    the data version or of the disk, or where the index is below `floors` (those of the
    environment, if not given); then nothing has changed in `root`.
    """
    floors, store = floors or Floors(), StoreSettings().store
    data_folder, data = data_of(data_root, order)
    with building(root):
        plan = planned(root, data, encoders, order, store)
        if is_whole(root, plan.version, INDEX_KIND, INDEX_FORMAT):
            floors.check(read_manifest(root / plan.version).settings["quality"])
            if plan.engine == MILVUS:
                vectors = FaissIndex.load(root / plan.version)
                facts = read_facts(data_folder)
                upload_to_milvus(store, plan.version, vectors, facts.years, facts.languages)
            if order.point:
                point_at(root, plan.version)
            return keep(root, plan.version, point=False)
        facts = read_facts(data_folder)
        if not facts.titles:
            raise DataError(f"{data_folder} holds no films: there is nothing to index")
        with staging(root, plan.version) as folder:
            made = make(folder, facts, plan, encoders, cache_dir)
            if plan.engine == MILVUS:
                vectors = FaissIndex.load(folder)
                upload_to_milvus(store, plan.version, vectors, facts.years, facts.languages)
            draft = describe(plan, made)
            measured = measure(SimilarFilms.load(folder, draft), made.neighbours, facts)
            settings = draft.settings | {"quality": made.held_out | measured}
            manifest = draft.model_copy(update={"settings": settings})
            gate = Gate(facts, partial(as_served, encoders.multilingual), floors)
            target = publish(folder, manifest, gate.check, point=False)
        before = plan.inherited.version if plan.inherited else None
        made.state.save(_states(cache_dir), plan.version, before)
        if order.point:
            point_at(root, plan.version)
    logger.info("index_published version=%s movies=%d", plan.version, len(facts.titles))
    return Outcome(plan.version, target, True, manifest.counts)


@dataclass(frozen=True)
class Made:
    """What an index version is made of, as far as its manifest speaks of it."""

    features: Features
    neighbours: Neighbours
    engine: dict[str, Any]
    state: State
    weights: str
    held_out: dict[str, float]
    users: dict[str, Any] | None
    """What the manifest says of the model of users; None where there is none."""


def make(folder: Path, facts: FilmFacts, plan: Plan, encoders: Encoders, cache_dir: Path) -> Made:
    """Write every part of an index version into `folder`."""
    old = plan.inherited
    features = _described(folder, facts, plan, encoders, cache_dir)
    if old:
        layout, weights, held_out = old.layout, old.weights, old.held_out
    else:
        with stage("weights"):
            learnt = learn_weights(features, facts)
        layout, held_out = learnt.layout, learnt.held_out()
        weights = "learnt" if learnt.learnt else "default"
    features = replace(features, layout=layout)
    with stage("neighbours"):
        state = _nearest(facts, features, old, _states(cache_dir))
    neighbours = Neighbours.of(state.kept.ranks[:, :NEIGHBOURS_KEPT])
    with stage("vectors"):
        flat = FaissIndex.build(facts.movie_ids, features.vectors())
        save(folder, features, neighbours, flat)
        engine = build_engine(plan.engine, flat.flat, folder)
    with stage("users"):
        users = build_users(folder, facts, features, old.users if old else None)
    return Made(features, neighbours, engine, state, weights, held_out, users)


def _described(
    folder: Path, facts: FilmFacts, plan: Plan, encoders: Encoders, cache_dir: Path
) -> Features:
    """The features of all films, and into `folder` whatever else is made of their texts.

    The vectors of the texts, the largest of all that is in memory, are given up with the return.
    """
    old = plan.inherited
    with stage("embedding"):
        vectors = embed_films(facts, encoders, cache_dir)
    with stage("features"):
        basis = old.basis if old else learn_basis(facts, vectors, plan.layout)
        basis.save(folder)
        features = build_features(facts, vectors, plan.layout, basis)
    with stage("free_text"):
        free_text, text_basis = free_text_build.build(
            facts,
            (vectors.overviews, vectors.topics, vectors.words),
            encoders.multilingual,
            old.text_basis if old else None,
            partial(embed_words, encoders=encoders, cache_dir=cache_dir),
        )
        free_text.save(folder)
        text_basis.save(folder)
        write_encoder(encoders.multilingual, folder)
    return features


def _nearest(facts: FilmFacts, features: Features, old: Inherited | None, states: Path) -> State:
    """The films nearest to each; where the index before is known, only for what changed."""
    compare, digests = Comparer(features), film_digests(facts, features)
    before = State.load(states, old.version) if old else None
    with track(len(features), "Finding neighbours") as advance:
        if before is None:
            kept = kept_of_all(compare, NEIGHBOURS_KEPT, advance)
        else:
            rows = before.rows_of(facts.movie_ids, digests)
            logger.info("neighbours_updated changed=%d", int((rows < 0).sum()))
            kept = updated(before.kept, rows, compare, NEIGHBOURS_KEPT, advance)
    return State(facts.movie_ids, digests, kept)


def _states(cache_dir: Path) -> Path:
    return cache_dir.parent / "neighbours"


def describe(plan: Plan, made: Made) -> Manifest:
    """The manifest of an index version: how it was made, and how many films have each block."""
    covered = {f"block.{name}": films for name, films in made.features.coverage().items()}
    counts = {"movies": len(made.features)} | covered
    states = block_states(made.features.layout, counts, free_text=True)
    return Manifest(
        kind=INDEX_KIND,
        format=INDEX_FORMAT,
        version=plan.version,
        inputs=plan.inputs,
        settings={
            "bloques": [state.as_settings() for state in states],
            "blocks": made.features.layout.as_settings(),
            ENGINE: made.engine,
            LEARNT_ON: plan.learnt_on,
            "neighbours": NEIGHBOURS_KEPT,
            RULES_KEY: RULES,
            SETTINGS: made.users,
            WEIGHTS_KEY: made.weights,
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
