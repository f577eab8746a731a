"""`cartelera comparar`, as somebody at a terminal has it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.versions import current_version
from etl.run import run_etl
from index.build import run_index
from tests.cli.test_main import assert_one_sentence, cartelera
from tests.fakes import WordEncoder, hash_encoders
from tests.raw import credit, film, raw_folder

OTHER = replace(hash_encoders(), plot=WordEncoder("words/2", 16))


def refreshed(var: Path, numbers: range) -> str:
    """The version of an index of films of these numbers."""
    films = [film(n, f"Film {n}", overview=f"story {n % 7} of town {n % 13}") for n in numbers]
    credits = [credit(n, [f"Actor {n % 5}"]) for n in numbers]
    run_etl(raw_folder(var / "raw", films, credits), var / "data")
    cache = var / "cache" / "texts"
    return run_index(var / "data", var / "index", hash_encoders(), cache).version


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions of forty films, the last of them of another encoder."""
    var = tmp_path_factory.mktemp("compared")
    refreshed(var, range(1, 41))
    refreshed(var, range(2, 42))
    run_index(var / "data", var / "index", OTHER, var / "cache" / "texts")
    return var


def test_the_version_published_is_compared_with_the_one_before(var: Path) -> None:
    told = cartelera("comparar", "--var", var)
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert lines[0].split()[1] == (var / "index" / "previous").read_text().strip()
    assert lines[0].split()[6] == current_version(var / "index")
    films = next(line for line in lines if line.startswith("Películas"))
    assert films.split() == ["Películas", "40", "40", "0", "0", "0"]
    centroid = next(line for line in lines if line.startswith("centroid"))
    assert centroid.split()[2:] == ["0,1000", "pasado", "texto"]
    assert "El índice tiene otro: codificador de textos." in lines
    assert "--allow centroid" in lines[-1]


def test_two_versions_may_be_named(var: Path) -> None:
    first, second = sorted_by_data(var)
    told = cartelera("comparar", "--var", var, "--desde", first, "--hasta", second)
    lines = told.stdout.splitlines()
    assert told.returncode == 0 and first in lines[0] and second in lines[0]
    films = next(line for line in lines if line.startswith("Películas"))
    assert films.split() == ["Películas", "40", "40", "1", "1", "0"]


def sorted_by_data(var: Path) -> tuple[str, str]:
    """The index of films 1 to 40 and the one before the published, of films 2 to 41."""
    second = (var / "index" / "previous").read_text().strip()
    known = {second, current_version(var / "index")}
    others = {path.name for path in (var / "index").iterdir() if path.is_dir()} - known
    return others.pop(), second


def test_json_has_all_figures_and_the_thresholds(var: Path) -> None:
    first, second = sorted_by_data(var)
    told = cartelera("comparar", "--var", var, "--desde", first, "--hasta", second, "--json")
    figures = json.loads(told.stdout)
    assert (figures["before"]["index"], figures["after"]["index"]) == (first, second)
    assert figures["tables"]["movies"]["added"] == 1
    assert figures["thresholds"]["films_removed"] == {
        "figure": 0.025, "limit": 0.05, "where": "", "passed": False,
    }  # fmt: skip
    assert figures["index"]["churn"]["films"] == 39


def test_a_version_beside_itself_passes_no_threshold(var: Path) -> None:
    version = current_version(var / "index") or ""
    told = cartelera("comparar", "--var", var, "--desde", version, "--hasta", version)
    assert told.returncode == 0
    assert told.stdout.splitlines()[-1] == "Ningún umbral se pasa."


def test_without_an_earlier_version_there_is_one_sentence(tmp_path: Path) -> None:
    refreshed(tmp_path, range(1, 4))
    result = cartelera("comparar", "--var", tmp_path)
    assert_one_sentence(result, "has no earlier version to compare with")


def test_with_nothing_published_there_is_one_sentence(tmp_path: Path) -> None:
    assert_one_sentence(cartelera("comparar", "--var", tmp_path), "nothing has been published")


def test_a_version_or_data_that_are_gone_are_one_sentence(var: Path, tmp_path: Path) -> None:
    result = cartelera("comparar", "--var", var, "--desde", "nada")
    assert_one_sentence(result, "has no version 'nada' any more")
    for kind in ("data", "index"):
        shutil.copytree(var / kind, tmp_path / kind)
    shutil.rmtree(tmp_path / "data" / (current_version(var / "data") or ""))
    assert_one_sentence(cartelera("comparar", "--var", tmp_path), "any more; build again")
