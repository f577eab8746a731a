import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import etl.lines
from contracts.versions import read_manifest
from etl.run import Tables, run_etl, transform
from etl.sources import find_sources
from tests.raw import LINKS, Row, add_ratings, add_titles, rated_folder, rating, title

CATALOGUE = (
    title(1, "Heat"),
    title(2, "Unheard Of"),
    title(3, "Toy Story", type="TV Show", duration="1 Season"),
)


def folder_of(
    folder: Path,
    platform: Iterable[Row],
    movielens: Iterable[Row] = (),
    links: Iterable[Row] | None = LINKS,
) -> Path:
    """Two films, a catalogue in which Heat is one of them, and ratings of both."""
    raw = add_titles(rated_folder(folder, movielens, links), CATALOGUE)
    return add_ratings(raw, platform)


def built(raw: Path) -> Tables:
    return transform(find_sources(raw))


def scores_of(raw: Path) -> list[tuple[Any, ...]]:
    rows = built(raw).tables["titles"].to_pylist()
    return [(row["title_id"], row["score"], row["score_count"]) for row in rows]


def ratings_of(raw: Path) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in built(raw).tables["ratings"].to_pylist()]


def ledger_of(raw: Path) -> list[tuple[Any, ...]]:
    entries = built(raw).tables["ledger"].to_pylist()
    return [
        (e["file"], e["line"], e["column"], e["action"], e["reason"], e["original"])
        for e in entries
        if e["file"] not in {"movies_dataset.csv", "credits.csv"}
    ]


def test_a_titles_score_is_the_mean_of_its_own_ratings(tmp_path: Path) -> None:
    rows = [rating(1, "ns1", 4), rating(2, "ns1", 1.5), rating(1, "ns2", 5)]
    raw = folder_of(tmp_path, rows)
    assert scores_of(raw) == [("ns1", 2.75, 2), ("ns2", 5.0, 1), ("ns3", None, 0)]
    assert built(raw).rated.basis == "platform"


def test_without_platform_ratings_a_score_is_that_of_the_film_it_matches(tmp_path: Path) -> None:
    movielens = [rating(1, 6, 4), rating(2, 6, 1.5), rating(1, 1, 5)]
    raw = add_titles(rated_folder(tmp_path, movielens), CATALOGUE)
    assert scores_of(raw) == [("ns1", 2.75, 2), ("ns2", None, 0), ("ns3", None, 0)]
    assert built(raw).rated[2:] == ("match", 0, 0)


def test_without_any_ratings_there_are_no_scores(tmp_path: Path) -> None:
    raw = folder_of(tmp_path, [])
    assert {score for _, score, _ in scores_of(raw)} == {None}
    assert built(raw).rated.basis is None


def test_ratings_of_a_matched_title_are_ratings_of_its_film(tmp_path: Path) -> None:
    raw = folder_of(tmp_path, [rating(5, "ns1", 4, 20), rating(5, "ns2", 2, 20)], [rating(4, 6, 3)])
    assert ratings_of(raw) == [(4, 949, 3.0, 964982703), (5, 949, 4.0, 20)]
    assert (built(raw).rated.of_titles, built(raw).rated.of_unmatched) == (2, 1)


def test_platform_ratings_need_no_links(tmp_path: Path) -> None:
    raw = folder_of(tmp_path, [rating(1, "ns1", 4), rating(2, "ns1", 4)], links=None)
    assert [row[:2] for row in ratings_of(raw)] == [(1, 949), (2, 949)]


def test_ratings_of_titles_and_of_movielens_ids_may_share_a_file(tmp_path: Path) -> None:
    rows = [rating(1, "ns1", 4), rating(2, 1, 3), rating(3, 7, 3)]
    raw = folder_of(tmp_path, rows)
    assert [row[:2] for row in ratings_of(raw)] == [(1, 949), (2, 862)]
    assert [entry[4] for entry in ledger_of(raw)] == ["not_in_links"]


def test_any_ratings_file_may_hold_ratings_of_titles(tmp_path: Path) -> None:
    raw = add_titles(rated_folder(tmp_path, [rating(1, "ns1", 4), rating(2, 1, 3)]), CATALOGUE)
    assert scores_of(raw)[0] == ("ns1", 4.0, 1)


def test_a_users_last_rating_of_a_title_counts_whatever_file_it_is_in(tmp_path: Path) -> None:
    raw = folder_of(tmp_path, [rating(1, "ns1", 4, 20), rating(2, "ns1", 1, 10)])
    add_ratings(raw, [rating(1, "ns1", 5, 10), rating(2, "ns1", 3, 20)], "2.csv")
    assert scores_of(raw)[0] == ("ns1", 3.5, 2)
    assert ledger_of(raw) == [
        ("1.csv", 3, None, "dropped", "duplicate_rating", "2,1,10,ns1"),
        ("2.csv", 2, None, "dropped", "duplicate_rating", "1,5,10,ns1"),
    ]


def test_of_one_second_the_later_line_of_the_later_file_counts(tmp_path: Path) -> None:
    raw = folder_of(tmp_path, [rating(1, "ns1", 1, 7), rating(1, "ns1", 2, 7)])
    add_ratings(raw, [rating(1, "ns1", 3, 7)], "2.csv")
    assert scores_of(raw)[0] == ("ns1", 3.0, 1)


def test_a_later_rating_of_the_title_replaces_that_of_the_film(tmp_path: Path) -> None:
    raw = folder_of(tmp_path, [rating(1, "ns1", 4, 20)], [rating(1, 6, 2, 10), rating(2, 6, 1)])
    assert ratings_of(raw)[0] == (1, 949, 4.0, 20)
    assert ledger_of(raw) == [("ratings.csv", 2, None, "dropped", "duplicate_rating", "1,6,2,10")]


def test_a_later_rating_of_the_film_leaves_that_of_the_title_in_the_score(tmp_path: Path) -> None:
    raw = folder_of(tmp_path, [rating(1, "ns1", 4, 10)], [rating(1, 6, 2, 20), rating(2, 6, 1)])
    assert ratings_of(raw)[0] == (1, 949, 2.0, 20)
    assert scores_of(raw)[0] == ("ns1", 4.0, 1)
    assert ledger_of(raw) == []


def test_titles_of_two_platforms_may_be_one_film(tmp_path: Path) -> None:
    raw = folder_of(tmp_path, [rating(1, "ns1", 4, 10), rating(1, "hs9", 2, 20), rating(2, 1, 3)])
    add_titles(raw, [title(9, "Heat")], "hulu_titles.csv")
    assert ratings_of(raw)[0] == (1, 949, 2.0, 20)
    assert [score[:2] for score in scores_of(raw)] == [
        ("hs9", 2.0),
        ("ns1", 4.0),
        ("ns2", None),
        ("ns3", None),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (rating(1, "ns404", 3), "no_such_title"),
        (rating(1, "NS1", 3), "bad_id"),
        (rating(1, "n1", 3), "bad_id"),
        (rating(1, "ns1", 6), "rating_out_of_range"),
    ],
)
def test_a_rating_of_no_title_of_ours_is_told(tmp_path: Path, row: Row, reason: str) -> None:
    raw = folder_of(tmp_path, [rating(2, "ns1", 3), row, rating(3, "ns1", 3)])
    assert [(entry[1], entry[4]) for entry in ledger_of(raw)] == [(3, reason)]


def test_titles_of_a_platform_without_catalogue_are_told_once(tmp_path: Path) -> None:
    rows = [rating(1, "ns1", 3), rating(1, "as1", 3), rating(2, "as2", 3), rating(2, "ns1", 3)]
    assert ledger_of(folder_of(tmp_path, rows)) == [
        ("1.csv", 0, None, "dropped", "platform_film", "2 rows")
    ]


def test_tables_do_not_depend_on_where_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(0)
    ids = ("ns1", "ns2", "ns404", "6", "1", "7")
    rows = [rating(rng.randrange(40), rng.choice(ids), 3, rng.randrange(9)) for _ in range(900)]
    raw = folder_of(tmp_path, rows[:600], rows[600:])
    whole = built(raw).tables
    monkeypatch.setattr(etl.lines, "BLOCK_BYTES", 100)
    cut = built(raw).tables
    assert all(whole[name].equals(cut[name]) for name in ("ratings", "titles", "ledger"))


def test_every_rating_counts_for_a_film_or_a_score_or_is_told(tmp_path: Path) -> None:
    rng = random.Random(1)
    ids = ("ns1", "ns1", "ns2", "ns404", "as1", "6", "1", "7", "", "x")
    rows = [rating(rng.randrange(30), rng.choice(ids), 3, rng.randrange(9)) for _ in range(2_000)]
    raw = folder_of(tmp_path, rows)
    films, titles = lines_that_count(rows)
    told = {entry[1] for entry in ledger_of(raw) if entry[1]}
    aside = {line for line, row in enumerate(rows, start=2) if row["movieId"] == "as1"}
    assert (len(ratings_of(raw)), built(raw).rated.of_titles) == (len(films), len(titles))
    assert sorted([*told, *aside, *(films | titles)]) == list(range(2, len(rows) + 2))
    assert ledger_of(raw)[0][5] == f"{len(aside)} rows"


def lines_that_count(rows: list[Row]) -> tuple[set[int], set[int]]:
    """Lines that are ratings of a film, and those that are of a title's score."""
    titles: dict[tuple[str, str], tuple[int, int]] = {}
    films: dict[tuple[str, str], tuple[int, int]] = {}
    for line, row in enumerate(rows, start=2):
        user, item, at = row["userId"], row["movieId"], int(row["timestamp"])
        of = titles if item in ("ns1", "ns2") else films if item in ("6", "1") else {}
        of[user, item] = max((at, line), of.get((user, item), (at, line)))
    for (user, item), last in titles.items():
        if item == "ns1":  # the film that MovieLens calls 6
            films[user, "6"] = max(last, films.get((user, "6"), last))
    return {line for _, line in films.values()}, {line for _, line in titles.values()}


def test_the_manifest_says_where_scores_come_from(tmp_path: Path) -> None:
    raw = folder_of(tmp_path / "raw", [rating(1, "ns2", 4), rating(2, "ns1", 4)])
    real = run_etl(raw, tmp_path / "data")
    settings = read_manifest(real.folder).settings
    assert (settings["scores"], settings["simulated_ratings"]) == ("platform", False)
    counts = (real.counts["ratings_of_titles"], real.counts["ratings_of_unmatched_titles"])
    assert counts == (2, 1)


def test_the_manifest_says_that_ratings_are_made_up(tmp_path: Path) -> None:
    raw = folder_of(tmp_path / "raw", [])
    (raw / "1.csv").rename(raw / "simulated_ratings.csv")
    outcome = run_etl(raw, tmp_path / "data")
    assert read_manifest(outcome.folder).settings["simulated_ratings"] is True
