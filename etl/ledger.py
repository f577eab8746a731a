"""The ledger: what was dropped or repaired, where it stood, why, and its original text."""

import csv
import io
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from contracts.columns import LEDGER, conform

DROPPED, REPAIRED, KEPT = "dropped", "repaired", "kept"
WHOLE_FILE = 0
"""The line of an entry that tells of a whole file."""

REASONS = {
    "torn_row": "one half of a row that was torn in two",
    "wrong_cell_count": "the row has more or fewer cells than the header",
    "no_id": "the row has no id",
    "bad_id": "the id is not a whole number (of a title: not like s123)",
    "no_release_date": "the film has no release date",
    "bad_release_date": "the release date is not a date",
    "date_rewritten": "the date was written in another form",
    "no_title": "the film has neither title nor original title, the platform's title no name",
    "title_from_original": "the title was missing; the original title stands in",
    "duplicate_id": "another row of this id stays (the film of most votes, the first of equals)",
    "no_such_movie": "the row is of a film that is not in the movies table",
    "null_to_zero": "an empty amount became 0",
    "not_a_number": "the cell is not a number; it became 0 (runtime: empty; of a rating: dropped)",
    "negative_number": "an amount below 0 became 0",
    "not_a_literal": "the nested cell cannot be parsed; it counts as empty",
    "unexpected_shape": "the nested cell holds another shape; what fits was kept",
    "placeholder": "a text that says there is no text was emptied",
    "control_characters": "control characters were removed from the text",
    "zero_width_characters": "characters of no width were removed from the text",
    "bad_type": "the title is neither Movie nor TV Show, and its duration does not tell",
    "kind_from_duration": "the type was missing or unknown; the duration tells it",
    "not_a_name": "a name without any letter was left out of the list",
    "rating_to_g": "rows without age rating, which became g",
    "duration_in_rating": "the duration stood in the age rating's place and was put in its own",
    "no_duration": "rows without duration",
    "bad_duration": "the duration is neither minutes nor seasons; it counts as none",
    "zero_duration": "the duration is 0; it counts as none",
    "bad_date_added": "the date is not a date; it counts as none",
    "bad_release_year": "the year is none from 1870 to 2100; it counts as none",
    "rating_out_of_range": "the rating is not from 0.5 to 5",
    "not_in_links": "the links file names no TMDB id for this movieId",
    "duplicate_rating": "the user rated this again later (of one second's, the later line stays)",
    "no_links": "without a links file none of this file's ratings could be resolved",
    "platform_film": "the movieIds (as680) are of a platform whose catalogue is not there",
    "no_such_title": "the catalogues hold no title of this movieId",
    "too_few_users": "all ratings are of one user: nothing can be learnt from them",
}
"""Every reason code, in plain words."""


class Ledger:
    """Collects entries in the order they are found; columns as in contracts.columns.LEDGER."""

    def __init__(self) -> None:
        self._columns: dict[str, list[object]] = {name: [] for name in LEDGER.names}
        self._blocks: list[pa.Table] = []

    def repair(self, file: str, line: int, column: str, reason: str, original: str) -> None:
        """Note that one cell was changed; `original` is its text as it stood."""
        self._add(file, line, column, REPAIRED, reason, original)

    def drop_row(
        self, file: str, line: int, reason: str, cells: Sequence[str], column: str | None = None
    ) -> None:
        """Note that a row was left out, for what `column` holds; `cells` are its cells."""
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(cells)
        self._add(file, line, column, DROPPED, reason, text.getvalue())

    def drop_rows(
        self,
        file: str,
        lines: pa.ChunkedArray,
        column: str | None,
        reason: str,
        originals: pa.ChunkedArray,
    ) -> None:
        """As `drop_row`, for rows by the million: their lines, and their texts as they stood."""
        assert reason in REASONS, reason
        if not len(lines):
            return
        same = {"file": file, "column": column, "action": DROPPED, "reason": reason}
        repeated = {
            name: pa.repeat(pa.scalar(text, pa.string()), len(lines)) for name, text in same.items()
        }
        block = {**repeated, "line": lines, "original": originals}
        self._blocks.append(pa.table(block, schema=LEDGER))

    def tell_of_file(self, file: str, action: str, reason: str, rows: int) -> None:
        """Note, once for the whole file, what befell so many of its rows."""
        self._add(file, WHOLE_FILE, None, action, reason, f"{rows} rows")

    def counts(self) -> dict[str, int]:
        """How many entries each reason has, by reason."""
        counts = Counter(map(str, self._columns["reason"]))
        for block in self._blocks:
            counts[block["reason"][0].as_py()] += len(block)
        return dict(sorted(counts.items()))

    def table(self) -> pa.Table:
        """All entries as a table of schema LEDGER, by file, line and column."""
        blocks = [pa.table(self._columns, schema=LEDGER), *self._blocks]
        table = conform(pa.concat_tables(blocks), LEDGER)
        order = [(name, "ascending") for name in ("file", "line", "column", "reason")]
        return table.sort_by(order)

    def _add(
        self, file: str, line: int, column: str | None, action: str, reason: str, original: str
    ) -> None:
        assert reason in REASONS, reason
        row = (file, line, column, action, reason, original)
        for name, value in zip(LEDGER.names, row, strict=True):
            self._columns[name].append(value)
