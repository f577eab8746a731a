"""The processes that `scale.py` weighs: the index job with quick encoders, and a search engine.

python benchmarks/scale_job.py index VAR
python benchmarks/scale_job.py search VAR --queries 500
python benchmarks/scale_job.py load VAR
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from scale_encoders import WordSums

from contracts import logs
from contracts.versions import open_current
from index.blocks import INDEX_FORMAT, INDEX_KIND, Layout

K = 10
SAME = 1e-5
SEED = 8


def index(var: Path) -> None:
    """Build the index of the data in `var`; the log tells how long each part takes."""
    from index.build import run_index
    from index.embeddings import Encoders

    encoders = Encoders(WordSums("words/384", 384), WordSums("words/512", 512))
    run_index(var / "data", var / "index", encoders, var / "cache" / "embeddings")


def search(var: Path, count: int) -> None:
    """Ask the engine for the ten nearest by vector, and compare with all films."""
    import faiss

    from index.engines import open_engine
    from index.faiss_store import FaissIndex
    from index.search_space import EVIDENCE_FILE

    folder, manifest = open_current(var / "index", INDEX_KIND, INDEX_FORMAT)
    before = resident()
    started = time.perf_counter()
    vectors = FaissIndex.load(folder)
    vectors.engine = open_engine(folder, manifest, vectors.flat, vectors.dim, "auto")
    loaded = time.perf_counter() - started
    layout = Layout.from_settings(manifest.settings["blocks"])
    films = len(vectors)
    asked = np.random.default_rng(SEED).choice(films, min(count, films), replace=False)
    weights = layout.across(layout.weight_rows(np.load(folder / EVIDENCE_FILE)[asked]))
    queries = vectors.at(asked) * weights
    took, found = [], []
    for query in queries:
        begun = time.perf_counter()
        found.append(vectors.top(query, K + 1))
        took.append(time.perf_counter() - begun)
    engine_mb = resident() - before
    faiss.omp_set_num_threads(2)
    engine, vectors.engine = vectors.engine, None
    recalls = []
    for query, row, (rows, scores) in zip(queries, asked, found, strict=True):
        _, exact = vectors.top(query, K + 1)
        others = scores[rows != row][:K]
        # a film is its own nearest: of eleven, the ten others are compared
        recalls.append(float((others >= exact[K] - SAME).mean()))
    told = engine.told() if engine else {"engine": "flat"}
    print(
        json.dumps(
            {
                "films": films,
                "engine": told,
                "load_s": loaded,
                "engine_mb": engine_mb,
                "p50_ms": float(np.percentile(took, 50)) * 1e3,
                "p99_ms": float(np.percentile(took, 99)) * 1e3,
                "recall": float(np.mean(recalls)),
                "exact_p50_ms": _exact(vectors, queries[:50]),
            }
        )
    )


def _exact(vectors, queries: np.ndarray) -> float:
    """How long comparing all films takes on one core."""
    import faiss

    faiss.omp_set_num_threads(1)
    took = []
    for query in queries:
        begun = time.perf_counter()
        vectors.top(query, K)
        took.append(time.perf_counter() - begun)
    return float(np.median(took)) * 1e3


def load(var: Path, count: int) -> None:
    """Load an index version as the service does, and ask for likes of some films."""
    from index.search import FilmSearch, Query
    from index.similar import SimilarFilms

    started = time.perf_counter()
    folder, manifest = open_current(var / "index", INDEX_KIND, INDEX_FORMAT)
    checked = time.perf_counter() - started
    similar = SimilarFilms.load(folder, manifest)
    engine = FilmSearch(similar.space, 0)
    ready = time.perf_counter() - started
    asked = np.random.default_rng(SEED).choice(len(similar.space), count, replace=False).tolist()
    took, recalls = [], []
    for row in asked:
        begun = time.perf_counter()
        found = engine.best(Query(liked=(row,)), K)
        took.append(time.perf_counter() - begun)
        near = {other.row for other in similar.to_film(row, K)}
        recalls.append(len(near & {film.row for film in found}) / K)
    print(
        json.dumps(
            {
                "checked_s": checked,
                "ready_s": ready,
                "mb": resident(),
                "p50_ms": float(np.percentile(took, 50)) * 1e3,
                "p99_ms": float(np.percentile(took, 99)) * 1e3,
                "of_stored": float(np.mean(recalls)),
            }
        )
    )


def rates(var: Path, count: int) -> None:
    """What the real encoders would take for all texts, from their rate on some of each kind."""
    from contracts.columns import DATA_FORMAT
    from index.encoders.encoder import load_encoder
    from index.encoders.multilingual import MultilingualEncoder
    from index.facts import read_facts

    facts = read_facts(open_current(var / "data", "data", DATA_FORMAT)[0])
    plot, multilingual = load_encoder(cache_dir=var / "cache" / "models"), MultilingualEncoder()
    kinds = {
        "descriptions": (plot, facts.texts()),
        "overviews": (multilingual, facts.overview_texts()),
        "topics": (multilingual, facts.topic_texts()),
        "titles": (multilingual, facts.titles),
        "words": (multilingual, facts.words()),
    }
    told = {}
    for name, (encoder, texts) in kinds.items():
        distinct = sorted({text for text in texts if text})
        lots = np.random.default_rng(SEED).permutation(len(distinct))[:count]
        encoder.encode(distinct[:2])  # which loads the model
        begun = time.perf_counter()
        encoder.encode([distinct[place] for place in lots])
        rate = len(lots) / (time.perf_counter() - begun)
        told[name] = {"texts": len(distinct), "rate": rate, "seconds": len(distinct) / rate}
    print(json.dumps(told))


def resident() -> float:
    """Megabytes of this process that are in memory, mapped files included."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return 0.0


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("index", "search", "load", "rates"))
    parser.add_argument("var", type=Path)
    parser.add_argument("--queries", type=int, default=500)
    given = parser.parse_args()
    logs.configure()
    if given.what == "index":
        index(given.var)
    else:
        {"search": search, "load": load, "rates": rates}[given.what](given.var, given.queries)


if __name__ == "__main__":
    main()
