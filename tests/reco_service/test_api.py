"""What a client does wrong is told in one sentence; nothing a client sends is a 5xx."""

import httpx
import pytest

pytestmark = pytest.mark.anyio

SIMILAR = "/v1/peliculas/862/similares"


def assert_problem(answer: httpx.Response, status: int, slug: str) -> dict:
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"/problemas/{slug}"
    assert problem["title"] and problem["detail"].endswith(".")
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (f"{SIMILAR}?k=-1", "El parámetro «k» debe ser mayor o igual que 1."),
        (f"{SIMILAR}?k=0", "El parámetro «k» debe ser mayor o igual que 1."),
        (f"{SIMILAR}?k=101", "El parámetro «k» debe ser menor o igual que 100."),
        (f"{SIMILAR}?k=abc", "El parámetro «k» debe ser un número entero."),
        (f"{SIMILAR}?k=5.5", "El parámetro «k» debe ser un número entero."),
        (f"{SIMILAR}?k=", "El parámetro «k» debe ser un número entero."),
        (f"{SIMILAR}?k=nan", "El parámetro «k» debe ser un número entero."),
        (
            f"{SIMILAR}?k={'9' * 5000}",
            "El parámetro «k» debe ser un número entero con menos cifras.",
        ),
        ("/v1/peliculas?q=toy&k=0", "El parámetro «k» debe ser mayor o igual que 1."),
        ("/v1/peliculas?q=toy&k=101", "El parámetro «k» debe ser menor o igual que 100."),
        ("/v1/peliculas", "Falta el parámetro «q»."),
        ("/v1/peliculas?q=", "El parámetro «q» está vacío o es demasiado corto."),
        ("/v1/peliculas?q=%20%09", "El parámetro «q» está vacío o es demasiado corto."),
        ("/v1/peliculas/abc", "El parámetro «id» debe ser un número entero."),
        ("/v1/peliculas/-1", "El parámetro «id» debe ser mayor o igual que 0."),
        (f"/v1/peliculas/{2**63}", f"El parámetro «id» debe ser menor que {2**63}."),
        (f"/v1/peliculas/{2**63}/similares", f"El parámetro «id» debe ser menor que {2**63}."),
        ("/v1/peliculas/-862/similares", "El parámetro «id» debe ser mayor o igual que 0."),
        ("/recomendacion", "Falta el parámetro «titulo»."),
        ("/recomendacion/", "El parámetro «titulo» está vacío o es demasiado corto."),
        ("/recomendacion/%20", "El parámetro «titulo» está vacío o es demasiado corto."),
        ("/recomendacion?titulo=", "El parámetro «titulo» está vacío o es demasiado corto."),
        ("/recomendacion/Heat?anio=abc", "El parámetro «anio» debe ser un número entero."),
        ("/recomendacion/Heat?anio=0", "El parámetro «anio» debe ser mayor o igual que 1800."),
        ("/recomendacion/Heat?anio=99999", "El parámetro «anio» debe ser menor o igual que 2200."),
    ],
)
async def test_a_bad_argument_is_a_422_that_says_what_is_wrong(
    reco: httpx.AsyncClient, target: str, sentence: str
) -> None:
    problem = assert_problem(await reco.get(target), 422, "peticion-invalida")
    assert problem["detail"] == sentence
    assert "sugerencias" not in problem


async def test_the_sentence_is_english_where_english_is_asked_for(reco: httpx.AsyncClient) -> None:
    answer = await reco.get(f"{SIMILAR}?k=0", headers={"Accept-Language": "en"})
    problem = assert_problem(answer, 422, "peticion-invalida")
    assert problem["detail"] == "Parameter 'k': Input should be greater than or equal to 1."
    assert answer.headers["content-language"] == "en"


async def test_an_unknown_title_is_a_404_with_suggestions(reco: httpx.AsyncClient) -> None:
    answer = await reco.get("/recomendacion/Toi Stori")
    problem = assert_problem(answer, 404, "titulo-no-encontrado")
    assert problem["detail"] == "No hay ninguna película titulada «Toi Stori»."
    assert problem["sugerencias"][0] == "Toy Story"
    assert len(problem["sugerencias"]) <= 5


async def test_an_unknown_year_is_a_404_with_the_years_there_are(reco: httpx.AsyncClient) -> None:
    answer = await reco.get("/recomendacion/Godzilla?anio=1955")
    problem = assert_problem(answer, 404, "anio-no-encontrado")
    assert problem["sugerencias"] == ["1954", "1998", "2014"]


@pytest.mark.parametrize("path", ["/v1/peliculas/{}", "/v1/peliculas/{}/similares"])
@pytest.mark.parametrize("movie_id", [0, 1, 2**32 + 862, 2**63 - 1])
async def test_an_unknown_id_is_a_404(reco: httpx.AsyncClient, path: str, movie_id: int) -> None:
    answer = await reco.get(path.format(movie_id))
    problem = assert_problem(answer, 404, "pelicula-no-encontrada")
    assert problem["detail"] == f"Ninguna película tiene el id {movie_id}."


@pytest.mark.parametrize("text", ["x" * 10_000, "é" * 10_000, "🎬" * 2_500, "the " * 2_500])
async def test_a_title_of_ten_thousand_characters_is_a_404_with_a_short_sentence(
    reco: httpx.AsyncClient, text: str
) -> None:
    for answer in (
        await reco.get(f"/recomendacion/{text}"),
        await reco.get("/recomendacion", params={"titulo": text}),
    ):
        assert len(assert_problem(answer, 404, "titulo-no-encontrado")["detail"]) < 200


@pytest.mark.parametrize("escape", [b"%00", b"%ZZ", b"%FF", b"%", b"%C3", b"%ED%A0%80"])
@pytest.mark.parametrize(
    "target",
    [b"/recomendacion/He%sat", b"/recomendacion?titulo=%s", b"/v1/peliculas?q=a%s"]
    + [b"/v1/peliculas/%s", b"/v1/peliculas/862/similares?k=%s"],
)
async def test_an_address_that_is_not_utf8_is_a_400(
    ask_as_sent, target: bytes, escape: bytes
) -> None:
    assert_problem(await ask_as_sent(target % escape), 400, "direccion-mal-formada")


async def test_a_well_formed_address_as_sent_is_answered(ask_as_sent) -> None:
    answer = await ask_as_sent(b"/recomendacion/Face%2FOff")
    assert (answer.status_code, len(answer.json())) == (200, 5)


async def test_an_address_of_nothing_is_a_404(reco: httpx.AsyncClient) -> None:
    assert_problem(await reco.get("/nada"), 404, "ruta-no-encontrada")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_another_method_is_a_405(reco: httpx.AsyncClient, method: str) -> None:
    answer = await reco.request(method, "/v1/peliculas/862")
    assert_problem(answer, 405, "metodo-no-permitido")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "<script>", "{}", "null", "-1", "\u202e", "%", "a" * 300 + "/b"]
)
async def test_odd_titles_are_never_a_5xx(reco: httpx.AsyncClient, text: str) -> None:
    for answer in (
        await reco.get("/recomendacion", params={"titulo": text}),
        await reco.get("/v1/peliculas", params={"q": text}),
    ):
        assert answer.status_code < 500, answer.text
