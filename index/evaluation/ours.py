"""The rankings under test: what the index job would build, had it seen only some of the users."""

from dataclasses import dataclass, replace

import numpy as np

from index.blocks import default_layout
from index.embeddings import FilmVectors
from index.evaluation.rankers import ScoredRanker
from index.facts import FilmFacts
from index.features import Features, build_features
from index.neighbours import comparer
from index.ratings import Ratings
from index.weights import learn_weights

CONTENT, HYBRID = "Cartelera, content only", "Cartelera, hybrid"

CAVEAT = (
    "Cartelera learns weights from the users and sagas learnt from, beginning with default weights "
    "that were fitted once on users of the small MovieLens file and its films' sagas: on those "
    "same data its figures flatter a little"
)
"""What a reader of the figures has to know, as long as default weights come with the code."""


Weights = dict[str, dict[str, float]]
"""Share of the score that each block can give at most: for films no one rated, and for others."""


@dataclass(frozen=True)
class OurRanker(ScoredRanker):
    """Films by the score that the index job ranks neighbours by; ties by row, as there."""

    weights: Weights


def our_rankers(facts: FilmFacts, vectors: FilmVectors, train: Ratings) -> list[OurRanker]:
    """Content alone, and content with the likes of the users in `train`.

    No other rating is looked at: those among `facts` are laid aside.
    """
    features = features_from(facts, vectors, train)
    # a film of which ratings say nothing is ranked by content alone: here, every film is
    content = replace(features, evidence=np.zeros_like(features.evidence))
    unrated = {"unrated": features.layout.weights(0.0)}
    rated = {"rated": features.layout.weights(1.0)}
    return [_ranker(CONTENT, content, unrated), _ranker(HYBRID, features, unrated | rated)]


def features_from(facts: FilmFacts, vectors: FilmVectors, train: Ratings) -> Features:
    """The features that the index job would make of these films if `train` were all ratings.

    The one place that knows how the index job goes about it.
    """
    rated = train.count_users() > 1  # as the job says
    seen = replace(facts, ratings=train)
    features = build_features(seen, vectors, default_layout(rated=rated))
    return replace(features, layout=learn_weights(features, seen).layout)


def _ranker(name: str, features: Features, weights: Weights) -> OurRanker:
    order = np.arange(len(features), dtype=np.int64)
    return OurRanker(name, order, comparer(features), weights)
