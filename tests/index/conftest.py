"""What tests of the index share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.columns import DATA_FORMAT
from contracts.versions import open_current
from index.facts import FilmFacts, read_facts
from tests.milvus_server import MilvusServer, milvus_server


@pytest.fixture(scope="session")
def facts(sample_data: Path) -> FilmFacts:
    """The facts of the sample's films."""
    return read_facts(open_current(sample_data, "data", DATA_FORMAT)[0])


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """A real Milvus on this machine, one for all tests; who kills it starts it again."""
    with milvus_server(tmp_path_factory.mktemp("milvus")) as server:
        yield server
