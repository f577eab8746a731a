"""What anybody could do in an afternoon: the rankings a recommender has to beat.

All of them resolve ties by votes, then by row; a film without text gets the most voted films.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import normalize

from index.evaluation.rankers import Ranker, ScoredRanker, Scores, most_voted
from index.facts import FilmFacts
from index.features import CAST_COMPARED
from index.ratings import Ints
from index.store import Floats
from index.text import CAST_IN_TEXT

FIXED_WEIGHTS = {"director": 50.0, "actor": 15.0, "genre": 10.0, "keyword": 5.0}
"""What one shared name is worth, as in the "more like this" of media servers."""

TFIDF_OVERVIEW, FIXED = "TF-IDF on overview", "Fixed weights"
"""The rankings all others are compared with: a beginner's, and what media servers do."""


@dataclass(frozen=True)
class RandomRanker:
    """Films by lot, the same for a film in every run."""

    films: int
    seed: int = 0
    name: str = "Random"

    def top(self, rows: Ints, k: int) -> Ints:
        """As Ranker says."""
        lists = np.empty((len(rows), k), dtype=np.int64)
        for place, row in enumerate(rows.tolist()):
            random = np.random.default_rng([self.seed, row])
            lots = random.choice(self.films - 1, size=k, replace=False)
            lists[place] = lots + (lots >= row)
        return lists


@dataclass(frozen=True)
class PopularRanker:
    """The most voted films, whatever the film."""

    votes: Ints
    name: str = "Most voted"

    def top(self, rows: Ints, k: int) -> Ints:
        """As Ranker says."""
        first = most_voted(self.votes)[: k + 1]
        return np.array([first[first != row][:k] for row in rows], dtype=np.int64).reshape(-1, k)


def all_baselines(facts: FilmFacts, text_vectors: Floats | None, seed: int = 0) -> list[Ranker]:
    """Every baseline, the weakest idea first; the one on `text_vectors` where they are given."""
    dense: list[Ranker] = [] if text_vectors is None else [minilm(facts, text_vectors)]
    return [
        RandomRanker(len(facts.titles), seed),
        PopularRanker(facts.votes),
        tfidf_overview(facts),
        count_soup(facts),
        tfidf_soup(facts),
        bm25_soup(facts),
        *dense,
        fixed_weights(facts),
    ]


def tfidf_overview(facts: FilmFacts) -> Ranker:
    """Cosine of the words and pairs of words of the overview, weighted by rarity."""
    words = TfidfVectorizer(ngram_range=(1, 2), stop_words="english", dtype=np.float32)
    return _cosine(TFIDF_OVERVIEW, words, [text or "" for text in facts.overviews], facts)


def count_soup(facts: FilmFacts) -> Ranker:
    """Cosine of the words of overview, genres, cast and directors, merely counted."""
    words = CountVectorizer(stop_words="english", dtype=np.float32)
    return _cosine("Word counts on all text", words, soups(facts), facts)


def tfidf_soup(facts: FilmFacts) -> Ranker:
    """Cosine of the words of overview, genres, cast and directors, weighted by rarity."""
    words = TfidfVectorizer(stop_words="english", dtype=np.float32)
    return _cosine("TF-IDF on all text", words, soups(facts), facts)


def bm25_soup(facts: FilmFacts) -> Ranker:
    """Each film's whole text as a query (BM25, Lucene's variant, k1 1.5, b 0.75)."""
    order = most_voted(facts.votes)
    analyse = CountVectorizer(stop_words="english").build_analyzer()
    texts = soups(facts)
    words: list[list[str]] = [analyse(texts[row]) for row in order.tolist()]
    logging.getLogger("bm25s").setLevel(logging.NOTSET)  # it sets DEBUG, whatever the root says
    engine = bm25s.BM25() if any(words) else None
    if engine:
        engine.index(words, show_progress=False)

    def score(places: Ints) -> Scores:
        found = np.zeros((len(places), len(order)), dtype=np.float32)
        for row, place in enumerate(places.tolist()):
            if engine and words[place]:
                found[row] = engine.get_scores(words[place])
        return found

    return ScoredRanker("BM25 on all text", order, score)


def minilm(facts: FilmFacts, text_vectors: Floats) -> Ranker:
    """Cosine of one embedding of all text; `text_vectors` are unit rows, or zero without text."""
    order = most_voted(facts.votes)
    vectors = np.asarray(text_vectors, dtype=np.float32)[order]
    return ScoredRanker("MiniLM on all text", order, lambda places: vectors[places] @ vectors.T)


def fixed_weights(facts: FilmFacts) -> Ranker:
    """Points for every director, actor, genre and keyword shared."""
    order = most_voted(facts.votes)
    blocks = {
        "director": _names(facts.directors, order),
        "actor": _names([cast[:CAST_COMPARED] for cast in facts.cast], order),
        "genre": _names(facts.genres, order),
        "keyword": _names(facts.keywords, order),
    }
    shared = sparse.hstack(list(blocks.values()), format="csr")
    points = [FIXED_WEIGHTS[name] * block for name, block in blocks.items()]
    weighted = sparse.hstack(points, format="csr")
    return ScoredRanker(FIXED, order, _products(weighted, shared))


def soups(facts: FilmFacts) -> list[str]:
    """Overview, genres, the first actors and directors of each film, without any label."""
    columns = zip(facts.overviews, facts.genres, facts.cast, facts.directors, strict=True)
    return [
        " ".join([overview or "", *genres, *cast[:CAST_IN_TEXT], *directors])
        for overview, genres, cast, directors in columns
    ]


def _cosine(name: str, words: CountVectorizer, texts: list[str], facts: FilmFacts) -> Ranker:
    order = most_voted(facts.votes)
    try:
        rows = normalize(words.fit_transform(texts)).tocsr()[order]
    except ValueError:  # no film has a word
        rows = sparse.csr_matrix((len(texts), 1), dtype=np.float32)
    return ScoredRanker(name, order, _products(rows, rows))


def _products(left: sparse.csr_matrix, right: sparse.csr_matrix) -> Callable[[Ints], Scores]:
    """Inner products of some rows of `left` with all of `right`."""
    columns = right.T.tocsr()
    return lambda places: (left[places] @ columns).toarray()


def _names(films: Iterable[Sequence[str]], order: Ints) -> sparse.csr_matrix:
    """1 where a film has a name, shape (films, names), the films in `order`."""
    column: dict[str, int] = {}
    indptr, indices = [0], []
    for film in films:
        indices += [column.setdefault(name, len(column)) for name in dict.fromkeys(film)]
        indptr.append(len(indices))
    cells = (np.ones(len(indices), dtype=np.float32), indices, indptr)
    shape = (len(indptr) - 1, max(len(column), 1))
    return sparse.csr_matrix(cells, shape=shape)[order]
