"""Fill the marked places of docs/api from a stack on the sample: `python -m docs.answers`.

The list of decisions is brought up to date as well.

Without `--address` it builds the sample in a folder of its own and serves it for as long as it
asks. The stack must hold data/sample, or the answers are others than those tested.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docs.answers.decisions import decision_pages
from docs.answers.pages import regenerate

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def _own_stack() -> Iterator[str]:
    port = _free_port()
    with tempfile.TemporaryDirectory() as var:
        command = [sys.executable, "-m", "cli.main", "up", "--var", var, "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        try:
            if not any("is ready at" in line for line in process.stdout):
                raise SystemExit("cartelera up did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _free_port() -> int:
    """One of a range where the next two are free too, or `up` says which is not."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return min(int(found.getsockname()[1]), 65_533)


def main() -> None:
    """Write the pages that changed, and name them."""
    parser = argparse.ArgumentParser(prog="python -m docs.answers", description=__doc__)
    parser.add_argument("--address", help="a running stack on the sample, such as localhost:8000")
    address = parser.parse_args().address
    if address:
        pages = regenerate(address)
    else:
        with _own_stack() as own:
            pages = regenerate(own)
    for path, text in (pages | decision_pages()).items():
        if path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"{path.relative_to(ROOT)} changed\n")


if __name__ == "__main__":
    main()
