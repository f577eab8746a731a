"""`cartelera eda`: the report on the data, and what it prints."""

from pathlib import Path

import typer

from contracts.errors import DataError


def write_report(var: Path, out: Path | None, png: bool) -> None:
    """Write the report on the published data, and say where it is."""
    try:
        from eda.run import PAGE, run_eda

        written = run_eda(var, out, png)  # the browser's driver is imported where it is needed
    except ImportError as exc:
        raise DataError(
            f"the package {exc.name} is missing: install cartelera with the extra 'eda', "
            "as in pip install '.[eda]'"
        ) from exc

    told = f"report of {written.figures} figures"
    typer.echo(f"{told}, {written.images} PNG files" if written.images else told)
    if written.lacking:
        typer.echo(written.lacking, err=True)
    typer.echo(f"written: {written.folder / PAGE}")
