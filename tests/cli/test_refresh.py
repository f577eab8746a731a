import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.refresh import Chosen
from contracts.refreshes import (
    FAILED,
    HISTORY,
    INTERRUPTED,
    PUBLISHED,
    UNCHANGED,
    Outcome,
    Process,
    Run,
    Running,
)
from refresh.history import History
from tests.cli.test_main import assert_one_sentence, cartelera
from tests.conftest import ROOT
from tests.docs.test_documents import fault_of
from tests.waiting import until


def run(name: str, outcome: Outcome = PUBLISHED, **told: object) -> Run:
    given = {
        "id": name,
        "started_at": datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
        "seconds": 12.34,
        "outcome": outcome,
        "stage": "limpieza",
    }
    return Run.model_validate(given | told)


@pytest.fixture
def history(tmp_path: Path) -> History:
    (tmp_path / "refresh").mkdir()
    return History(tmp_path)


@pytest.mark.parametrize("command", ["refresh", "historial"])
def test_both_commands_explain_themselves(command: str) -> None:
    result = cartelera(command, "--help")
    assert result.returncode == 0 and "--var" in result.stdout


def test_without_a_history_there_is_one_sentence_and_no_folder(tmp_path: Path) -> None:
    result = cartelera("historial", "--var", tmp_path / "var")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("nothing has been refreshed in")
    assert list(tmp_path.iterdir()) == []


def test_the_history_is_a_table_in_spanish_the_newest_last(history: History) -> None:
    counts = {"films_before": 5, "films_after": 6}
    history.append(run("one", index_after="1" * 16, counts=counts))
    history.append(run("two", FAILED, stage="datos", reason="[bold]no column id[/bold]"))
    lines = cartelera("historial", "--var", history.var).stdout.splitlines()
    assert lines[0].split() == [
        *("Inicio", "(UTC)", "Duración", "Resultado", "Etapa", "Películas", "Índice", "Motivo")
    ]
    assert "2026-03-01 12:30:00" in lines[1] and "5 → 6" in lines[1] and "1" * 16 in lines[1]
    assert "fallido" in lines[2] and "[bold]no" in " ".join(lines[2:])
    assert "one" not in cartelera("historial", "--var", history.var, "--n", "1", "--json").stdout


def test_the_history_as_json_is_what_was_written_down(history: History) -> None:
    for name in ("one", "two", "three"):
        history.append(run(name))
    result = cartelera("historial", "--var", history.var, "--n", "2", "--json")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["id"] for line in told] == ["two", "three"]
    assert told[0]["started_at"] == "2026-03-01T12:30:00Z" and told[0]["outcome"] == PUBLISHED


def test_asking_for_the_history_tells_of_a_run_that_was_killed(history: History) -> None:
    dead = Process.this().model_copy(update={"ticks": "1"})
    begun = run("gone", INTERRUPTED, stage="indice", reason="it was killed")
    history.tell(Running(run=begun, process=dead))
    assert "interrumpido" in cartelera("historial", "--var", history.var).stdout
    assert [told.id for told in history.runs()] == ["gone"]


def test_a_refresh_that_fails_is_one_sentence_and_in_the_history(
    tmp_path: Path, history: History
) -> None:
    result = cartelera("refresh", "--raw", tmp_path / "nowhere", "--var", history.var)
    assert_one_sentence(result, "does not exist")
    told = history.runs()
    assert [(run.outcome, run.stage) for run in told] == [(FAILED, "datos")]
    assert told[0].reason and "does not exist" in told[0].reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--every", "often"], "--every is a number with s, m, h or d"),
        (["--every", "5s"], "at least a minute"),
        (["--precision", "best"], "--precision is 'fast' or 'exact'"),
        (["--watch", "--raw", "no-such-folder"], "no-such-folder does not exist"),
    ],
)
def test_an_order_that_makes_no_sense_is_one_sentence_and_no_run(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    assert_one_sentence(cartelera("refresh", "--var", tmp_path / "var", *arguments), words)
    assert not (tmp_path / "var").exists()


def test_what_is_built_inside_the_raw_folder_is_not_watched(tmp_path: Path) -> None:
    result = cartelera("refresh", "--watch", "--raw", tmp_path, "--var", tmp_path / "var")
    assert_one_sentence(result, "each refresh would call for another")


def test_a_run_that_goes_on_is_told_all_that_was_chosen() -> None:
    chosen = Chosen(Path("r"), Path("v"), "m", "exact", "f", 5, True, ("ratings", "films"))
    words = chosen.as_words()
    assert fault_of(words) == "" and words[0] == "refresh" and words[-1] == "--refit"
    told = set(zip(words[1:], words[2:], strict=False))
    assert {("--raw", "r"), ("--var", "v"), ("--model", "m"), ("--precision", "exact")} <= told
    assert {("--free-text-model", "f"), ("--keep", "5"), ("--allow", "films")} <= told


def test_what_waits_between_two_runs_holds_no_library_of_tables_or_vectors() -> None:
    script = (
        "import sys, cli.main, refresh.schedule, refresh.history, refresh.period;"
        "print([name for name in ('faiss', 'numpy', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_while_another_refresh_runs_there_is_one_sentence_and_no_entry(
    history: History, sample_raw: Path
) -> None:
    with history.locked():
        result = cartelera("refresh", "--raw", sample_raw, "--var", history.var)
    assert_one_sentence(result, "another refresh is running")
    assert not (history.folder / HISTORY).exists()


@pytest.mark.slow
def test_the_command_refreshes_with_the_real_models_once_and_goes_on_by_itself(
    sample_raw: Path, real_var: Path, tmp_path: Path
) -> None:
    (real_var / "cache").mkdir(exist_ok=True)
    (tmp_path / "cache").symlink_to(real_var / "cache")  # what others embedded is there
    command = [sys.executable, "-m", "cli.main", "refresh", "--raw", sample_raw, "--var", tmp_path]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert first.returncode == 0 and first.stdout.startswith("published data "), first.stderr
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert second.stdout.startswith("nothing changed: 290 films"), second.stderr
    going = subprocess.Popen(
        [*command, "--every", "6h", "--watch"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    outcomes = [PUBLISHED, UNCHANGED, UNCHANGED]
    assert until(lambda: [run.outcome for run in History(tmp_path).runs()] == outcomes, 60)
    os.kill(going.pid, signal.SIGTERM)
    assert going.communicate(timeout=60)[1] == "" and going.returncode == 0
