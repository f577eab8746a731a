"""nginx from Debian, as a peer: one worker before a service, with a cache of answers or without."""

import contextlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from processes import free_port, serving, status_of

MISSING = "this benchmark needs nginx: apt-get install nginx-light"
ALIVE = "/salud/viva"
CONFIGURATION = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_cache_path {folder}/kept keys_zone=kept:10m;
    upstream service {{ server {service}; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        location = {alive} {{ return 200; }}
        location / {{
            proxy_pass http://service;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            {kept}
        }}
    }}
}}
"""
KEPT = """proxy_cache kept;
            proxy_cache_valid 200 1h;
            proxy_cache_lock on;
            proxy_cache_use_stale error timeout;
            add_header X-Cache $upstream_cache_status;"""


def need_nginx() -> None:
    """Leave with one sentence where nginx is not installed."""
    if shutil.which("nginx") is None:
        sys.exit(MISSING)


@contextlib.contextmanager
def nginx(
    service: str, kept: bool, pinned: Sequence[str] = ()
) -> Iterator[tuple[str, psutil.Process]]:
    """nginx before the service at that address; gives its own address, and its worker.

    `pinned` goes before the command, such as taskset's.
    """
    port = free_port()
    with TemporaryDirectory(prefix="nginx-") as folder:
        Path(folder).chmod(0o755)  # its worker is another user
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=folder,
                service=service.removeprefix("http://").rstrip("/"),
                port=port,
                alive=ALIVE,
                kept=KEPT if kept else "",
            )
        )
        address = f"http://127.0.0.1:{port}"
        with serving([*pinned, "nginx", "-c", str(configuration)]) as server:
            server.wait_until(lambda: status_of(address + ALIVE) == 200)
            yield address, psutil.Process(server.process.pid).children()[0]
