"""The whole comparison, as the history and the command line have it."""

import json
from pathlib import Path

import pytest

from contracts.errors import VersionError
from contracts.versions import current_version
from refresh.comparison import BEST_KNOWN, Side, best_known, compare
from tests.refresh.compared import any_tables, data_version, movie


def test_a_version_beside_itself_has_not_changed(sample_var: Path) -> None:
    data, index = (
        sample_var / kind / (current_version(sample_var / kind) or "") for kind in ("data", "index")
    )
    found = compare(Side(data, index), Side(data, index))
    for change in found.tables.values():
        assert (change.added, change.removed, change.changed) == (0, 0, 0)
    assert found.tables["movies"].before == found.tables["movies"].after == 290
    assert {gap.rise for gap in found.missing.values()} == {0}
    assert {shift.distance for shift in found.categories.values()} == {0}
    assert (found.vocabulary.words.distance, found.vocabulary.unknown) == (0, 0)
    assert found.index and found.index.churn.share == 0


def test_all_figures_are_plain_numbers_that_json_has(sample_var: Path, tmp_path: Path) -> None:
    data, index = (
        sample_var / kind / (current_version(sample_var / kind) or "") for kind in ("data", "index")
    )
    other = data_version(tmp_path, "a", **any_tables(1)).folder
    told = compare(Side(data, index), Side(other, index)).as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["tables"]["movies"]["before"] == 290 and told["index"]["churn"]["films"] == 290
    assert told["missing"]["movies.overview"]["after"] == round(
        told["missing"]["movies.overview"]["after"], 6
    )


def test_without_an_index_the_data_are_compared_alone(tmp_path: Path) -> None:
    before, after = (data_version(tmp_path, v, **any_tables(n)) for v, n in (("a", 1), ("b", 2)))
    found = compare(Side(before.folder, tmp_path), Side(after.folder))
    assert found.index is None and found.as_dict()["index"] is None
    assert found.tables["movies"].before == 30


def test_the_best_known_are_those_with_the_most_votes(tmp_path: Path) -> None:
    votes = [n * 7919 % 2003 for n in range(BEST_KNOWN + 50)]
    films = [movie(n, vote_count=count) for n, count in enumerate(votes)]
    known = best_known(data_version(tmp_path, "a", movies=films))
    assert len(known) == BEST_KNOWN
    assert min(votes[n] for n in known) > sorted(votes)[49]


def test_a_folder_that_is_no_version_is_one_sentence(tmp_path: Path) -> None:
    there = data_version(tmp_path, "a", movies=[movie(1)]).folder
    with pytest.raises(VersionError, match=r"manifest\.json cannot be read"):
        compare(Side(tmp_path / "gone"), Side(there))
