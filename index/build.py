"""The index job: one published data version in, one published index version out."""

import logging
from pathlib import Path

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
    staging,
    version_name,
)
from index.blocks import INDEX_FORMAT, INDEX_KIND, default_layout
from index.encoders.embedding_cache import EmbeddingCache, embed
from index.encoders.text_encoder import TextEncoder
from index.faiss_store import FaissIndex, save_array
from index.features import Features, FilmFacts, Floats, build_features, read_facts
from index.neighbours import Neighbours, nearest_films
from index.similar import NEIGHBOURS_FILE, SPARSE_FILE

logger = logging.getLogger(__name__)

RULES = 2
"""Raised with every change of how the index is made, so that the same data is built anew."""

NEIGHBOURS_KEPT = 100
"""The most similar films an endpoint gives."""

RECALL_FILMS, RECALL_AT, RECALL_POOL = 200, 10, 200


def run_index(data_root: Path, root: Path, encoder: TextEncoder, cache_dir: Path) -> Outcome:
    """Build the index of the current data version into `root`, unless it is there already.

    Embeddings are taken from `cache_dir` where they are known. Raises DataError for a fault of
    the data version or of the disk; then nothing has changed in `root`.
    """
    data_folder, data = open_current(data_root, "data", DATA_FORMAT)
    layout = default_layout(encoder.dim, rated=data.counts.get("users", 0) > 1)
    inputs = {"data": data.version, "encoder": encoder.name}
    recipe = [RULES, NEIGHBOURS_KEPT, layout.as_settings()]
    version = version_name(INDEX_KIND, INDEX_FORMAT, inputs, recipe)
    with building(root):
        if is_whole(root, version, INDEX_KIND, INDEX_FORMAT):
            return keep(root, version)
        facts = read_facts(data_folder)
        if not facts.titles:
            raise DataError(f"{data_folder} holds no films: there is nothing to index")
        features = build_features(facts, embed_texts(facts, encoder, cache_dir), layout)
        with track(len(features), "Finding neighbours") as advance:
            neighbours = nearest_films(features, NEIGHBOURS_KEPT, advance)
        vectors = FaissIndex.build(facts.movie_ids, features.vectors())
        recall = faiss_recall(vectors, features, facts, neighbours)
        manifest = describe(version, inputs, features, recall)
        with staging(root, version) as folder:
            save(folder, features, neighbours, vectors)
            target = publish(folder, manifest)
    logger.info("index_published version=%s movies=%d", version, len(features))
    return Outcome(version, target, True, manifest.counts)


def describe(version: str, inputs: dict[str, str], features: Features, recall: float) -> Manifest:
    """The manifest of an index version: how it was made, and how many films have each block."""
    covered = {f"block.{name}": films for name, films in features.coverage().items()}
    return Manifest(
        kind=INDEX_KIND,
        format=INDEX_FORMAT,
        version=version,
        inputs=inputs,
        settings={
            "blocks": features.layout.as_settings(),
            "engine": "faiss.IndexScalarQuantizer(fp16, inner product)",
            "neighbours": NEIGHBOURS_KEPT,
            "faiss_recall_at_10": recall,
            "rules": RULES,
        },
        counts={"movies": len(features)} | covered,
    )


def embed_texts(facts: FilmFacts, encoder: TextEncoder, cache_dir: Path) -> Floats:
    """Unit vectors of the films' texts, shape (films, encoder.dim); zero where there is none."""
    texts = facts.texts()
    described = [row for row, text in enumerate(texts) if text]
    vectors = np.zeros((len(texts), encoder.dim), dtype=np.float32)
    with EmbeddingCache(cache_dir, encoder) as cache:
        vectors[described] = embed([texts[row] for row in described], encoder, cache)
    return vectors


def save(folder: Path, features: Features, neighbours: Neighbours, vectors: FaissIndex) -> None:
    """Write every part of an index version into `folder`."""
    vectors.save(folder)
    save_array(folder / NEIGHBOURS_FILE, neighbours.rows)
    for name, rows in features.sparse.items():
        np.savez(
            folder / SPARSE_FILE.format(block=name),
            indptr=rows.indptr.astype(np.int32),
            indices=rows.indices.astype(np.int32),
            data=rows.data.astype(np.float32),
            shape=np.array(rows.shape),
        )


def faiss_recall(
    vectors: FaissIndex, features: Features, facts: FilmFacts, neighbours: Neighbours
) -> float:
    """Share of the ten true neighbours that a pool of 200 from FAISS holds, over some films.

    What the hashing of the sparse blocks costs whoever searches FAISS and ranks its pool again.
    """
    rows = np.linspace(0, len(features) - 1, min(RECALL_FILMS, len(features))).astype(int)
    weights = np.concatenate(
        [np.full(b.dim, features.layout.weight(b.name)) for b in features.layout.blocks]
    ).astype(np.float32)
    found = total = 0
    for row in np.unique(rows).tolist():
        query = vectors.vectors([int(facts.movie_ids[row])])[0]
        pool = {hit.movie_id for hit in vectors.nearest(query * weights, RECALL_POOL)}
        true = facts.movie_ids[neighbours.rows[row, :RECALL_AT]].tolist()
        found += len(pool.intersection(true))
        total += len(true)
    return round(found / max(total, 1), 4)
