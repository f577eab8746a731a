"""The films' texts as vectors: what every encoder makes of them, kept in a cache."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contracts.partitions import LOCAL, Partitions
from index.encoders.embedding_cache import EmbeddingCache, embed, encode_missing
from index.encoders.text_encoder import TextEncoder
from index.facts import FilmFacts
from index.store import Floats


@dataclass(frozen=True)
class Encoders:
    """`plot` reads descriptions in English; `multilingual` is also asked by who searches."""

    plot: TextEncoder
    multilingual: TextEncoder
    partitions: Partitions = LOCAL
    """Where texts are encoded."""


@dataclass(frozen=True)
class FilmVectors:
    """Unit rows, one a film, shape (films, dim of the encoder); zero where there is no text."""

    descriptions: Floats
    overviews: Floats
    topics: Floats
    titles: Floats
    words: Floats
    """Of the catalogue's words, shape (words, dim), in the order of `FilmFacts.words`."""


def embed_films(facts: FilmFacts, encoders: Encoders, cache_dir: Path) -> FilmVectors:
    """Vectors of the films' texts; only what `cache_dir` does not hold is encoded."""
    with EmbeddingCache(cache_dir, encoders.plot) as cache:
        descriptions = _embed(facts.texts(), encoders.plot, cache, encoders.partitions)
    with EmbeddingCache(cache_dir, encoders.multilingual) as cache:
        texts = facts.overview_texts(), facts.topic_texts(), facts.titles, facts.words()
        _encode_at_once(texts, encoders, cache)
        many = [_embed(part, encoders.multilingual, cache, encoders.partitions) for part in texts]
    return FilmVectors(descriptions, *many)


def embed_words(words: Sequence[str], encoders: Encoders, cache_dir: Path) -> Floats:
    """Vectors of words beside those of the films, shape (words, dim); kept in `cache_dir`."""
    encoder = encoders.multilingual
    with EmbeddingCache(cache_dir, encoder) as cache:
        return embed(words, encoder, cache, partitions=encoders.partitions)


def _encode_at_once(
    texts: Sequence[Sequence[str]], encoders: Encoders, cache: EmbeddingCache
) -> None:
    """Encode what is unknown in one go: elsewhere, a model is loaded anew for each."""
    said = [text for part in texts for text in part if text]
    encode_missing(said, encoders.multilingual, cache, partitions=encoders.partitions)


def _embed(
    texts: Sequence[str], encoder: TextEncoder, cache: EmbeddingCache, partitions: Partitions
) -> Floats:
    said = [row for row, text in enumerate(texts) if text]
    vectors = np.zeros((len(texts), encoder.dim), dtype=np.float32)
    vectors[said] = embed([texts[row] for row in said], encoder, cache, partitions=partitions)
    return vectors
