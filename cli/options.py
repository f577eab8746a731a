"""Options that several commands have, and what they are by default."""

from pathlib import Path
from typing import Annotated

import typer

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
DEFAULT_VAR = Path("var")
DEFAULT_MODEL = "all-MiniLM-L6-v2"

Raw = Annotated[
    Path, typer.Option("--raw", help="Folder with the raw files; the sample if absent.")
]
Var = Annotated[Path, typer.Option("--var", help="Folder for everything that is built.")]
Model = Annotated[str, typer.Option("--model", help="sentence-transformers model: name or path.")]
Precision = Annotated[
    str, typer.Option("--precision", help="'fast' (int8, cosine 0.98 or better) or 'exact'.")
]
FreeTextModel = Annotated[
    str,
    typer.Option(
        "--free-text-model",
        envvar="RECO_FREE_TEXT_MODEL",
        help="sentence-transformers model for free text, also at the service; else the built-in.",
    ),
]
Ray = Annotated[
    str,
    typer.Option(
        "--ray", envvar="CARTELERA_RAY", help="Work on Ray: 'local', or a cluster's host:port."
    ),
]
