"""How often a film is found from a description of it, and how fast, beside the limits.

    OMP_NUM_THREADS=1 python benchmarks/free_text.py --data var/data [--queries FILE]

Every film of the current data version is embedded (three minutes the first time; then kept in the
cache) and served from mapped files. Prints recall@10 and MRR in Spanish and English, and the median
time of one query.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.encoders.embedding_cache import EMBEDDING_CACHE, EmbeddingCache, embed
from index.encoders.multilingual import MultilingualEncoder
from index.facts import read_facts
from index.free_text import FreeText
from index.free_text_build import build

QUERIES = Path(__file__).resolve().parent.parent / "tests" / "index" / "free_text_queries.json"
RECALL_WANTED, LIMIT_MS = 0.90, 10.0


def vectors(texts, encoder, cache):
    """Unit vectors of the texts; zeros where a text is empty."""
    found = np.zeros((len(texts), encoder.dim), np.float32)
    rows = [row for row, text in enumerate(texts) if text.strip()]
    found[rows] = embed([texts[row] for row in rows], encoder, cache)
    return found


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("var/data"))
    parser.add_argument("--queries", type=Path, default=QUERIES)
    options = parser.parse_args()
    facts = read_facts(open_current(options.data, "data", DATA_FORMAT)[0])
    encoder = MultilingualEncoder()
    with EmbeddingCache(EMBEDDING_CACHE, encoder) as cache:
        made = (facts.overview_texts(), facts.topic_texts(), facts.words())
        overviews, topics, words = (vectors(texts, encoder, cache) for texts in made)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(facts, (overviews, topics, words), encoder)[0].save(folder)
        encoder.write(folder)
        served = FreeText.load(folder, MultilingualEncoder(folder))
        measure(served, facts.movie_ids, options.queries)


def measure(films: FreeText, movie_ids, path: Path) -> None:
    """Ask every query of the file in both languages."""
    queries = json.loads(path.read_text())
    row = {movie_id: place for place, movie_id in enumerate(movie_ids.tolist())}
    times = []
    for language in ("es", "en"):
        places = []
        for query in queries:
            ranked = [film.row for film in films.top(query[language], len(movie_ids))]
            places.append(ranked.index(row[query["movie_id"]]))
            begun = time.perf_counter()
            films.top(query[language], 10)
            times.append(time.perf_counter() - begun)
        recall = float(np.mean(np.array(places) < 10))
        mrr = float(np.mean(1 / (np.array(places) + 1)))
        print(f"{language}: recall@10 {recall:.3f} ({recall / RECALL_WANTED:.2f} of the aim)")
        print(f"{language}: MRR {mrr:.3f}")
    median = float(np.median(times)) * 1e3
    print(f"median {median:.1f} ms ({median / LIMIT_MS:.2f} of the limit)")


if __name__ == "__main__":
    main()
