import operator
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from contracts.errors import DataError
from contracts.partitions import LOCAL, partitions

WORK = """
import functools, operator, sys
from contracts.errors import DataError
from contracts.partitions import partitions
from contracts.ray_session import check_address

with partitions(sys.argv[1]) as there:
    print(list(there.map(functools.partial(operator.mul, 2), range(40))))
    print(list(there.map_made(functools.partial(functools.partial, operator.mul, 3), "abc")))
    print(list(there.map(len, [])))
    try:
        list(there.map(check_address, ["local", "nonsense"]))
    except DataError as exc:
        print(str(exc).removeprefix("on a node of Ray: "))
    try:
        list(there.map_made(functools.partial(check_address, "nowhere"), [1]))
    except DataError as exc:
        print(str(exc).removeprefix("on a node of Ray: "))
"""


def said(where: str) -> str:
    command = [sys.executable, "-c", WORK, where]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_ray_gives_what_this_process_gives() -> None:
    told = said("")
    assert told.count("\n") == 5
    assert said("local") == told


def test_here_each_part_is_taken_when_the_result_before_was() -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for part in range(3):
            taken.append(part)
            yield part

    results = LOCAL.map(operator.neg, parts())
    assert (next(results), taken) == (0, [0])
    assert (list(results), taken) == ([-1, -2], [0, 1, 2])


def test_without_work_nobody_is_asked() -> None:
    with partitions("127.0.0.1:1") as there:
        assert list(there.map(operator.neg, [])) == []


@pytest.mark.parametrize("where", ["nonsense", "host", "host:port", "http://host:1", "auto"])
def test_an_address_that_is_none_is_refused(where: str) -> None:
    with pytest.raises(DataError, match="Ray is 'local' or a cluster's host:port, not"):
        work_at(where)


def test_ray_s_client_is_refused_since_ray_data_does_not_know_it() -> None:
    with pytest.raises(DataError, match="run the job on a node"):
        work_at("ray://127.0.0.1:10001")


def test_without_ray_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(DataError, match=r"pip install 'cartelera\[ray\]'"):
        work_at("local")


def work_at(where: str) -> None:
    with partitions(where) as there:
        list(there.map(operator.neg, [1]))


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that accepts, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def web() -> Iterator[str]:
    """The address of a web server."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        thread.join()


@pytest.fixture
def without_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is asked for Ray's module gives another: its own does not matter here."""
    monkeypatch.setattr("contracts.ray_session._installed", lambda: operator)


def test_where_nobody_listens_it_is_told(without_import: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DataError, match=f"no Ray cluster answers at 127.0.0.1:{port}: "):
        work_at(f"127.0.0.1:{port}")


def test_a_server_that_says_nothing_is_no_cluster(without_import: None, silent: str) -> None:
    with pytest.raises(DataError, match="no Ray cluster answers at .*: timed out"):
        work_at(silent)


def test_a_web_server_is_no_cluster(without_import: None, web: str) -> None:
    with pytest.raises(DataError, match="what answers at .* is no Ray cluster"):
        work_at(web)
