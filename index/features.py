"""From the facts of films to their features, block by block."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from index.basis import NO_LIKES, Basis, Likes, VoteScale, log_votes
from index.blocks import ASSOCIATION, DENSE, TEXT_DIM, Layout
from index.embeddings import FilmVectors
from index.facts import FilmFacts
from index.principal import reduced, shortening
from index.sparse import Rarity, Weighted, by_rarity, plain
from index.store import Floats
from index.text import title_words

CAST_COMPARED = 10
FIRST_YEAR, LAST_YEAR, YEAR_STEP, YEAR_WIDTH = 1880, 2032, 8, 8.0
RENOWN_STEP, KNOWN_ALIKE = 0.1, 0.17
"""Bumps over log-votes from 0 to 1; and the part of renown that says that films are known alike."""

ESTEEMED_ALIKE = 0.13
"""The part of esteem that says that films are esteemed alike."""


@dataclass(frozen=True)
class Features:
    """Unit rows of every block: dense ones as arrays (films, dim), sparse ones exact.

    `evidence`, shape (films,): how much users' ratings say of each film, from 0 to 1.
    """

    layout: Layout
    dense: dict[str, Floats]
    sparse: dict[str, sparse.csr_matrix]
    evidence: Floats

    def __len__(self) -> int:
        return len(next(iter(self.dense.values())))

    def vectors(self) -> Floats:
        """The vectors that FAISS stores, the dense blocks: shape (films, layout.dim)."""
        parts = [self.dense[name] for name in self.layout.names(DENSE)]
        whole = parts[0].base
        if whole is None or whole.shape != (len(self), self.layout.dim):
            return np.hstack(parts)
        if any(part.base is not whole for part in parts):
            return np.hstack(parts)
        # as `build_features` lays them: a million films leave no room for another copy
        return np.asarray(whole, np.float32)

    def coverage(self) -> dict[str, int]:
        """How many films have each block."""
        counts = {name: int(np.any(rows, axis=1).sum()) for name, rows in self.dense.items()}
        for name, rows in self.sparse.items():
            counts[name] = int((np.diff(rows.indptr) > 0).sum())
        return counts


def build_features(
    facts: FilmFacts, vectors: FilmVectors, layout: Layout, basis: Basis | None = None
) -> Features:
    """Features of every film, in the blocks of `layout`.

    What a film is measured by comes from `basis`, or is learnt from these films. With a given
    basis a film's features depend on the film alone.
    """
    basis = basis or learn_basis(facts, vectors, layout)
    dense = {
        name: reduced(table, TEXT_DIM, basis.directions[name])
        for name, table in texts_of(vectors).items()
    }
    dense |= {
        "anio": year_bumps(facts.years),
        "renombre": renown(facts.votes, basis.votes),
        "valoracion": esteem(facts.mean_votes, facts.votes, basis.votes),
    }
    known = np.zeros(len(facts.titles), dtype=np.float32)
    if ASSOCIATION.name in layout.names(DENSE):
        dense[ASSOCIATION.name] = basis.likes.vectors_of(facts.movie_ids)
        known = basis.likes.evidence_of(facts.movie_ids)
    return Features(
        layout,
        dense=_laid(dense, layout),
        sparse={
            name: by_rarity(names, basis.rarity[name]) for name, names in names_of(facts).items()
        },
        evidence=known,
    )


def _laid(dense: dict[str, Floats], layout: Layout) -> dict[str, Floats]:
    """The blocks as parts of one array; what is given is given up, block by block.

    Rounded as FAISS stores them, so that build and service compute the same score.
    """
    films = len(next(iter(dense.values())))
    whole = np.empty((films, layout.dim), np.float32)
    for name in layout.names(DENSE):
        whole[:, layout.span(name)] = dense.pop(name).astype(np.float16)
    return {name: whole[:, layout.span(name)] for name in layout.names(DENSE)}


def learn_basis(facts: FilmFacts, vectors: FilmVectors, layout: Layout) -> Basis:
    """What these films are measured by."""
    likes = NO_LIKES
    if ASSOCIATION.name in layout.names(DENSE):
        likes = Likes.learn(facts.ratings, facts.movie_ids)
    return Basis(
        {name: shortening(table, TEXT_DIM) for name, table in texts_of(vectors).items()},
        {name: Rarity.of(names) for name, names in names_of(facts).items()},
        VoteScale.of(facts.mean_votes, facts.votes),
        likes,
    )


def texts_of(vectors: FilmVectors) -> dict[str, Floats]:
    """The vectors that each block of text is made of."""
    return {
        "texto": vectors.descriptions,
        "texto_multilingue": vectors.overviews,
        "temas_multilingue": vectors.topics,
        "titulo_multilingue": vectors.titles,
    }


def names_of(facts: FilmFacts) -> dict[str, list[Weighted]]:
    """The names that each sparse block is made of, with their weights within the film."""
    return {
        "palabras_clave": plain(facts.keywords),
        "generos": plain(facts.genres),
        "reparto": [billing(cast) for cast in facts.cast],
        "direccion": plain(facts.directors),
        "productoras": plain(facts.companies),
        "idioma": plain([name] if name else [] for name in facts.languages),
        "titulo": plain(title_words(title) for title in facts.titles),
    }


def billing(cast: list[str]) -> Weighted:
    """The first actors, the leading ones weighing most."""
    return [(name, 1 / np.sqrt(1 + place)) for place, name in enumerate(cast[:CAST_COMPARED])]


def year_bumps(years: NDArray[Any]) -> Floats:
    """Years as smooth bumps: unit rows whose inner product falls off with the distance.

    Shape (films, 20). Ten years apart gives about 0.7, thirty about 0.03: Gaussian radial basis
    functions, eight years wide and apart.
    """
    centres = np.arange(FIRST_YEAR, LAST_YEAR + 1, YEAR_STEP, dtype=np.float32)
    clipped = np.clip(years.astype(np.float32), FIRST_YEAR, LAST_YEAR)
    bumps = np.exp(-(((clipped[:, None] - centres) / YEAR_WIDTH) ** 2) / 2)
    unit = bumps / np.linalg.norm(bumps, axis=1, keepdims=True)
    return np.asarray(unit, dtype=np.float32)


def renown(votes: NDArray[Any], scale: VoteScale | None = None) -> Floats:
    """How well known each film is, shape (films, 12), length 1 at most.

    The inner product of two films grows with the renown of both (the product of their squared
    log-votes, scaled to 1 for the most voted), and a smaller part says that they are known alike
    (Gaussian bumps over log-votes). Thus a well-known film favours well-known ones, where an
    obscure one hardly does. A film without votes is zero.
    """
    known = log_votes(votes, scale.most if scale else None)
    return _grown_and_alike(known**2, known, votes > 0, KNOWN_ALIKE)


def esteem(mean_votes: NDArray[Any], votes: NDArray[Any], scale: VoteScale | None = None) -> Floats:
    """How well rated each film is, shape (films, 12), length 1 at most; as `renown` is made.

    From mean votes shrunk to that of all films (a Bayesian average), so that a film that three
    people gave a ten is not the best of all. A film without votes is zero.
    """
    scale = scale or VoteScale.of(mean_votes, votes)
    if not scale.most:
        return np.zeros((len(votes), 12), dtype=np.float32)
    above, place = scale.placed(mean_votes, votes)
    return _grown_and_alike(above, place, votes > 0, ESTEEMED_ALIKE)


def _grown_and_alike(
    height: NDArray[np.float64], place: NDArray[np.float64], some: NDArray[np.bool_], alike: float
) -> Floats:
    """`height` in one number, and bumps over `place` (both from 0 to 1) in eleven.

    The inner product of two films is the product of their heights, and, weighing `alike`, how
    near their places are. Zero where not `some`.
    """
    centres = np.arange(0, 1 + RENOWN_STEP / 2, RENOWN_STEP)
    bumps = np.exp(-(((place[:, None] - centres) / RENOWN_STEP) ** 2) / 2)
    bumps /= np.linalg.norm(bumps, axis=1, keepdims=True)
    whole = np.column_stack([np.sqrt(1 - alike) * height, np.sqrt(alike) * bumps])
    return np.asarray(whole * some[:, None], dtype=np.float32)
