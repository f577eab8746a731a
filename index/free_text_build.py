"""From the facts of films to what free text is compared with, when the index is built."""

import numpy as np

from index.encoders.text_encoder import TextEncoder
from index.features import FilmFacts, log_votes
from index.free_text import Floats, FreeText, Quantised
from index.postings import Postings

DIM = 256
"""Principal components kept of the encoder's 512 dimensions: half the bytes, little recall."""


def overview_texts(facts: FilmFacts) -> list[str]:
    """The overview of each film; '' where there is none."""
    return [overview or "" for overview in facts.overviews]


def topic_texts(facts: FilmFacts) -> list[str]:
    """Genres and keywords of each film as one text; '' where there are none."""
    pairs = zip(facts.genres, facts.keywords, strict=True)
    return [", ".join([*genres, *keywords]) for genres, keywords in pairs]


def build(facts: FilmFacts, overviews: Floats, topics: Floats, encoder: TextEncoder) -> FreeText:
    """Free text over these films.

    `overviews` and `topics` are what `encoder` makes of `overview_texts` and `topic_texts`, shape
    (films, encoder.dim): unit rows, or zeros where there is no text.
    """
    described = np.flatnonzero(overviews.any(axis=1)).astype(np.int32)
    basis = principal([overviews[described], topics], DIM)
    return FreeText(
        encoder,
        basis,
        Quantised.of(overviews[described] @ basis),
        described,
        Quantised.of(topics @ basis),
        log_votes(facts.votes).astype(np.float32),
        Postings.build(_words(facts)),
    )


def principal(tables: list[Floats], dim: int) -> Floats:
    """Directions of the most variance about zero, shape (columns, at most `dim`).

    About zero and not about the mean, so that inner products are kept as well as can be.
    """
    columns = tables[0].shape[1]
    spread = np.zeros((columns, columns))
    for table in tables:
        spread += table.T.astype(np.float64) @ table.astype(np.float64)
    directions = np.linalg.eigh(spread).eigenvectors
    return np.ascontiguousarray(directions[:, ::-1][:, :dim], np.float32)


def _words(facts: FilmFacts) -> list[str]:
    """Title, overview, genres and keywords of each film."""
    parts = zip(facts.titles, overview_texts(facts), topic_texts(facts), strict=True)
    return [" ".join(part) for part in parts]
