from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contracts.columns import DATA_FORMAT
from contracts.errors import DataError
from contracts.versions import Manifest, open_current
from etl.run import run_etl
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.build import run_index
from index.facts import FilmFacts, read_facts
from index.gate import Floors, Gate, measure
from index.neighbours import Neighbours
from index.similar import EVIDENCE_FILE, NEIGHBOURS_FILE, SimilarFilms
from index.users.files import FILE
from tests.fakes import hash_encoders
from tests.raw import film, link, rating, raw_folder


@pytest.fixture
def version(sample_var: Path, tmp_path: Path) -> tuple[Path, Manifest]:
    """A built version whose files may be replaced, and its manifest."""
    folder, manifest = open_current(sample_var / "index", INDEX_KIND, INDEX_FORMAT)
    for path in folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    return tmp_path, manifest


def gate(facts: FilmFacts, **floors: float) -> Gate:
    return Gate(facts, lambda _: hash_encoders().multilingual, Floors(**floors))


def replace_array(path: Path, change: Callable[[Any], Any]) -> None:
    array = change(np.load(path))
    path.unlink()
    np.save(path, array)


def test_a_sound_version_passes(version: tuple[Path, Manifest], facts: FilmFacts) -> None:
    gate(facts).check(*version)


def test_a_version_with_a_part_that_cannot_be_read_does_not_pass(
    version: tuple[Path, Manifest], facts: FilmFacts
) -> None:
    folder, manifest = version
    (folder / EVIDENCE_FILE).unlink()
    with pytest.raises(DataError, match="lacks a part of the index"):
        gate(facts).check(folder, manifest)


@pytest.mark.parametrize("name", ["movies", "block.direccion", "block.renombre"])
def test_a_version_that_holds_other_numbers_than_it_says_does_not_pass(
    version: tuple[Path, Manifest], facts: FilmFacts, name: str
) -> None:
    folder, manifest = version
    counts = manifest.counts | {name: manifest.counts[name] - 1}
    with pytest.raises(DataError, match="where its manifest says"):
        gate(facts).check(folder, manifest.model_copy(update={"counts": counts}))


def test_a_film_that_is_its_own_neighbour_is_a_wrong_answer(
    version: tuple[Path, Manifest], facts: FilmFacts
) -> None:
    folder, manifest = version
    best_known = int(facts.votes.argmax())

    def itself_first(rows: Any) -> Any:
        rows[best_known, 0] = best_known
        return rows

    replace_array(folder / NEIGHBOURS_FILE, itself_first)
    with pytest.raises(DataError, match=f"film {facts.movie_ids[best_known]} gets a wrong answer"):
        gate(facts).check(folder, manifest)


def test_free_text_that_finds_no_film_by_its_own_overview_does_not_pass(
    version: tuple[Path, Manifest], facts: FilmFacts
) -> None:
    stories = dict(enumerate(facts.overviews))
    other = replace(facts, overviews=[stories[(row + 99) % len(stories)] for row in stories])
    with pytest.raises(DataError, match="canaries is 0"):
        gate(other).check(*version)


@pytest.mark.parametrize("name", ["search_recall", "saga_recall", "ndcg"])
def test_what_is_below_its_floor_does_not_pass_and_the_sentence_says_which(
    version: tuple[Path, Manifest], facts: FilmFacts, name: str
) -> None:
    folder, manifest = version
    settings = manifest.settings | {"quality": {name: 0.4}}
    told = manifest.model_copy(update={"settings": settings})
    with pytest.raises(DataError, match=f"INDEX_FLOOR_{name.upper()}"):
        gate(facts, **{name: 0.41}).check(folder, told)
    gate(facts, **{name: 0.4}).check(folder, told)


def kept(similar: SimilarFilms) -> Neighbours:
    """The neighbours of a version with their scores."""
    answers = [similar.to_film(row, 100) for row in range(similar.films())]
    rows = np.array([[film.row for film in films] for films in answers], np.int32)
    return Neighbours(rows, np.array([[film.score for film in films] for films in answers]))


def test_search_recall_is_the_share_of_the_exact_ten_that_is_found(
    version: tuple[Path, Manifest], facts: FilmFacts
) -> None:
    similar = SimilarFilms.load(*version)
    exact = kept(similar)
    assert measure(similar, exact, facts)["search_recall"] == 1.0
    half = len(exact.rows) // 2
    other = np.vstack([exact.rows[:half], np.roll(exact.rows[half:], 50, axis=1)])
    assert measure(similar, Neighbours(other, exact.scores), facts)["search_recall"] < 0.6


def test_too_few_sagas_are_not_measured(version: tuple[Path, Manifest], facts: FilmFacts) -> None:
    similar = SimilarFilms.load(*version)
    assert "saga_recall" in measure(similar, kept(similar), facts)
    alone = replace(facts, sagas=[None] * len(facts.titles))
    assert "saga_recall" not in measure(similar, kept(similar), alone)


def test_floors_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEX_FLOOR_NDCG", "0.3")
    with pytest.raises(DataError, match="its ndcg is 0.200, below the floor of 0.3"):
        Floors().check({"ndcg": 0.2})
    Floors().check({})  # what was not measured has no floor


@pytest.fixture
def rated(tmp_path: Path) -> tuple[Path, Manifest, FilmFacts]:
    """A version of six films whose users are known, its files free to be replaced."""
    films = [film(n, f"Film {n}") for n in range(1, 7)]
    links = [link(n, n) for n in range(1, 7)]
    given = [rating(user, n, 1 + (user + n) % 5) for user in range(9) for n in range(1, 7)]
    raw = raw_folder(tmp_path / "raw", films, link_rows=links, rating_rows=given)
    run_etl(raw, tmp_path / "data")
    run_index(tmp_path / "data", tmp_path / "index", hash_encoders(), tmp_path / "cache")
    folder, manifest = open_current(tmp_path / "index", INDEX_KIND, INDEX_FORMAT)
    return folder, manifest, read_facts(open_current(tmp_path / "data", "data", DATA_FORMAT)[0])


def test_a_version_with_users_passes(rated: tuple[Path, Manifest, FilmFacts]) -> None:
    folder, manifest, facts = rated
    gate(facts).check(folder, manifest)


@pytest.mark.parametrize("name", ["factors", "film_factors", "film_bias", "taste", "bias"])
def test_users_whose_estimates_are_not_numbers_do_not_pass(
    rated: tuple[Path, Manifest, FilmFacts], name: str
) -> None:
    folder, manifest, facts = rated
    replace_array(folder / FILE.format(name=name), lambda array: np.full_like(array, np.nan))
    with pytest.raises(DataError, match="user 0 gets no estimate"):
        gate(facts).check(folder, manifest)


@pytest.mark.parametrize("name", ["rows", "values", "taste", "film_bias", "bias"])
def test_users_of_whom_a_part_is_cut_do_not_pass(
    rated: tuple[Path, Manifest, FilmFacts], name: str
) -> None:
    folder, manifest, facts = rated
    replace_array(folder / FILE.format(name=name), lambda array: array[:-1])
    with pytest.raises(DataError, match=r"0 ratings of 9 users, where its manifest says 54 of 9"):
        gate(facts).check(folder, manifest)


def test_users_who_cannot_be_read_do_not_pass(rated: tuple[Path, Manifest, FilmFacts]) -> None:
    folder, manifest, facts = rated
    (folder / FILE.format(name="starts")).unlink()
    with pytest.raises(DataError, match="lacks a part of the model of users"):
        gate(facts).check(folder, manifest)
