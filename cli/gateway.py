"""The gateway's server: uvicorn with our protocol, in one process or in several."""

import multiprocessing
import os
from pathlib import Path
from typing import Any

from cli.parents import end_with_parent
from cli.serving import GRACEFUL_S, bind
from contracts import logs, memory

KEEP_ALIVE_S = 5
WORKER_ANSWERS_S = 10
"""A worker that is stopped for this long is replaced."""


def serve_gateway(host: str, port: int, var: Path | None = None) -> None:
    """Serve until a signal, with as many workers as the settings say.

    `var` is where the report on the data is, unless a setting says otherwise.

    Raises DataError for a taken port or a setting that shows its fault only when it is used.
    Several workers share the socket; one that dies is replaced, SIGHUP replaces all, one after
    another. uvicorn's own supervisor does that.
    """
    if var is not None:  # by the environment, which the workers share
        os.environ.setdefault("GATEWAY_REPORT_DIR", str(var / "eda"))
    from gateway.settings import Settings

    workers = Settings().workers
    with bind(host, port) as listening:
        if workers == 1:
            import uvicorn

            uvicorn.Server(_config(_app(), 1)).run(sockets=[listening])
            return
        _serve_with(workers, listening)


def make_worker() -> Any:
    """The app of one of several workers; called in its process."""
    logs.configure()
    if (parent := multiprocessing.parent_process()) and parent.pid:
        end_with_parent(parent.pid)
    return _app()


def _serve_with(workers: int, listening: Any) -> None:
    from uvicorn.supervisors import Multiprocess

    from gateway.admission import Admission
    from gateway.metrics import metrics_folder
    from gateway.settings import Settings

    Admission(Settings())  # here, so that its fault is told once and in one sentence
    with metrics_folder():
        Multiprocess(_config("cli.gateway:make_worker", workers), sockets=[listening]).run()


def _app() -> Any:
    with memory.loading():
        from gateway.app import create_app

        app = create_app()
    memory.give_back()
    return app


def _config(app: Any, workers: int) -> Any:
    import uvicorn

    return uvicorn.Config(
        app,
        factory=workers > 1,
        workers=workers,
        http="gateway.protocol:GatewayProtocol",
        ws="none",
        proxy_headers=False,  # whom to believe is a setting of ours: see gateway.client_address
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_S,
        timeout_worker_healthcheck=WORKER_ANSWERS_S,
    )
