"""The command line: each command imports what it needs, so an image with one extra still starts."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from cli import keys
from cli.comparison import comparar
from cli.options import (
    DEFAULT_MODEL,
    DEFAULT_VAR,
    SAMPLE,
    FreeTextModel,
    Model,
    Precision,
    Raw,
    Ray,
    Var,
)
from cli.refresh import historial, refresh
from cli.serving import SERVICES, serve_one
from cli.supervise import Ports, supervise
from contracts import logs
from contracts.errors import DataError
from contracts.partitions import partitions

app = typer.Typer(
    name="cartelera",
    help="Raw film files in, statistics and recommendations out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(keys.app)
app.command()(refresh)
app.command()(historial)
app.command()(comparar)

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Rollback = Annotated[
    bool, typer.Option("--rollback", help="Build nothing: go back to the index before this one.")
]

RAW = Path("data/raw")
BAD_INPUT = 1


@app.command()
def descargar(
    raw: Annotated[Path, typer.Option("--raw", help="Folder to put the files into.")] = RAW,
    conjunto: Annotated[
        list[str] | None,
        typer.Option(help="peliculas, amazon, disney, hulu or netflix; repeatable. Default: all."),
    ] = None,
    completo: Annotated[
        bool, typer.Option("--completo/--pequeno", help="All 26 million ratings, or 100,000.")
    ] = False,
    reemplazar: Annotated[
        bool, typer.Option("--reemplazar", help="Replace files that differ from Kaggle's.")
    ] = False,
) -> None:
    """Fetch Kaggle's sets with your token; a download that broke off goes on."""
    from cli.download import download_sets

    download_sets(raw, conjunto or (), completo, reemplazar)


@app.command()
def etl(raw: Raw = SAMPLE, var: Var = DEFAULT_VAR, ray: Ray = "") -> None:
    """Turn the raw files into a version of clean tables, and publish it."""
    from etl.run import run_etl

    with partitions(ray) as there:
        outcome = run_etl(raw, var / "data", partitions=there)
    _tell("data", outcome.version, outcome.built, outcome.counts["movies"])
    _tell_titles(outcome.counts)
    _tell_ledger(outcome.counts, outcome.folder)


@app.command()
def index(
    var: Var = DEFAULT_VAR,
    model: Model = DEFAULT_MODEL,
    precision: Precision = "fast",
    free_text_model: FreeTextModel = "",
    rollback: Rollback = False,
    ray: Ray = "",
) -> None:
    """Build the index of the published tables, and publish it."""
    if rollback:
        _roll_back(var)
        return
    from contracts.columns import DATA_FORMAT
    from contracts.versions import open_current
    from index.build import run_index
    from index.embeddings import Encoders
    from index.encoders.encoder import load_encoder
    from index.encoders.free_text_encoder import building_encoder

    if precision not in ("fast", "exact"):
        raise DataError(f"--precision is 'fast' or 'exact', not {precision!r}")
    open_current(var / "data", "data", DATA_FORMAT)  # before a model is prepared for nothing
    cache = var / "cache"
    plot = load_encoder(model, precision, cache / "models")  # type: ignore[arg-type]
    asked = building_encoder(free_text_model, cache / "models")
    with partitions(ray) as there:
        encoders = Encoders(plot, asked, there)
        outcome = run_index(var / "data", var / "index", encoders, cache / "embeddings")
    _tell("index", outcome.version, outcome.built, outcome.counts["movies"])
    _tell_users(outcome.folder)


@app.command()
def evaluate(
    var: Var = DEFAULT_VAR,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the report; default: evaluation/ in --var."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Of the split of users, the lots and the resamples.")
    ] = 0,
    test_share: Annotated[
        float, typer.Option("--test-share", help="Share of the users to test on.")
    ] = 0.5,
    model: Model = DEFAULT_MODEL,
    precision: Precision = "fast",
) -> None:
    """Mark the recommendations beside the usual rankings by what other users like; a report."""
    from cli.evaluation import evaluate_rankings

    evaluate_rankings(var, out, seed, test_share, model, precision)


@app.command()
def eda(
    var: Var = DEFAULT_VAR,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the report; default: eda/VERSION in --var."),
    ] = None,
    without_png: Annotated[
        bool, typer.Option("--without-png", help="Write the page alone; needs no browser.")
    ] = False,
) -> None:
    """Tell in one page, and in figures, what the published data hold and what they lack."""
    from cli.eda import write_report

    write_report(var, out, png=not without_png)


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help="query, reco, gateway or all")],
    host: Host = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Default: the service's own.")
    ] = None,
    var: Annotated[
        Path | None, typer.Option("--var", help="Where versions are; else the settings say.")
    ] = None,
) -> None:
    """Serve one service, or all three on one machine, from what was built before."""
    if service == "all":
        raise typer.Exit(supervise(host, Ports.from_gateway(port or 8000), var or DEFAULT_VAR))
    if service not in SERVICES:
        raise DataError(f"there is no service {service!r}: query, reco, gateway or all")
    port = port or SERVICES[service].port
    if service == "gateway":
        from cli.gateway import serve_gateway

        serve_gateway(host, port, var)
    else:
        serve_one(service, host, port, var)


@app.command()
def up(
    raw: Raw = SAMPLE,
    var: Var = DEFAULT_VAR,
    host: Host = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            "--port", min=1, max=65533, help="The gateway's; the services take the next two."
        ),
    ] = 8000,
    model: Model = DEFAULT_MODEL,
) -> None:
    """Build whatever is missing or out of date, then serve everything until stopped."""
    from cli.jobs import build_all

    ports = Ports.from_gateway(port)
    ports.check_free(host)
    build_all(raw, var, model)
    raise typer.Exit(supervise(host, ports, var))


@app.command()
def doctor(raw: Raw = SAMPLE, var: Var = DEFAULT_VAR, port: int = 8000) -> None:
    """Check this installation, the raw files, what was built, and the ports."""
    from cli.doctor import examine

    out = Console()
    healthy = True
    for finding in examine(raw, var, port):
        healthy = healthy and finding.fine
        mark = "[green]ok[/]" if finding.fine else "[red]no[/]"
        out.print(f"{mark}  {finding.what}: {finding.detail}", highlight=False, soft_wrap=True)
    raise typer.Exit(0 if healthy else BAD_INPUT)


def run() -> None:
    """Entry point: bad input is one sentence on stderr, not a traceback."""
    logs.configure()
    try:
        app()
    except DataError as exc:
        _refuse(str(exc))
    except ValidationError as exc:  # of settings: nothing else is validated outside the services
        first = exc.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        _refuse(f"the setting that ends in {name} is {first['input']!r}: {first['msg']}")


def _refuse(sentence: str) -> NoReturn:
    Console(stderr=True).print(
        f"cartelera: {sentence}", style="red", highlight=False, markup=False, soft_wrap=True
    )
    sys.exit(BAD_INPUT)


def _tell(what: str, version: str, built: bool, movies: int) -> None:
    done = "published" if built else "unchanged"
    typer.echo(f"{what} {version} {done}: {movies:,} films")


def _tell_users(folder: Path) -> None:
    from contracts.versions import read_manifest

    if users := read_manifest(folder).settings.get("users"):
        told = f"{users['users']:,} users, {users['ratings']:,} ratings"
        if folds := users["rmse_by_fold"]:
            told += f"; RMSE of expected ratings {sum(folds) / len(folds):.3f} ({len(folds)} folds)"
        typer.echo(told)


def _roll_back(var: Path) -> None:
    """Point to the index before, if the data it was built from are still there."""
    from contracts.columns import DATA_FORMAT
    from contracts.versions import open_version, rolling_back
    from index.blocks import INDEX_FORMAT, INDEX_KIND
    from index.plan import point_back

    with rolling_back(var / "index", INDEX_KIND, INDEX_FORMAT) as before:
        open_version(var / "data", before.inputs.get("data", ""), "data", DATA_FORMAT)
        if reason := point_back(before):
            typer.echo(f"the alias in Milvus stays as it was: {reason}", err=True)
    typer.echo(f"index {before.version} is the current one again; services take it up")


def _tell_titles(counts: dict[str, int]) -> None:
    if titles := counts["titles"]:
        typer.echo(f"{titles:,} titles of platforms, {counts['matched']:,} matched to a film")


def _tell_ledger(counts: dict[str, int], folder: Path) -> None:
    noted = {
        name.removeprefix("ledger."): count
        for name, count in counts.items()
        if name.startswith("ledger.")
    }
    if noted:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in noted.items())
        typer.echo(f"dropped or repaired: {reasons} (see {folder / 'ledger.parquet'})")


if __name__ == "__main__":
    run()
