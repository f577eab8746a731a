import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import _tell_users
from contracts.versions import current_version
from index.build import run_index
from tests.conftest import ROOT
from tests.fakes import hash_encoders
from tests.raw import film, raw_folder


def cartelera(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it: another process, no terminal."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1"},
    )


def assert_one_sentence(result: subprocess.CompletedProcess[str], words: str) -> None:
    assert result.returncode == 1
    assert result.stderr.startswith("cartelera: ") and words in result.stderr
    assert result.stderr.count("\n") == 1 and "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["", "etl", "index", "serve", "up", "doctor"])
def test_every_command_explains_itself(command: str) -> None:
    result = cartelera(*command.split(), "--help")
    assert result.returncode == 0 and "Usage" in result.stdout


def test_etl_tells_what_it_published_and_what_it_dropped(tmp_path: Path, sample_raw: Path) -> None:
    result = cartelera("etl", "--raw", sample_raw, "--var", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "published" in result.stdout and "torn_row" in result.stdout
    assert re.search(r"^239 titles of platforms, \d+ matched to a film$", result.stdout, re.M)
    again = cartelera("etl", "--raw", sample_raw, "--var", tmp_path)
    assert "unchanged" in again.stdout


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, sample_raw: Path) -> None:
    for name in ("one", "two"):
        cartelera("etl", "--raw", sample_raw, "--var", tmp_path / name)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "data").rglob("*.*")}
        for name in ("one", "two")
    )
    assert one == two and len(one) > 5


def test_nothing_is_told_on_stderr_when_all_is_well(tmp_path: Path, sample_raw: Path) -> None:
    assert cartelera("etl", "--raw", sample_raw, "--var", tmp_path).stderr == ""


def test_a_missing_raw_folder_is_one_sentence(tmp_path: Path) -> None:
    result = cartelera("etl", "--raw", tmp_path / "nowhere", "--var", tmp_path)
    assert_one_sentence(result, "does not exist")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, sample_raw: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder")
    result = cartelera("etl", "--raw", sample_raw, "--var", tmp_path / "var")
    assert_one_sentence(result, "cannot write to")


def test_an_index_before_its_data_is_one_sentence(tmp_path: Path) -> None:
    assert_one_sentence(cartelera("index", "--var", tmp_path), "nothing has been published")


def test_the_index_before_comes_back_only_with_its_data(tmp_path: Path, sample_var: Path) -> None:
    for name in ("data", "index", "cache"):
        shutil.copytree(sample_var / name, tmp_path / name)
    first = current_version(tmp_path / "index")
    encoders = hash_encoders("hash/2")
    second = run_index(tmp_path / "data", tmp_path / "index", encoders, tmp_path / "cache").version
    result = cartelera("index", "--var", tmp_path, "--rollback")
    assert result.returncode == 0 and f"index {first} is the current one again" in result.stdout
    assert current_version(tmp_path / "index") == first
    shutil.rmtree(next(path for path in (tmp_path / "data").iterdir() if path.is_dir()))
    assert_one_sentence(cartelera("index", "--var", tmp_path, "--rollback"), "build again")
    assert (current_version(tmp_path / "index"), second != first) == (first, True)


def test_a_model_that_is_nowhere_is_one_sentence(tmp_path: Path, sample_data: Path) -> None:
    shutil.copytree(sample_data, tmp_path / "data")
    result = cartelera("index", "--var", tmp_path, "--model", str(tmp_path / "no-model"))
    assert_one_sentence(result, "no-model")


@pytest.mark.parametrize("service", ["query", "reco"])
def test_serving_what_was_never_built_is_one_sentence(tmp_path: Path, service: str) -> None:
    result = cartelera("serve", service, "--var", tmp_path, "--port", free_port())
    assert_one_sentence(result, "nothing has been published")


def test_serving_a_version_that_is_gone_is_one_sentence(tmp_path: Path, sample_data: Path) -> None:
    shutil.copytree(sample_data, tmp_path / "data")
    (tmp_path / "data" / "current").write_text("0123456789abcdef\n")
    result = cartelera("serve", "query", "--var", tmp_path, "--port", free_port())
    assert_one_sentence(result, "which is gone")


def test_serving_an_altered_version_is_one_sentence(tmp_path: Path, sample_data: Path) -> None:
    shutil.copytree(sample_data, tmp_path / "data")
    table = next((tmp_path / "data").glob("*/movies.parquet"))
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)
    result = cartelera("serve", "query", "--var", tmp_path, "--port", free_port())
    assert_one_sentence(result, "its checksum differs")


@pytest.mark.parametrize("command", [["serve", "query"], ["serve", "all"], ["up"]])
def test_a_port_in_use_is_one_sentence_and_nothing_is_built(
    tmp_path: Path, command: list[str], sample_data: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = cartelera(*command, "--port", str(port), "--var", tmp_path)
    assert_one_sentence(result, f"cannot listen on 127.0.0.1:{port}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", [["serve", "all", "--port", "65535"], ["doctor", "--port", "65535"]]
)
def test_a_port_past_the_last_one_is_told_without_a_traceback(
    tmp_path: Path, command: list[str]
) -> None:
    result = cartelera(*command, "--var", tmp_path)
    assert result.returncode == 1 and "Traceback" not in result.stderr
    assert "there is no such port" in result.stdout + result.stderr


def test_an_unknown_service_is_one_sentence() -> None:
    assert_one_sentence(cartelera("serve", "films"), "there is no service 'films'")


def test_the_doctor_finds_a_sound_installation_sound_and_names_what_is_not(
    tmp_path: Path, sample_raw: Path
) -> None:
    result = cartelera("doctor", "--raw", sample_raw, "--var", tmp_path, "--port", free_port())
    assert result.returncode == 1  # nothing is built yet
    lines = result.stdout.splitlines()
    wrong = [line for line in lines if line.startswith("no")]
    assert len(wrong) == 2 and all("nothing has been published" in line for line in wrong)
    raw_folder(tmp_path / "raw", [film(1)])
    (tmp_path / "raw" / "credits.csv").unlink()
    result = cartelera("doctor", "--raw", tmp_path / "raw", "--var", tmp_path)
    assert "holds no credits.csv" in result.stdout


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def test_the_command_line_alone_loads_no_library_of_a_service() -> None:
    code = (
        "import sys, cli.main; print({'pyarrow', 'numpy', 'fastapi', 'faiss'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert result.stdout.strip() == "set()"


@pytest.mark.parametrize("value", ["many", "nan", "-1", ""])
def test_a_setting_that_is_no_number_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("RECO_SLOW_REQUEST_MS", value)
    result = cartelera("serve", "reco", "--var", tmp_path)
    assert_one_sentence(result, "the setting that ends in SLOW_REQUEST_MS")


def test_the_index_tells_how_many_users_it_knows_and_how_well(
    sample_var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _tell_users(sample_var / "index" / (current_version(sample_var / "index") or ""))
    assert re.fullmatch(
        r"150 users, [\d,]+ ratings; RMSE of expected ratings 0\.\d{3} \(5 folds\)\n",
        capsys.readouterr().out,
    )
