"""What the service says of its engine, and how it does while the engine is out."""

import re
import shutil
import threading
from pathlib import Path

import anyio
import httpx
import psutil
import pytest

from contracts.errors import DataError, VersionError
from contracts.versions import point_to
from index import search_top
from index.build import run_index
from index.milvus_client import connected, parsed
from index.milvus_upload import ALIAS
from reco_service.settings import Settings
from tests.fakes import hash_encoders
from tests.milvus_server import free_ports
from tests.reco_service.test_metrics import of

pytestmark = pytest.mark.anyio

MIX = {"gustan": [862, 949], "k": 10}
SWAPS = 20


@pytest.fixture
def lite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file of milvus-lite, which INDEX_STORE names, and which is asked though films are few."""
    monkeypatch.setattr(search_top, "ENGINE_AT_LEAST", 60)
    monkeypatch.setattr(search_top, "FEW", 140)
    store = f"milvus:{tmp_path / 'films.db'}"
    monkeypatch.setenv("INDEX_STORE", store)
    return store


@pytest.fixture
def var(sample_var: Path, tmp_path: Path) -> Path:
    for name in ("data", "cache"):
        shutil.copytree(sample_var / name, tmp_path / name)
    return tmp_path


def build(var: Path, plots: str = "hash/1") -> str:
    return run_index(var / "data", var / "index", hash_encoders(plots), var / "cache").version


def over(var: Path) -> Settings:
    return Settings(data_dir=var / "data", index_dir=var / "index", watch_ms=10)


async def told(client: httpx.AsyncClient) -> dict:
    answer = await client.get("/salud/lista")
    assert answer.status_code == 200 and answer.json()["estado"] == "lista"
    return answer.json()


async def mixed(client: httpx.AsyncClient) -> list[tuple[int, float]]:
    answer = await client.post("/v1/recomendaciones", json=MIX)
    assert answer.status_code == 200
    return [(one["id"], one["puntaje"]) for one in answer.json()["resultados"]]


async def counted(client: httpx.AsyncClient, name: str, **labels: str) -> float | None:
    return of((await client.get("/metrics")).text, f"cartelera_motor_vectores{name}", **labels)


async def test_a_service_that_compares_all_films_says_so(reco: httpx.AsyncClient) -> None:
    assert (await told(reco))["motor"] == {
        "nombre": "flat",
        "estado": "en_servicio",
        "motivo": None,
    }
    assert await counted(reco, "", motor="flat") == 1
    assert (await counted(reco, "_caido"), await counted(reco, "_fallos_total")) == (0, 0)


async def test_a_service_that_asks_milvus_says_so(client_for, lite: str, var: Path) -> None:
    build(var)
    async with client_for(over(var)) as client:
        assert await mixed(client)
        assert (await told(client))["motor"] == {
            "nombre": "milvus",
            "estado": "en_servicio",
            "motivo": None,
        }
        assert await counted(client, "", motor="milvus") == 1
        assert (await counted(client, "_caido"), await counted(client, "_fallos_total")) == (0, 0)


async def test_without_milvus_a_service_starts_answers_the_same_and_says_so(
    client_for, lite: str, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(var)
    async with client_for(over(var)) as client:
        expected = await mixed(client)
    where = f"http://127.0.0.1:{free_ports(1)[0]}"
    monkeypatch.setenv("INDEX_STORE", f"milvus:{where}")
    async with client_for(over(var)) as client:
        assert (await told(client))["motor"] == {
            "nombre": "milvus",
            "estado": "caido",
            "motivo": f"Milvus at {where} does not answer",
        }
        assert [await mixed(client) for _ in range(3)] == [expected] * 3
        for path in ("/recomendacion/Toy%20Story", "/v1/peliculas/862/similares"):
            assert (await client.get(path)).status_code == 200
        assert (await counted(client, "_caido"), await counted(client, "_fallos_total")) == (1, 3)


async def test_a_version_whose_films_milvus_lost_is_served_and_says_so(
    client_for, lite: str, var: Path
) -> None:
    first = build(var)
    async with client_for(over(var)) as client:
        expected = await mixed(client)
        second = build(var, "hash/2")
        await until_served(client, second)
        drop(lite, first)
        point_to(var / "index", first)
        health = await until_served(client, first)
        assert (health["motor"]["estado"], await mixed(client)) == ("caido", expected)
        assert health["motor"]["motivo"].endswith(f"holds no films of version {first}")


async def test_films_that_milvus_loses_while_serving_are_told(
    client_for, lite: str, var: Path
) -> None:
    version = build(var)
    async with client_for(over(var)) as client:
        expected = await mixed(client)
        drop(lite, version)
        assert await mixed(client) == expected
        health = await told(client)
        assert health["motor"]["estado"] == "caido" and "\n" not in health["motor"]["motivo"]
        assert await counted(client, "_caido") == 1


async def test_twenty_changes_leave_no_thread_and_no_connection_behind(
    client_for, lite: str, var: Path
) -> None:
    versions = build(var), build(var, "hash/2")
    held = {}
    async with client_for(over(var)) as client:
        for change in range(SWAPS):
            point_to(var / "index", versions[change % 2])
            await until_served(client, versions[change % 2])
            assert await mixed(client)
            assert (await told(client))["motor"]["estado"] == "en_servicio"
            held[change] = waiting(), connections(), psutil.Process().num_fds()
    early, late = held[3], held[SWAPS - 1]
    assert all(after <= before + 1 for before, after in zip(early, late, strict=True)), held


def connections() -> int:
    """Connections that the client of Milvus holds; it lends its sockets to several."""
    from pymilvus.client.connection_manager import ConnectionManager

    return ConnectionManager.get_instance().get_stats()["total_connections"]


def waiting() -> int:
    """Threads of engines on Milvus."""
    return sum(bool(re.fullmatch(r"milvus_\d+", each.name)) for each in threading.enumerate())


async def test_a_service_that_is_not_told_where_milvus_is_does_not_start(
    client_for, lite: str, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(var)
    monkeypatch.delenv("INDEX_STORE")
    with pytest.raises(VersionError, match="INDEX_STORE has to name it"):
        async with client_for(over(var)):
            pass


def drop(store: str, version: str) -> None:
    client = connected(parsed(store), DataError)
    client.drop_alias(ALIAS)
    client.drop_collection(f"cartelera_{version}")
    client.close()


async def until_served(client: httpx.AsyncClient, version: str) -> dict:
    """What the service says of itself once it serves `version`."""
    with anyio.fail_after(20):
        while (health := await told(client))["version"] != version:
            await anyio.sleep(0.02)
    return health
