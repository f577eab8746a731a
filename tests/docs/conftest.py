"""The site as it is built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

BUILDER = Path(sys.executable).parent / "zensical"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    project = copy_of_documents(tmp_path_factory.mktemp("site"))
    result = build(project)
    assert result.returncode == 0, result.stdout + result.stderr
    return project / "site"


def copy_of_documents(project: Path) -> Path:
    """A folder with what the site is built from, so that nothing is written into the tree."""
    shutil.copytree(ROOT / "docs", project / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", project)
    return project


def build(project: Path) -> subprocess.CompletedProcess[str]:
    """As `make docs` builds it."""
    command = [BUILDER, "build", "--strict", "--clean"]
    plain = os.environ | {"NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=project, env=plain, capture_output=True, text=True, timeout=60
    )
