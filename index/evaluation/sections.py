"""Tables, and the parts of a report that stand after the rankings of films."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.evaluation.results import Plot


@dataclass(frozen=True)
class Grid:
    """A table; the first column names its lines, and those named in `marked` are under test."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    marked: Collection[str] = ()
    title: str = ""

    def as_markdown(self, level: int = 3) -> str:
        """The table, below its title if it has one."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        table = "\n".join(f"| {' | '.join(cell(text) for text in line)} |" for line in lines)
        heading = "#" * level
        return f"{heading} {cell(self.title)}\n\n{table}" if self.title else table


@dataclass(frozen=True)
class Section:
    """A part of a report: paragraphs, plots (of pages alone), tables, and what words mean."""

    title: str
    text: Sequence[str]
    grids: Sequence[Grid] = ()
    plots: Sequence[Plot] = ()
    terms: Sequence[tuple[str, str]] = ()

    def as_markdown(self) -> str:
        """The part, without its plots."""
        parts = [f"## {self.title}", *self.text, *(grid.as_markdown() for grid in self.grids)]
        if self.terms:
            told = [f"- **{cell(name)}**: {meaning}." for name, meaning in self.terms]
            parts.append("\n".join(told))
        return "\n\n".join(parts)


def cell(text: str) -> str:
    """Text that stays within one cell of Markdown."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
