"""From the facts of films to what free text is compared with, when the index is built."""

import numpy as np
from numpy.typing import NDArray

from index.basis import log_votes
from index.encoders.text_encoder import TextEncoder
from index.facts import FilmFacts
from index.free_text import FreeText
from index.free_text_basis import Embed, TextBasis, words_to_know
from index.free_text_quantised import Floats, Quantised
from index.postings import Postings


def build(
    facts: FilmFacts,
    vectors: tuple[Floats, Floats, Floats],
    encoder: TextEncoder,
    basis: TextBasis | None = None,
    embed: Embed | None = None,
) -> tuple[FreeText, TextBasis]:
    """Free text over these films, and what it goes by: `basis`, or what is learnt from them.

    `vectors` are what `encoder` makes of the overviews, topics and words of `facts`, each of shape
    (texts, encoder.dim): unit rows, or zeros where there is no text. Other words, such as the
    33,000 of the multilingual encoder's vocabulary, are given to `embed`, which may remember them;
    else they are encoded here, in half a minute.
    """
    overviews, topics, spelt = vectors
    postings = Postings.build(_said(facts))
    words = facts.words()
    if basis is None:
        basis = TextBasis.learn(vectors, words, postings)
        known = words_to_know(encoder, words)
        others = (embed or encoder.encode)([word for word in known if word not in set(words)])
        basis = _looked_up(basis, known, (words, spelt), others, postings)
    new = [row for row, word in enumerate(words) if word not in basis.stands]
    whole = basis.knowing([words[row] for row in new], spelt[new], postings)
    described = np.flatnonzero(overviews.any(axis=1)).astype(np.int32)
    distinct, topic_of = _distinct(facts.topic_texts())
    free_text = FreeText(
        encoder,
        basis.stories,
        Quantised.of(basis.stories(overviews[described])),
        described,
        Quantised.of(basis.subjects(topics[distinct])),
        topic_of,
        log_votes(facts.votes).astype(np.float32),
        postings,
        whole.lexicon_over(postings),
    )
    return free_text, basis


def _looked_up(
    basis: TextBasis,
    known: list[str],
    spelt: tuple[list[str], Floats],
    others: Floats,
    postings: Postings,
) -> TextBasis:
    """With all of `known` looked up: words whose vectors are `spelt` already, and the others."""
    words, vectors = spelt
    mine = set(words)
    rest = [word for word in known if word not in mine]
    return basis.knowing([*words, *rest], np.concatenate([vectors, others]), postings)


def _distinct(texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows of the first of equal texts, and which of these each text equals."""
    first: dict[str, int] = {}
    of = np.array([first.setdefault(text, len(first)) for text in texts], np.int32)
    rows = np.zeros(len(first), np.int64)
    rows[of[::-1]] = np.arange(len(texts))[::-1]
    return rows, of


def _said(facts: FilmFacts) -> list[str]:
    """Overview, genres and keywords of each film.

    Not the title, since a description seldom holds it: thousands of titles are Spanish, and
    match the small words of a description in Spanish.
    """
    parts = zip(facts.overview_texts(), facts.topic_texts(), strict=True)
    return [" ".join(part) for part in parts]
