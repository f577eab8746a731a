"""Columns of Arrow read a cell at a time, where they lie: nothing is copied, nothing converted."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

NO_VALUE = -1


class Lists:
    """A column of lists of text, in one chunk."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        lists = pa.array([], column.type) if column.num_chunks == 0 else column.chunk(0)
        self._starts: NDArray[np.int32] = lists.offsets.to_numpy()
        texts = lists.values
        _, offsets, data = texts.buffers()
        held = np.frombuffer(offsets, np.int32) if offsets else np.zeros(1, np.int32)
        self._ends = held[texts.offset :]
        self._data = memoryview(data or b"")

    def lengths(self) -> NDArray[np.int32]:
        """How many texts each row has."""
        return np.diff(self._starts)

    def at(self, row: int, most: int | None = None) -> list[str]:
        """The first `most` texts of a row, or all."""
        first, last = int(self._starts[row]), int(self._starts[row + 1])
        if most is not None:
            last = min(last, first + most)
        ends = self._ends[first : last + 1].tolist()
        return [
            str(self._data[start:end], "utf-8")
            for start, end in zip(ends[:-1], ends[1:], strict=True)
        ]


def numbered(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], list[str]]:
    """Each row's place among the distinct texts of the column, NO_VALUE for none; those texts."""
    texts = column.combine_chunks().dictionary_encode()
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.unify_dictionaries().combine_chunks()
    # with numpy, since Arrow's fill_null would import pandas
    places: NDArray[Any] = texts.indices.to_numpy(zero_copy_only=False)
    filled = np.nan_to_num(places, nan=NO_VALUE) if texts.null_count else places
    return filled.astype(np.int32), texts.dictionary.to_pylist()
