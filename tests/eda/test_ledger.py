from pathlib import Path

import pyarrow.compute as pc

from contracts.columns import LEDGER
from eda.ledger import ledger_section, read_entries, reason_told
from eda.ledger_words import ACTIONS, REASONS
from eda.tables import Data
from etl import ledger as etl_ledger
from tests.eda.catalogues import data_of
from tests.raw import film


def test_every_reason_and_action_of_the_etl_has_its_plain_words() -> None:
    assert set(REASONS) == set(etl_ledger.REASONS)
    assert set(ACTIONS) == {etl_ledger.DROPPED, etl_ledger.REPAIRED, etl_ledger.KEPT}
    for told in [*REASONS.values(), *ACTIONS.values()]:
        assert told.es and told.en and told.es != told.en


def test_entries_are_counted_by_reason_and_file_with_the_first_as_example(tmp_path: Path) -> None:
    films = [film(1), film(2, release_date=""), film(3, title="Late", release_date="")]
    (entry,) = [
        e for e in read_entries(data_of(tmp_path, films).ledger) if e.reason == "no_release_date"
    ]
    assert (entry.count, entry.file, entry.line) == (2, "movies_dataset.csv", 3)
    assert "Heat" in entry.example and len(entry.example) <= 90


def test_the_counts_are_those_of_the_ledger(data: Data) -> None:
    entries = read_entries(data.ledger)
    assert sum(entry.count for entry in entries) == len(data.ledger)
    torn = sum(entry.count for entry in entries if entry.reason == "torn_row")
    assert torn == pc.sum(pc.equal(data.ledger["reason"], "torn_row")).as_py() > 0


def test_a_reason_of_tomorrow_is_told_by_its_code() -> None:
    assert reason_told("cosmic_ray").es == "cosmic_ray"


def test_an_empty_ledger_is_told_in_words(data: Data) -> None:
    section = ledger_section(
        Data(**{**vars(data), "ledger": LEDGER.empty_table()})  # type: ignore[arg-type]
    )
    assert "Nothing had to be dropped" in str(section.blocks)
