import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from index.evaluation.baselines import FIXED, TFIDF_OVERVIEW, PopularRanker, all_baselines
from index.evaluation.catalogues import Catalogue, Catalogues
from index.evaluation.metrics import Estimate
from index.evaluation.page import as_html
from index.evaluation.report import METRICS, Provenance, Report
from index.evaluation.results import Result
from index.evaluation.run import evaluate
from index.evaluation.split import split_users
from index.evaluation.truth import Truth, find_truth
from index.evaluation.users_report import USER_METRICS, UserCounts, UsersPart
from index.ratings import Ratings
from tests.fakes import film_facts

ABOUT = Provenance("data-1", 30, 20, 0.4, 7, {"movies": 60}, ["hash/1"], {"numpy": "2"})
FILMS = 60
FACTS = film_facts(
    FILMS,
    votes=range(FILMS),
    overviews=[f"tale of subject{n % 12} and place{n % 7}" for n in range(FILMS)],
    genres=[[f"genre {n % 3}"] for n in range(FILMS)],
    directors=[[f"director {n % 12}"] for n in range(FILMS)],
)
SAGAS = [f"saga {n % 12}" if n % 12 < 6 else None for n in range(FILMS)]
HOSTILE = '<script>alert("1")</script> & | pipe'


class Hostile(PopularRanker):
    pass


def truth() -> Truth:
    random = np.random.default_rng(0)
    users = np.repeat(np.arange(80), 25)
    rows = np.concatenate([random.permutation(FILMS)[:25] for _ in range(80)])
    values = np.where(rows % 12 == users % 12, 5, random.integers(1, 6, len(rows)))
    ratings = Ratings(users, rows, values.astype(np.float32))
    return find_truth(split_users(ratings).test.likes(FILMS), partners=12)


@pytest.fixture(scope="module")
def report() -> Report:
    rankers = [*all_baselines(FACTS, None), Hostile(FACTS.votes, HOSTILE)]
    return evaluate(rankers, truth(), FACTS, SAGAS, ABOUT)


class Page(HTMLParser):
    """Counts elements, and minds that they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "link", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_ranking_has_every_metric_and_its_interval_holds_the_value(report: Report) -> None:
    assert len(report.results) == 8
    for result in report.results:
        assert set(result.metrics) == {metric.key for metric in METRICS}
        for estimate in result.metrics.values():
            assert estimate.low <= estimate.value <= estimate.high


def test_the_share_of_the_catalogue_is_the_films_out_of_all(report: Report) -> None:
    for result in report.results:
        films, share = result.metrics["coverage"].value, result.metrics["coverage_share"].value
        assert share == pytest.approx(films / FILMS)


def test_who_directs_a_saga_finds_it_again(report: Report) -> None:
    saga = {result.name: result.metrics["saga"].value for result in report.results}
    assert saga[FIXED] == 1 > saga["Most voted"]


def test_ratios_are_against_both_references(report: Report) -> None:
    assert report.references() == [TFIDF_OVERVIEW, FIXED]
    own = next(result for result in report.results if result.name == FIXED)
    assert own.ratios[FIXED]["ndcg"] == (1, 1, 1)
    base = next(result for result in report.results if result.name == TFIDF_OVERVIEW)
    ratio = own.ratios[TFIDF_OVERVIEW]["saga"]
    assert ratio and ratio.value == pytest.approx(1 / base.metrics["saga"].value)


def test_the_same_evaluation_gives_the_same_bytes(report: Report) -> None:
    rankers = [*all_baselines(FACTS, None), Hostile(FACTS.votes, HOSTILE)]
    again = evaluate(rankers, truth(), FACTS, SAGAS, ABOUT)
    assert again.as_json() == report.as_json()
    assert again.as_markdown() == report.as_markdown()
    assert as_html(again) == as_html(report)


def test_the_films_asked_about_are_those_with_a_truth_or_a_saga(report: Report) -> None:
    seeds = set(truth().seeds.tolist())
    in_sagas = {row for row, saga in enumerate(SAGAS) if saga}
    assert report.sizes.truth_seeds == len(seeds) > 10
    assert report.sizes.saga_seeds == len(in_sagas)
    assert report.sizes.all_seeds == len(seeds | in_sagas)


def test_the_json_tells_what_was_evaluated_on_what(report: Report) -> None:
    told = json.loads(report.as_json())
    assert told["provenance"]["data_version"] == "data-1"
    assert told["provenance"]["split_seed"] == 7
    assert set(told["results"][0]["metrics"]["ndcg"]) == {"value", "low", "high"}


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_every_form_names_versions_users_seeds_and_rankings(report: Report, form: str) -> None:
    text = report.as_markdown() if form == "markdown" else as_html(report)
    for told in (
        "data-1",
        "60 movies",
        "numpy 2",
        "by hash/1",
        "30 to learn from",
        "20 to test on",
        "seed of the split 7",
    ):
        assert told in text
    for told in (*(metric.title for metric in METRICS), "Times Fixed weights", "Resumen:"):
        assert told in text
    assert "<script" not in text


def test_a_hostile_name_stays_one_cell_of_markdown(report: Report) -> None:
    rows = [line for line in report.as_markdown().splitlines() if line.startswith("| &lt;script")]
    assert len(rows) == 3 and all("& \\| pipe" in row for row in rows)


def test_the_page_is_well_formed_escaped_and_loads_nothing(report: Report) -> None:
    text = as_html(report)
    page = Page(text)
    assert not page.open and page.seen.count("svg") == 4 and page.seen.count("table") == 3
    assert "&lt;script&gt;alert(&quot;1&quot;)" in text
    assert not re.search(r"https?:|url\(|@import|\bsrc=|href=", text)
    assert "prefers-color-scheme: dark" in text and "width=device-width" in text


def test_parts_on_users_and_catalogues_stand_in_every_form(report: Report) -> None:
    told = Estimate(0.25, 0.2, 0.3)
    result = Result(HOSTILE, {m.key: told for m in USER_METRICS}, {HOSTILE: {}})
    result.ratios[HOSTILE] |= {"ndcg": told, "recall": None}
    folds = {"rmse_by_fold": [0.8, 0.9], "rmse_of_biases_by_fold": [0.9, 1.1]}
    tuned = {"parameters": {"n_factors": 50}, "ratings_searched_on": 900, **folds}
    counts = UserCounts(30, 20, 10, 900, 180, 0.2, 7)
    part = UsersPart(counts, (result,), (HOSTILE,), {HOSTILE: "whatever it does"}, tuned=tuned)
    catalogues = Catalogues((Catalogue("Netflix", 9, 8, 6, "2021-09-25"),), "match")
    whole = replace(report, users=part, catalogues=catalogues)
    page = as_html(whole)
    seen = Page(page)
    assert not seen.open and seen.seen.count("svg") == 6 and seen.seen.count("table") == 7
    for text in (whole.as_markdown(), page):
        for words in ("10 persons by lot of the 20", "180 of 900", "RMSE of 0.850", "n_factors 50"):
            assert words in text
        assert "75.0%" in text and "whatever it does" in text and "0.8500" in text
        assert "<script" not in text
    assert json.loads(whole.as_json())["users"]["asked"] == 10


def test_a_part_that_lacks_something_says_so_and_the_rest_stands(report: Report) -> None:
    part = UsersPart(UserCounts(1, 0, 0, 5, 1, 0.2, 0), lacking="There is too little.")
    whole = replace(report, users=part)
    assert whole.as_markdown().startswith(report.as_markdown().rstrip())
    for text in (whole.as_markdown(), as_html(whole)):
        assert "There is too little." in text and "no model of users" in text


def test_nothing_to_evaluate_is_a_report_too() -> None:
    none = Truth(np.empty(0, np.int64), np.empty((0, 20), np.int64))
    for films in (0, 1, 5):
        facts = film_facts(films)
        empty = evaluate([PopularRanker(facts.votes)], none, facts, [None] * films, ABOUT)
        assert empty.results[0].metrics["ndcg"] is None
        assert "no hay películas" in as_html(empty)
        assert json.loads(empty.as_json())["sizes"]["all_seeds"] == 0


def test_a_ranking_that_breaks_its_promise_is_refused() -> None:
    class Selfish:
        name = "Selfish"

        def top(self, rows: np.ndarray, k: int) -> np.ndarray:
            return np.repeat(rows[:, None], k, axis=1)

    with pytest.raises(ValueError, match="Selfish recommends"):
        evaluate([Selfish()], truth(), FACTS, SAGAS, ABOUT)
    twice = [PopularRanker(FACTS.votes), PopularRanker(FACTS.votes)]
    with pytest.raises(ValueError, match="two rankings are called Most voted"):
        evaluate(twice, truth(), FACTS, SAGAS, ABOUT)
