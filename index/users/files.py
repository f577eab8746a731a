"""The arrays of a model of users, and the files they lie in: what build and service share."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import VersionError

FILE = "user_{name}.npy"


@dataclass(frozen=True)
class UserFiles:
    """One array a field. Users are in the order of `ids`, ascending; films in that of the index.

    `ids` (users,) int64; `starts` (users + 1,) int64: where each one's ratings begin in `rows`
    (film rows, int32), `values` and `taste` (float32), all (ratings,); `bias` (users,)
    and `film_bias` (films,) float32; `factors` (users, n) float16; `film_factors` (rated films, n)
    float32, of the films at `factor_rows` alone, ascending int32: those nobody rated have none.
    """

    ids: NDArray[Any]
    starts: NDArray[Any]
    rows: NDArray[Any]
    values: NDArray[Any]
    taste: NDArray[Any]
    bias: NDArray[Any]
    factors: NDArray[Any]
    film_bias: NDArray[Any]
    factor_rows: NDArray[Any]
    film_factors: NDArray[Any]

    def by_file(self) -> dict[str, NDArray[Any]]:
        """Every array by the name of its file."""
        return {FILE.format(name=field.name): getattr(self, field.name) for field in fields(self)}

    @classmethod
    def map(cls, folder: Path) -> "UserFiles":
        """Those in `folder`, mapped into memory; raises VersionError where one cannot be read."""
        try:
            arrays = {
                field.name: np.load(folder / FILE.format(name=field.name), mmap_mode="r")
                for field in fields(cls)
            }
        except (OSError, ValueError, EOFError) as exc:
            raise VersionError(f"{folder} lacks a part of the model of users: {exc}") from exc
        return cls(**arrays)
