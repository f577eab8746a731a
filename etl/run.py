"""The ETL job: raw folder in, one published data version out."""

import contextlib
import gc
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts.columns import DATA_FORMAT, FILM, KEYWORDS, TABLES
from contracts.errors import DataError
from contracts.partitions import LOCAL, Partitions
from contracts.platforms import PLATFORMS
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
from etl.matching import Films, match_titles
from etl.movies import RAW_COLUMNS, build_movies
from etl.people import CREDITS_COLUMNS, KEYWORDS_COLUMNS, build_credits, build_keywords
from etl.read import read_rows
from etl.scores import Rated, rate
from etl.sources import Source, ratings_files, titles_role
from etl.titles import CATALOGUE, TITLES_COLUMNS, build_titles
from etl.unchanged import Seen

logger = logging.getLogger(__name__)

KIND = "data"
RULES = 3
"""Raised with every change of the transformations, so that the same input is built anew."""

SIMULATED = "simulated"
"""Stands in the name of a ratings file that nobody's ratings are in: it was made up."""


def run_etl(raw: Path, root: Path, point: bool = True, partitions: Partitions = LOCAL) -> Outcome:
    """Build the data version of the files in `raw` into `root`, unless it is there already.

    Without `point` it is not made the current one. Raises DataError for bad input, for files that
    change while they are read, or a fault of the disk; then nothing has changed in `root`.
    """
    seen = Seen.of(raw)
    sources, inputs = seen.sources, seen.inputs
    _refuse_copies(sources, inputs)
    version = version_name(KIND, DATA_FORMAT, inputs, RULES)
    with building(root):
        if is_whole(root, version, KIND, DATA_FORMAT):
            return keep(root, version, point)
        with seen.held():
            built = transform(sources, partitions)
        counts = _counts(built)
        manifest = Manifest(
            kind=KIND,
            format=DATA_FORMAT,
            version=version,
            inputs=inputs,
            settings=_settings(sources, built),
            counts=counts,
        )
        with staging(root, version) as folder:
            for name, table in built.tables.items():
                pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
            target = publish(folder, manifest, point=point)
    logger.info("data_published version=%s movies=%d", version, counts["movies"])
    return Outcome(version, target, True, counts)


def _refuse_copies(sources: dict[str, Source], inputs: dict[str, str]) -> None:
    """Raise DataError for a ratings file that is there twice, as browsers and desktops copy them.

    Any name goes for a ratings file, so a copy would be read as one more.
    """
    seen: dict[str, Source] = {}
    hashes = {source: inputs[role] for role, source in sources.items()}
    for source in ratings_files(sources):
        other = seen.setdefault(hashes[source], source)
        if other != source:
            raise DataError(f"two ratings files are the same: {other} and {source}")


class Tables(NamedTuple):
    """What the raw files became."""

    tables: dict[str, pa.Table]
    """Every table of a data version, by name."""
    ledger: Ledger
    rated: Rated


def transform(sources: dict[str, Source], partitions: Partitions = LOCAL) -> Tables:
    """Every table of a data version, and the ledger they left."""
    ledger = Ledger()
    with without_collector(), track(len(sources), "Reading raw files") as advance:
        tables = _films(sources, ledger, advance, partitions)
        titles = match_titles(
            _catalogues(sources, ledger, advance),
            Films(tables["movies"], tables["aliases"], tables["credits"]),
        )
        rated = _ratings(sources, tables["movies"]["movie_id"], titles, ledger, advance)
    tables |= {"ratings": rated.ratings, "titles": rated.titles, "ledger": ledger.table()}
    assert tables.keys() == TABLES.keys()
    return Tables(tables, ledger, rated)


def _films(
    sources: dict[str, Source], ledger: Ledger, advance: Advance, partitions: Partitions
) -> dict[str, pa.Table]:
    """Tables of films: movies and aliases, credits, keywords."""
    file = sources["movies"]
    raw = list(read_rows(file, RAW_COLUMNS, ledger))
    movies, aliases = build_movies(raw, file.label, ledger, partitions)
    del raw
    advance(1)
    known = set(movies["movie_id"].to_pylist())
    file = sources["credits"]
    rows = read_rows(file, CREDITS_COLUMNS, ledger)
    credits = build_credits(rows, file.label, known, ledger, partitions)
    advance(1)
    keywords = KEYWORDS.empty_table()
    if (optional := sources.get("keywords")) is not None:
        rows = read_rows(optional, KEYWORDS_COLUMNS, ledger)
        keywords = build_keywords(rows, optional.label, known, ledger, partitions)
        advance(1)
    return {"movies": movies, "credits": credits, "keywords": keywords, "aliases": aliases}


def _catalogues(sources: dict[str, Source], ledger: Ledger, advance: Advance) -> pa.Table:
    """The platforms' catalogues, end to end in order of title_id."""
    found = [CATALOGUE.empty_table()]
    for platform in PLATFORMS:
        if (file := sources.get(titles_role(platform))) is not None:
            rows = read_rows(file, TITLES_COLUMNS, ledger)
            found.append(build_titles(rows, platform, file.label, ledger))
            advance(1)
    return pa.concat_tables(found).sort_by("title_id")


def _ratings(
    sources: dict[str, Source],
    known: pa.ChunkedArray,
    titles: pa.Table,
    ledger: Ledger,
    advance: Advance,
) -> Rated:
    """Table RATINGS of the films in `known` and the titles' scores, from all ratings files."""
    links = None
    if (file := sources.get("links")) is not None:
        links = build_links(read_rows(file, LINKS_COLUMNS, ledger), file.label, ledger)
        advance(1)
    files = ratings_files(sources)
    rated = rate(files, links, known, titles, ledger)
    advance(len(files))
    return rated


def _settings(sources: dict[str, Source], built: Tables) -> dict[str, Any]:
    """What readers tell of the catalogues and of where the scores come from."""
    simulated = any(SIMULATED in file.label.lower() for file in ratings_files(sources))
    return {
        "rules": RULES,
        "platforms": _platforms(built.tables["titles"]),
        "scores": built.rated.basis,
        "simulated_ratings": simulated,
    }


def _platforms(titles: pa.Table) -> dict[str, dict[str, int | str | None]]:
    """Titles, films, films matched and the catalogue's date of each platform that is there."""
    told: dict[str, dict[str, int | str | None]] = {}
    for platform in PLATFORMS:
        own = titles.filter(pc.equal(titles["platform"], platform.name))
        if not len(own):
            continue
        movies = own.filter(pc.equal(own["kind"], FILM))
        latest = pc.max(own["date_added"]).as_py()
        told[platform.name] = {
            "titles": len(own),
            "movies": len(movies),
            "matched": len(movies) - movies["movie_id"].null_count,
            "snapshot": latest.isoformat() if latest else None,
        }
    return told


def _counts(built: Tables) -> dict[str, int]:
    """Rows of each table, users who rated, matches, and entries of the ledger by reason."""
    tables, rated = built.tables, built.rated
    counts = {name: table.num_rows for name, table in tables.items()}
    counts["users"] = pc.count_distinct(tables["ratings"]["user_id"]).as_py()
    counts["matched"] = counts["titles"] - tables["titles"]["movie_id"].null_count
    counts["ratings_of_titles"] = rated.of_titles
    counts["ratings_of_unmatched_titles"] = rated.of_unmatched
    entries = built.ledger.counts()
    return counts | {f"ledger.{reason}": count for reason, count in entries.items()}


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
