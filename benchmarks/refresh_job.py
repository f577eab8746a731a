"""The full build of `refresh.py` that keeps what the index before has learnt.

python benchmarks/refresh_job.py VAR
"""

import sys
from pathlib import Path

from index.build import run_index
from index.embeddings import Encoders
from index.encoders.encoder import load_encoder
from index.encoders.free_text_encoder import building_encoder
from index.plan import Order


def main() -> None:
    """Build and publish."""
    var = Path(sys.argv[1])
    models = var / "cache" / "models"
    encoders = Encoders(load_encoder(cache_dir=models), building_encoder("", models))
    cache = var / "cache" / "embeddings"
    run_index(var / "data", var / "index", encoders, cache, order=Order(inherit=True))


if __name__ == "__main__":
    main()
