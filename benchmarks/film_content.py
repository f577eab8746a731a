"""What the index job knows of the films of a data version, ratings left out."""

from pathlib import Path
from typing import NamedTuple

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.blocks import default_layout
from index.embeddings import Encoders, embed_films
from index.encoders.encoder import load_encoder
from index.encoders.multilingual import MultilingualEncoder
from index.facts import FilmFacts, read_facts
from index.features import build_features
from index.users.biases import Table, facts_table
from index.users.taste import ContentLikeness


class FilmContent(NamedTuple):
    """A data version's films: the version's name, their facts, and what users are fitted with."""

    version: str
    facts: FilmFacts
    table: Table
    likeness: ContentLikeness


def read_content(var: Path) -> FilmContent:
    """Those of the current data version under `var`, by default weights, without ratings' blocks.

    Texts that the cache there does not hold are embedded and kept.
    """
    folder, manifest = open_current(var / "data", "data", DATA_FORMAT)
    facts = read_facts(folder)
    cache = var / "cache"
    encoders = Encoders(load_encoder(cache_dir=cache / "models"), MultilingualEncoder())
    vectors = embed_films(facts, encoders, cache / "embeddings")
    features = build_features(facts, vectors, default_layout(rated=False))
    return FilmContent(manifest.version, facts, facts_table(facts), ContentLikeness.of(features))
