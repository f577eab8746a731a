"""A browser before the real stack; whatever it complains of fails the test."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import ROOT
from tests.stack import Stack, three_free_ports
from tests.waiting import until

WAIT_MS = 15_000

Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, sample_stack: Stack) -> Iterator[Visit]:
    """Opens an address of the stack, or of another gateway, in a fresh browser.

    What the console says is an error of the test, but for `expected`: statuses that the page meets
    and tells of, which the browser notes as well.
    """
    complaints: list[str] = []
    with contextlib.ExitStack() as opened:

        def open_page(
            path: str = "/", *, width: int = 1440, language: str = "es", theme: str = "light",
            base: str | None = None, expected: tuple[int, ...] = (), offline: bool = False,
        ) -> Page:  # fmt: skip
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                locale={"es": "es-AR", "en": "en-GB"}[language],
                color_scheme=theme,  # type: ignore[arg-type]
            )
            opened.callback(context.close)
            context.set_default_timeout(WAIT_MS)
            page = context.new_page()

            def noted(text: str) -> None:
                known = offline and "ERR_" in text
                if not known and not any(f"status of {status}" in text for status in expected):
                    complaints.append(text)

            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: noted(said.text) if said.type == "error" else None)
            page.goto((base or sample_stack.address) + path)
            return page

        yield open_page
    assert not complaints


class StandIn:
    """A service's place taken: answers by path, each a body and a pause before it.

    A body of bytes is a picture (SVG), all else is JSON.
    """

    def __init__(self, port: int = 0) -> None:
        self.answers: dict[str, tuple[object, float]] = {}
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body, pause = stand_in.answers.get(
                    self.path.split("?")[0],
                    ({"estado": "lista", "servicio": "x", "version": "v"}, 0.0),
                )
                time.sleep(pause)
                drawn = isinstance(body, bytes)
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-type", "image/svg+xml" if drawn else "application/json")
                self.send_header("x-version", "v.0")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.do_GET()

            def log_message(self, *args: object) -> None:
                """Nothing: the tests' own output is enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
    yield server
    with contextlib.suppress(OSError):
        server.close()


@pytest.fixture
def gateway_with(sample_stack: Stack) -> Iterator[Callable[..., str]]:
    """Starts a gateway process of one's own settings before the stack's services."""
    with contextlib.ExitStack() as started:

        def start(**settings: str) -> str:
            port = three_free_ports()
            own = {
                "GATEWAY_QUERY_URL": f"http://127.0.0.1:{sample_stack.port + 1}",
                "GATEWAY_RECO_URL": f"http://127.0.0.1:{sample_stack.port + 2}",
            }
            command = [sys.executable, "-m", "cli.main", "serve", "gateway", "--port", str(port)]
            process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | own | settings, stderr=subprocess.DEVNULL
            )
            started.callback(process.wait, 20)
            started.callback(process.terminate)
            base = f"http://127.0.0.1:{port}"
            assert until(lambda: _alive(base))
            return base

        yield start


def _alive(base: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{base}/salud/viva").status_code == 200
    return False
