"""The published data version as the report reads it."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from contracts.columns import DATA_FORMAT, TABLES, conform
from contracts.errors import DataError
from contracts.versions import Manifest, open_current, saying_what_failed

FRAMES = ("movies", "credits", "keywords", "titles", "ratings")


@dataclass(frozen=True)
class Data:
    """The tables of one version; `ledger` stays in Arrow, its entries may be millions."""

    manifest: Manifest
    movies: pd.DataFrame
    credits: pd.DataFrame
    keywords: pd.DataFrame
    titles: pd.DataFrame
    ratings: pd.DataFrame
    ledger: pa.Table

    @property
    def simulated(self) -> bool:
        """Whether nobody's ratings are among the ratings."""
        return bool(self.manifest.settings.get("simulated_ratings"))


def known_votes(movies: pd.DataFrame) -> pd.Series:
    """The mean votes, NaN where it is unknown: nobody voted, or it is 0, which no vote can be."""
    known = (movies["vote_count"] > 0) & (movies["vote_average"] > 0)
    return movies["vote_average"].where(known)


def read_data(root: Path) -> Data:
    """The current data version in `root`; raises DataError where it is not there and whole."""
    folder, manifest = open_current(root, "data", DATA_FORMAT)
    tables = {name: _read(folder / f"{name}.parquet", name) for name in (*FRAMES, "ledger")}
    ledger = tables.pop("ledger")
    frames = {name: _framed(table) for name, table in tables.items()}
    return Data(manifest=manifest, ledger=ledger, **frames)


def _read(path: Path, name: str) -> pa.Table:
    """One table, empty where the version has no such file."""
    if not path.exists():
        return TABLES[name].empty_table()
    try:
        with saying_what_failed(f"{path} cannot be read"):
            return conform(pq.ParquetFile(path).read(), TABLES[name])
    except pa.ArrowException as exc:
        raise DataError(f"{path} cannot be read: {exc}") from exc


def _framed(table: pa.Table) -> pd.DataFrame:
    """The table with numpy's numbers and dates, and objects for texts and lists."""
    frame = pd.DataFrame(index=range(len(table)))
    columns = {
        name: pd.Series(_column(table[name]), index=frame.index) for name in table.column_names
    }
    return pd.DataFrame(columns, index=frame.index)


def _column(column: pa.ChunkedArray) -> object:
    kind = column.type
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("s")).to_numpy()
    if pa.types.is_integer(kind) and column.null_count:
        return column.cast(pa.float64()).to_numpy()
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column.to_numpy()
    return pd.Series(column.to_pylist(), dtype=object)
