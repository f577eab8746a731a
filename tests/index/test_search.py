"""The search against its definition, written out slowly; then what it promises."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.versions import open_current
from index.blocks import INDEX_FORMAT, INDEX_KIND, default_layout
from index.facts import FilmFacts
from index.faiss_store import READ_SINGLY, FaissIndex
from index.features import Features, build_features
from index.free_text import WEIGHTS
from index.profile import FAME
from index.ratings import Ratings
from index.search import DISLIKED, FAMOUS, LIKED, TEXT, USER, FilmSearch, Found, Query
from index.search_space import DECIMALS, apportioned
from index.search_text import FULL, HALF
from index.similar import SimilarFilms
from index.store import Among, ExactIndex, Floats
from index.users.biases import Doubt, facts_table
from index.users.factors import Shape
from index.users.files import UserFiles
from index.users.known import COUNTS, FACTORS, TASTE, KnownUser, KnownUsers, UserShares
from index.users.model import Parameters, UserModel, fit
from index.users.rated import Rated
from index.users.taste import ContentLikeness
from tests.fakes import HashEncoder, film_vectors, space_of

LAYOUT = default_layout(rated=True)
ROUNDING = 10**-DECIMALS
K = 10
QUERIES = [
    Query(liked=(3,)),
    Query(liked=(3, 40, 41)),
    Query(liked=(3, 40), disliked=(7, 9, 100)),
    Query(disliked=(5, 6)),
    Query(liked=(12,), weights={"direccion": 2, "generos": 1}),
    Query(liked=(12, 30), disliked=(2,), weights={"reparto": 1e-9}),
    Query(text="a heist"),
    Query(liked=(8, 9), disliked=(1,), text="a heist"),
    Query(disliked=(8,), text="a heist"),
]


class FakeText:
    """A TextScorer out of a hash; `without` names films and blocks that say nothing."""

    def __init__(self, films: int, without: tuple[tuple[int, str], ...] = ()) -> None:
        self.films, self.without = films, without

    def scores(self, text: str, rows: object = None) -> Mapping[str, Floats]:
        seed = len(text)
        shares = {
            "texto_multilingue": np.random.default_rng(seed).normal(0.3, 0.3, self.films),
            "palabras": np.random.default_rng(seed + 1).random(self.films),
        }
        for row, block in self.without:
            shares[block][row] = 0
        return {block: values.astype(np.float32) for block, values in shares.items()}


@pytest.fixture(scope="module")
def features(facts: FilmFacts) -> Features:
    return features_of(facts)


@pytest.fixture(scope="module", params=[ExactIndex, FaissIndex.build], ids=["exact", "faiss"])
def search(request: pytest.FixtureRequest, facts: FilmFacts, features: Features) -> FilmSearch:
    return search_of(facts, features, request.param)


def features_of(facts: FilmFacts) -> Features:
    """Features with every block; those of texts, likes and evidence are invented."""
    films = len(facts.titles)
    encoded = HashEncoder().encode([str(row) for row in range(films)])
    vectors = film_vectors(
        films,
        descriptions=encoded,
        overviews=encoded[::-1],
        topics=encoded**2,
        titles=np.roll(encoded, 9, axis=0),
    )
    made = build_features(facts, vectors, LAYOUT)
    likes = np.random.default_rng(1).normal(size=(films, 64)) / 10
    evidence = np.random.default_rng(2).random(films)
    dense = made.dense | {"asociacion": likes.astype(np.float16).astype(np.float32)}
    return replace(made, dense=dense, evidence=evidence.astype(np.float32))


def search_of(facts: FilmFacts, features: Features, index=ExactIndex, text=None) -> FilmSearch:
    space = space_of(facts, features, index)
    text = text or FakeText(len(space))
    return FilmSearch(space, int(np.argmax(facts.votes)), text)


def scores_by_definition(facts: FilmFacts, features: Features, query: Query) -> np.ndarray:
    """Every film's score, not rounded: decision 0012, word for word."""
    films = len(facts.titles)
    total = np.zeros(films)
    for rows, counts in ((query.liked, 1.0), (query.disliked, -0.5)):
        for row in rows:
            weights = LAYOUT.weights(float(features.evidence[row]))
            if query.weights is not None:
                given = sum(query.weights.values())
                weights = {name: query.weights.get(name, 0) / given for name in weights}
            for block, weight in weights.items():
                if rows is query.disliked and block in FAME:
                    continue
                total += counts / len(rows) * weight * alike(features, block, row)
    if query.disliked and not query.liked and query.text is None:
        famous = [block for block in LAYOUT.weights() if block in FAME]
        for block in famous:
            total += 0.5 / len(famous) * alike(features, block, int(np.argmax(facts.votes)))
    if query.text is None:
        return total
    text = sum(FakeText(films).scores(query.text).values()) / FULL
    return HALF * (total + text) if query.liked or query.disliked else text


def alike(features: Features, block: str, row: int) -> np.ndarray:
    if block in features.sparse:
        names = features.sparse[block]
        return np.asarray((names @ names[row].T).todense()).ravel()
    return features.dense[block] @ features.dense[block][row]


def told(found: list[Found]) -> list[tuple[int, float]]:
    return [(film.row, film.score) for film in found]


@pytest.mark.parametrize("query", QUERIES, ids=str)
@pytest.mark.parametrize("allowed", [290, 120, 30, 4])
def test_the_best_of_those_allowed_are_found_with_their_scores(
    search: FilmSearch, facts: FilmFacts, features: Features, query: Query, allowed: int
) -> None:
    mask = np.zeros(len(facts.titles), bool)
    mask[np.random.default_rng(allowed).permutation(len(mask))[:allowed]] = True
    expected = scores_by_definition(facts, features, query)
    expected[~mask] = -np.inf
    expected[[*query.liked, *query.disliked]] = -np.inf
    best = np.sort(expected[np.isfinite(expected)])[::-1][:K]
    found = search.best(query, K, Among(mask))
    assert len(found) == len(best)
    for film in found:
        assert film.score == pytest.approx(expected[film.row], abs=0.51 * ROUNDING)
    assert sorted(expected[[film.row for film in found]])[::-1] == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_shares_add_up_and_films_stand_in_the_order_of_the_score_shown(
    search: FilmSearch, query: Query
) -> None:
    found = search.best(query, 100)
    for film in found:
        assert film.score == round(sum(share.value for share in film.shares), DECIMALS)
        assert all(share.value == round(share.value, DECIMALS) != 0 for share in film.shares)
    scores = [film.score for film in found]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_who_asks_for_fewer_gets_the_first_of_them(search: FilmSearch, query: Query) -> None:
    whole = search.best(query, 60)
    assert [search.best(query, k) for k in range(1, 60)] == [whole[:k] for k in range(1, 60)]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_the_films_given_never_come_back(search: FilmSearch, query: Query) -> None:
    given = {*query.liked, *query.disliked}
    found = search.best(query, 1000)
    assert len(found) == len(search.space) - len(given)
    assert not given & {film.row for film in found}


def test_one_liked_film_scores_exactly_as_its_similar_films(sample_var: Path) -> None:
    folder, manifest = open_current(sample_var / "index", INDEX_KIND, INDEX_FORMAT)
    similar = SimilarFilms.load(folder, manifest)
    search = FilmSearch(similar.space, 0)
    for row in range(len(similar.space)):
        scores = {film.row: film.score for film in similar.to_film(row, 100)}
        found = search.best(Query(liked=(row,)), 100)
        assert [film.score for film in found] == list(scores.values())
        assert all(scores.get(film.row, film.score) == film.score for film in found)


def test_shares_tell_where_they_come_from(search: FilmSearch) -> None:
    for query, sources in [
        (Query(liked=(3, 4)), {LIKED}),
        (Query(liked=(3,), disliked=(7,), text="a heist"), {LIKED, DISLIKED, TEXT}),
        (Query(disliked=(7,)), {DISLIKED, FAMOUS}),
    ]:
        found = search.best(query, 50)
        assert {share.source for film in found for share in film.shares} == sources
        for film in found:
            for share in film.shares:
                given = {LIKED: query.liked, DISLIKED: query.disliked}.get(share.source)
                assert given is None or set(share.seeds) <= set(given)


def test_seeds_of_a_share_are_those_that_share_the_most_first(
    search: FilmSearch, features: Features
) -> None:
    for film in search.best(Query(liked=(3, 4, 5)), 50):
        for share in film.shares:
            gives = [
                LAYOUT.weights(float(features.evidence[row]))[share.block]
                * alike(features, share.block, row)[film.row]
                for row in share.seeds
            ]
            assert all(np.sign(give) == np.sign(share.value) for give in gives)
            assert gives == sorted(gives, key=lambda give: -abs(give))


HELD_BY = {
    "direccion": ("directors", []),
    "reparto": ("cast", []),
    "palabras_clave": ("keywords", []),
    "generos": ("genres", []),
    "titulo": ("titles", ""),
    "productoras": ("companies", []),
    "idioma": ("languages", None),
}
SOME = Query(liked=(3, 40, 41, 90, 120, 150), disliked=(7, 9), text="a heist")


def without(facts: FilmFacts, features: Features, row: int, block: str) -> Features:
    """The features of a catalogue where one film lacks what one block is made of."""
    if block not in HELD_BY:
        emptied = features.dense[block].copy()
        emptied[row] = 0
        return replace(features, dense=features.dense | {block: emptied})
    column, nothing = HELD_BY[block]
    values = [nothing if at == row else held for at, held in enumerate(getattr(facts, column))]
    return replace(features, sparse=features_of(replace(facts, **{column: values})).sparse)


@pytest.mark.parametrize("block", [block.name for block in LAYOUT.blocks if block.name != "anio"])
def test_without_what_a_share_tells_the_score_of_a_mix_falls_by_it(
    facts: FilmFacts, features: Features, block: str
) -> None:
    search = search_of(facts, features)
    query = replace(SOME, text=None)
    found = search.best(query, 290)
    largest = sorted(found, key=lambda film: -abs(given(film, block)))[:2]
    for film in largest:
        assert abs(given(film, block)) > ROUNDING
        before = scores_by_definition(facts, features, query)[film.row]
        poorer = without(facts, features, film.row, block)
        after = scores_by_definition(facts, poorer, query)[film.row]
        assert before - after == pytest.approx(given(film, block), abs=2 * ROUNDING)
        [shown] = [
            other for other in search_of(facts, poorer).best(query, 290) if other.row == film.row
        ]
        assert not given(shown, block)
        assert film.score - shown.score == pytest.approx(given(film, block), abs=2 * ROUNDING)


@pytest.mark.parametrize("block", ["texto_multilingue", "palabras"])
def test_without_what_fits_the_text_the_score_of_a_mix_falls_by_its_share(
    facts: FilmFacts, features: Features, block: str
) -> None:
    film = search_of(facts, features).best(SOME, 1)[0]
    [share] = [part for part in film.shares if (part.block, part.source) == (block, TEXT)]
    poorer = search_of(facts, features, text=FakeText(290, without=((film.row, block),)))
    [shown] = [other for other in poorer.best(SOME, 290) if other.row == film.row]
    assert film.score - shown.score == pytest.approx(share.value, abs=ROUNDING / 10)


def test_a_text_is_scaled_by_the_weights_of_its_blocks() -> None:
    assert pytest.approx(sum(WEIGHTS.values())) == FULL


def given(film: Found, block: str) -> float:
    return sum(share.value for share in film.shares if share.block == block)


def test_weights_are_scaled_so_that_only_their_proportions_count(search: FilmSearch) -> None:
    answers = [
        told(search.best(Query(liked=(3, 8), weights={"generos": n, "anio": 3 * n}), K))
        for n in (1, 0.001, 1e300, 5e-320)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0][0] == answers[3][0][0]  # so small that the proportion itself is rounded


def test_a_query_that_all_films_fit_equally_is_answered_by_row(search: FilmSearch) -> None:
    found = search.best(Query(liked=(44,), weights={"palabras_clave": 1}), 290)
    last = [film.row for film in found if film.score == 0]
    assert last and last == sorted(last)


@pytest.mark.parametrize("k", [0, -1])
def test_none_asked_for_and_none_allowed(search: FilmSearch, k: int) -> None:
    assert search.best(Query(liked=(3,)), k) == []
    assert search.best(Query(liked=(3,)), K, Among(np.zeros(290, bool))) == []
    assert search.best(Query(liked=(3,)), K, Among(np.arange(290) == 3)) == []


def test_many_rows_are_read_as_few_are() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(READ_SINGLY + 50, 24)).astype(np.float16).astype(np.float32)
    numbers = np.arange(len(vectors))
    exact, faiss = ExactIndex(numbers, vectors), FaissIndex.build(numbers, vectors)
    query = vectors[5]
    for rows in (None, numbers[:0], numbers[::-1][:9], numbers[:READ_SINGLY], numbers[1:]):
        np.testing.assert_allclose(
            faiss.products(query, rows), exact.products(query, rows), atol=1e-5
        )
    np.testing.assert_array_equal(faiss.at(numbers[7:3:-1]), exact.at(numbers[7:3:-1]))


def test_shown_shares_add_up_to_the_rounded_sum_and_are_hardly_moved() -> None:
    raw = np.random.default_rng(0).normal(0, 0.05, (500, 14))
    raw[:, 3] = 0
    scores, shares = apportioned(raw)
    np.testing.assert_allclose(scores, np.round(raw.sum(axis=1), DECIMALS), atol=1e-9)
    np.testing.assert_allclose(shares.sum(axis=1), scores, atol=1e-9)
    assert np.abs(shares - raw).max() < ROUNDING
    assert not shares[:, 3].any()


def test_shares_that_are_round_already_stay() -> None:
    raw = np.array([[0.1, 0.2, 0.0003], [0.0001, -0.0002, 0.4]])
    scores, shares = apportioned(raw)
    np.testing.assert_allclose(shares, raw, atol=1e-12)
    np.testing.assert_allclose(scores, [0.3003, 0.3999], atol=1e-12)


PEOPLE, RATED = 12, 40
BY_USER = [
    Query(),
    Query(liked=(3, 40)),
    Query(disliked=(5, 6)),
    Query(liked=(3,), disliked=(7,), weights={"generos": 1}),
    Query(text="a heist"),
    Query(liked=(8, 9), disliked=(1,), text="a heist"),
]
"""What is asked along with a user."""


@pytest.fixture(scope="module")
def model(facts: FilmFacts, features: Features) -> UserModel:
    """People who like some genres and dislike others, each in another order."""
    random = np.random.default_rng(0)
    names = sorted({name for film in facts.genres for name in film})
    entries = []
    for person in range(PEOPLE):
        likes = dict(zip(names, random.normal(0, 1.5, len(names)), strict=True))
        for row in random.choice(len(facts.titles), RATED, replace=False).tolist():
            taste = sum(likes[name] for name in facts.genres[row])
            entries.append((person, row, min(max(3.0 + round(taste * 2) / 2, 0.5), 5.0)))
    users, rows, values = zip(*entries, strict=True)
    ratings = Ratings(np.array(users), np.array(rows), np.array(values, np.float32))
    parameters = Parameters(Doubt(), 0.3, Shape(4, 40, 0.02, 0.02), 0.8)
    likeness = ContentLikeness.of(features)
    return fit(Rated.of(ratings), facts_table(facts), likeness, parameters)


@pytest.fixture(scope="module")
def known(
    search: FilmSearch, model: UserModel, tmp_path_factory: pytest.TempPathFactory
) -> KnownUsers:
    folder = tmp_path_factory.mktemp("users")
    model.save(folder)
    return KnownUsers(search.space, UserFiles.map(folder), model.biases.mean)


def user_of(known: KnownUsers, person: int) -> KnownUser:
    user = known.find(person)
    assert user is not None
    return user


def by_user(model: UserModel, features: Features, person: int) -> np.ndarray:
    """What a user adds to every film's score: decision 0016, word for word."""
    films = len(features)
    mine = model.rated.users == person
    taste = np.zeros(films)
    for row, weight in zip(model.rated.rows[mine].tolist(), model.taste[mine], strict=True):
        for block, counts in LAYOUT.weights(0.0).items():
            taste += weight * counts * alike(features, block, row)
    factors = model.factors.films @ model.factors.users[person]
    return 0.03 * taste + 0.02 * factors


@pytest.mark.parametrize("query", BY_USER, ids=str)
@pytest.mark.parametrize("allowed", [290, 30])
def test_a_user_adds_taste_and_factors_to_the_score(
    search: FilmSearch,
    known: KnownUsers,
    model: UserModel,
    facts: FilmFacts,
    features: Features,
    query: Query,
    allowed: int,
) -> None:
    user = user_of(known, 4)
    mask = np.zeros(len(facts.titles), bool)
    mask[np.random.default_rng(allowed).permutation(len(mask))[:allowed]] = True
    added = by_user(model, features, 4)
    assert np.abs(added).max() > 100 * ROUNDING
    expected = added
    if query.liked or query.disliked:
        alone = scores_by_definition(facts, features, replace(query, text=None))
        expected = expected + alone
        if not query.liked:  # there is the user to go by, so fame is not what is left
            nobody = Query(disliked=query.disliked, text="x")
            text = scores_by_definition(facts, features, Query(text="x"))
            expected = added + scores_by_definition(facts, features, nobody) / HALF - text
    if query.text is not None:
        text = scores_by_definition(facts, features, Query(text=query.text))
        expected = HALF * (expected + text)
    expected = expected.copy()
    expected[~mask] = -np.inf
    expected[[*query.liked, *query.disliked, *user.rows.tolist()]] = -np.inf
    best = np.sort(expected[np.isfinite(expected)])[::-1][:K]
    found = search.best(replace(query, user=UserShares(known, user)), K, Among(mask))
    assert len(found) == len(best)
    for film in found:
        assert film.score == pytest.approx(expected[film.row], abs=2 * ROUNDING)
    assert sorted(expected[[film.row for film in found]])[::-1] == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("query", BY_USER, ids=str)
def test_films_that_the_user_rated_never_come_back(
    search: FilmSearch, known: KnownUsers, query: Query
) -> None:
    user = user_of(known, 2)
    given = {*query.liked, *query.disliked, *user.rows.tolist()}
    found = search.best(replace(query, user=UserShares(known, user)), 1000)
    assert len(user.rows) == RATED and len(found) == len(search.space) - len(given)
    assert not given & {film.row for film in found}


@pytest.mark.parametrize("query", BY_USER, ids=str)
def test_with_a_user_shares_add_up_and_films_stand_in_order(
    search: FilmSearch, known: KnownUsers, query: Query
) -> None:
    found = search.best(replace(query, user=UserShares(known, user_of(known, 0))), 100)
    for film in found:
        assert film.score == round(sum(share.value for share in film.shares), DECIMALS)
    scores = [film.score for film in found]
    assert scores == sorted(scores, reverse=True)
    told = {(share.source, share.block) for film in found for share in film.shares}
    assert {block for source, block in told if source == USER} == {TASTE, FACTORS}
    assert {block for source, block in told if source != USER}.isdisjoint({TASTE, FACTORS})


@pytest.mark.parametrize("query", BY_USER, ids=str)
@pytest.mark.parametrize("part", [TASTE, FACTORS])
def test_without_a_part_of_the_user_the_score_falls_by_its_share(
    search: FilmSearch,
    model: UserModel,
    known: KnownUsers,
    tmp_path: Path,
    query: Query,
    part: str,
) -> None:
    none = np.zeros_like
    poorer = {
        TASTE: replace(model, taste=none(model.taste)),
        FACTORS: replace(model, factors=replace(model.factors, users=none(model.factors.users))),
    }[part]
    poorer.save(tmp_path)
    without_it = KnownUsers(search.space, UserFiles.map(tmp_path), model.biases.mean)
    after = {
        film.row: film
        for film in search.best(
            replace(query, user=UserShares(without_it, user_of(without_it, 7))), 290
        )
    }
    found = search.best(replace(query, user=UserShares(known, user_of(known, 7))), 290)
    assert max(abs(given(film, part)) for film in found) > 20 * ROUNDING
    for film in found:
        assert not given(after[film.row], part)
        fallen = film.score - after[film.row].score
        assert fallen == pytest.approx(given(film, part), abs=2.1 * ROUNDING)


def test_a_taste_names_rated_films_that_pull_the_same_way_and_factors_none(
    search: FilmSearch, known: KnownUsers
) -> None:
    user = user_of(known, 3)
    weights = dict(zip(user.rows.tolist(), user.taste.tolist(), strict=True))
    shares = [
        share
        for film in search.best(Query(user=UserShares(known, user)), 100)
        for share in film.shares
        if share.source == USER
    ]
    assert {share.seeds for share in shares if share.block == FACTORS} == {()}
    named = [share for share in shares if share.block == TASTE]
    for share in named:
        assert len(share.seeds) <= 3
        assert all(weights[seed] * share.value > 0 for seed in share.seeds)
    assert sum(len(share.seeds) > 0 for share in named) > 0.9 * len(named) > 80


def test_what_a_user_counts_is_what_the_decision_says() -> None:
    assert COUNTS == {TASTE: 0.03, FACTORS: 0.02}
