"""Record the demonstration: `python -m demo` (or `make demo`).

It starts the stack, drives it in a browser through every page and every endpoint, and writes a
captioned video, subtitles in Spanish and English, and pictures into --out. Anything that is not as
it should be ends it with a sentence and a status other than 0.
"""

import argparse
import json
import signal
import sys
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from demo import shots
from demo.endpoints import operations
from demo.faults import DemoError
from demo.programs import chromium
from demo.recording import Played, browser, empty, open_page, record
from demo.scene import play
from demo.script import SCENES
from demo.stack import ROOT, Stack, has_report, stack, write_report
from demo.stage import Stage

STOPPED = 128 + signal.SIGTERM


def main() -> int:
    """The exit status."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(STOPPED))  # what was started is ended as well
    try:
        chromium()
        with stack(arguments.raw, arguments.var, arguments.built) as running:
            if not (arguments.built and has_report(arguments.var)):
                write_report(arguments.var)
            _show(running, arguments)
    except DemoError as fault:
        sys.stderr.write(f"demo: {fault}\n")
        return 1
    return 0


def _show(running: Stack, arguments: argparse.Namespace) -> None:
    figures = _figures(running.address)
    out = empty(arguments.out or arguments.var / "demo")
    with browser() as opened:
        # before the video, in which a service is killed: the operator's page tells of that
        taken = shots.take(opened, running.address, figures["usuario"], out)
        if arguments.captures:
            shots.keep(taken, arguments.captures)
        _tell(f"{len(taken)} pictures in {out}")
        if not arguments.pictures_only:
            _record(opened, Stage(open_page(opened), running, figures), out / "cartelera.mp4")


def _record(opened: Browser, stage: Stage, video: Path) -> None:
    def act() -> Played:
        play(stage, SCENES)
        return stage.captions, stage.addresses

    seconds = record(opened, stage.page, act, video)
    _tell(f"{video}: {seconds:.0f} s, {video.stat().st_size / 1e6:.1f} MB")


def _figures(address: str) -> dict[str, str]:
    """What the title says, asked of the running stack."""
    found, document = (_asked(address + path) for path in ("/v1/catalogo", "/openapi.json"))
    counted = f"{found['peliculas']:,}".replace(",", ".")
    return {
        "peliculas": counted,
        "anios": f"{found['anio_desde']}–{found['anio_hasta']}",
        "plataformas": str(len(found["plataformas"])),
        "usuarios": str(found["usuarios"]),
        "usuario": str(found["usuario_de_ejemplo"]),
        "operaciones": str(len(operations(document))),
    }


def _asked(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def _tell(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--raw", type=Path, default=ROOT / "data" / "sample", help="raw files")
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="where it is built")
    parser.add_argument("--built", action="store_true", help="serve what --var has, build nothing")
    parser.add_argument("--out", type=Path, help="what is written; default: demo/ in --var")
    parser.add_argument("--captures", type=Path, help="small copies of the pictures, for documents")
    parser.add_argument("--pictures-only", action="store_true", help="no video")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
