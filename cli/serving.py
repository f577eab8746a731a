"""One service in this process, on a socket bound before anything is loaded."""

import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from contracts import memory
from contracts.errors import DataError

GRACEFUL_S = 5
BACKLOG = 2048


@dataclass(frozen=True)
class Service:
    """A service: its own port, and what makes its app from the folder of what was built."""

    port: int
    make_app: Callable[[Path | None], Any]


def _query(var: Path | None) -> Any:
    from contracts.swap import once
    from query_service.app import create_app, load_statistics
    from query_service.settings import Settings

    settings = Settings() if var is None else Settings(data_dir=var / "data")
    # loaded here and not in the lifespan, where a fault would be told by a traceback
    return create_app(settings, once(load_statistics(settings), load_statistics))


def _reco(var: Path | None) -> Any:
    from contracts.swap import once
    from index.engines import StoreSettings, on_milvus
    from reco_service.app import create_app
    from reco_service.recommend import Recommender
    from reco_service.settings import Settings

    settings = (
        Settings() if var is None else Settings(data_dir=var / "data", index_dir=var / "index")
    )
    if on_milvus(StoreSettings().store):
        sys.meta_path.remove(WITHOUT_PANDAS)  # the client of Milvus does not load without it
    return create_app(settings, once(Recommender.load(settings), Recommender.load))


def _gateway(var: Path | None) -> Any:
    from gateway.app import create_app

    return create_app()


SERVICES = {
    "gateway": Service(8000, _gateway),
    "query": Service(8001, _query),
    "reco": Service(8002, _reco),
}


def serve_one(name: str, host: str, port: int, var: Path | None) -> None:
    """Serve until a signal; raises DataError for a taken port or a faulty version."""
    import uvicorn

    with bind(host, port) as listening:
        app = _loaded(SERVICES[name].make_app, var)
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACEFUL_S,
        )
        uvicorn.Server(config).run(sockets=[listening])


class WithoutPandas(MetaPathFinder):
    """Hides pandas from pyarrow, which loads it wherever it is installed: 40 MB a service."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """See importlib.abc.MetaPathFinder."""
        if name == "pandas":
            raise ModuleNotFoundError("serving uses no pandas", name=name)


WITHOUT_PANDAS = WithoutPandas()


def _loaded(make_app: Callable[[Path | None], Any], var: Path | None) -> Any:
    """The app, with what loading left behind given back to the system."""
    sys.meta_path.insert(0, WITHOUT_PANDAS)
    with memory.loading():
        app = make_app(var)
    memory.give_back()
    return app


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises DataError in one sentence where there is none to be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as exc:  # the latter: a port past 65535
        reason = getattr(exc, "strerror", None) or "there is no such port"
        raise DataError(
            f"cannot listen on {host}:{port}: {reason}; choose another with --port"
        ) from exc
