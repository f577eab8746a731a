"""The peer of the query service: one FastAPI route that answers a small constant model.

    python benchmarks/constant_service.py --port 8009

Served as the product's services are, by the same function and so with the same uvicorn settings.
"""

import argparse
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from cli.serving import SERVICES, Service, serve_one

PATH = "/score_titulo/Toy%20Story"


class Score(BaseModel):
    """An answer of the usual size."""

    titulo: str
    anio: int
    popularidad: float
    mensaje: str


def create_app(_: Path | None) -> Any:
    """An app that looks nothing up."""
    app = FastAPI(title="constant")
    said = "La película Toy Story fue estrenada en 1995 con una popularidad de 21.95"
    answer = Score(titulo="Toy Story", anio=1995, popularidad=21.95, mensaje=said)

    @app.get("/score_titulo/{titulo:path}")
    async def score(titulo: str) -> Score:
        return answer

    return app


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    SERVICES["constant"] = Service(0, create_app)
    serve_one("constant", "127.0.0.1", parser.parse_args().port, None)


if __name__ == "__main__":
    main()
