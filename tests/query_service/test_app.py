"""The service as a whole: its version, the change to another one, and what is told of it."""

import gc
import shutil
import weakref
from pathlib import Path

import anyio
import httpx
import orjson
import pytest

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current, point_to
from etl.run import run_etl
from query_service.app import load_statistics
from query_service.canary import check
from query_service.settings import Settings
from query_service.statistics import Statistics
from tests.query_service.conftest import client_over
from tests.raw import film, raw_folder

pytestmark = pytest.mark.anyio

MONTH = "/cantidad_filmaciones_mes/diciembre"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data root of one film."""
    run_etl(raw_folder(tmp_path / "raw", [film(1)]), tmp_path / "data")
    return tmp_path / "data"


def version_in(data: Path) -> str:
    return open_current(data, "data", DATA_FORMAT)[1].version


async def until_served(client: httpx.AsyncClient, version: str) -> None:
    with anyio.fail_after(20):
        while (await client.get("/salud/lista")).json()["version"] != version:
            await anyio.sleep(0.02)


async def test_another_version_is_taken_while_serving(data: Path, tmp_path: Path) -> None:
    first = version_in(data)
    two = raw_folder(tmp_path / "raw2", [film(1), film(2, "Ronin")])
    async with client_over(data) as client:
        second = run_etl(two, data).version
        for version, films in ((second, 2), (first, 1)):
            point_to(data, version)
            await until_served(client, version)
            answer = await client.get(MONTH)
            assert answer.json()["cantidad"] == films
            assert answer.headers["x-version"].startswith(f"{version}.")
            assert answer.headers["x-route"] == "/cantidad_filmaciones_mes/{mes}"


async def test_the_service_tells_its_metrics(query: httpx.AsyncClient, sample_data: Path) -> None:
    await query.get(MONTH)
    answer = await query.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    route = 'ruta="/cantidad_filmaciones_mes/{mes}"'
    assert f'cartelera_peticiones_seconds_count{{estado="200",{route}}} 1.0' in answer.text
    assert f'cartelera_version_info{{version="{version_in(sample_data)}"}} 1.0' in answer.text
    assert "cartelera_version_rechazada 0.0" in answer.text


async def test_a_version_whose_films_are_not_those_it_says_is_refused(data: Path) -> None:
    first = version_in(data)
    copy = data / ("f" * 16)
    shutil.copytree(data / first, copy)
    manifest = orjson.loads((copy / "manifest.json").read_bytes()) | {"version": copy.name}
    manifest["counts"]["movies"] += 1
    (copy / "manifest.json").write_bytes(orjson.dumps(manifest))
    async with client_over(data) as client:
        point_to(data, copy.name)
        with anyio.fail_after(20):
            while "cartelera_version_rechazada 1.0" not in (await client.get("/metrics")).text:
                await anyio.sleep(0.02)
        assert (await client.get("/salud/lista")).json()["version"] == first


def test_a_version_is_freed_by_its_last_reference_and_no_collector(sample_data: Path) -> None:
    statistics = load_statistics(Settings(data_dir=sample_data))
    ask(statistics, sample_data)
    parts = [weakref.ref(one) for one in (statistics, statistics._films, statistics.streaming)]
    gc.disable()
    try:
        del statistics
        assert [part() for part in parts] == [None, None, None]
    finally:
        gc.enable()


def ask(statistics: Statistics, data: Path) -> None:
    """What is kept of answers, is."""
    check(statistics, data)
    statistics.director("Steven Spielberg")
    statistics.actor("Tom Hanks", True)
    statistics.streaming.size("netflix")
    statistics.streaming.longest(None, None, "min")
    statistics.streaming.scored_above("netflix", 2, 2018)
    statistics.streaming.most_repeated("netflix", 2018)
