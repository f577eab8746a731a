"""The merged OpenAPI made in process, and a browser where there is one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import gateway.app
import query_service.app
import reco_service.app
from demo.faults import DemoError
from demo.programs import chromium
from demo.recording import browser
from gateway.openapi import merge
from gateway.settings import Settings


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """What /openapi.json answers, made without serving or loading anything."""
    own = gateway.app.create_app(Settings()).openapi()
    parts = {"query": query_service.app.create_app(), "reco": reco_service.app.create_app()}
    return merge(own, {name: app.openapi() for name, app in parts.items()})


@pytest.fixture
def opened() -> Iterator[Browser]:
    """Debian's Chromium, where ffmpeg is as well."""
    try:
        chromium()
    except DemoError as missing:
        pytest.skip(str(missing))
    with browser() as launched:
        yield launched


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a recording is written."""
    made = tmp_path / "demo"
    made.mkdir()
    return made
