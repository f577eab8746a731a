"""From the facts of films to their features, block by block."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from index.association import association_vectors, evidence
from index.blocks import ASSOCIATION, DENSE, TEXT_DIM, Layout
from index.embeddings import FilmVectors
from index.facts import FilmFacts
from index.principal import reduced
from index.sparse import Weighted, by_rarity, plain
from index.store import Floats
from index.text import title_words

CAST_COMPARED = 10
FIRST_YEAR, LAST_YEAR, YEAR_STEP, YEAR_WIDTH = 1880, 2032, 8, 8.0
RENOWN_STEP, KNOWN_ALIKE = 0.1, 0.17
"""Bumps over log-votes from 0 to 1; and the part of renown that says that films are known alike."""

PRIOR_VOTES, POORLY_RATED, ESTEEMED_ALIKE = 50, 10, 0.13
"""Votes that a mean vote is shrunk by; the percentile of mean votes that counts 0; and the part of
esteem that says that films are esteemed alike."""


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
        names = self.layout.names(DENSE)
        return np.hstack([self.dense[name] for name in names]).astype(np.float32)

    def coverage(self) -> dict[str, int]:
        """How many films have each block."""
        counts = {name: int(np.any(rows, axis=1).sum()) for name, rows in self.dense.items()}
        for name, rows in self.sparse.items():
            counts[name] = int((np.diff(rows.indptr) > 0).sum())
        return counts


def build_features(facts: FilmFacts, vectors: FilmVectors, layout: Layout) -> Features:
    """Features of every film, in the blocks of `layout`."""
    dense = {
        "texto": reduced(vectors.descriptions, TEXT_DIM),
        "texto_multilingue": reduced(vectors.overviews, TEXT_DIM),
        "temas_multilingue": reduced(vectors.topics, TEXT_DIM),
        "titulo_multilingue": reduced(vectors.titles, TEXT_DIM),
        "anio": year_bumps(facts.years),
        "renombre": renown(facts.votes),
        "valoracion": esteem(facts.mean_votes, facts.votes),
    }
    films = len(facts.titles)
    known = np.zeros(films, dtype=np.float32)
    if ASSOCIATION.name in layout.names(DENSE):
        dense[ASSOCIATION.name] = association_vectors(facts.ratings, films)
        known = evidence(facts.ratings, films)
    return Features(
        layout,
        # rounded as FAISS stores them, so that build and service compute the same score
        dense={name: rows.astype(np.float16).astype(np.float32) for name, rows in dense.items()},
        sparse={
            "palabras_clave": by_rarity(plain(facts.keywords)),
            "generos": by_rarity(plain(facts.genres)),
            "reparto": by_rarity([billing(cast) for cast in facts.cast]),
            "direccion": by_rarity(plain(facts.directors)),
            "productoras": by_rarity(plain(facts.companies)),
            "idioma": by_rarity(plain([name] if name else [] for name in facts.languages)),
            "titulo": by_rarity(plain(title_words(title) for title in facts.titles)),
        },
        evidence=known,
    )


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


def log_votes(votes: NDArray[Any]) -> NDArray[np.float64]:
    """How well known each film is, from 0 to 1 for the most voted, on a logarithmic scale."""
    return np.asarray(np.log1p(votes) / max(float(np.log1p(votes.max(initial=0))), 1.0))


def renown(votes: NDArray[Any]) -> Floats:
    """How well known each film is, shape (films, 12), length 1 at most.

    The inner product of two films grows with the renown of both (the product of their squared
    log-votes, scaled to 1 for the most voted), and a smaller part says that they are known alike
    (Gaussian bumps over log-votes). Thus a well-known film favours well-known ones, where an
    obscure one hardly does. A film without votes is zero.
    """
    known = log_votes(votes)
    return _grown_and_alike(known**2, known, votes > 0, KNOWN_ALIKE)


def esteem(mean_votes: NDArray[Any], votes: NDArray[Any]) -> Floats:
    """How well rated each film is, shape (films, 12), length 1 at most; as `renown` is made.

    From mean votes shrunk to that of all films (a Bayesian average), so that a film that three
    people gave a ten is not the best of all. A film without votes is zero.
    """
    counted = votes >= min(PRIOR_VOTES, votes.max(initial=0))
    if not len(votes) or not votes.any():
        return np.zeros((len(votes), 12), dtype=np.float32)
    typical = mean_votes[counted].mean()
    shrunk = (votes * mean_votes + PRIOR_VOTES * typical) / (votes + PRIOR_VOTES)
    low, best = np.percentile(shrunk[counted], POORLY_RATED), shrunk.max()
    above = np.clip((shrunk - low) / max(best - low, 1e-9), 0, 1)
    lowest = shrunk.min()
    place = (shrunk - lowest) / max(best - lowest, 1e-9)
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
