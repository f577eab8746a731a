"""The blueprint for Render: its fields, its build, and its start command, run as it stands."""

import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import psutil
import pytest
import yaml

from tests.conftest import ROOT
from tests.docs.test_documents import fault_of
from tests.stack import Stack, three_free_ports
from tests.waiting import until

FREE_TIER_MB = 512
ROOM_LEFT_MB = 150

# What Render documents of a web service in a blueprint, as far as one of Python's runtime goes.
SCHEMA = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "properties": {
        "services": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/web"}},
    },
    "$defs": {
        "web": {
            "type": "object",
            "required": ["type", "name", "runtime", "buildCommand", "startCommand"],
            "additionalProperties": False,
            "properties": {
                "type": {"const": "web"},
                "name": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
                "runtime": {"enum": ["python"]},
                "plan": {"enum": ["free", "starter", "standard", "pro"]},
                "region": {"enum": ["oregon", "ohio", "virginia", "frankfurt", "singapore"]},
                "branch": {"type": "string"},
                "rootDir": {"type": "string"},
                "buildCommand": {"type": "string", "minLength": 1},
                "startCommand": {"type": "string", "minLength": 1},
                "healthCheckPath": {"type": "string", "pattern": "^/"},
                "autoDeployTrigger": {"enum": ["commit", "checksPass", "off"]},
                "envVars": {"type": "array", "items": {"$ref": "#/$defs/variable"}},
            },
        },
        "variable": {
            "type": "object",
            "required": ["key"],
            "additionalProperties": False,
            "properties": {
                "key": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
                "value": {"type": ["string", "number"]},
                "sync": {"const": False},
                "generateValue": {"const": True},
            },
            "oneOf": [
                {"required": ["value"]},
                {"required": ["sync"]},
                {"required": ["generateValue"]},
            ],
        },
    },
}


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    """The one service of the blueprint."""
    blueprint = yaml.safe_load((ROOT / "render.yaml").read_text())
    jsonschema.validate(blueprint, SCHEMA)
    (only,) = blueprint["services"]
    return dict(only)


def test_a_field_that_render_does_not_know_is_noticed(service: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"services": [service | {"healthCheckInterval": 5}]}, SCHEMA)


def test_it_is_one_free_web_service_without_a_disk(service: dict[str, Any]) -> None:
    assert (service["type"], service["plan"]) == ("web", "free")
    assert "disk" not in service


def test_every_step_of_the_build_names_what_is_there(service: dict[str, Any]) -> None:
    steps = [step.strip() for step in service["buildCommand"].split("&&")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for step in steps:
        words = step.split()
        if words[0] == "cartelera":
            assert not fault_of(words[1:])
        else:
            assert words[:2] == ["pip", "install"]
            assert "constraints.txt" in words
    assert (ROOT / "constraints.txt").is_file() and (ROOT / "data" / "sample").is_dir()
    (extras,) = re.findall(r"\.\[([\w,]+)\]", service["buildCommand"])
    assert set(extras.split(",")) <= set(project["optional-dependencies"]) - {"dev"}


def test_torch_is_pinned_before_all_else_and_where_it_comes_from_is_asked_for(
    service: dict[str, Any],
) -> None:
    command = service["buildCommand"]
    assert command.index("constraints.txt torch") < command.index("-e '.[")
    assert {"key": "PIP_EXTRA_ARGS", "sync": False} in service["envVars"]
    assert "torch==" in (ROOT / "constraints.txt").read_text()


def test_settings_of_the_blueprint_are_settings(service: dict[str, Any]) -> None:
    from gateway.settings import Settings

    named = [one["key"] for one in service["envVars"] if one["key"].startswith("GATEWAY_")]
    assert named
    assert {name.removeprefix("GATEWAY_").lower() for name in named} <= set(Settings.model_fields)


@pytest.mark.slow
def test_the_start_command_serves_the_sample_within_the_free_tiers_memory(
    service: dict[str, Any], sample_stack: Stack, real_var: Path, tmp_path: Path
) -> None:
    assert sample_stack.get("/salud/viva").status_code == 200  # so the sample is built
    (tmp_path / "var").symlink_to(real_var)
    port = three_free_ports()
    process = subprocess.Popen(
        service["startCommand"],
        shell=True,
        cwd=tmp_path,
        env=environment(service, port),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        assert until(lambda: answers(address + service["healthCheckPath"]), 60)
        assert until(lambda: answers(f"{address}/salud/lista"), 60)
        assert httpx.get(f"{address}/recomendacion/Heat").is_success
        assert httpx.get(f"{address}/metrics").is_success  # from this machine, as the setting says
        assert 50 < used_mb(process.pid) < FREE_TIER_MB - ROOM_LEFT_MB
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def environment(service: dict[str, Any], port: int) -> dict[str, str]:
    """What Render would set, with this installation's commands."""
    given = {one["key"]: str(one["value"]) for one in service["envVars"] if "value" in one}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return os.environ | given | {"PORT": str(port), "PATH": path}


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def used_mb(pid: int) -> float:
    """The proportional set size of a process and all below it."""
    above = psutil.Process(pid)
    return float(
        sum(one.memory_full_info().pss for one in [above, *above.children(recursive=True)]) / 2**20
    )
