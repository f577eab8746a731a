"""The release that the code says it is."""

import tomllib

from contracts.release import VERSION
from tests.conftest import ROOT


def test_the_release_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
