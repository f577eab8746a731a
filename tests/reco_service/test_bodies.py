"""Whatever a client posts is an answer or one clear sentence, never a 5xx."""

import random
from copy import deepcopy
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.anyio

MIX = "/v1/recomendaciones"
TOYS, HEAT = 862, 949
JSON = {"content-type": "application/json"}


def refused(answer: httpx.Response, status: int, slug: str, sentence: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (status, f"/problemas/{slug}"), answer.text
    assert problem["detail"] == sentence
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Hace falta al menos uno de «gustan», «no_gustan», «texto» y «usuario»."),
        (
            {"gustan": [], "no_gustan": []},
            "Hace falta al menos uno de «gustan», «no_gustan», «texto» y «usuario».",
        ),
        ({"gustan": TOYS}, "El parámetro «gustan» debe ser una lista."),
        ({"gustan": [str(TOYS)]}, "El parámetro «gustan[0]» debe ser un número entero."),
        ({"gustan": [TOYS, 1.5]}, "El parámetro «gustan[1]» debe ser un número entero."),
        ({"gustan": [True]}, "El parámetro «gustan[0]» debe ser un número entero."),
        ({"gustan": [None]}, "El parámetro «gustan[0]» debe ser un número entero."),
        ({"gustan": [-1]}, "El parámetro «gustan[0]» debe ser mayor o igual que 0."),
        ({"no_gustan": [2**63]}, f"El parámetro «no_gustan[0]» debe ser menor que {2**63}."),
        (
            {"gustan": [TOYS] * 101},
            "El parámetro «gustan» tiene demasiados elementos (como mucho 50).",
        ),
        ({"gustan": [TOYS], "k": 0}, "El parámetro «k» debe ser mayor o igual que 1."),
        ({"gustan": [TOYS], "k": 101}, "El parámetro «k» debe ser menor o igual que 100."),
        ({"gustan": [TOYS], "k": "10"}, "El parámetro «k» debe ser un número entero."),
        ({"gustan": [TOYS], "k": None}, "El parámetro «k» debe ser un número entero."),
        (
            {"gustan": [TOYS], "diversidad": 1.01},
            "El parámetro «diversidad» debe ser menor o igual que 1.",
        ),
        ({"gustan": [TOYS], "diversidad": "x"}, "El parámetro «diversidad» debe ser un número."),
        (
            {"gustan": [TOYS], "max_por_saga": 0},
            "El parámetro «max_por_saga» debe ser mayor o igual que 1.",
        ),
        (
            {"usuario": None},
            "Hace falta al menos uno de «gustan», «no_gustan», «texto» y «usuario».",
        ),
        ({"usuario": "1"}, "El parámetro «usuario» debe ser un número entero."),
        ({"usuario": 1.5}, "El parámetro «usuario» debe ser un número entero."),
        ({"usuario": True}, "El parámetro «usuario» debe ser un número entero."),
        ({"usuario": [1]}, "El parámetro «usuario» debe ser un número entero."),
        ({"usuario": -1}, "El parámetro «usuario» debe ser mayor o igual que 0."),
        ({"usuario": 2**63}, f"El parámetro «usuario» debe ser menor que {2**63}."),
        ({"gustan": [TOYS], "user_id": 1}, "El parámetro «user_id» no existe."),
        ({"gustan": [TOYS], "filtros": []}, "El parámetro «filtros» debe ser un objeto JSON."),
        (
            {"gustan": [TOYS], "filtros": {"genero": "Drama"}},
            "El parámetro «filtros.genero» no existe.",
        ),
        (
            {"gustan": [TOYS], "filtros": {"generos": [1]}},
            "El parámetro «filtros.generos[0]» debe ser un texto.",
        ),
        (
            {"gustan": [TOYS], "filtros": {"generos": [" "]}},
            "El parámetro «filtros.generos[0]» está vacío o es demasiado corto.",
        ),
        (
            {"gustan": [TOYS], "filtros": {"plataforma": ""}},
            "El parámetro «filtros.plataforma[0]» está vacío o es demasiado corto.",
        ),
        (
            {"gustan": [TOYS], "filtros": {"plataforma": 5}},
            "El parámetro «filtros.plataforma» debe ser una lista.",
        ),
        (
            {"gustan": [TOYS], "filtros": {"anio_desde": 99}},
            "El parámetro «filtros.anio_desde» debe ser mayor o igual que 1800.",
        ),
        ({"gustan": [TOYS], "pesos": [1]}, "El parámetro «pesos» debe ser un objeto JSON."),
        (
            {"gustan": [TOYS], "pesos": {"generos": "1"}},
            "El parámetro «pesos.generos» debe ser un número.",
        ),
        (
            {"gustan": [TOYS], "pesos": {"generos": -0.1}},
            "El parámetro «pesos.generos» debe ser mayor o igual que 0.",
        ),
        (
            {"gustan": [TOYS], "pesos": {"generos": 0}},
            "El parámetro «pesos» necesita algún peso mayor que 0.",
        ),
        ({"gustan": [TOYS], "pesos": {}}, "El parámetro «pesos» necesita algún peso mayor que 0."),
        (
            {"gustan": [TOYS], "pesos": {"saga": 1}},
            "El parámetro «pesos» nombra «saga», que no es un bloque de este índice.",
        ),
        ({"texto": 5}, "El parámetro «texto» debe ser un texto."),
        ({"texto": ""}, "El parámetro «texto» no tiene ninguna letra ni cifra que leer."),
        ({"texto": " \n "}, "El parámetro «texto» no tiene ninguna letra ni cifra que leer."),
        (
            {"texto": "🎬🍿 …", "gustan": [TOYS]},
            "El parámetro «texto» no tiene ninguna letra ni cifra que leer.",
        ),
        (
            {"texto": "x" * 1001},
            "El parámetro «texto» es demasiado largo (como mucho 1000 caracteres).",
        ),
        ([], "El cuerpo debe ser un objeto JSON, enviado como application/json."),
        (None, "El cuerpo debe ser un objeto JSON, enviado como application/json."),
        ("gustan", "El cuerpo debe ser un objeto JSON, enviado como application/json."),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_a_malformed_body_is_a_422_that_names_the_place(
    reco: httpx.AsyncClient, body: Any, sentence: str
) -> None:
    refused(await reco.post(MIX, json=body), 422, "peticion-invalida", sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "El cuerpo no es JSON válido."),
        (b"\xff\xfe", "El cuerpo no es JSON válido."),
        (b"", "El cuerpo debe ser un objeto JSON, enviado como application/json."),
        (b"[" * 100_000, "El cuerpo no es JSON válido."),
        (b'{"k": ' + b"1" * 5000 + b"}", "El cuerpo no es JSON válido."),
        (b'{"diversidad": NaN}', "El parámetro «diversidad» debe ser un número finito."),
        (
            b'{"pesos": {"anio": 1e999}}',
            "El parámetro «pesos.anio» debe ser un número finito.",
        ),
        (
            b'{"filtros": {"voto_promedio_minimo": -Infinity}}',
            "El parámetro «filtros.voto_promedio_minimo» debe ser un número finito.",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_is_not_json_or_no_number_is_told(
    reco: httpx.AsyncClient, content: bytes, sentence: str
) -> None:
    answer = await reco.post(MIX, content=content, headers=JSON)
    refused(answer, 422, "peticion-invalida", sentence)


async def test_sentences_are_english_where_english_is_asked_for(reco: httpx.AsyncClient) -> None:
    answer = await reco.post(
        MIX, json={"gustan": [TOYS], "x": 1}, headers={"Accept-Language": "en"}
    )
    sentence = "Parameter 'x': Extra inputs are not permitted."
    refused(answer, 422, "peticion-invalida", sentence)


async def test_blocks_that_there_are_stand_beside_one_that_there_is_not(
    reco: httpx.AsyncClient,
) -> None:
    answer = await reco.post(MIX, json={"gustan": [TOYS], "pesos": {"gusto": 1}})
    assert {"generos", "direccion", "renombre"} <= set(answer.json()["sugerencias"])


async def test_all_unknown_ids_are_named(reco: httpx.AsyncClient) -> None:
    answer = await reco.post(MIX, json={"gustan": [TOYS, 1, 2**63 - 1], "no_gustan": [2]})
    sentence = f"Ninguna película tiene el id 1, {2**63 - 1}, 2."
    refused(answer, 404, "pelicula-no-encontrada", sentence)


async def test_a_film_liked_and_disliked_is_refused(reco: httpx.AsyncClient) -> None:
    answer = await reco.post(MIX, json={"gustan": [TOYS, HEAT], "no_gustan": [HEAT]})
    sentence = "En «gustan» y en «no_gustan» está el mismo id: 949."
    refused(answer, 422, "peticion-contradictoria", sentence)


async def test_an_index_without_texts_says_so(reco_without_text: httpx.AsyncClient) -> None:
    sentence = "El índice que se sirve no permite buscar por texto."
    for answer in (
        await reco_without_text.post(MIX, json={"gustan": [TOYS], "texto": "hola"}),
        await reco_without_text.get("/v1/buscar?texto=hola"),
    ):
        refused(answer, 503, "texto-no-disponible", sentence)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("?texto=", 422),
        ("?texto=%20", 422),
        ("?texto=🎬", 422),
        ("?texto=" + "x" * 1001, 422),
        ("?texto=toys&k=0", 422),
        ("?texto=toys&generos=", 422),
        ("?texto=toys&generos=" + "a," * 60 + "a", 422),
        ("?texto=toys&generos=Acion", 404),
        ("?texto=toys&plataforma=", 422),
        ("?texto=toys&plataforma=HBO", 404),
        ("?texto=toys&voto_promedio_minimo=nan", 422),
        ("?texto=toys&anio_desde=2000&anio_hasta=1999", 422),
        ("?texto=toys", 200),
    ],
)
async def test_a_search_that_cannot_be_is_refused(
    reco_with_text: httpx.AsyncClient, query: str, status: int
) -> None:
    answer = await reco_with_text.get(f"/v1/buscar{query}")
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["detail"].endswith(".")


ODD = [None, True, 0, -1, 1.5, 2**64, 1e308, "", "x", "\x00", "Drama", "🎬", [], {}, [[]], [{}]]


def odd_value(rng: random.Random, depth: int = 0) -> Any:
    if depth < 2 and rng.random() < 0.3:
        return [odd_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return deepcopy(rng.choice([*ODD, TOYS, HEAT, rng.randrange(2**64), rng.random() * 10]))


def odd_body(rng: random.Random) -> dict[str, Any]:
    """Mostly well-formed, with one or two parts that are not."""
    filters = {
        "generos": ["Drama"],
        "generos_todos": "Crime",
        "generos_ninguno": ["War"],
        "anio_desde": rng.randrange(1900, 2020),
        "anio_hasta": rng.randrange(1900, 2020),
        "voto_promedio_minimo": rng.random() * 10,
        "voto_total_minimo": rng.randrange(9999),
        "idioma": "en",
        "plataforma": "netflix",
    }
    body = {
        "gustan": [TOYS],
        "no_gustan": [HEAT],
        "texto": "toys",
        "usuario": rng.randrange(1, 200),
        "k": rng.randrange(1, 101),
        "diversidad": rng.random(),
        "max_por_saga": rng.randrange(1, 5),
        "filtros": {name: filters[name] for name in filters if rng.random() < 0.4},
        "pesos": {"generos": rng.random(), "anio": rng.random() * 10 ** rng.randrange(-300, 300)},
    }
    kept = {name: body[name] for name in body if rng.random() < 0.6}
    for _ in range(rng.randrange(3)):
        parts = [part for part in (kept, *kept.values()) if isinstance(part, dict)]
        part = rng.choice(parts)
        part[rng.choice([*part, "nada"])] = odd_value(rng)
    return kept


@pytest.mark.parametrize("seed", range(300))
async def test_odd_bodies_are_never_a_5xx(reco_with_text: httpx.AsyncClient, seed: int) -> None:
    body = odd_body(random.Random(seed))
    answer = await reco_with_text.post(MIX, json=body)
    assert answer.status_code in (200, 404, 422), (body, answer.text)
    if answer.status_code != 200:
        assert answer.json()["detail"].endswith(".")
