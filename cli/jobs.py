"""The jobs run before serving, each in a process of its own, so that its memory is given back."""

import subprocess
import sys
from pathlib import Path

import typer


def build_all(raw: Path, var: Path, model: str) -> None:
    """Run ETL and index; leaves with the failing job's exit status, which has told its reason."""
    for arguments in (
        ["etl", "--raw", str(raw), "--var", str(var)],
        ["index", "--var", str(var), "--model", model],
    ):
        job = subprocess.run([sys.executable, "-m", "cli.main", *arguments])
        if job.returncode:
            raise typer.Exit(job.returncode)
