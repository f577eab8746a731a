"""`cartelera descargar`: Kaggle's sets into a folder of raw files."""

import functools
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from contracts.errors import DataError

if TYPE_CHECKING:
    from etl.kaggle import KaggleFile, Plan


def download_sets(raw: Path, names: Sequence[str], whole: bool, replace: bool) -> None:
    """Bring the sets `names`, or all, into `raw`, and say what came of each file."""
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_DISABLE", "1")  # kagglehub's bars, for people alone
    try:
        _download(raw, names, whole, replace)
    except ImportError as exc:
        raise DataError(
            f"the package {exc.name} is missing: install cartelera with the extra 'descargar', "
            "as in pip install '.[descargar]'"
        ) from exc


def _download(raw: Path, names: Sequence[str], whole: bool, replace: bool) -> None:
    from contracts.versions import building
    from etl.arrivals import SetRefused
    from etl.kaggle import check_token, plan

    wanted = plan(raw, names, whole)
    check_token(wanted)
    failures = []
    with building(raw):  # its lock: two downloads at once would write into one another's files
        for files in wanted.sets:
            try:
                _bring(files, wanted, replace)
            except SetRefused as exc:
                failures.append(str(exc))
            except DataError as exc:  # the next set would fare no better
                failures.append(str(exc))
                break
    _finish(raw, failures)


def _bring(files: "Sequence[KaggleFile]", wanted: "Plan", replace: bool) -> None:
    """Bring the files of one set, as far as nothing is in the way."""
    from etl.arrivals import put, refuse_rivals
    from etl.kaggle import fetch

    for file in files:
        refuse_rivals(wanted.raw, file.role, file.name)
    for file in files:
        found = fetch(file, wanted, functools.partial(typer.echo, err=True))
        done = put(found, wanted.raw, file.name, replace)
        typer.echo(f"{file.name}: {done}, {found.stat().st_size:,} bytes")


def _finish(raw: Path, failures: list[str]) -> None:
    """Say where the files are, or raise the last failure once those before it are told."""
    if not failures:
        typer.echo(f"all of it is in {raw}: cartelera up --raw {raw}")
        return
    for sentence in failures[:-1]:
        typer.secho(f"cartelera: {sentence}", err=True, fg="red")
    raise DataError(failures[-1])
