"""The sample and the real data as the report reads them."""

from pathlib import Path

import pytest

from eda.page import as_html
from eda.tables import Data, read_data
from etl.run import run_etl
from tests.eda.catalogues import sections_of


@pytest.fixture(scope="session")
def data(sample_data: Path) -> Data:
    """The sample, read."""
    return read_data(sample_data)


@pytest.fixture(scope="session")
def sample_page(data: Data) -> str:
    """The page of the sample."""
    return as_html(data.manifest.version, sections_of(data))


@pytest.fixture(scope="session")
def real_var(real_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the real data, published."""
    var = tmp_path_factory.mktemp("real")
    run_etl(real_raw, var / "data")
    return var
