"""The examples run as they are, against a real stack; and they notice when something is wrong."""

import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import nbclient
import nbformat
import pytest

from tests.conftest import ROOT
from tests.stack import Stack

EXAMPLES = ROOT / "docs" / "ejemplos"
NOBODY = "http://127.0.0.1:1"


def run(*command: str | Path, address: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=os.environ | {"CARTELERA": address, "CARTELERA_LLAVE": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def cliente() -> ModuleType:
    """The example, imported as a reader would."""
    spec = importlib.util.spec_from_file_location("cliente", EXAMPLES / "cliente.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_walk_with_curl_ends_well_and_shows_an_answer_for_each_question(
    sample_stack: Stack,
) -> None:
    result = run("bash", EXAMPLES / "curl.sh", address=sample_stack.address)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("\n# ") == 12
    for answer in ('"estado":"lista"', '"mes":"enero"', '"Toy Story 2"', '"Jaws"', '"sugerencias"'):
        assert answer in result.stdout


@pytest.mark.slow
def test_the_walk_in_python_ends_well_and_tells_reasons_and_suggestions(
    sample_stack: Stack,
) -> None:
    result = run(sys.executable, EXAMPLES / "cliente.py", address=sample_stack.address)
    assert result.returncode == 0, result.stderr
    assert "Por «toi stori»: Toy Story (1995), id 862" in result.stdout
    assert "Gusta a las mismas personas (+0" in result.stdout
    assert "¿Quizá Toy Story, Toy Story 2, Toy Story 3? (titulo-no-encontrado)" in result.stdout


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # the kernel's own are no concern of ours
def test_the_notebook_runs_from_the_first_cell_to_the_last(
    sample_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTELERA", sample_stack.address)
    notebook = nbformat.read(EXAMPLES / "cartelera.ipynb", as_version=4)
    where = {"metadata": {"path": str(EXAMPLES)}}
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3", resources=where).execute()
    shown = json.dumps([cell.get("outputs", []) for cell in notebook.cells], ensure_ascii=False)
    for answer in ("<td>enero</td>", "Spirited Away", "Toy Story", "titulo-no-encontrado"):
        assert answer in shown


def test_the_notebook_is_small_and_carries_no_outputs() -> None:
    file = EXAMPLES / "cartelera.ipynb"
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    assert file.stat().st_size < 20_000
    assert not [cell for cell in notebook.cells if cell.get("outputs")]


@pytest.mark.parametrize("command", [("bash", "curl.sh"), (sys.executable, "cliente.py")])
def test_an_example_fails_where_nobody_answers(command: tuple[str, str]) -> None:
    result = run(command[0], EXAMPLES / command[1], address=NOBODY)
    assert result.returncode != 0
    assert result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture
def busy_server() -> Iterator[str]:
    """Answers a 429 with `Retry-After: 0` once, then a problem in a 404 with a suggestion."""
    answers = [(429, {}), (404, {"detail": "No hay", "sugerencias": ["Toy Story"]})]

    class Busy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, document = answers.pop(0)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/problem+json")
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_client_asks_again_after_a_429_and_tells_suggestions(
    cliente: ModuleType, busy_server: str
) -> None:
    with cliente.Cartelera(busy_server) as api, pytest.raises(cliente.Problem) as caught:
        api.statistic("score_titulo", titulo="Toi Stori")
    assert caught.value.status == 404
    assert str(caught.value) == "No hay"
    assert caught.value.suggestions == ["Toy Story"]
