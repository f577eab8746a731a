"""The ETL job: raw folder in, one published data version out."""

import contextlib
import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts.columns import DATA_FORMAT, KEYWORDS, RATINGS, TABLES, TITLES
from contracts.progress import Advance, track
from contracts.versions import (
    Manifest,
    Outcome,
    building,
    is_whole,
    keep,
    publish,
    staging,
    version_name,
)
from etl.ledger import Ledger
from etl.links import LINKS_COLUMNS, build_links
from etl.movies import RAW_COLUMNS, build_movies
from etl.people import CREDITS_COLUMNS, KEYWORDS_COLUMNS, build_credits, build_keywords
from etl.ratings import build_ratings
from etl.read import read_rows
from etl.sources import Source, find_sources

logger = logging.getLogger(__name__)

KIND = "data"
RULES = 2
"""Raised with every change of the transformations, so that the same input is built anew."""


def run_etl(raw: Path, root: Path) -> Outcome:
    """Build the data version of the files in `raw` into `root`, unless it is there already.

    Raises DataError for bad input or a fault of the disk; then nothing has changed in `root`.
    """
    sources = find_sources(raw)
    inputs = {role: source.sha256() for role, source in sorted(sources.items())}
    version = version_name(KIND, DATA_FORMAT, inputs, RULES)
    with building(root):
        if is_whole(root, version, KIND, DATA_FORMAT):
            return keep(root, version)
        tables, ledger = transform(sources)
        counts = _counts(tables, ledger)
        manifest = Manifest(
            kind=KIND,
            format=DATA_FORMAT,
            version=version,
            inputs=inputs,
            settings={"rules": RULES},
            counts=counts,
        )
        with staging(root, version) as folder:
            for name, table in tables.items():
                pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
            target = publish(folder, manifest)
    logger.info("data_published version=%s movies=%d", version, counts["movies"])
    return Outcome(version, target, True, counts)


def transform(sources: dict[str, Source]) -> tuple[dict[str, pa.Table], Ledger]:
    """Every table of a data version, by name, and the ledger they left."""
    ledger = Ledger()
    with without_collector(), track(len(sources), "Reading raw files") as advance:
        file = sources["movies"]
        movies, aliases = build_movies(
            list(read_rows(file, RAW_COLUMNS, ledger)), file.label, ledger
        )
        advance(1)
        known = set(movies["movie_id"].to_pylist())
        file = sources["credits"]
        credits = build_credits(read_rows(file, CREDITS_COLUMNS, ledger), file.label, known, ledger)
        advance(1)
        keywords = KEYWORDS.empty_table()
        if (optional := sources.get("keywords")) is not None:
            rows = read_rows(optional, KEYWORDS_COLUMNS, ledger)
            keywords = build_keywords(rows, optional.label, known, ledger)
            advance(1)
        tables = {"movies": movies, "credits": credits, "keywords": keywords, "aliases": aliases}
        tables["ratings"] = _ratings(sources, movies["movie_id"], ledger, advance)
    tables["titles"] = TITLES.empty_table()
    tables["ledger"] = ledger.table()
    assert tables.keys() == TABLES.keys()
    return tables, ledger


def _ratings(
    sources: dict[str, Source], known: pa.ChunkedArray, ledger: Ledger, advance: Advance
) -> pa.Table:
    """Table RATINGS of the films in `known`, without rows where there is no ratings file."""
    links, ratings = None, RATINGS.empty_table()
    if (file := sources.get("links")) is not None:
        links = build_links(read_rows(file, LINKS_COLUMNS, ledger), file.label, ledger)
        advance(1)
    if (file := sources.get("ratings")) is not None:
        ratings = build_ratings(file, links, known, ledger)
        advance(1)
    return ratings


def _counts(tables: dict[str, pa.Table], ledger: Ledger) -> dict[str, int]:
    """Rows of each table, users who rated, and entries of the ledger by reason."""
    counts = {name: table.num_rows for name, table in tables.items()}
    counts["users"] = pc.count_distinct(tables["ratings"]["user_id"]).as_py()
    return counts | {f"ledger.{reason}": count for reason, count in ledger.counts().items()}


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Hold the cyclic garbage collector: it walks millions of cells that hold no cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
