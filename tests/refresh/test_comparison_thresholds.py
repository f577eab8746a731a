"""What is refused: broken versions of the sample, each by the threshold that is meant for it."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.errors import DataError
from contracts.versions import MANIFEST, current_version, read_manifest
from etl.run import run_etl
from index.build import run_index
from refresh.comparison import Comparison, Side, compare
from refresh.limits import NAMES, Limits, check_names
from refresh.publication import Folders
from refresh.thresholds import (
    FEW,
    check,
    measured,
    refuse_great_changes,
)
from tests.conftest import ROOT
from tests.fakes import WordEncoder, hash_encoders
from tests.raw import Row
from tests.refresh.compared import data_version, movie

Edit = Callable[[int, Row], Row | None]


def emptied(*columns: str) -> Edit:
    return lambda _, row: row | dict.fromkeys(columns, "")


def one_in(number: int) -> Edit:
    return lambda place, row: row if place % number == 0 else None


def all_but_one_in(number: int) -> Edit:
    return lambda place, row: row if place % number else None


def the_first(place: int, row: Row) -> Row | None:
    return None if place else row


def alike(_: int, row: Row) -> Row:
    return row | {"genres": "[{'id': 18, 'name': 'Drama'}]", "original_language": "es"}


def of_robots(_: int, row: Row) -> Row:
    return row | {"overview": "zzyx qwop"}


BROKEN: dict[str, tuple[str, Edit, set[str]]] = {
    "half of the credits are missing": ("credits.csv", one_in(2), {"missing"}),
    "a column is emptied": ("movies_dataset.csv", emptied("revenue"), {"missing"}),
    "a column that few films have is emptied": (
        "movies_dataset.csv", emptied("belongs_to_collection"), {"missing"},
    ),
    "languages are all blank": (
        "movies_dataset.csv", emptied("original_language", "spoken_languages"), {"missing"},
    ),
    "a tenth of the films is cut off": (
        "movies_dataset.csv", all_but_one_in(10), {"films_removed"},
    ),
    "half of the ratings are gone": (
        "simulated_ratings.csv", one_in(2), {"ratings_removed"},
    ),
    "a catalogue is gone": (
        "netflix_titles.csv", the_first, {"titles_removed", "categories"},
    ),
    "all films are dramas in Spanish": (
        "movies_dataset.csv", alike, {"categories", "films_changed"},
    ),
    "all overviews are the same noise": (
        "movies_dataset.csv", of_robots, {"vocabulary", "films_changed"},
    ),
}  # fmt: skip


def edited(raw: Path, target: Path, name: str, edit: Edit) -> Path:
    """A copy of a raw folder with one file's rows edited."""
    shutil.copytree(raw, target)
    with (raw / name).open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = [done for place, row in enumerate(reader) if (done := edit(place, row))]
    with (target / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, reader.fieldnames or ())
        writer.writeheader()
        writer.writerows(rows)
    return target


def passed(found: Comparison) -> set[str]:
    return {each.name for each in measured(found, Limits()) if each.passed}


@pytest.fixture(scope="module")
def data(sample_data: Path) -> Side:
    return Side(sample_data / (current_version(sample_data) or ""))


@pytest.fixture
def of_sample(data: Side, sample_raw: Path, tmp_path: Path) -> Callable[[str, Edit], Comparison]:
    """The comparison of the sample with the sample, one file of it edited."""

    def compared(name: str, edit: Edit) -> Comparison:
        raw = edited(sample_raw, tmp_path / "raw", name, edit)
        return compare(data, Side(run_etl(raw, tmp_path / "data").folder))

    return compared


def test_what_a_day_brings_passes(of_sample: Callable[[str, Edit], Comparison]) -> None:
    def a_day(place: int, row: Row) -> Row | None:
        if place % 100 == 0:
            return None
        told = {"overview": row["overview"] + " Robots."} if place % 100 == 1 else {}
        return row | told | {"vote_count": str(float(row["vote_count"] or 0) + place % 2)}

    found = of_sample("movies_dataset.csv", a_day)
    assert found.tables["movies"].removed == 3 and found.tables["movies"].changed > 100
    check(found, Limits())


@pytest.mark.parametrize(("name", "edit", "names"), BROKEN.values(), ids=BROKEN)
def test_a_broken_version_is_refused_and_may_be_let_pass_by_name(
    name: str, edit: Edit, names: set[str], of_sample: Callable[[str, Edit], Comparison]
) -> None:
    found = of_sample(name, edit)
    assert names <= passed(found) != set()
    with pytest.raises(DataError, match="not published, as too much changed"):
        check(found, Limits())
    check(found, Limits(), passed(found))
    for missing in passed(found):
        with pytest.raises(DataError, match=f"{missing} is "):
            check(found, Limits(), passed(found) - {missing})


def test_another_encoder_is_refused_by_the_centroid(sample_var: Path, tmp_path: Path) -> None:
    data, index = (
        sample_var / kind / (current_version(sample_var / kind) or "") for kind in ("data", "index")
    )
    another = replace(hash_encoders(), plot=WordEncoder("words/2", 16))
    made = run_index(sample_var / "data", tmp_path / "index", another, tmp_path / "cache" / "texts")
    before, after = Folders(data, index), Folders(data, made.folder)
    told: list[dict[str, float]] = []
    with pytest.raises(DataError, match=r"centroid is \d\.\d+ \(texto\), above the limit of 0.1"):
        refuse_great_changes(before, after, told.append)
    refuse_great_changes(before, after, told.append, frozenset({"centroid", "churn"}))
    assert told[0]["centroid"] > 0.1 and told[0]["films_removed"] == 0 and told == [told[0]] * 2


def test_the_sentence_names_figures_limits_and_both_ways_round(
    of_sample: Callable[[str, Edit], Comparison],
) -> None:
    found = of_sample("movies_dataset.csv", emptied("belongs_to_collection"))
    with pytest.raises(DataError) as refusal:
        check(found, Limits())
    assert str(refusal.value) == (
        "not published, as too much changed: missing is 1.000 (movies.collection_id), above "
        "the limit of 0.1; if that is as it should be, repeat with --allow missing, or raise "
        "REFRESH_LIMIT_MISSING"
    )


def test_of_many_thresholds_the_first_three_are_told_and_all_are_named(
    of_sample: Callable[[str, Edit], Comparison],
) -> None:
    found = of_sample("movies_dataset.csv", one_in(10))
    every = [each.name for each in measured(found, Limits()) if each.passed]
    assert len(every) > 3
    with pytest.raises(DataError) as refusal:
        check(found, Limits())
    sentence = str(refusal.value)
    assert f"; and {len(every) - 3} more;" in sentence and sentence.count("above the limit") == 3
    assert " ".join(f"--allow {name}" for name in every) in sentence


def test_a_limit_is_raised_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, of_sample: Callable[[str, Edit], Comparison]
) -> None:
    found = of_sample("movies_dataset.csv", emptied("belongs_to_collection"))
    monkeypatch.setenv("REFRESH_LIMIT_MISSING", "1")
    check(found, Limits())


def to_nobody(changes: dict[str, float]) -> None:
    """Nobody is told how much changed."""


def test_a_name_that_no_threshold_has_is_one_sentence_with_all_names() -> None:
    with pytest.raises(DataError, match=f"no threshold 'films'; there are {', '.join(NAMES)}"):
        check_names({"churn", "films"})
    nowhere = Folders(Path("gone"), Path("gone"))
    with pytest.raises(DataError, match="no threshold 'films'"):
        refuse_great_changes(nowhere, nowhere, to_nobody, frozenset({"films"}))


def test_the_first_version_is_compared_with_nothing() -> None:
    nowhere = Folders(Path("gone"), Path("gone"))
    refuse_great_changes(None, nowhere, to_nobody)


def test_what_another_release_wrote_in_another_format_is_not_compared(
    sample_var: Path, tmp_path: Path
) -> None:
    def of_format(folder: Path, target: Path, number: int) -> Path:
        shutil.copytree(folder, target)
        manifest = read_manifest(folder).model_copy(update={"format": number})
        (target / MANIFEST).write_text(manifest.model_dump_json())
        return target

    few = data_version(tmp_path, "a", movies=[movie(n) for n in range(FEW)]).folder
    sample, index = (
        sample_var / kind / (current_version(sample_var / kind) or "") for kind in ("data", "index")
    )
    with pytest.raises(DataError, match="films_removed is 0.98"):
        refuse_great_changes(Folders(sample, index), Folders(few, index), to_nobody)
    old = of_format(sample, tmp_path / "old", 1)
    refuse_great_changes(Folders(old, index), Folders(few, index), to_nobody)
    old_index = of_format(index, tmp_path / "old_index", 1)
    (old_index / "neighbours.npy").unlink()
    with pytest.raises(DataError, match="films_removed is 0.98"):
        refuse_great_changes(Folders(sample, old_index), Folders(few, index), to_nobody)


def test_a_handful_of_films_is_judged_by_its_rows_alone(tmp_path: Path) -> None:
    def told(films: int, words: str) -> list[Row]:
        return [movie(n, overview=words, runtime=len(words) % 2 or None) for n in range(films)]

    few = [
        Side(data_version(tmp_path, version, movies=told(FEW - 1, words)).folder)
        for version, words in (("a", "robot"), ("b", "mundos"))
    ]
    assert passed(compare(*few)) == {"films_changed"}
    more = [
        Side(data_version(tmp_path, version, movies=told(FEW, words)).folder)
        for version, words in (("c", "robot"), ("d", "mundos"))
    ]
    assert passed(compare(*more)) == {"films_changed", "missing", "vocabulary"}


def test_every_limit_is_described_and_documented() -> None:
    settings = (ROOT / "docs" / "settings.md").read_text()
    guide = (ROOT / "docs" / "operacion" / "comparar.md").read_text()
    for name, field in Limits.model_fields.items():
        assert field.description and f"`{name}`" in guide
        assert f"| `REFRESH_LIMIT_{name.upper()}` | `{field.default}` |" in settings
