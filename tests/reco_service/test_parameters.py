"""Parameters of an address that no endpoint reads."""

import httpx
import pytest

from reco_service.parameters import only

pytestmark = pytest.mark.anyio

SEARCH, SIMILAR = "/v1/buscar?texto=toys", "/v1/peliculas/862/similares?k=5"


@pytest.mark.parametrize("address", [SEARCH, SIMILAR])
async def test_an_unknown_parameter_is_refused_with_those_it_could_mean(
    reco_with_text: httpx.AsyncClient, address: str
) -> None:
    answer = await reco_with_text.get(f"{address}&genero=Drama")
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "/problemas/peticion-invalida")
    assert problem["detail"] == "El parámetro «genero» no existe."
    assert problem["sugerencias"][0] == "generos"


async def test_an_unknown_parameter_is_named_in_english(reco: httpx.AsyncClient) -> None:
    answer = await reco.get(f"{SIMILAR}&minimo=3", headers={"Accept-Language": "en"})
    assert answer.json()["detail"] == "There is no parameter 'minimo'."


@pytest.mark.parametrize(
    ("name", "meant"),
    [("diversity", "diversidad"), ("DIVERSIDAD", "diversidad"), ("max_saga", "max_por_saga")],
)
async def test_each_endpoint_suggests_its_own(
    reco_with_text: httpx.AsyncClient, name: str, meant: str
) -> None:
    similar = (await reco_with_text.get(f"{SIMILAR}&{name}=1")).json()
    assert similar["sugerencias"][0] == meant
    searched = (await reco_with_text.get(f"{SEARCH}&{name}=1")).json()
    assert meant not in searched["sugerencias"]


async def test_a_name_like_none_is_answered_with_all(reco: httpx.AsyncClient) -> None:
    for name in ("zzz", "", "x" * 5000):
        answer = await reco.get(f"{SIMILAR}&{name}=1")
        assert answer.status_code == 422 and len(answer.content) < 2000
        assert {"k", "generos", "idioma"} <= set(answer.json()["sugerencias"])


@pytest.mark.parametrize(
    ("path", "names"),
    [("/v1/buscar", ("texto", "k")), ("/v1/peliculas/{id}/similares", ("k", "diversidad"))],
)
async def test_every_documented_parameter_is_known(
    reco_with_text: httpx.AsyncClient, path: str, names: tuple[str, ...]
) -> None:
    operation = (await reco_with_text.get("/openapi.json")).json()["paths"][path]["get"]
    told = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
    assert set(names) <= told and only(*told)
    for name in told - {"texto", "k"}:
        address = SEARCH if path == "/v1/buscar" else SIMILAR
        answer = await reco_with_text.get(f"{address}&{name}=1")
        assert "no existe" not in answer.json().get("detail", "")
