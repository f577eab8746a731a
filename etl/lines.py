"""CSV of millions of plain rows, in blocks of Arrow columns; Python never sees a row.

For files whose cells are numbers. No such cell holds a line break, so a line is a row and keeps
its number for the ledger: pyarrow.csv does not tell it, and `csv.reader` makes an object of every
cell, which is slower and does not fit in memory for long.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contracts.errors import DataError
from etl.ledger import Ledger
from etl.read import find_columns
from etl.sources import Source, refusing_damage

BLOCK_BYTES = 8 * 1024 * 1024
LONGEST_LINE_BYTES = 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NEWLINE = ord("\n")

UNQUOTED = ((r'"(\d+),(\d+)"', r"\1.\2"), (r'"([^"]*)"', r"\1"))
"""Quotes hold at most a decimal comma together; a quote without its partner stays, and is told."""

Block: TypeAlias = pa.Table
"""Rows with `line` (the header is line 1), `text` (the whole row) and the cells asked for."""


def read_blocks(source: Source, columns: Sequence[str], ledger: Ledger) -> Iterator[Block]:
    """Rows of `source` with the cells of `columns`, as text; blank lines are left out.

    A row with too many or too few cells goes to the ledger. Raises DataError for a file that
    is empty, not UTF-8, lacks a column or breaks off in the middle of a row.
    """
    blocks = read_lines(source)
    first = next(blocks, None)
    header = first["text"][0].as_py().replace('"', "").split(",") if first else None
    *positions, width = find_columns(source, header, columns)
    short_line = 0
    for block in itertools.chain([first.slice(1)] if first else (), blocks):
        rows = pc.split_pattern(_without_quotes(block["text"]).combine_chunks(), ",")
        widths = pc.list_value_length(rows)
        right = pc.equal(widths, width)
        _drop_others(block, right, source, ledger)
        if len(block):
            short_line = block["line"][-1].as_py() if widths[-1].as_py() < width else 0
        yield _with_cells(block, rows, right, dict(zip(columns, positions, strict=True)), width)
    if short_line:
        raise DataError(f"{source} breaks off in the middle of the row at line {short_line}")


def read_lines(source: Source) -> Iterator[pa.Table]:
    """Lines of `source` in blocks: `line`, counted from 1, and `text`; blank ones are left out."""
    with source.open() as binary, refusing_damage(str(source)):
        line, rest = 1, b""
        while chunk := binary.read(BLOCK_BYTES):
            if line == 1 and not rest:
                chunk = chunk.removeprefix(BYTE_ORDER_MARK)
            whole, newline, rest = (rest + chunk).rpartition(b"\n")
            if len(rest) > LONGEST_LINE_BYTES:
                raise DataError(f"{source} is not well-formed CSV: a line has more than 1 MB")
            yield from _numbered(source, whole + newline, line)
            line += whole.count(b"\n") + len(newline)
        yield from _numbered(source, rest + b"\n", line)


def _numbered(source: Source, block: bytes, first: int) -> Iterator[pa.Table]:
    """The lines in `block`, which ends with one; nothing if all are blank."""
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == NEWLINE) + 1
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    texts = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block))
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid as exc:
        raise DataError(f"{source} is not UTF-8 text (at line {first} or after)") from exc
    texts = pc.ascii_rtrim(texts, "\r\n")
    lines = pa.array(np.arange(first, first + len(ends)))
    table = pa.table({"line": lines, "text": texts})
    if len(filled := table.filter(pc.not_equal(texts, ""))):
        yield filled


def _without_quotes(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    if pc.any(pc.match_substring(texts, '"')).as_py():
        for pattern, replacement in UNQUOTED:
            texts = pc.replace_substring_regex(texts, pattern, replacement)
    return texts


def _drop_others(block: Block, right: pa.Array, source: Source, ledger: Ledger) -> None:
    others = block.filter(pc.invert(right))
    ledger.drop_rows(source.label, others["line"], None, "wrong_cell_count", others["text"])


def _with_cells(
    block: Block, rows: pa.ListArray, right: pa.Array, positions: dict[str, int], width: int
) -> Block:
    """The block's `right` rows, with the cells at `positions`; each of them has `width` cells."""
    block, cells = block.filter(right), rows.filter(right).flatten()
    for name, position in positions.items():
        block = block.append_column(name, cells.take(np.arange(position, len(cells), width)))
    return block
