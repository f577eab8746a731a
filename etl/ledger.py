"""The ledger: what was dropped or repaired, where it stood, why, and its original text."""

import csv
import io
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from contracts.columns import LEDGER, conform

DROPPED, REPAIRED = "dropped", "repaired"

REASONS = {
    "torn_row": "one half of a row that was torn in two",
    "wrong_cell_count": "the row has more or fewer cells than the header",
    "no_id": "the row has no id",
    "bad_id": "the id is not a whole number",
    "no_release_date": "the film has no release date",
    "bad_release_date": "the release date is not a date",
    "date_rewritten": "the date was written in another form",
    "no_title": "the film has neither title nor original title",
    "title_from_original": "the title was missing; the original title stands in",
    "duplicate_id": "another row of this id stays (most votes, the first of equals)",
    "no_such_movie": "the row is of a film that is not in the movies table",
    "null_to_zero": "an empty amount became 0",
    "not_a_number": "the cell is not a number; it became 0 (runtime: empty)",
    "negative_number": "an amount below 0 became 0",
    "not_a_literal": "the nested cell cannot be parsed; it counts as empty",
    "unexpected_shape": "the nested cell holds another shape; what fits was kept",
    "placeholder": "a text that says there is no text was emptied",
    "control_characters": "control characters were removed from the text",
}
"""Every reason code, in plain words."""


class Ledger:
    """Collects entries in the order they are found; columns as in contracts.columns.LEDGER."""

    def __init__(self) -> None:
        self._columns: dict[str, list[object]] = {name: [] for name in LEDGER.names}

    def repair(self, file: str, line: int, column: str, reason: str, original: str) -> None:
        """Note that one cell was changed; `original` is its text as it stood."""
        self._add(file, line, column, REPAIRED, reason, original)

    def drop_row(self, file: str, line: int, reason: str, cells: Sequence[str]) -> None:
        """Note that a row was left out; `cells` are its cells as they stood."""
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(cells)
        self._add(file, line, None, DROPPED, reason, text.getvalue())

    def counts(self) -> dict[str, int]:
        """How many entries each reason has, by reason."""
        return dict(sorted(Counter(map(str, self._columns["reason"])).items()))

    def table(self) -> pa.Table:
        """All entries as a table of schema LEDGER, by file, line and column."""
        table = conform(pa.table(self._columns, schema=LEDGER), LEDGER)
        order = [(name, "ascending") for name in ("file", "line", "column", "reason")]
        return table.sort_by(order)

    def _add(
        self, file: str, line: int, column: str | None, action: str, reason: str, original: str
    ) -> None:
        assert reason in REASONS, reason
        row = (file, line, column, action, reason, original)
        for name, value in zip(LEDGER.names, row, strict=True):
            self._columns[name].append(value)
