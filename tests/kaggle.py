"""Kaggle on the loopback, as far as kagglehub asks it, and its sets in small.

It is reached as a proxy: kagglehub then asks `http://localhost`, its own developers' Kaggle, and is
sent on to storage at another address, both of which end up here on a port of our own.
"""

import base64
import hashlib
import io
import json
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from contracts.platforms import PLATFORMS
from etl.kaggle import SETS
from tests.raw import LINKS, RATED_FILMS, add_titles, credit, keywords, rating, raw_folder, title

TOKEN = "KGAT_0123456789abcdef"
STORAGE = "storage.example"
FILMS = SETS["peliculas"][0].handle
NETFLIX = SETS["netflix"][0].handle
MIB = 1 << 20


class Asked(NamedTuple):
    """One request as it came."""

    host: str
    what: str
    range: str | None
    authorization: str | None


class Kaggle:
    """Files by set and name, and how to misbehave over them."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], bytes] = {}
        self.asked: list[Asked] = []
        self.refusals: dict[str, int] = {}
        """Status by name of file, in place of it."""
        self.cuts: dict[str, int] = {}
        """Bytes after which the connection is cut, once."""
        self.holds: dict[str, int] = {}
        """Bytes after which nothing more comes, once, until the caller is gone."""
        self.silent = False
        """Whether no question is answered at all."""
        self.packed, self.resumable, self.ignores_ranges, self.hashes = False, True, False, True
        self.headers: dict[str, str] = {}
        self.version = 7
        self.port = 0

    def of_storage(self) -> list[str | None]:
        """The ranges asked of storage, in order."""
        return [asked.range for asked in self.asked if asked.host == STORAGE]

    def environment(self, folder: Path) -> dict[str, str]:
        """What makes kagglehub ask this one, with a token, a home and a cache in `folder`."""
        address = f"http://127.0.0.1:{self.port}"
        return {
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "http_proxy": address,
            "HTTP_PROXY": address,
            "no_proxy": "",
            "NO_PROXY": "",
            "HOME": str(folder / "home"),
            "KAGGLE_CONFIG_DIR": str(folder / "home"),
            "KAGGLEHUB_CACHE": str(folder / "cache"),
            "KAGGLE_API_TOKEN": TOKEN,
        }


@contextmanager
def serving(kaggle: Kaggle) -> Iterator[Kaggle]:
    """Serve it on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"kaggle": kaggle}))
    server.daemon_threads = True
    kaggle.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield kaggle
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    kaggle: Kaggle

    def do_POST(self) -> None:
        url, headers = urlsplit(self.path), self.headers
        asked = json.loads(self.rfile.read(int(headers["Content-Length"])))
        what = url.path.rpartition("/")[2]
        self.kaggle.asked.append(Asked(url.netloc, what, None, headers["Authorization"]))
        handle, name = f"{asked['ownerSlug']}/{asked['datasetSlug']}", asked.get("fileName")
        if self.kaggle.silent:
            self.connection.recv(1)
        elif status := self.kaggle.refusals.get(name or handle):
            self.answer(status, json.dumps({"code": status, "message": "No."}).encode())
        elif headers["Authorization"] != f"Bearer {TOKEN}":
            self.answer(401, b'{"code": 401, "message": "Unauthenticated"}')
        elif what == "GetDataset":
            self.answer(200, json.dumps({"currentVersionNumber": self.kaggle.version}).encode())
        elif (handle, name) not in self.kaggle.files:
            self.answer(404, b'{"code": 404, "message": "Not found"}')
        else:
            suffix = ".zip" if self.kaggle.packed else ""
            self.send_response(302)
            self.send_header("Location", f"http://{STORAGE}/{handle}/{name}{suffix}?signed=1")
            self.end_headers()

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in self.kaggle.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        url, asked = urlsplit(self.path), self.headers["Range"]
        self.kaggle.asked.append(Asked(url.netloc, url.path, asked, self.headers["Authorization"]))
        handle, _, name = url.path.strip("/").removesuffix(".zip").rpartition("/")
        body, start = packed(name, self.kaggle.files[handle, name], self.kaggle.packed), 0
        if asked and not self.kaggle.ignores_ranges:
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
        if start > len(body):
            self.answer(416, b"<Error><Code>InvalidRange</Code></Error>")
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        if self.kaggle.resumable:
            self.send_header("Accept-Ranges", "bytes")
        if self.kaggle.hashes:
            md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
            self.send_header("X-Goog-Hash", f"md5={md5}")
        self.end_headers()
        self.send(name, body[start:])

    def send(self, name: str, body: bytes) -> None:
        if (cut := self.kaggle.cuts.pop(name, None)) is not None:
            self.wfile.write(body[:cut])
        elif (hold := self.kaggle.holds.pop(name, None)) is not None:
            self.wfile.write(body[:hold])
            self.connection.recv(1)  # returns once the caller is gone
        else:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def packed(name: str, content: bytes, in_a_zip: bool) -> bytes:
    """The file as it travels: Kaggle sends large ones in a zip of their own."""
    if not in_a_zip:
        return content
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # not compressed: as many bytes as it seems
        archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def all_sets(folder: Path) -> dict[tuple[str, str], bytes]:
    """Every set in small, by handle and name, written to `folder`; the keywords have some 3 MB."""
    plots = [keywords(862, "toy"), keywords(949, *(f"theme {n}" for n in range(100_000)))]
    raw_folder(folder, RATED_FILMS, [credit(862, ["Tom Hanks"])], plots, LINKS, [rating(1, 1, 3)])
    (folder / "movies_dataset.csv").rename(folder / "movies_metadata.csv")
    shutil.copyfile(folder / "ratings.csv", folder / "ratings_small.csv")
    for platform in PLATFORMS:
        add_titles(folder, [title(1), title(2, "Toy Story")], platform.file)
    names = {(file.handle, file.name) for files in SETS.values() for file in files}
    names.add((FILMS, "ratings_small.csv"))
    return {(handle, name): (folder / name).read_bytes() for handle, name in names}
