"""What tests of the index share."""

from pathlib import Path

import pytest

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.facts import FilmFacts, read_facts


@pytest.fixture(scope="session")
def facts(sample_data: Path) -> FilmFacts:
    """The facts of the sample's films."""
    return read_facts(open_current(sample_data, "data", DATA_FORMAT)[0])
