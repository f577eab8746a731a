"""The systemd units of the refresh: what systemd itself says of them, and what they may do."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.test_documents import fault_of

UNITS = [ROOT / "deploy" / f"cartelera-refresh.{kind}" for kind in ("service", "timer")]
PROGRAM = "/opt/cartelera/.venv/bin/cartelera"
MOST_EXPOSED = 3.0
"""Of 10, as systemd-analyze counts; a unit that confines nothing has 9.6."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture
def installed(tmp_path: Path) -> list[Path]:
    """Copies of the units that name a program which is there."""
    there = shutil.which("true")
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, str(there)))
    return [tmp_path / unit.name for unit in UNITS]


def analyzed(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True)


@needs_systemd
def test_systemd_finds_no_fault(installed: list[Path]) -> None:
    done = analyzed("verify", "--man=no", *installed)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_the_service_may_do_little(installed: list[Path]) -> None:
    threshold = str(int(MOST_EXPOSED * 10))
    done = analyzed("security", "--offline=yes", f"--threshold={threshold}", installed[0])
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_what_the_service_runs_are_commands_that_there_are() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNITS[0].read_text())
    service = unit["Service"]
    commands = [service[key].lstrip("-").split() for key in ("ExecStart", "ExecStopPost")]
    assert [words[1] for words in commands] == ["refresh", "historial"]
    assert all(words[0] == PROGRAM and fault_of(words[1:]) == "" for words in commands)
    written = service["ReadWritePaths"]
    assert all(words[words.index("--var") + 1] == written for words in commands)
