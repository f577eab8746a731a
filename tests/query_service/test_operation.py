"""What the query service tells an operator of its data."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.builds import NOT_UNDERSTOOD
from contracts.columns import DATA_FORMAT
from contracts.versions import current_version, open_current, point_to
from etl.run import run_etl
from query_service.operation import SPOKEN, DataDetails
from tests.query_service.conftest import client_over
from tests.raw import film, raw_folder

pytestmark = pytest.mark.anyio

PATH = "/operacion/versiones"


async def test_the_ledger_of_the_served_version_is_told_by_reason(
    query: httpx.AsyncClient, sample_data: Path
) -> None:
    folder, manifest = open_current(sample_data, "data", DATA_FORMAT)
    rows = pq.read_table(folder / "ledger.parquet").to_pylist()
    answer = (await query.get(PATH)).json()
    assert (answer["servicio"], answer["tipo"]) == ("consultas", "datos")
    assert answer["servida"] == answer["publicada"] == manifest.version
    told = answer["compilaciones"][0]["datos"]["registro"]
    assert rows and sum(each["cantidad"] for each in told) == len(rows)
    for each in told:
        same = [
            row
            for row in rows
            if row["reason"] == each["motivo"] and SPOKEN[row["action"]] == each["accion"]
        ]
        assert len(same) == each["cantidad"]
        assert {row["file"] for row in same} == set(each["archivos"])
    assert [each["cantidad"] for each in told] == sorted(
        (each["cantidad"] for each in told), reverse=True
    )


async def test_catalogues_and_whether_ratings_are_made_up_are_told(
    query: httpx.AsyncClient, sample_data: Path
) -> None:
    manifest = open_current(sample_data, "data", DATA_FORMAT)[1]
    told = (await query.get(PATH)).json()["compilaciones"][0]["datos"]
    assert told["valoraciones_simuladas"] == manifest.settings["simulated_ratings"]
    sizes = manifest.settings["platforms"]
    assert {each["plataforma"]: each["titulos"] for each in told["catalogos"]} == {
        name: size["titles"] for name, size in sizes.items()
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data root of two builds."""
    for number in (1, 2):
        films = [film(1), *([film(2, "Ronin", release_date="")] * (number - 1))]
        run_etl(raw_folder(tmp_path / f"raw{number}", films), tmp_path / "data")
    return tmp_path / "data"


async def test_of_another_build_the_manifest_counts(data: Path) -> None:
    second = current_version(data)
    async with client_over(data) as client:
        newest, oldest = (await client.get(PATH)).json()["compilaciones"]
        dropped = {"motivo": "no_release_date", "cantidad": 1}
        files = {"accion": "descartado", "archivos": ["movies_dataset.csv"]}
        assert newest["version"] == second and newest["datos"]["registro"] == [dropped | files]
        assert oldest["datos"]["registro"] == []
    point_to(data, oldest["version"])
    async with client_over(data) as client:
        builds = (await client.get(PATH)).json()["compilaciones"]
        newest = next(each for each in builds if each["version"] == second)
        assert newest["datos"]["registro"] == [dropped | {"accion": None, "archivos": []}]


async def test_a_ledger_that_is_damaged_while_serving_leaves_the_counts(data: Path) -> None:
    async with client_over(data) as client:
        (data / str(current_version(data)) / "ledger.parquet").write_text("no parquet")
        build = (await client.get(PATH)).json()["compilaciones"][0]
    assert build["problema"] and build["datos"]["registro"][0]["accion"] is None


async def test_the_way_back_is_a_line_for_the_pointer(data: Path) -> None:
    async with client_over(data) as client:
        answer = (await client.get(PATH)).json()
        before = answer["anterior"]
        write = f"printf '%s\\n' {before} > {data}/current"
        order = f"cp {data}/current {data}/previous && {write}"
        assert answer["vuelta_atras"] == {"orden": order, "motivo": None}
        shutil.rmtree(data / before)
        answer = (await client.get(PATH, headers={"accept-language": "en"})).json()
    assert answer["vuelta_atras"]["motivo"] == "The version before is not on disk any more."


async def test_settings_of_any_shape_do_not_break_the_answer(data: Path) -> None:
    manifest = data / str(current_version(data)) / "manifest.json"
    said = orjson.loads(manifest.read_bytes())
    async with client_over(data) as client:
        for settings in ({"platforms": [1]}, {"platforms": {"hulu": 3}}, {"platforms": None}):
            manifest.write_bytes(orjson.dumps(said | {"settings": settings}))
            answer = await client.get(PATH)
            assert answer.status_code == 200
            assert answer.json()["compilaciones"][0]["problema"] == NOT_UNDERSTOOD.es


def test_many_who_ask_at_once_share_one_reading_of_the_ledger(
    sample_data: Path, tmp_path: Path
) -> None:
    folder, manifest = open_current(sample_data, "data", DATA_FORMAT)
    ledger = pq.read_table(folder / "ledger.parquet")
    pq.write_table(pa.concat_tables([ledger] * 2000), tmp_path / "ledger.parquet")
    details, together = DataDetails(), threading.Barrier(8)

    def ask(_: int) -> int:
        together.wait()
        details.of(manifest, tmp_path, served=True)
        return id(details._read[1])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
