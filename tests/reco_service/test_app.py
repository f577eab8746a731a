"""The service as a whole: what it loads, what it refuses to load, health, its description."""

import gc
import shutil
import weakref
from pathlib import Path

import anyio
import httpx
import orjson
import pytest
from fastapi import FastAPI

from contracts.columns import DATA_FORMAT
from contracts.errors import VersionError
from contracts.versions import open_current, point_to
from etl.run import run_etl
from index.blocks import INDEX_FORMAT, INDEX_KIND
from index.build import run_index
from reco_service.app import create_app
from reco_service.canary import check
from reco_service.recommend import Recommender
from reco_service.settings import Settings
from tests.fakes import hash_encoders
from tests.raw import credit, film, keywords, link, rating, raw_folder
from tests.reco_service.conftest import client_of

ENDPOINTS = {
    "/recomendacion/{titulo}",
    "/recomendacion",
    "/v1/peliculas",
    "/v1/peliculas/{id}",
    "/v1/peliculas/{id}/similares",
    "/v1/buscar",
    "/v1/catalogo",
    "/v1/recomendaciones",
    "/recomendacion_usuario/{user_id}/{titulo}",
    "/recomendacion_usuario",
    "/v1/usuarios/{id}/recomendaciones",
    "/salud/viva",
    "/salud/lista",
}


@pytest.fixture(scope="module")
def schema(settings: Settings) -> dict:
    """The OpenAPI document, made without loading anything."""
    return create_app(settings).openapi()


@pytest.fixture
def var(sample_var: Path, tmp_path: Path) -> Path:
    """A copy of the built sample that may be changed."""
    for name in ("data", "index"):
        shutil.copytree(sample_var / name, tmp_path / name)
    return tmp_path


def operations(schema: dict) -> list[tuple[str, dict]]:
    return [(path, verb) for path, verbs in schema["paths"].items() for verb in verbs.values()]


@pytest.mark.anyio
async def test_the_service_tells_that_it_lives_and_what_it_serves(
    reco: httpx.AsyncClient, recommender: Recommender
) -> None:
    assert (await reco.get("/salud/viva")).json() == {
        "estado": "viva",
        "servicio": "recomendaciones",
        "version": None,
    }
    ready = (await reco.get("/salud/lista")).json()
    assert {name: ready[name] for name in ("estado", "servicio", "version")} == {
        "estado": "lista",
        "servicio": "recomendaciones",
        "version": recommender.version,
    }


def whole_folder(folder: Path, rated: bool = True) -> Path:
    """Films of which everything is known; who likes them only where they are `rated`."""
    ids = range(1, 7)
    return raw_folder(
        folder,
        [film(n, f"Film {n}") for n in ids],
        [credit(n, ["Al Pacino"], ["Michael Mann"]) for n in ids],
        [keywords(n, "heist") for n in ids],
        [link(n, n) for n in ids] if rated else None,
        [rating(user, n, 5 if n % 2 == user % 2 else 1) for user in range(24) for n in ids]
        if rated
        else None,
    )


async def health_of(folder: Path) -> dict:
    """What a service over `folder`, just started, says at /salud/lista."""
    settings = Settings(data_dir=folder / "data", index_dir=folder / "index")
    encoder = hash_encoders().multilingual
    async with client_of(
        create_app(settings, lambda given: Recommender.load(given, encoder))
    ) as client:
        answer = await client.get("/salud/lista")
    assert answer.status_code == 200 and answer.json()["estado"] == "lista"
    return answer.json()


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    lines = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    return [line.rpartition(" version=")[0] for line in lines if line.startswith("block_missing")]


@pytest.mark.anyio
async def test_a_block_that_is_absent_is_named_while_the_service_is_ready(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_etl(whole_folder(tmp_path / "raw", rated=False), tmp_path / "data")
    run_index(tmp_path / "data", tmp_path / "index", hash_encoders(), tmp_path / "cache")
    health = await health_of(tmp_path)
    assert health["faltan"] == ["asociacion"]
    assert health["bloques"][0] == {"bloque": "texto", "peliculas": 6, "estado": "completo"}
    assert {"bloque": "asociacion", "peliculas": 0, "estado": "ausente"} in health["bloques"]
    assert warned(caplog) == ["block_missing block=asociacion state=ausente"]


@pytest.mark.anyio
async def test_a_block_that_is_empty_is_named(
    tmp_path: Path, service_over, caplog: pytest.LogCaptureFixture
) -> None:
    service_over([film(1), film(2, "Ronin"), film(3, "Ran", production_companies="[]")])
    health = await health_of(tmp_path)
    assert health["faltan"] == ["palabras_clave", "reparto", "direccion", "asociacion"]
    states = {block["bloque"]: block["estado"] for block in health["bloques"]}
    assert (states["reparto"], states["productoras"], states["titulo"]) == (
        "vacio",
        "parcial",
        "completo",
    )
    assert "block_missing block=reparto state=vacio" in warned(caplog)


@pytest.mark.anyio
async def test_where_nothing_is_missing_nothing_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_etl(whole_folder(tmp_path / "raw"), tmp_path / "data")
    run_index(tmp_path / "data", tmp_path / "index", hash_encoders(), tmp_path / "cache")
    health = await health_of(tmp_path)
    assert {block["estado"] for block in health["bloques"]} == {"completo"}
    assert health["faltan"] == [] == warned(caplog)


@pytest.mark.anyio
async def test_blocks_are_told_of_versions_whose_manifests_only_count_them(var: Path) -> None:
    health = await health_of(var)
    path = var / "index" / index_version(var) / "manifest.json"
    manifest = orjson.loads(path.read_bytes())
    manifest["settings"].pop("bloques", None)
    path.write_bytes(orjson.dumps(manifest))
    assert await health_of(var) == health


@pytest.mark.anyio
async def test_a_service_that_cannot_answer_texts_says_so(
    settings: Settings, recommender: Recommender
) -> None:
    wordless = Recommender(
        recommender.version, recommender._cards, recommender._similar, recommender.users
    )
    async with client_of(create_app(settings, lambda _: wordless)) as client:
        health = (await client.get("/salud/lista")).json()
    assert health["faltan"] == ["busqueda_libre"]


@pytest.mark.anyio
async def test_rich_answers_name_the_version_they_come_from(
    reco: httpx.AsyncClient, recommender: Recommender
) -> None:
    for target in ("/v1/peliculas?q=toy", "/v1/peliculas/862/similares"):
        assert (await reco.get(target)).json()["version"] == recommender.version


@pytest.mark.anyio
async def test_a_service_without_an_index_does_not_start(tmp_path: Path) -> None:
    app: FastAPI = create_app(Settings(data_dir=tmp_path, index_dir=tmp_path))
    with pytest.raises(VersionError, match="nothing has been published"):
        async with app.router.lifespan_context(app):
            pass


def test_every_endpoint_is_described(schema: dict) -> None:
    paths = {path.replace(":path", "") for path in schema["paths"]}
    assert paths == ENDPOINTS


def test_every_answer_has_a_schema(schema: dict) -> None:
    for path, operation in operations(schema):
        described = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert "$ref" in described or described.get("type") == "array", path
        assert operation["description"], path


def test_every_problem_has_the_schema_of_problems(schema: dict) -> None:
    for path, operation in operations(schema):
        problems = {code: r for code, r in operation["responses"].items() if code != "200"}
        assert "422" in problems or path.startswith("/salud/")
        for response in problems.values():
            assert response["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problema"}}
            }, path


def test_endpoints_that_look_for_a_film_describe_that_there_may_be_none(schema: dict) -> None:
    without = {path for path, verb in operations(schema) if "404" not in verb["responses"]}
    assert without == {"/salud/viva", "/salud/lista", "/v1/catalogo"}


def test_every_reference_leads_to_a_schema(schema: dict) -> None:
    text = orjson.dumps(schema).decode()
    referred = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert referred == set(schema["components"]["schemas"])


def test_every_operation_has_a_name_of_its_own(schema: dict) -> None:
    names = [operation["operationId"] for _, operation in operations(schema)]
    assert len(set(names)) == len(names)


def index_version(var: Path) -> str:
    return open_current(var / "index", INDEX_KIND, INDEX_FORMAT)[1].version


def service_of(var: Path) -> Recommender:
    settings = Settings(data_dir=var / "data", index_dir=var / "index")
    return Recommender.load(settings, hash_encoders().multilingual)


def test_an_index_whose_data_are_gone_is_told(var: Path) -> None:
    _, manifest = open_current(var / "data", "data", DATA_FORMAT)
    (var / "data" / manifest.version).rename(var / "elsewhere")
    with pytest.raises(VersionError, match=f"data has no version '{manifest.version}' any more"):
        service_of(var)


def test_an_index_of_older_data_is_served_with_those_data(var: Path, tmp_path: Path) -> None:
    older = service_of(var).version
    run_etl(raw_folder(tmp_path / "raw", [film(1)]), var / "data")
    assert service_of(var).version == older


def test_an_index_of_other_films_is_told(var: Path, tmp_path: Path) -> None:
    other = run_etl(raw_folder(tmp_path / "raw", [film(1)]), var / "data").version
    path = var / "index" / index_version(var) / "manifest.json"
    manifest = orjson.loads(path.read_bytes())
    manifest["inputs"]["data"] = other
    path.write_bytes(orjson.dumps(manifest))
    with pytest.raises(VersionError, match="do not hold the same films"):
        service_of(var)


def test_an_index_that_names_no_data_is_told(var: Path) -> None:
    path = var / "index" / index_version(var) / "manifest.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"inputs": {}}))
    with pytest.raises(VersionError, match="has no version ''"):
        service_of(var)


def test_an_index_of_another_format_is_told(var: Path) -> None:
    path = var / "index" / index_version(var) / "manifest.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"format": 99}))
    with pytest.raises(VersionError, match="build it again"):
        service_of(var)


def test_an_earlier_version_can_be_served_again(var: Path) -> None:
    first = index_version(var)
    run_index(var / "data", var / "index", hash_encoders("hash/2"), var / "cache")
    point_to(var / "index", first)
    assert service_of(var).version == first


def test_a_version_is_freed_by_its_last_reference_and_no_collector(var: Path) -> None:
    recommender = service_of(var)
    check(recommender, var / "index")
    recommender.card(862)
    recommender.search("toy", 3)
    parts = [weakref.ref(one) for one in (recommender, recommender._cards, recommender._similar)]
    gc.disable()
    try:
        del recommender
        assert [part() for part in parts] == [None, None, None]
    finally:
        gc.enable()


@pytest.mark.anyio
async def test_another_version_is_taken_while_serving(var: Path) -> None:
    settings = settings_of(var)
    first = index_version(var)
    async with client_of(served_from(var)) as client:
        second = run_index(
            var / "data", var / "index", hash_encoders("hash/2"), var / "cache"
        ).version
        for version in (second, first):
            point_to(settings.index_dir, version)
            health = await until_served(client, version)
            assert health["faltan"] == []
            answer = await client.get("/v1/peliculas/862/similares")
            assert answer.json()["version"] == version
            assert answer.headers["x-version"].startswith(f"{version}.")
            assert answer.headers["x-route"] == "/v1/peliculas/{id}/similares"
            metrics = (await client.get("/metrics")).text
            assert f'cartelera_version_info{{version="{version}"}} 1.0' in metrics


@pytest.mark.anyio
async def test_a_version_that_fails_the_canary_is_refused(var: Path) -> None:
    first = index_version(var)
    async with client_of(served_from(var)) as client:
        copy = var / "index" / ("f" * 16)
        shutil.copytree(var / "index" / first, copy)
        manifest = orjson.loads((copy / "manifest.json").read_bytes()) | {"version": copy.name}
        manifest["counts"]["movies"] += 1
        (copy / "manifest.json").write_bytes(orjson.dumps(manifest))
        point_to(var / "index", copy.name)
        while "cartelera_version_rechazada 1.0" not in (await client.get("/metrics")).text:
            await anyio.sleep(0.02)
        assert (await client.get("/salud/lista")).json()["version"] == first


@pytest.mark.anyio
async def test_a_setting_that_changes_answers_changes_the_tag(
    settings: Settings, recommender: Recommender
) -> None:
    async def tag(given: Settings) -> str:
        async with client_of(create_app(given, lambda _: recommender)) as client:
            return (await client.get("/salud/viva")).headers["x-version"]

    others = {"recommend_from": 4.0}, {"slow_request_ms": 9}
    recommends, slow = [await tag(settings.model_copy(update=other)) for other in others]
    assert await tag(settings) == slow != recommends


def settings_of(var: Path) -> Settings:
    return Settings(data_dir=var / "data", index_dir=var / "index", watch_ms=10)


def served_from(var: Path) -> FastAPI:
    encoder = hash_encoders().multilingual
    return create_app(settings_of(var), lambda given: Recommender.load(given, encoder))


async def until_served(client: httpx.AsyncClient, version: str) -> dict:
    """What the service says of itself once it serves `version`."""
    with anyio.fail_after(20):
        while (health := (await client.get("/salud/lista")).json())["version"] != version:
            await anyio.sleep(0.02)
    return health
