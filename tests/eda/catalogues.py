"""Small published data versions for the tests of the report."""

from collections.abc import Iterable
from pathlib import Path

from eda.blocks import Section
from eda.run import SECTIONS
from eda.tables import Data, read_data
from etl.run import run_etl
from tests.raw import Row, raw_folder


def var_of(folder: Path, movies: Iterable[Row], *others: Iterable[Row] | None) -> Path:
    """A folder whose data/ is built from these rows (credits, keywords, links, ratings)."""
    run_etl(raw_folder(folder / "raw", movies, *others), folder / "data")
    return folder


def data_of(folder: Path, movies: Iterable[Row], *others: Iterable[Row] | None) -> Data:
    """The data version of these rows."""
    return read_data(var_of(folder, movies, *others) / "data")


def sections_of(data: Data) -> list[Section]:
    """All parts of the report on these data."""
    return [make(data) for make in SECTIONS]
