import numpy as np
import pytest

from index.evaluation import rankers
from index.evaluation.baselines import (
    PopularRanker,
    all_baselines,
    bm25_soup,
    count_soup,
    fixed_weights,
    minilm,
    soups,
    tfidf_overview,
    tfidf_soup,
)
from index.evaluation.rankers import Ranker, ScoredRanker
from index.facts import FilmFacts
from tests.fakes import film_facts

FILMS = 40


def catalogue(seed: int = 0) -> FilmFacts:
    random = np.random.default_rng(seed)

    def some(kind: str, most: int, of: int) -> list[list[str]]:
        counts = random.integers(0, most + 1, FILMS)
        return [[f"{kind}{n}" for n in random.integers(0, of, count)] for count in counts]

    overviews: list[str | None] = [" ".join(words) for words in some("word", 9, 30)]
    overviews[3] = None
    return film_facts(
        FILMS,
        votes=random.integers(0, 5, FILMS),
        overviews=overviews,
        genres=some("genre", 2, 5),
        keywords=some("key", 4, 20),
        cast=some("actor", 4, 20),
        directors=some("director", 1, 9),
    )


def vectors(facts: FilmFacts) -> np.ndarray:
    random = np.random.default_rng(1).normal(size=(len(facts.titles), 8)).astype(np.float32)
    random[3] = 0
    return random / np.maximum(np.linalg.norm(random, axis=1, keepdims=True), 1e-9)


def baselines() -> list[Ranker]:
    facts = catalogue()
    return all_baselines(facts, vectors(facts))


@pytest.mark.parametrize("ranker", baselines(), ids=lambda ranker: ranker.name)
class TestEveryBaseline:
    def test_gives_k_different_films_and_never_the_film_itself(self, ranker: Ranker) -> None:
        rows = np.arange(FILMS)
        for k in (1, 10, FILMS - 1):
            tops = ranker.top(rows, k)
            assert tops.shape == (FILMS, k)
            assert all(len(set(top)) == k for top in tops.tolist())
            assert not (tops == rows[:, None]).any()
            assert tops.min() >= 0 and tops.max() < FILMS

    def test_answers_the_same_whatever_else_is_asked(
        self, ranker: Ranker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = np.arange(FILMS)
        whole = ranker.top(rows, 5)
        again = next(other for other in baselines() if other.name == ranker.name)
        np.testing.assert_array_equal(again.top(rows, 5), whole)
        monkeypatch.setattr(rankers, "CHUNK", 3)
        np.testing.assert_array_equal(ranker.top(rows[::-1], 5), whole[::-1])

    def test_gives_a_short_list_as_the_start_of_a_long_one(self, ranker: Ranker) -> None:
        if ranker.name != "Random":
            rows = np.arange(FILMS)
            np.testing.assert_array_equal(ranker.top(rows, 4), ranker.top(rows, 12)[:, :4])


@pytest.mark.parametrize("make", [tfidf_overview, count_soup, tfidf_soup, bm25_soup, fixed_weights])
def test_a_catalogue_without_words_is_ranked_by_votes(make: object) -> None:
    assert callable(make)
    ranker = make(film_facts(4, votes=[1, 5, 5, 9]))
    assert ranker.top(np.array([0, 3]), 3).tolist() == [[3, 1, 2], [1, 2, 0]]


@pytest.mark.parametrize("make", [tfidf_overview, count_soup, tfidf_soup, bm25_soup])
def test_films_that_share_words_go_together_and_the_rest_follows_by_votes(make: object) -> None:
    assert callable(make)
    overviews = ["a shark hunts swimmers", None, "the shark returns", "two lovers meet", None]
    ranker = make(film_facts(5, votes=[1, 2, 3, 4, 5], overviews=overviews))
    assert ranker.top(np.array([0, 1]), 4).tolist() == [[2, 4, 3, 1], [4, 3, 2, 0]]


def test_the_most_voted_films_come_without_the_film_asked_about() -> None:
    ranker = PopularRanker(np.array([3, 9, 9, 1]))
    assert ranker.top(np.array([0, 1]), 2).tolist() == [[1, 2], [2, 0]]


def test_fixed_weights_add_up_points() -> None:
    facts = film_facts(
        6,
        votes=[0, 0, 0, 0, 100, 7],
        directors=[["d"], ["d"], [], [], [], []],
        cast=[["a", "b"], [], ["a", "b"], [], [], []],
        genres=[["g"], [], [], ["g"], [], []],
        keywords=[["k", "l", "m"], [], [], [], ["k", "l"], ["k", "l", "m"]],
    )
    # 50, 30, then 15 for three keywords; a genre ties with two keywords, votes decide
    assert fixed_weights(facts).top(np.array([0]), 5).tolist() == [[1, 2, 5, 4, 3]]


def test_a_dense_ranking_goes_by_cosine() -> None:
    rows = np.array([[1, 0], [0, 1], [0.8, 0.6], [0, 0]], dtype=np.float32)
    ranker = minilm(film_facts(4, votes=[0, 1, 0, 9]), rows)
    assert ranker.top(np.array([0, 3]), 3).tolist() == [[2, 3, 1], [1, 0, 2]]


def test_no_baseline_reads_a_title() -> None:
    facts = film_facts(2, titles=["Alien", "Aliens"], overviews=["one", "two"])
    assert soups(facts) == ["one", "two"]


def test_the_best_scores_are_those_of_a_stable_sort() -> None:
    random = np.random.default_rng(0)
    scores = random.integers(0, 4, (30, 30)).astype(np.float32)
    order = random.permutation(30)
    tops = ScoredRanker("any", order, lambda places: scores[places]).top(order, 7)
    for place, row in enumerate(order.tolist()):
        sorted_ = order[np.argsort(-scores[place], kind="stable")]
        assert tops[place].tolist() == sorted_[sorted_ != row][:7].tolist()


def test_more_films_than_there_are_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="3 films asked for, 2 others exist"):
        fixed_weights(film_facts(3)).top(np.array([0]), 3)
