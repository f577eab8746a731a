from collections import Counter
from datetime import date
from typing import Any

import httpx
import pytest

from query_service.calendar import DAYS, MONTHS
from tests.query_service.conftest import Plain

pytestmark = pytest.mark.anyio


async def answer(query: httpx.AsyncClient, path: str, **params: Any) -> dict[str, Any]:
    response = await query.get(path, params=params)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_months_add_up_to_all_films_and_each_is_right(
    query: httpx.AsyncClient, plain: Plain
) -> None:
    expected = Counter(date.fromisoformat(f["release_date"]).month for f in plain.films.values())
    for place, month in enumerate(MONTHS, start=1):
        body = await answer(query, f"/cantidad_filmaciones_mes/{month}")
        assert body == {
            "mes": month,
            "cantidad": expected[place],
            "mensaje": f"{expected[place]} películas fueron estrenadas en el mes de {month}",
        }


async def test_weekdays_are_right(query: httpx.AsyncClient, plain: Plain) -> None:
    dates = [date.fromisoformat(film["release_date"]) for film in plain.films.values()]
    expected = Counter(day.weekday() for day in dates)
    for place, day in enumerate(DAYS):
        body = await answer(query, f"/cantidad_filmaciones_dia/{day}")
        assert (body["dia"], body["cantidad"]) == (day, expected[place])


@pytest.mark.parametrize("spelling", ["Setiembre", "SEPTIEMBRE", " septiembre "])
async def test_september_goes_by_both_names(query: httpx.AsyncClient, spelling: str) -> None:
    body = await answer(query, "/cantidad_filmaciones_mes", mes=spelling)
    assert body["mes"] == "septiembre"


async def test_a_weekday_needs_no_accent(query: httpx.AsyncClient) -> None:
    with_it = await answer(query, "/cantidad_filmaciones_dia/sábado")
    assert await answer(query, "/cantidad_filmaciones_dia/SABADO") == with_it


@pytest.mark.parametrize(("path", "likely"), [("mes/enerro", "enero"), ("dia/lunez", "lunes")])
async def test_a_misspelt_month_or_day_is_told_with_the_likely_one(
    query: httpx.AsyncClient, path: str, likely: str
) -> None:
    response = await query.get(f"/cantidad_filmaciones_{path}")
    assert response.status_code == 422
    assert response.json()["sugerencias"][0] == likely


async def test_of_films_with_one_title_the_most_popular_has_the_score(
    query: httpx.AsyncClient, plain: Plain
) -> None:
    same = [film for film in plain.films.values() if film["title"] == "Cinderella"]
    best = max(same, key=lambda film: float(film["popularity"].replace(",", ".")))
    body = await answer(query, "/score_titulo/cinderella")
    year = int(best["release_date"][:4])
    assert (body["titulo"], body["anio"]) == ("Cinderella", year)
    assert body["popularidad"] == pytest.approx(float(best["popularity"]))
    assert body["mensaje"] == (
        f"La película Cinderella fue estrenada en el año {year}"
        f" con un score/popularidad de {body['popularidad']}"
    )
    others = sorted({int(film["release_date"][:4]) for film in same} - {year})
    assert body["otras_versiones"] == others and others


async def test_a_year_picks_the_version(query: httpx.AsyncClient) -> None:
    assert (await answer(query, "/score_titulo/Cinderella", anio=1950))["anio"] == 1950


async def test_a_year_without_a_version_tells_the_years_there_are(query: httpx.AsyncClient) -> None:
    response = await query.get("/votos_titulo/Cinderella", params={"anio": 1999})
    assert response.status_code == 404
    assert response.json()["sugerencias"] == ["1950", "2015"]


async def test_votes_are_given_from_2000_on(query: httpx.AsyncClient, plain: Plain) -> None:
    film = next(f for f in plain.films.values() if float(f["vote_count"] or 0) >= 2000)
    body = await answer(query, "/votos_titulo", titulo=film["title"])
    assert body["voto_total"] == float(film["vote_count"])
    assert body["voto_promedio"] == float(film["vote_average"])
    assert body["año"] == body["anio"]


async def test_fewer_votes_give_null_and_the_message_says_why(
    query: httpx.AsyncClient, plain: Plain
) -> None:
    film = next(f for f in plain.films.values() if 0 < float(f["vote_count"] or 0) < 1000)
    year = int(film["release_date"][:4])
    body = await answer(query, "/votos_titulo", titulo=film["title"], anio=year)
    assert (body["voto_total"], body["voto_promedio"]) == (None, None)
    assert "al menos 2000 valoraciones" in body["mensaje"]


async def test_an_actor_counts_films_played_in_not_films_directed(
    query: httpx.AsyncClient, plain: Plain
) -> None:
    films = plain.with_actor("Clint Eastwood")
    returns = plain.returns(films)
    body = await answer(query, "/get_actor/clint eastwood")
    assert body["actor"] == "Clint Eastwood"
    assert body["cantidad_filmaciones"] == len(films)
    assert body["retorno_total"] == round(sum(returns), 4)
    assert body["retorno_promedio"] == round(sum(returns) / len(films), 4)
    assert set(films) != set(plain.by_director("Clint Eastwood"))


async def test_films_an_actor_also_directed_can_be_left_out(
    query: httpx.AsyncClient, plain: Plain
) -> None:
    directed = plain.by_director("Clint Eastwood")
    kept = [film for film in plain.with_actor("Clint Eastwood") if film not in directed]
    body = await answer(query, "/get_actor/Clint Eastwood", excluir_dirigidas="true")
    assert body["cantidad_filmaciones"] == len(kept)
    assert body["retorno_total"] == round(sum(plain.returns(kept)), 4)


async def test_the_mean_over_funded_films_stands_beside_the_mean_over_all(
    query: httpx.AsyncClient, plain: Plain
) -> None:
    for name in {a["name"] for cast, _ in plain.credits.values() for a in cast[:2]}:
        films = plain.with_actor(name)
        funded = [film for film in films if float(plain.films[film]["budget"] or 0) > 0]
        if 0 < len(funded) < len(films):
            break
    else:
        pytest.fail("the sample has no actor with funded and unfunded films")
    body = await answer(query, "/get_actor", nombre=name)
    mean = sum(plain.returns(funded)) / len(funded)
    assert body["filmaciones_con_presupuesto"] == len(funded)
    assert body["retorno_promedio_con_presupuesto"] == round(mean, 4)
    assert body["retorno_promedio"] < body["retorno_promedio_con_presupuesto"]


async def test_a_directors_films_come_by_date_with_their_money(
    query: httpx.AsyncClient, plain: Plain
) -> None:
    films = plain.by_director("Steven Spielberg")
    body = await answer(query, "/get_director/STEVEN  spielberg")
    assert body["director"] == "Steven Spielberg"
    assert body["retorno_total_director"] == round(sum(plain.returns(films)), 4)
    assert [p["fecha_estreno"] for p in body["peliculas"]] == sorted(
        plain.films[film]["release_date"] for film in films
    )
    first = body["peliculas"][0]
    assert set(first) == {
        "titulo",
        "anio",
        "fecha_estreno",
        "retorno_pelicula",
        "budget_pelicula",
        "revenue_pelicula",
    }
    by_title = {plain.films[film]["title"]: film for film in films}
    film = plain.films[by_title[first["titulo"]]]
    assert first["budget_pelicula"] == float(film["budget"])
    assert first["revenue_pelicula"] == float(film["revenue"])


@pytest.mark.parametrize("name", ["es", "Spanish", "español", "ESPANOL"])
async def test_a_language_goes_by_code_and_by_both_names(
    query: httpx.AsyncClient, plain: Plain, name: str
) -> None:
    expected = sum(film["original_language"] == "es" for film in plain.films.values())
    body = await answer(query, f"/peliculas_idioma/{name}")
    assert (body["idioma"], body["codigo"], body["cantidad"]) == ("español", "es", expected)


@pytest.mark.parametrize("name", ["ES", "Spain", "España", "espana"])
async def test_a_country_goes_by_code_and_by_both_names(
    query: httpx.AsyncClient, plain: Plain, name: str
) -> None:
    expected = sum("'ES'" in film["production_countries"] for film in plain.films.values())
    body = await answer(query, f"/peliculas_pais/{name}")
    assert (body["pais"], body["codigo"], body["cantidad"]) == ("España", "ES", expected)


async def test_a_duration_is_told_with_its_year(query: httpx.AsyncClient, plain: Plain) -> None:
    film = next(f for f in plain.films.values() if f["title"] == "Toy Story")
    body = await answer(query, "/peliculas_duracion/toy story")
    assert (body["pelicula"], body["anio"]) == ("Toy Story", 1995)
    assert body["duracion"] == float(film["runtime"])


async def test_an_unknown_duration_is_null(query: httpx.AsyncClient, plain: Plain) -> None:
    film = next(f for f in plain.films.values() if not float(f["runtime"] or 0))
    body = await answer(query, "/peliculas_duracion", pelicula=film["title"])
    assert body["duracion"] is None and "desconocida" in body["mensaje"]


@pytest.mark.parametrize("name", ["Toy Story Collection", "toy story"])
async def test_a_franchise_goes_with_or_without_the_word_collection(
    query: httpx.AsyncClient, plain: Plain, name: str
) -> None:
    films = [
        film for film in plain.films.values() if "Toy Story C" in film["belongs_to_collection"]
    ]
    gains = [float(film["revenue"]) - float(film["budget"]) for film in films]
    body = await answer(query, f"/franquicia/{name}")
    assert (body["franquicia"], body["cantidad"]) == ("Toy Story Collection", len(films))
    assert body["ganancia_total"] == round(sum(gains), 4)
    assert body["ganancia_promedio"] == round(sum(gains) / len(gains), 4)


async def test_a_company_has_the_revenue_of_its_films(
    query: httpx.AsyncClient, plain: Plain
) -> None:
    films = [
        f for f in plain.films.values() if "'Pixar Animation Studios'" in f["production_companies"]
    ]
    body = await answer(query, "/productoras_exitosas/pixar animation studios")
    assert body["cantidad"] == len(films)
    assert body["revenue_total"] == sum(float(film["revenue"] or 0) for film in films)
