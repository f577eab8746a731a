"""What there is in the catalogue, counted beside the tables."""

from collections import Counter

import pyarrow.parquet as pq
import pytest

from contracts.versions import open_current
from tests.raw import film, title

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def movies(sample_var):
    folder, _ = open_current(sample_var / "data", "data", 3)
    return pq.read_table(folder / "movies.parquet").to_pylist()


async def test_the_catalogue_tells_how_many_films_of_which_years(reco, movies):
    told = (await reco.get("/v1/catalogo")).json()
    years = [film["release_year"] for film in movies]
    assert told["peliculas"] == len(movies)
    assert (told["anio_desde"], told["anio_hasta"]) == (min(years), max(years))
    assert told["version"] and told["por_texto"] is True


async def test_genres_and_languages_are_counted_most_films_first(reco, movies):
    told = (await reco.get("/v1/catalogo")).json()
    genres = Counter(genre for film in movies for genre in film["genres"])
    languages = Counter(film["original_language"] for film in movies if film["original_language"])
    for key, counted in [("generos", genres), ("idiomas", languages)]:
        assert {one["nombre"]: one["cantidad"] for one in told[key]} == counted
        counts = [one["cantidad"] for one in told[key]]
        assert counts == sorted(counts, reverse=True)


async def test_every_genre_language_and_platform_told_is_one_that_can_be_asked_for(reco):
    told = (await reco.get("/v1/catalogo")).json()
    filters = [("generos", "generos", "nombre"), ("idiomas", "idioma", "nombre")]
    for key, parameter, name in [*filters, ("plataformas", "plataforma", "plataforma")]:
        for one in told[key]:
            answer = await reco.get("/v1/peliculas/862/similares", params={parameter: one[name]})
            assert answer.status_code == 200, one


async def test_the_best_known_films_come_by_their_votes(reco, movies):
    told = (await reco.get("/v1/catalogo")).json()["conocidas"]
    votes = sorted((film["vote_count"] for film in movies), reverse=True)
    assert [film["voto_total"] for film in told] == votes[:12]


async def test_the_example_user_is_one_that_can_be_asked_about(reco):
    told = (await reco.get("/v1/catalogo")).json()
    assert told["usuarios"] == 150
    user = told["usuario_de_ejemplo"]
    assert (await reco.get(f"/v1/usuarios/{user}/recomendaciones")).status_code == 200


async def test_what_nobody_reads_is_refused(reco):
    assert (await reco.get("/v1/catalogo?k=3")).status_code == 422


async def test_a_catalogue_without_ratings_or_platforms_says_so(service_over):
    told = service_over([film(1, "Una"), film(2, "Otra")]).catalogue
    assert (told.peliculas, told.usuarios, told.usuario_de_ejemplo) == (2, 0, None)
    assert told.plataformas == []


async def test_platforms_are_told_with_the_films_they_are_matched_with(service_over):
    films = [film(1, "Una"), film(2, "Otra")]
    told = service_over(films, netflix=[title("s1", "Una"), title("s2", "Ninguna")]).catalogue
    assert [(one.nombre, one.cantidad) for one in told.plataformas] == [("Netflix", 1)]
