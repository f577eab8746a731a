"""One suite for everything that finds the films nearest to a vector."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from index.engine import MILVUS, Among, Engine
from index.faiss_engines import GraphEngine, QuantisedEngine
from index.faiss_store import FaissIndex
from index.store import Floats, Rows

FILMS, TOPICS = 6000, 60
BLOCKS = (380, 128, 64, 48)
"""Numbers of each block: 620 together, as films have them."""

PATIENCE_S = 30.0
"""Whether an engine answers in time is not what is looked at here."""

RANDOM = np.random.default_rng(41)


def of_blocks(rows: int) -> Floats:
    """Films of some topics: unit blocks, one after the other, which agree on the topic."""
    topics, blocks = RANDOM.integers(0, TOPICS, rows), []
    for width in BLOCKS:
        centres = np.random.default_rng(width).normal(size=(TOPICS, width))
        block = centres[topics] + RANDOM.normal(size=(rows, width))
        blocks.append(block / np.linalg.norm(block, axis=1, keepdims=True))
    return np.concatenate(blocks, axis=1).astype(np.float32)


VECTORS = of_blocks(FILMS)
QUERIES = of_blocks(60)
YEARS = RANDOM.choice([0, 1931, 1987, 1994, 1999, 2003, 2006, 2009], FILMS).astype(np.int16)
"""Three of eight in one decade: enough that Milvus builds its graph and does not compare all."""

LANGUAGES = np.array(["en", "es", "fr", None], object)[RANDOM.integers(0, 4, FILMS)]


class ExactEngine:
    """All films compared: slow and right."""

    def nearest(self, query: Floats, k: int, among: Among | None = None) -> Rows:
        rows = np.arange(FILMS) if among is None else np.flatnonzero(among.rows)
        return rows[np.argsort(-(VECTORS[rows] @ query), kind="stable")[: max(k, 0)]]

    def told(self) -> dict[str, Any]:
        return {"engine": "exact"}

    def close(self) -> None:
        pass


EXACT = ExactEngine()


def of_milvus(address: str) -> Engine:
    """The films in a Milvus, by its engine."""
    from index.milvus_engine import MilvusEngine
    from index.milvus_upload import Films, upload

    upload(address, "engines", Films(VECTORS.__getitem__, YEARS, LANGUAGES.tolist()))
    return MilvusEngine.open(address, "engines", VECTORS.shape[1], FILMS, PATIENCE_S)


def of_lite(request: pytest.FixtureRequest) -> Engine:
    folder = request.getfixturevalue("tmp_path_factory").mktemp("lite")
    return of_milvus(f"milvus:{folder / 'films.db'}")


def flat_index() -> Any:
    return FaissIndex.build(np.arange(FILMS), VECTORS).flat


def saved(
    engine: GraphEngine | QuantisedEngine, flat: Any, request: pytest.FixtureRequest
) -> Engine:
    """An engine of FAISS, written and read back."""
    folder = request.getfixturevalue("tmp_path_factory").mktemp("engine")
    engine.save(folder)
    return type(engine).load(folder, flat)


MAKERS = {
    "exact": lambda request: EXACT,
    "hnsw": lambda request: saved(GraphEngine.build(flat := flat_index()), flat, request),
    "ivfpq": lambda request: saved(QuantisedEngine.build(flat := flat_index()), flat, request),
    "milvus-lite": of_lite,
    "milvus": lambda request: of_milvus(request.getfixturevalue("milvus").address),
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(n, marks=pytest.mark.slow if n == "milvus" else ()) for n in MAKERS],
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = MAKERS[request.param](request)
    yield made
    made.close()


def some(share: float) -> Among:
    return Among(np.random.default_rng(7).random(FILMS) < share)


def of_years(first: int | None, last: int | None) -> Among:
    rows = (YEARS > 0) & (YEARS >= (first or 1)) & (YEARS <= (last or 9999))
    return Among(rows, years=(first, last))


def in_languages(*languages: str) -> Among:
    return Among(np.isin(LANGUAGES.astype(str), languages), languages=languages)


def both(first: int, last: int, language: str) -> Among:
    rows = of_years(first, last).rows & in_languages(language).rows
    return Among(rows, (first, last), (language,))


MASKS = {
    "all": None,
    "most": some(0.9),
    "half": some(0.5),
    "few": some(0.005),
    "a decade": of_years(2000, 2009),
    "from a year on": of_years(1995, None),
    "up to a year": of_years(None, 1993),
    "one year": of_years(1994, 1994),
    "a language": in_languages("es"),
    "two languages": in_languages("es", "fr"),
    "both": both(1987, 2004, "en"),
}
masked = pytest.mark.parametrize("among", MASKS.values(), ids=MASKS)


def recall(engine: Engine, k: int, among: Among | None = None) -> float:
    """How many of the ten nearest films are among the `k` that the engine finds."""
    found = 0.0
    for query in QUERIES:
        best = EXACT.nearest(query, 10, among)
        found += np.isin(best, engine.nearest(query, k, among)).mean() / len(QUERIES)
    return found


@masked
def test_the_ten_nearest_are_found_nearly_always(engine: Engine, among: Among | None) -> None:
    assert recall(engine, 10, among) >= 0.95


@masked
@pytest.mark.parametrize("k", [1, 10, 25, 700])
def test_rows_are_at_most_as_many_as_asked_for_each_once_and_allowed(
    engine: Engine, among: Among | None, k: int
) -> None:
    allowed = np.ones(FILMS, bool) if among is None else among.rows
    for query in QUERIES[:5]:
        rows = engine.nearest(query, k, among)
        assert 0 < len(rows) <= min(k, allowed.sum())
        assert len(set(rows.tolist())) == len(rows)
        assert allowed[rows].all()


@masked
def test_as_many_are_found_as_were_asked_for(engine: Engine, among: Among | None) -> None:
    assert all(len(engine.nearest(query, 20, among)) == 20 for query in QUERIES[:20])


@pytest.mark.parametrize("count", [1, 2, 13, 60])
def test_few_allowed_films_are_found_completely(engine: Engine, count: int) -> None:
    rows = np.sort(np.random.default_rng(count).choice(FILMS, count, replace=False))
    among = Among(np.isin(np.arange(FILMS), rows))
    for query in QUERIES[:5]:
        assert np.sort(engine.nearest(query, count, among)).tolist() == rows.tolist()
        assert np.sort(engine.nearest(query, 500, among)).tolist() == rows.tolist()


def test_asking_for_more_films_than_there_are_gives_all(engine: Engine) -> None:
    assert np.sort(engine.nearest(QUERIES[0], 2 * FILMS)).tolist() == list(range(FILMS))


@pytest.mark.parametrize("k", [0, -1])
@pytest.mark.parametrize("among", [None, some(0.5)], ids=["all", "half"])
def test_asking_for_none_gives_none(engine: Engine, k: int, among: Among | None) -> None:
    assert len(engine.nearest(QUERIES[0], k, among)) == 0


def test_where_nothing_is_allowed_nothing_is_found(engine: Engine) -> None:
    assert len(engine.nearest(QUERIES[0], 10, Among(np.zeros(FILMS, bool)))) == 0


@pytest.mark.parametrize("years", [(1800, 1850), (2100, None), (None, 1900)])
def test_where_no_film_is_of_these_years_nothing_is_found(engine: Engine, years) -> None:
    assert len(engine.nearest(QUERIES[0], 10, of_years(*years))) == 0


@masked
def test_a_query_of_zeros_finds_films_as_good_as_any(engine: Engine, among: Among | None) -> None:
    rows = engine.nearest(np.zeros(VECTORS.shape[1], np.float32), 10, among)
    allowed = np.ones(FILMS, bool) if among is None else among.rows
    assert len(set(rows.tolist())) == 10 and allowed[rows].all()


@pytest.mark.parametrize("name", ["a decade", "one year", "a language", "two languages", "both"])
def test_years_and_languages_change_nothing_that_the_mask_says(engine: Engine, name: str) -> None:
    told, silent = MASKS[name], Among(MASKS[name].rows)
    for query in QUERIES[:20]:
        with_facts, without = (engine.nearest(query, 10, each) for each in (told, silent))
        assert len(set(with_facts.tolist()) & set(without.tolist())) >= 9


def test_the_mask_is_final_even_where_the_facts_would_allow_more(engine: Engine) -> None:
    among = Among(MASKS["a decade"].rows & some(0.1).rows, years=(2000, 2009))
    for query in QUERIES[:20]:
        assert among.rows[engine.nearest(query, 30, among)].all()


def alike(engine: Engine, one: Rows, other: Rows) -> bool:
    """Whether two answers are the same; a server outside may change its mind at the end."""
    same = len(np.intersect1d(one, other)) / max(len(one), len(other))
    return bool(same >= 0.9 if engine.told()["engine"] == MILVUS else same == 1)


@masked
def test_the_same_query_has_the_same_answer(engine: Engine, among: Among | None) -> None:
    for query in QUERIES[:10]:
        assert alike(engine, *(engine.nearest(query, 50, among) for _ in range(2)))


def test_two_threads_at_once_get_the_answers_of_one(engine: Engine) -> None:
    def answers(of: Engine) -> list[Rows]:
        masks = (None, MASKS["half"], MASKS["both"])
        return [of.nearest(query, 30, mask) for query in QUERIES[:20] for mask in masks]

    alone = answers(engine)
    with ThreadPoolExecutor(2) as threads:
        for together in threads.map(answers, [engine, engine]):
            assert all(alike(engine, *each) for each in zip(alone, together, strict=True))


def test_what_a_manifest_is_told_names_the_engine(engine: Engine) -> None:
    assert engine.told()["engine"]
