"""`cartelera serve gateway` as processes: faults of settings, several workers, signals."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.conftest import ROOT
from tests.stack import three_free_ports
from tests.waiting import until

pytestmark = pytest.mark.slow


@contextmanager
def gateway(**settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = three_free_ports()
    command = [sys.executable, "-m", "cli.main", "serve", "gateway", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | settings, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def alive(address: str) -> bool:
    try:
        return httpx.get(f"{address}/salud/viva", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    children = psutil.Process(process.pid).children()
    return {child.pid for child in children if runs(child.pid) and "spawn_main" in told(child)}


def told(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def runs(pid: int) -> bool:
    """Whether the process does more than wait for its parent to notice its end."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("GATEWAY_KEYS_FILE", "/nonexistent/llaves.json", "cartelera llaves crear"),
        ("GATEWAY_ADDRESS_RATE", "muchas", "is no rate"),
        ("GATEWAY_TRUSTED_PROXIES", "10.0.0.0/99", "TRUSTED_PROXIES"),
    ],
)
def test_a_fault_of_a_setting_is_one_sentence(workers, setting, value, told):
    with gateway(**{setting: value, "GATEWAY_WORKERS": workers}) as (process, _):
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert told in said and "Traceback" not in said and len(said.splitlines()) == 1


def test_several_workers_share_the_port_and_are_replaced_when_they_die():
    with gateway(GATEWAY_WORKERS="2") as (process, address):
        assert until(lambda: alive(address) and len(workers_of(process)) == 2)
        victim = min(before := workers_of(process))
        os.kill(victim, signal.SIGKILL)
        assert until(lambda: len(now := workers_of(process)) == 2 and victim not in now)
        assert until(lambda: alive(address))
        assert len(before & workers_of(process)) == 1


def test_a_hangup_replaces_all_workers_while_requests_are_answered():
    with gateway(GATEWAY_WORKERS="2") as (process, address):
        assert until(lambda: alive(address) and len(workers_of(process)) == 2)
        before = workers_of(process)
        process.send_signal(signal.SIGHUP)
        failed = 0
        while not until(lambda: not before & workers_of(process), 0.05):
            failed += not alive(address)
        assert failed == 0 and len(workers_of(process)) >= 1


def test_workers_end_with_what_started_them_however_it_ends():
    with gateway(GATEWAY_WORKERS="2") as (process, address):
        assert until(lambda: alive(address) and len(workers_of(process)) == 2)
        workers = workers_of(process)
        process.kill()
        process.wait()
        assert until(lambda: not any(runs(pid) for pid in workers))


def test_idle_clients_leave_files_for_the_way_to_the_services():
    port = three_free_ports()
    command = f"ulimit -n 128; exec {sys.executable} -m cli.main serve gateway --port {port}"
    environment = os.environ | {"GATEWAY_MAX_CONNECTIONS": "10"}
    with subprocess.Popen(
        ["bash", "-c", command], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        address = f"http://127.0.0.1:{port}"
        assert until(lambda: alive(address))
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
        refused = httpx.get(f"{address}/salud/viva")
        for one in idle:
            one.close()
        assert until(lambda: alive(address))
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert refused.status_code == 503
    assert "few_files" in said and "Too many open files" not in said
