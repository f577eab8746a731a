"""From the facts of films to what free text is compared with, when the index is built."""

import numpy as np

from index.encoders.multilingual import MultilingualEncoder
from index.encoders.text_encoder import TextEncoder
from index.facts import FilmFacts
from index.features import log_votes
from index.free_text import FreeText
from index.free_text_quantised import Floats, Quantised
from index.free_text_space import learn
from index.free_text_words import Lexicon
from index.postings import Postings

BATCH = 64
"""Words encoded at a time: three times as fast as one by one, and as fast as more."""


def build(
    facts: FilmFacts,
    overviews: Floats,
    topics: Floats,
    words: Floats,
    encoder: TextEncoder,
) -> FreeText:
    """Free text over these films.

    `overviews`, `topics` and `words` are what `encoder` makes of the texts of the same names of
    `facts`, shape (texts, encoder.dim): unit rows, or zeros where there is no text. The 33,000
    words of the multilingual encoder's vocabulary are encoded here: a quarter of a minute.
    """
    stories, subjects = learn(overviews, topics)
    described = np.flatnonzero(overviews.any(axis=1)).astype(np.int32)
    distinct, topic_of = np.unique(topics, axis=0, return_inverse=True)
    postings = Postings.build(_said(facts))
    texts = facts.words()
    lexicon = Lexicon.build(texts, words, postings)
    return FreeText(
        encoder,
        stories,
        Quantised.of(stories(overviews[described])),
        described,
        Quantised.of(subjects(distinct)),
        topic_of.astype(np.int32),
        log_votes(facts.votes).astype(np.float32),
        postings,
        _with_dictionary(lexicon, texts, words, encoder),
    )


def _with_dictionary(
    lexicon: Lexicon, texts: list[str], vectors: Floats, encoder: TextEncoder
) -> Lexicon:
    """With the catalogue's words, and those of the encoder's vocabulary, looked up beforehand."""
    if isinstance(encoder, MultilingualEncoder):
        others = sorted(set(encoder.whole_words()).difference(texts))
        parts = [others[start : start + BATCH] for start in range(0, len(others), BATCH)]
        vectors = np.concatenate([vectors, *(encoder.encode_together(part) for part in parts)])
        texts = texts + others
    return lexicon.standing_for_known(texts, vectors)


def _said(facts: FilmFacts) -> list[str]:
    """Overview, genres and keywords of each film.

    Not the title, since a description seldom holds it: thousands of titles are Spanish, and
    match the small words of a description in Spanish.
    """
    parts = zip(facts.overview_texts(), facts.topic_texts(), strict=True)
    return [" ".join(part) for part in parts]
