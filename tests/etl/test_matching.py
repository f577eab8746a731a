import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from etl.matching import FLOOR, Films, Match, Matcher, Work, match_titles
from etl.run import transform
from etl.sources import find_sources
from tests.raw import add_titles, credit, film, raw_folder, title

PAIRS = Path(__file__).parent / "matching_pairs.json"
NAMES = pa.list_(pa.string())


def matcher(*films: dict[str, Any]) -> Matcher:
    return Matcher(tables(*films))


def tables(*films: dict[str, Any]) -> Films:
    """Films with a title and a year, and whatever else is known of each."""
    rows = [{"movie_id": number, "runtime": None} | film for number, film in enumerate(films, 1)]
    movies = pa.Table.from_pylist(
        rows,
        pa.schema(
            [
                ("movie_id", pa.int64()),
                ("title", pa.string()),
                ("release_year", pa.int16()),
                ("runtime", pa.float64()),
            ]
        ),
    )
    aliases = [
        {"movie_id": row["movie_id"], "alias": alias}
        for row in rows
        for alias in row.get("aliases", ())
    ]
    credits = [{"directors": [], "cast": []} | row for row in rows]
    return Films(
        movies,
        pa.Table.from_pylist(
            aliases, pa.schema([("movie_id", pa.int64()), ("alias", pa.string())])
        ),
        pa.Table.from_pylist(
            credits,
            pa.schema([("movie_id", pa.int64()), ("directors", NAMES), ("cast", NAMES)]),
        ),
    )


def known(title: str, year: int = 2004, **others: Any) -> dict[str, Any]:
    return {"title": title, "release_year": year} | others


def match(
    films: Matcher,
    title: str,
    year: int = 2004,
    directors: Sequence[str] = (),
    cast: Sequence[str] = (),
    minutes: float | None = None,
) -> Match | None:
    return films.match(title.lower(), Work(year, directors, cast, minutes))


def sure(found: Match | None) -> float:
    assert found is not None
    assert FLOOR <= found.confidence <= 1
    return found.confidence


CRASH = known("Crash", directors=["Paul Haggis"], cast=["Don Cheadle", "Sandra Bullock"])


def test_more_evidence_makes_a_match_surer() -> None:
    films = matcher(CRASH)
    best = sure(match(films, "Crash", 2004, ["paul haggis"], minutes=112))
    next_year = sure(match(films, "Crash", 2005, ["paul haggis"]))
    cast = sure(match(films, "Crash", 2004, cast=["sandra bullock", "don cheadle"]))
    title = sure(match(films, "Crash", 2004))
    assert best > cast > title
    assert best > next_year


@pytest.mark.parametrize("year", [2001, 2002, 2006, 2007])
def test_more_than_a_year_apart_nothing_matches(year: int) -> None:
    assert match(matcher(CRASH), "Crash", year, ["paul haggis"]) is None


def test_another_director_is_another_film() -> None:
    assert match(matcher(CRASH), "Crash", 2004, ["david cronenberg"]) is None


def test_a_cast_with_nobody_in_common_is_another_film() -> None:
    films = matcher(known("Crash", cast=["Don Cheadle", "Sandra Bullock", "Matt Dillon"]))
    assert match(films, "Crash", cast=["james spader", "holly hunter", "elias koteas"]) is None


def test_many_actors_in_common_outweigh_a_distributor_in_the_directors_place() -> None:
    films = matcher(known("Killers", 2010, directors=["Robert Luketic"], cast=["A B", "C D"]))
    minutes = known("Killers", 2010, directors=["Robert Luketic"], cast=["A B", "C D"], runtime=100)
    assert match(films, "Killers", 2010, ["lionsgate"]) is None
    assert match(matcher(minutes), "Killers", 2010, ["lionsgate"], ["a b", "c d"], 100)


def test_of_two_films_of_one_name_the_director_tells_which() -> None:
    films = matcher(
        known("The Illusionist", 2006, directors=["Neil Burger"]),
        known("The Illusionist", 2006, directors=["Sylvain Chomet"]),
    )
    found = match(films, "The Illusionist", 2006, ["sylvain chomet"])
    assert found and found.movie_id == 2


def test_of_two_films_equally_good_neither_is_taken() -> None:
    films = matcher(known("Capote and Friends"), known("Capote and Friends"))
    assert match(films, "Capote and Friends") is None


def test_the_length_tells_films_of_one_name_apart_where_nobody_is_known() -> None:
    films = matcher(known("Frozen Lake", runtime=102), known("Frozen Lake", runtime=53))
    found = match(films, "Frozen Lake", minutes=53)
    assert found and found.movie_id == 2


def test_a_name_many_films_have_needs_more_than_a_year_close_by() -> None:
    films = matcher(known("Home", 2009), known("Stuck Between Two Stations", 2009))
    assert match(films, "Home", 2010) is None
    assert match(films, "Stuck Between Two Stations", 2010)


def test_a_missing_half_of_the_title_needs_the_director() -> None:
    films = matcher(known("Lagaan: Once Upon a Time in India", directors=["Ashutosh Gowariker"]))
    assert match(films, "Lagaan") is None
    assert match(films, "Lagaan", directors=["ashutosh gowariker"])


def test_sequels_of_one_director_are_not_each_other() -> None:
    films = matcher(known("Kill Bill: Vol. 2", 2004, directors=["Quentin Tarantino"]))
    for other in ("Kill Bill: Vol. 1", "Kill Bill", "Kill Bill: The Whole Bloody Affair"):
        assert match(films, other, 2003, ["quentin tarantino"]) is None


def test_an_original_title_is_a_title() -> None:
    films = matcher(known("Pan's Labyrinth", aliases=["El laberinto del fauno"]))
    assert match(films, "El Laberinto del Fauno (Spanish Audio)")


def test_a_title_of_no_film_matches_nothing() -> None:
    assert match(matcher(CRASH), "Crush") is None
    assert match(matcher(), "Crash") is None


def test_series_and_titles_without_year_match_nothing_and_several_titles_one_film(
    tmp_path: Path,
) -> None:
    films = [film(1, "Heat"), film(2, "Friends", release_date="1995-01-01")]
    raw = raw_folder(tmp_path, films, [credit(1, directors=["Michael Mann"])])
    rows = [
        title(1, "Heat", director="Michael Mann"),
        title(2, "Heat (4K UHD)"),
        title(3, "Friends", type="TV Show", duration="9 Seasons"),
        title(4, "Heat", release_year=""),
    ]
    found = transform(find_sources(add_titles(raw, rows))).tables["titles"].to_pylist()
    assert [row["movie_id"] for row in found] == [1, 1, None, None]
    assert [row["confidence"] is None for row in found] == [False, False, True, True]
    assert found[0]["confidence"] > found[1]["confidence"]


def test_seasons_are_not_taken_for_minutes(tmp_path: Path) -> None:
    rows = [title(1, "Heat", duration="1 Season")]
    raw = add_titles(raw_folder(tmp_path, [film(1, "Heat")]), rows)
    found = transform(find_sources(raw)).tables["titles"].to_pylist()
    assert found[0]["movie_id"] == 1


def test_no_titles_are_no_matches() -> None:
    kinds = [("kind", pa.string()), ("title", pa.string()), ("release_year", pa.int16())]
    people = [("directors", NAMES), ("cast", NAMES)]
    length = [("duration_int", pa.int32()), ("duration_type", pa.string())]
    empty = pa.schema([*kinds, *people, *length]).empty_table()
    assert match_titles(empty, Films(empty, empty, empty)).num_rows == 0


def is_matched(pair: dict[str, Any]) -> bool:
    """Whether the title of a labelled pair is matched, where its film is the only one."""
    film = dict(pair["film"])
    films = tables(known(film.pop("title"), film.pop("year"), **film))
    lowered = ([name.lower() for name in pair[column]] for column in ("directors", "cast"))
    columns = {
        "kind": [pair["kind"]],
        "title": [pair["title"].lower()],
        "release_year": pa.array([pair["release_year"]], pa.int16()),
        "duration_int": pa.array([None], pa.int32()),
        "duration_type": pa.array([None], pa.string()),
    }
    for column, names in zip(("directors", "cast"), lowered, strict=True):
        columns[column] = pa.array([names], NAMES)
    return match_titles(pa.table(columns), films)["movie_id"][0].is_valid


def test_pairs_labelled_by_hand_are_matched_where_they_are_one_film() -> None:
    pairs = json.loads(PAIRS.read_text(encoding="utf-8"))
    found = [(pair, is_matched(pair)) for pair in pairs]
    right = sum(matched and pair["same"] for pair, matched in found)
    matched = sum(matched for _, matched in found)
    same = sum(pair["same"] for pair in pairs)
    wrong = "\n".join(
        f"{'matched' if matched else 'missed'}: {pair['title']} ({pair['release_year']}) and "
        f"{pair['film']['title']} ({pair['film']['year']}): {pair['why']}"
        for pair, matched in found
        if matched != pair["same"]
    )
    assert len(pairs) >= 100 and 0 < same < len(pairs)
    assert right / matched >= 0.97, wrong
    assert right / same >= 0.9, wrong
