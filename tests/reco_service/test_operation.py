"""What the recommendation service tells an operator of its index."""

import shutil
from pathlib import Path

import orjson
import pytest

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.blocks import INDEX_FORMAT, INDEX_KIND
from reco_service.operation import NO_DATA
from reco_service.settings import Settings

pytestmark = pytest.mark.anyio

PATH = "/operacion/versiones"


@pytest.fixture
def var(sample_var: Path, tmp_path: Path) -> Path:
    """The built sample, and before its index a copy of it under another name."""
    for name in ("data", "index"):
        shutil.copytree(sample_var / name, tmp_path / name)
    index = tmp_path / "index"
    folder, manifest = open_current(index, INDEX_KIND, INDEX_FORMAT)
    before = index / ("e" * 16)
    shutil.copytree(folder, before)
    older = manifest.model_copy(update={"version": before.name})
    (before / "manifest.json").write_bytes(orjson.dumps(older.model_dump()))
    (index / "previous").write_text(before.name)
    return tmp_path


def over(var: Path) -> Settings:
    return Settings(data_dir=var / "data", index_dir=var / "index")


async def test_an_index_tells_its_data_its_quality_and_its_blocks(client_for, var: Path) -> None:
    _, manifest = open_current(var / "index", INDEX_KIND, INDEX_FORMAT)
    _, data = open_current(var / "data", "data", DATA_FORMAT)
    async with client_for(over(var)) as client:
        answer = (await client.get(PATH)).json()
        health = (await client.get("/salud/lista")).json()
    assert (answer["servicio"], answer["tipo"]) == ("recomendaciones", "indice")
    builds = {build["version"]: build for build in answer["compilaciones"]}
    build = builds[manifest.version]
    assert build["cuentas"] == {"movies": manifest.counts["movies"]}
    assert build["indice"]["datos"] == data.version
    assert build["indice"]["calidad"] == manifest.settings["quality"] != {}
    assert build["indice"]["bloques"] == health["bloques"]
    assert build["indice"]["pesos"] == manifest.settings["weights"]


async def test_the_model_of_users_has_its_mean_error(client_for, var: Path) -> None:
    folder, manifest = open_current(var / "index", INDEX_KIND, INDEX_FORMAT)
    users = {"users": 4, "ratings": 9, "rmse_by_fold": [0.5, 0.7], "rmse_of_biases_by_fold": []}
    changed = manifest.model_copy(update={"settings": manifest.settings | {"users": users}})
    async with client_for(over(var)) as client:
        (folder / "manifest.json").write_bytes(orjson.dumps(changed.model_dump()))
        builds = (await client.get(PATH)).json()["compilaciones"]
    told = [build["indice"]["usuarios"] for build in builds if build["version"] == folder.name]
    assert told == [{"usuarios": 4, "valoraciones": 9, "rmse": 0.6, "rmse_sesgos": None}]


async def test_an_index_that_says_less_is_told_all_the_same(client_for, var: Path) -> None:
    folder, manifest = open_current(var / "index", INDEX_KIND, INDEX_FORMAT)
    changed = manifest.model_copy(update={"settings": {}, "inputs": {}})
    async with client_for(over(var)) as client:
        (folder / "manifest.json").write_bytes(orjson.dumps(changed.model_dump()))
        builds = (await client.get(PATH)).json()["compilaciones"]
    (told,) = [build["indice"] for build in builds if build["version"] == folder.name]
    nothing = {"datos": None, "pesos": None, "calidad": {}, "bloques": [], "usuarios": None}
    assert told == nothing


async def test_the_way_back_is_the_product_s_own_command(client_for, var: Path) -> None:
    async with client_for(over(var)) as client:
        way = (await client.get(PATH)).json()["vuelta_atras"]
    assert way == {"orden": f"cartelera index --rollback --var {var}", "motivo": None}


async def test_with_folders_elsewhere_the_pointer_is_written(client_for, var: Path) -> None:
    (var / "index").rename(var / "elsewhere")
    settings = Settings(data_dir=var / "data", index_dir=var / "elsewhere")
    async with client_for(settings) as client:
        way = (await client.get(PATH)).json()["vuelta_atras"]
    assert way["orden"].endswith(f" && printf '%s\\n' {'e' * 16} > {var}/elsewhere/current")


async def test_without_the_data_of_the_index_before_there_is_no_way_back(
    client_for, var: Path
) -> None:
    before = var / "index" / ("e" * 16) / "manifest.json"
    older = orjson.loads(before.read_bytes())
    before.write_bytes(orjson.dumps(older | {"inputs": older["inputs"] | {"data": "f" * 16}}))
    async with client_for(over(var)) as client:
        way = (await client.get(PATH)).json()["vuelta_atras"]
    assert way == {"orden": None, "motivo": NO_DATA.es}
