import socket
from pathlib import Path

import pytest

from cli.supervise import Ports, _children, address_of, reachable
from contracts.errors import DataError


def test_only_the_gateway_is_reached_from_other_machines() -> None:
    children = _children("0.0.0.0", Ports.from_gateway(8000), Path("var"))
    listening = {
        child.name: child.arguments[child.arguments.index("--host") + 1] for child in children
    }
    assert listening == {"query": "127.0.0.1", "reco": "127.0.0.1", "gateway": "0.0.0.0"}
    assert children[-1].environment["GATEWAY_RECO_URL"] == "http://127.0.0.1:8002"


@pytest.mark.parametrize(
    ("host", "there", "address"),
    [
        ("127.0.0.1", "127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "127.0.0.1", "http://127.0.0.1:8000"),
        ("::", "::1", "http://[::1]:8000"),
        ("films.example", "films.example", "http://films.example:8000"),
    ],
)
def test_the_ready_line_names_an_address_that_opens_here(
    host: str, there: str, address: str
) -> None:
    assert (reachable(host), address_of(host, 8000)) == (there, address)


def test_a_taken_port_of_a_service_is_told_though_the_gateways_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DataError, match=f"cannot listen on 127.0.0.1:{port}"):
            Ports(gateway=0, query=port, reco=0).check_free("127.0.0.1")
