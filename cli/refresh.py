"""`cartelera refresh` and `cartelera historial`: what is served kept fresh, and how that went."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import (
    DEFAULT_MODEL,
    DEFAULT_VAR,
    SAMPLE,
    FreeTextModel,
    Model,
    Precision,
    Raw,
    Var,
)
from cli.parents import end_with_parent
from contracts.errors import DataError

if TYPE_CHECKING:
    from contracts.refreshes import Run


PRECISIONS = ("fast", "exact")
WIDTH = 160
"""Characters a line of a table where nobody's terminal says how many."""


@dataclass(frozen=True)
class Chosen:
    """What was asked for of each run."""

    raw: Path
    var: Path
    model: str
    precision: str
    free_text_model: str
    keep: int
    refit: bool
    allow: tuple[str, ...]

    def as_words(self) -> list[str]:
        """The command line of a single run."""
        told = {
            "--raw": str(self.raw),
            "--var": str(self.var),
            "--model": self.model,
            "--precision": self.precision,
            "--free-text-model": self.free_text_model,
            "--keep": str(self.keep),
        }
        given = [word for option in told.items() for word in option]
        named = [word for name in self.allow for word in ("--allow", name)]
        return ["refresh", *given, *named, *(["--refit"] if self.refit else [])]


def refresh(
    raw: Raw = SAMPLE,
    var: Var = DEFAULT_VAR,
    model: Model = DEFAULT_MODEL,
    precision: Precision = "fast",
    free_text_model: FreeTextModel = "",
    every: Annotated[
        str, typer.Option("--every", help="Go on, every so long: 90s, 15m, 6h or 1d.")
    ] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, whenever the raw folder has changed.")
    ] = False,
    keep: Annotated[
        int, typer.Option("--keep", min=2, help="Versions of data and of index that are kept.")
    ] = 3,
    refit: Annotated[
        bool, typer.Option("--refit", help="Learn everything anew instead of what changed.")
    ] = False,
    allow: Annotated[
        list[str] | None, typer.Option("--allow", help="A change to let pass; repeatable.")
    ] = None,
) -> None:
    """Read the raw folder again, build what changed, and publish it if it is good."""
    if precision not in PRECISIONS:
        raise DataError(f"--precision is 'fast' or 'exact', not {precision!r}")
    from refresh.limits import check_names

    check_names(allow or ())
    chosen = Chosen(raw, var, model, precision, free_text_model, keep, refit, tuple(allow or ()))
    try:
        if every or watch:
            _go_on(chosen, every, watch)
        else:
            _once(chosen)
    except ImportError as exc:
        raise DataError(
            f"the package {exc.name} is missing: install cartelera with the extra 'refresh', "
            "as in pip install '.[refresh]'"
        ) from exc


def historial(
    var: Var = DEFAULT_VAR,
    n: Annotated[int, typer.Option("--n", min=1, help="How many refreshes, the last ones.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Tell how the last refreshes went, in the order they were made."""
    from refresh.history import History

    history = History(var)
    history.settle()
    runs = history.runs()[-n:]
    if as_json:
        for run in runs:
            typer.echo(run.model_dump_json())
    elif runs:
        _show(runs)
    else:
        typer.echo(f"nothing has been refreshed in {var} yet: cartelera refresh")


def stop_signals() -> Callable[[], bool]:
    """Whether SIGINT or SIGTERM came; what comes second ends the process at once."""
    received: list[int] = []

    def note(number: int, _: object) -> None:
        received.append(number)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, note)
    return lambda: bool(received)


def _once(chosen: Chosen) -> None:
    from refresh.models import NamedModels
    from refresh.run import Job, run_refresh
    from refresh.thresholds import refuse_great_changes

    var = chosen.var
    named = chosen.model, chosen.precision, chosen.free_text_model
    run = run_refresh(
        Job(chosen.raw, var, chosen.keep, chosen.refit),
        NamedModels(*named, var / "cache" / "models"),
        partial(refuse_great_changes, allow=frozenset(chosen.allow)),
        stop_signals(),
    )
    typer.echo(_sentence(run))


def _go_on(chosen: Chosen, every: str, watch: bool) -> None:
    from refresh.history import History
    from refresh.period import seconds_of
    from refresh.schedule import Rhythm, keep_fresh

    raw, var = chosen.raw, chosen.var
    seconds = seconds_of(every) if every else None
    if not raw.is_dir():
        raise DataError(f"the raw folder {raw} does not exist or is not a folder")
    if watch and var.resolve().is_relative_to(raw.resolve()):
        raise DataError(f"{var} lies in {raw}: with --watch each refresh would call for another")
    rhythm = Rhythm(seconds, raw if watch else None)
    keep_fresh(partial(_start, chosen.as_words()), rhythm, History(var), stop_signals())


def _start(arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", *arguments],
        preexec_fn=partial(end_with_parent, os.getpid()),
        start_new_session=True,  # Ctrl-C reaches the parent alone, which lets the stage end
    )


def _sentence(run: "Run") -> str:
    counts = run.counts
    films = f"{counts.get('films_after', 0):,} films"
    if run.outcome == "sin_cambios":
        return f"nothing changed: {films}, in {run.seconds:.1f} s"
    told = [f"{counts[name]:,} {name}" for name in ("changed", "embedded") if name in counts]
    detail = f" ({', '.join(told)})" if told else ""
    return (
        f"published data {run.data_after} and index {run.index_after}: {films}{detail}, "
        f"in {run.seconds:.1f} s"
    )


def _show(runs: "list[Run]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("Inicio (UTC)", "Duración", "Resultado", "Etapa", "Películas", "Índice", "Motivo"):
        right = name in ("Duración", "Películas")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for run in runs:
        table.add_row(
            f"{run.started_at:%Y-%m-%d %H:%M:%S}",
            f"{run.seconds:.1f} s",
            run.outcome,
            run.stage,
            _films(run),
            run.index_after or "",
            run.reason or "",
        )
    width = None if sys.stdout.isatty() else WIDTH
    Console(highlight=False, markup=False, width=width).print(table)


def _films(run: "Run") -> str:
    before, after = run.counts.get("films_before"), run.counts.get("films_after")
    if after is None:
        return ""
    return str(after) if before in (None, after) else f"{before} → {after}"
