import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.evaluation import COLUMNS, USER_COLUMNS, as_table
from index.evaluation.catalogues import Catalogue, Catalogues
from index.evaluation.metrics import Estimate
from index.evaluation.report import Provenance, Report, Sizes
from index.evaluation.results import Result
from index.evaluation.users_report import UserCounts, UsersPart
from tests.cli.test_main import assert_one_sentence, cartelera
from tests.conftest import ROOT
from tests.index.evaluation.test_job import data_root, rating_rows


@pytest.fixture(scope="module")
def rated_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose data/ has ratings enough for a truth."""
    return data_root(tmp_path_factory.mktemp("rated"), rating_rows()).parent


def test_the_table_has_a_line_a_ranking_and_a_dash_where_nothing_was_asked() -> None:
    metrics = dict.fromkeys(COLUMNS, Estimate(1234.5678, 0, 9)) | {"saga": None}
    ratios = {"TF-IDF on overview": {"ndcg": Estimate(7.9, 6, 10)}, "Fixed weights": {"ndcg": None}}
    about = Provenance("data-1", 1000, 900, 0.5, 0)
    results = (Result("Lots", metrics, ratios), Result("Votes", metrics, ratios))
    told, head, *lines = as_table(Report(about, Sizes(9, 8, 7, 9), 0, results)).splitlines()
    assert "data-1" in told and "1,000 users to learn from, 900 to test on" in told
    assert head.split()[:3] == ["nDCG@10", "recall@10", "saga@5"]
    assert lines[0].split() == (
        ["Lots", "1,234.568", "1,234.568", "-", "1,235", "1,234.57", "1,234.568", "7.90", "-"]
    )
    assert len(lines) == 2 and {len(line) for line in lines} == {len(head)} and len(head) <= 104


def test_the_table_goes_on_with_users_and_catalogues_below_a_warning() -> None:
    metrics = dict.fromkeys(USER_COLUMNS, Estimate(0.25, 0, 1))
    ratios = {"Most liked films": {"ndcg": Estimate(1.5, 1, 2)}, "Factors": {"ndcg": None}}
    folds = {"rmse_by_fold": [0.8, 0.9], "rmse_of_biases_by_fold": [0.9, 1.0]}
    counts = UserCounts(1336, 1300, 1000, 49000, 9800, 0.2, 0)
    users = UsersPart(counts, (Result("Hybrid", metrics, ratios),), tuned=folds)
    catalogues = Catalogues((Catalogue("Netflix", 2000, 1200, 300, None),), "match", simulated=True)
    about = Provenance("data-1", 1000, 900, 0.5, 0)
    report = Report(about, Sizes(9, 8, 7, 9), 0, (), users, catalogues)
    warning, _, people, catalogue = as_table(report).split("\n\n")
    assert "simulated" in warning
    told, head, hybrid, rmse, biases = people.splitlines()
    assert "1,000 of all 1,336 users, 9,800 of 49,000 ratings held out" in told
    assert hybrid.split() == ["Hybrid", "0.250", "0.250", "0", "0.2500", "1.50", "-"]
    assert len(hybrid) == len(head)
    assert rmse.split()[-2:] == ["0.8000", "0.9000"] and biases.split()[-1] == "1.0000"
    assert catalogue.splitlines()[1].split() == ["Netflix", "2,000", "1,200", "300", "25.0%", "–"]
    lacking = UsersPart(counts, lacking="There is too little.")
    assert "There is too little." in as_table(Report(about, Sizes(9, 8, 7, 9), 0, (), lacking))


@pytest.mark.slow
def test_evaluating_prints_a_table_and_writes_the_report_in_three_forms(rated_var: Path) -> None:
    result = cartelera("evaluate", "--var", rated_var, "--seed", "3")
    assert (result.returncode, result.stderr) == (0, "")
    version = (rated_var / "data" / "current").read_text().strip()
    folder = rated_var / "evaluation" / f"{version}-3"
    names = {"evaluacion.md", "evaluacion.json", "evaluacion.html"}
    assert {path.name for path in folder.iterdir()} == names
    told_of_users = ("one person's films", "Factors alone (SVD)", "RMSE by fold")
    for told in (version, "nDCG@10", "x TF-IDF", "Cartelera, hybrid", *told_of_users, *names):
        assert told in result.stdout
    assert json.loads((folder / "evaluacion.json").read_text())["provenance"]["split_seed"] == 3
    before = {path: path.read_bytes() for path in folder.iterdir()}
    again = cartelera("evaluate", "--var", rated_var, "--seed", "3", "--out", folder)
    assert again.stdout == result.stdout
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_the_command_explains_itself() -> None:
    result = cartelera("evaluate", "--help")
    assert result.returncode == 0 and "--test-share" in result.stdout


def test_evaluating_before_there_is_data_is_one_sentence(tmp_path: Path) -> None:
    assert_one_sentence(cartelera("evaluate", "--var", tmp_path), "nothing has been published")
    assert not list(tmp_path.iterdir())


def test_evaluating_data_without_ratings_is_one_sentence(tmp_path: Path) -> None:
    data_root(tmp_path, [])
    shutil.rmtree(tmp_path / "raw")
    assert_one_sentence(cartelera("evaluate", "--var", tmp_path), "holds no ratings")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


OUT_OF_RANGE = {
    "a seed below 0": (["--seed", "-1"], "the seed is 0 or more, not -1"),
    "no one to test on": (["--test-share", "0"], "lies between 0 and 1, not 0"),
    "no one to learn from": (["--test-share", "1"], "lies between 0 and 1, not 1"),
    "a precision there is not": (["--precision", "best"], "not 'best'"),
}


@pytest.mark.parametrize("case", OUT_OF_RANGE)
def test_options_out_of_range_are_one_sentence(rated_var: Path, case: str) -> None:
    options, words = OUT_OF_RANGE[case]
    assert_one_sentence(cartelera("evaluate", "--var", rated_var, *options), words)


def test_an_output_folder_that_is_a_file_is_one_sentence(rated_var: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    result = cartelera("evaluate", "--var", rated_var, "--out", tmp_path / "out")
    assert_one_sentence(result, "cannot write to")


def test_a_missing_package_is_told_with_the_extra_that_brings_it(rated_var: Path) -> None:
    code = (
        "import sys; sys.modules['bm25s'] = None; "
        f"sys.argv = ['cartelera', 'evaluate', '--var', {str(rated_var)!r}]; "
        "from cli.main import run; run()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert_one_sentence(result, "bm25s is missing")
    assert "'.[evaluate]'" in result.stderr
