"""Answers about streaming platforms, against the same counted row by row."""

from collections import Counter
from typing import Any

import httpx
import pytest

from contracts.errors import ValueNotFound
from contracts.fold import fold
from query_service.platform_titles import PlatformTitles
from query_service.streaming import Streaming
from tests.query_service.conftest import title_row, titles_table

pytestmark = pytest.mark.anyio

Rows = list[dict[str, Any]]
NAMES = {"amazon": "Amazon Prime Video", "hulu": "Hulu", "netflix": "Netflix"}
YEARS = range(2012, 2020)


def over(rows: Rows, **settings: Any) -> Streaming:
    return Streaming(PlatformTitles.of(titles_table(rows), settings))


def of(rows: Rows, **values: Any) -> Rows:
    """The rows that have these values; None lets all pass."""
    return [
        row for row in rows if all(v is None or row[column] == v for column, v in values.items())
    ]


async def answer(client: httpx.AsyncClient, path: str, **params: Any) -> dict[str, Any]:
    response = await client.get(path, params=params)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.parametrize("unit", ["min", "season"])
@pytest.mark.parametrize("platform", [None, *NAMES])
async def test_the_longest_titles_are_told_under_every_filter(
    streaming: httpx.AsyncClient, titles: Rows, platform: str | None, unit: str
) -> None:
    for year in (None, *YEARS):
        asked = {"platform": platform, "year": year, "duration_type": unit}
        given = {name: value for name, value in asked.items() if value is not None}
        body = await answer(streaming, "/get_max_duration", **given)
        fitting = of(titles, platform=platform, release_year=year, duration_type=unit)
        longest = max(row["duration_int"] or 0 for row in fitting)
        ties = sorted(
            (row["platform"], fold(row["display_title"]), row["title_id"])
            for row in fitting
            if row["duration_int"] == longest
        )
        assert [one["id"] for one in body["empates"]] == [title_id for _, _, title_id in ties]
        assert {one["duracion"] for one in body["empates"]} == {longest}
        first = body["empates"][0]
        same = ("titulo", "plataforma", "anio", "duracion", "tipo_duracion")
        assert [body[name] for name in same] == [first[name] for name in same]
        assert body["tipo_duracion"] == unit


async def test_the_longest_is_in_minutes_unless_seasons_are_asked_for(
    streaming: httpx.AsyncClient,
) -> None:
    assert (await answer(streaming, "/get_max_duration"))["tipo_duracion"] == "min"


def test_a_title_is_told_as_people_write_it_with_its_kind_and_platform() -> None:
    row = title_row(7, kind="series", display_title="Élite", duration_int=4, duration_type="season")
    said = over([row]).longest(None, None, "season")
    assert said.empates[0].model_dump() == {
        "id": "ns7",
        "titulo": "Élite",
        "plataforma": "netflix",
        "anio": 2018,
        "tipo": "serie",
        "duracion": 4,
        "tipo_duracion": "season",
    }
    assert said.mensaje == "El título más largo es Élite, de Netflix, con 4 temporadas"


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        ([1], "El título más largo de Netflix de 2018 es T0, con 1 minuto"),
        ([90, 90], "El título más largo de Netflix de 2018 es T0, con 90 minutos"
         " (y otro igual de largo)"),
        ([9, 9, 8, 9], "El título más largo de Netflix de 2018 es T0, con 9 minutos"
         " (y otros 2 igual de largos)"),
    ],
)  # fmt: skip
def test_ties_are_counted_in_the_message(lengths: list[int], said: str) -> None:
    rows = [
        title_row(number, display_title=f"T{number}", duration_int=length)
        for number, length in enumerate(lengths)
    ]
    assert over(rows).longest(2018, "n", "min").mensaje == said


@pytest.mark.parametrize("platform", NAMES)
async def test_scores_above_a_limit_are_counted_and_those_equal_to_it_are_not(
    streaming: httpx.AsyncClient, titles: Rows, platform: str
) -> None:
    for year in YEARS:
        movies = of(titles, platform=platform, release_year=year, kind="movie")
        scores = [row["score"] for row in movies if row["score"] is not None]
        for scored in (1, 2.5, 3, 4.75, 5):
            body = await answer(streaming, f"/get_score_count/{platform}/{scored}/{year}")
            above = sum(score > scored for score in scores)
            assert (body["plataforma"], body["anio"], body["puntaje"]) == (platform, year, scored)
            assert (body["cantidad"], body["con_puntaje"]) == (above, len(scores))
            assert body["peliculas"] == len(movies)
            have = "película de {} tiene" if above == 1 else "películas de {} tienen"
            said = have.format(f"{NAMES[platform]} de {year}")
            assert body["mensaje"] == (
                f"{above} {said} un puntaje mayor a {scored}"
                f" ({len(scores)} con puntaje; los puntajes son simulados)"
            )


def test_real_scores_are_not_said_to_be_simulated() -> None:
    rows = [title_row(1, score=4.0), title_row(2, score=3.5), title_row(3)]
    said = over(rows, scores="match", simulated_ratings=False).scored_above("netflix", 3.5, 2018)
    assert said.mensaje == (
        "1 película de Netflix de 2018 tiene un puntaje mayor a 3.5 (2 con puntaje)"
    )


def test_without_ratings_no_movie_has_a_score_and_the_message_says_why() -> None:
    said = over([title_row(1)], scores=None).scored_above("netflix", 3, 2018)
    assert (said.cantidad, said.con_puntaje, said.peliculas) == (0, 0, 1)
    assert said.mensaje == (
        "0 películas de Netflix de 2018 tienen un puntaje mayor a 3"
        " (ningún título tiene valoraciones)"
    )


def test_a_year_without_movies_counts_none() -> None:
    said = over([title_row(1, kind="series", score=5.0)]).scored_above("netflix", 3, 2018)
    assert (said.cantidad, said.con_puntaje, said.peliculas) == (0, 0, 0)


@pytest.mark.parametrize("platform", NAMES)
async def test_titles_are_counted_with_movies_and_series_apart(
    streaming: httpx.AsyncClient, titles: Rows, platform: str
) -> None:
    body = await answer(streaming, f"/get_count_platform/{platform}")
    own = of(titles, platform=platform)
    movies, series = len(of(own, kind="movie")), len(of(own, kind="series"))
    assert (body["cantidad"], body["peliculas"], body["series"]) == (len(own), movies, series)
    assert body["plataforma"] == platform
    assert body["mensaje"] == (
        f"{NAMES[platform]} tiene {len(own)} títulos: {movies} películas y {series} series"
    )


async def test_the_day_of_a_catalogue_is_the_manifests_or_the_last_a_title_was_added(
    streaming: httpx.AsyncClient, titles: Rows
) -> None:
    for platform in NAMES:
        days = [row["date_added"] for row in of(titles, platform=platform) if row["date_added"]]
        day = "2021-09-25" if platform == "netflix" else str(max(days))
        body = await answer(streaming, f"/get_count_platform/{platform}")
        assert body["fecha_catalogo"] == day


def test_one_title_is_told_in_the_singular_and_may_have_no_day() -> None:
    said = over([title_row(1, kind="series")]).size("netflix")
    assert said.fecha_catalogo is None
    assert said.mensaje == "Netflix tiene 1 título: 0 películas y 1 serie"


@pytest.mark.parametrize("platform", ["amazon", "netflix"])
async def test_the_most_repeated_actors_are_told_all_of_them_by_name(
    streaming: httpx.AsyncClient, titles: Rows, platform: str
) -> None:
    for year in YEARS:
        body = await answer(streaming, f"/get_actor/{platform}/{year}")
        counts: Counter[str] = Counter()
        for row in of(titles, platform=platform, release_year=year):
            counts.update({fold(name) for name in row["display_cast"]})
        most = max(counts.values())
        expected = sorted(name for name, count in counts.items() if count == most)
        assert [fold(name) for name in body["actores"]] == expected
        assert (body["actor"], body["apariciones"]) == (body["actores"][0], most)
        assert (body["plataforma"], body["anio"]) == (platform, year)


def test_an_actor_goes_by_the_spelling_that_most_titles_have() -> None:
    casts = [["Zoe Kravitz"], ["Zoë Kravitz"], ["Zoë Kravitz"]]
    rows = [title_row(number, display_cast=cast) for number, cast in enumerate(casts)]
    said = over(rows).most_repeated("netflix", 2018)
    assert (said.actor, said.actores, said.apariciones) == ("Zoë Kravitz", ["Zoë Kravitz"], 3)
    assert said.mensaje == (
        "El actor que más se repite en Netflix en 2018 es Zoë Kravitz, con 3 títulos"
    )


def test_an_actor_is_in_a_title_once_however_often_its_cast_says_so() -> None:
    rows = [
        title_row(1, display_cast=["Bo Derek", "BO DEREK"]),
        title_row(2, display_cast=["Al Pacino"]),
    ]
    said = over(rows).most_repeated("netflix", 2018)
    assert (said.actores, said.apariciones) == (["Al Pacino", "Bo Derek"], 1)
    assert said.mensaje == (
        "Los actores que más se repiten en Netflix en 2018 son Al Pacino y Bo Derek,"
        " con 1 título cada uno"
    )


def test_of_many_actors_the_message_names_some_and_the_answer_all() -> None:
    names = [f"Actor {letter}" for letter in "ABCDEFGH"]
    said = over([title_row(1, display_cast=names)]).most_repeated("netflix", 2018)
    assert said.actores == names
    assert "Actor E y otros 3, con" in said.mensaje and "Actor F" not in said.mensaje


def test_a_year_whose_titles_have_no_cast_is_told_apart_from_a_year_without_titles() -> None:
    streaming = over([title_row(1, display_cast=["Bo Derek"]), title_row(2, release_year=1942)])
    with pytest.raises(ValueNotFound, match="The cast of no title of Netflix of 1942 is known"):
        streaming.most_repeated("netflix", 1942)
    with pytest.raises(ValueNotFound, match="Netflix has no title of 1943") as raised:
        streaming.most_repeated("netflix", 1943)
    assert raised.value.suggestions == ("1942", "2018")


def test_a_title_without_year_counts_for_its_platform_alone() -> None:
    row = title_row(1, release_year=None, display_cast=["Bo Derek"], duration_int=300)
    streaming = over([row, title_row(2, display_cast=["Al Pacino"])])
    assert streaming.size("netflix").cantidad == 2
    assert streaming.longest(None, "netflix", "min").anio is None
    assert streaming.longest(2018, "netflix", "min").duracion == 90
    assert streaming.most_repeated("netflix", 2018).actores == ["Al Pacino"]


def test_without_any_catalogue_every_question_says_that_none_is_loaded() -> None:
    streaming = over([])
    with pytest.raises(ValueNotFound, match="The catalogue of no platform is loaded"):
        streaming.longest(None, None, "min")
    with pytest.raises(ValueNotFound, match="The catalogue of Hulu is not loaded"):
        streaming.size("hulu")
