"""Raw CSV to rows: strict about what is CSV, lenient about what stands in the cells."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from contracts.errors import DataError
from etl.ledger import Ledger
from etl.sources import Source, refusing_damage

if TYPE_CHECKING:
    from _csv import Reader

MAX_CELL_CHARACTERS = 64 * 1024 * 1024
"""A cell past this is a file gone wrong, not data; the largest real ones are near 100 KB."""

Row = tuple[int, list[str], list[str]]
"""Line of the row's first cell (the header is line 1), the cells asked for, and all its cells."""


def read_rows(source: Source, columns: Sequence[str], ledger: Ledger) -> Iterator[Row]:
    """Rows of `source`, cut to `columns` in that order.

    A row with too many or too few cells goes to the ledger. Raises DataError for a file that
    is empty, not UTF-8, lacks a column or breaks off in the middle of a row.
    """
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    with source.open() as binary, refusing_damage(str(source)):
        # lines end at \n alone, so that line numbers are those of grep and sed
        text = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="\n")
        reader = csv.reader(text, strict=True)
        try:
            header = next(reader, None)
            yield from _body(reader, find_columns(source, header, columns), source, ledger)
        except UnicodeDecodeError as exc:
            raise DataError(
                f"{source} is not UTF-8 text (byte {exc.object[exc.start]:#04x}"
                f" near line {reader.line_num + 1})"
            ) from exc
        except csv.Error as exc:
            raise DataError(f"{source} is not well-formed CSV: {_explain(exc, reader)}") from exc


def find_columns(source: Source, header: list[str] | None, columns: Sequence[str]) -> list[int]:
    """Where each wanted column stands; last comes the number of cells a row must have.

    Raises DataError where there is no header or it lacks a column.
    """
    if not header:
        raise DataError(f"{source} is empty")
    names = [name.strip() for name in header]
    if missing := [name for name in columns if name not in names]:
        there = ", ".join(names)[:200]
        raise DataError(f"{source} has no column {', '.join(missing)} (it has: {there!r})")
    return [*(names.index(name) for name in columns), len(names)]


def _body(reader: "Reader", positions: list[int], source: Source, ledger: Ledger) -> Iterator[Row]:
    *wanted, width = positions
    before, short_line = reader.line_num, 0
    for cells in reader:
        line, before = before + 1, reader.line_num
        if len(cells) == width:
            yield line, [cells[position] for position in wanted], cells
        elif cells:  # a blank line holds nothing to lose
            short_line = line if len(cells) < width else 0
            ledger.drop_row(source.label, line, "wrong_cell_count", cells)
            continue
        short_line = 0
    if short_line:
        raise DataError(f"{source} breaks off in the middle of the row at line {short_line}")


def _explain(error: csv.Error, reader: "Reader") -> str:
    if "unexpected end of data" in str(error):
        return f"it breaks off inside a quoted cell (line {reader.line_num})"
    if "field larger than field limit" in str(error):
        return f"a cell at line {reader.line_num + 1} is larger than 64 MB"
    return f"{error} (near line {reader.line_num})"
