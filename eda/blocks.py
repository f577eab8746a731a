"""What the report is made of, before it is a page: sections of texts, tables and figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import Sentence


@dataclass(frozen=True)
class Paragraph:
    """A text; `warning` where it has to be known before the figures are read."""

    text: Sentence
    warning: bool = False


@dataclass(frozen=True)
class Bullets:
    """Findings, one after another."""

    items: Sequence[Sentence]


@dataclass(frozen=True)
class Cards:
    """A few large numbers, each with what it counts."""

    items: Sequence[tuple[Sentence, Sentence]]


@dataclass(frozen=True)
class Table:
    """Rows below a head; the first column names the row, `texts` are the others that hold text.

    A `folded` table is closed until the reader opens it.
    """

    caption: Sentence
    head: Sequence[Sentence]
    rows: Sequence[Sequence[Sentence]]
    texts: frozenset[int] = frozenset()
    codes: frozenset[int] = frozenset()
    """Columns of names that computers use, which stay on one line."""
    folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A plotly figure for both languages and colour schemes: see `eda.charts.resolve`."""

    name: str
    title: Sentence
    caption: Sentence
    spec: dict[str, Any]
    height: int = 380
    half: bool = False
    """Whether two such figures stand side by side where there is room."""


@dataclass(frozen=True)
class Picture:
    """An image that needs no script: PNG bytes for light and for dark pages."""

    name: str
    title: Sentence
    caption: Sentence
    light: bytes = field(repr=False)
    dark: bytes = field(repr=False)


Block = Paragraph | Bullets | Cards | Table | Figure | Picture


@dataclass(frozen=True)
class Section:
    """One part of the report; `key` is its address within the page."""

    key: str
    title: Sentence
    blocks: Sequence[Block]
