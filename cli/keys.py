"""`cartelera llaves`: API keys of the gateway, made, listed and revoked."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from contracts.errors import DataError

app = typer.Typer(
    name="llaves", help="Make, list and revoke API keys of the gateway.", no_args_is_help=True
)

File = Annotated[
    Path,
    typer.Option("--file", envvar="GATEWAY_KEYS_FILE", help="File of keys, also the gateway's."),
]
DEFAULT_FILE = Path("var/llaves.json")


@app.command()
def crear(
    nombre: Annotated[str, typer.Argument(help="Whose key it is, for `listar`.")],
    file: File = DEFAULT_FILE,
) -> None:
    """Make a key and print it, this once: the file keeps only its hash."""
    from gateway.keys import create_key, revoke_key

    key, text = create_key(file, nombre)
    try:
        # not print: what Python could not write it would try again on its way out
        os.write(sys.stdout.fileno(), f"{text.get_secret_value()}\n".encode())
    except OSError as exc:
        revoke_key(file, key.id)
        raise DataError(
            f"the key could not be printed ({exc.strerror}), so {key.id} was revoked; make another"
        ) from exc
    typer.echo(f"key {key.id} for {nombre!r} is in {file}; it is not shown again", err=True)


@app.command()
def listar(file: File = DEFAULT_FILE) -> None:
    """List the keys: id, when made, when revoked, name."""
    from gateway.keys import read_keys

    typer.echo(f"{'id':8}  {'created':20}  {'revoked':20}  name")
    for key in read_keys(file):
        revoked = f"{key.revocada:%Y-%m-%dT%H:%M:%SZ}" if key.revocada else "-"
        typer.echo(f"{key.id}  {key.creada:%Y-%m-%dT%H:%M:%SZ}  {revoked:20}  {key.nombre}")


@app.command()
def revocar(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as in `listar`.")],
    file: File = DEFAULT_FILE,
) -> None:
    """Revoke a key for good; a running gateway refuses it a second later."""
    from gateway.keys import revoke_key

    key, was_valid = revoke_key(file, id_)
    when = f"{key.revocada:%Y-%m-%dT%H:%M:%SZ}"
    was = "is revoked" if was_valid else f"was revoked already, {when}"
    typer.echo(f"key {key.id} ({key.nombre}) {was}")
