import json
from pathlib import Path

import pytest

from contracts.errors import DataError
from etl.kaggle import Plan, check_token, plan
from etl.sources import ROLES
from tests.kaggle import TOKEN


@pytest.fixture
def wanted(tmp_path: Path) -> Plan:
    return plan(tmp_path / "raw", (), whole=False)


def without_token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No token anywhere; the folder where kagglehub looks for kaggle.json."""
    for name in ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(folder))
    return folder


def test_without_a_token_it_says_where_to_get_one_and_how_to_do_without(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_token(tmp_path, monkeypatch)
    with pytest.raises(DataError) as caught:
        check_token(wanted)
    sentence = str(caught.value)
    assert sentence.startswith("there is no Kaggle token: make a token at https://www.kaggle.com/")
    for files in wanted.sets:
        assert all(file.name in sentence and file.page in sentence for file in files)
    assert sentence.endswith(str(wanted.raw))


def test_what_is_in_the_folder_need_not_be_downloaded_by_hand(tmp_path: Path) -> None:
    wanted = plan(tmp_path, ["peliculas", "hulu"], whole=True)
    assert "movies_metadata.csv and credits.csv and keywords.csv" in wanted.by_hand()
    for name in ("movies_metadata.csv", "credits.csv", "hulu_titles.csv"):
        (tmp_path / name).touch()
    assert wanted.by_hand().startswith("by hand, download keywords.csv and links.csv and ratings.")
    assert "hulu_titles.csv" not in wanted.by_hand()


@pytest.mark.parametrize(
    "kept", ["", "no JSON", '{"username": "ana"}', '{"key": "SECRET"}', '{"username": "SECRET']
)
def test_a_token_that_cannot_be_read_is_told_and_not_shown(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    (without_token(tmp_path, monkeypatch) / "kaggle.json").write_text(kept)
    with pytest.raises(DataError, match="the Kaggle token cannot be read: make a token") as caught:
        check_token(wanted)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("token", ["SECRET\nSECRET", "SECRET ", "SECRETOñ", "SECRET" * 60])
def test_a_token_that_cannot_be_sent_is_told_and_not_shown(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    without_token(tmp_path, monkeypatch)
    monkeypatch.setenv("KAGGLE_API_TOKEN", token)
    with pytest.raises(DataError, match="the Kaggle token (holds characters|cannot be)") as caught:
        check_token(wanted)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("where", ["variable", "access_token", "kaggle.json"])
def test_a_token_is_found_wherever_kaggle_says_to_keep_it(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    folder = without_token(tmp_path, monkeypatch)
    if where == "variable":
        monkeypatch.setenv("KAGGLE_API_TOKEN", TOKEN)
    elif where == "access_token":
        (folder / ".kaggle").mkdir()
        (folder / ".kaggle" / "access_token").write_text(f"{TOKEN}\n")
    else:
        (folder / "kaggle.json").write_text(json.dumps({"username": "ana", "key": "0123"}))
    assert check_token(wanted) is None


@pytest.mark.parametrize(
    ("whole", "ratings"), [(False, "ratings_small.csv"), (True, "ratings.csv")]
)
def test_one_of_the_two_ratings_files_is_wanted(whole: bool, ratings: str) -> None:
    (files,) = plan(Path("raw"), ["peliculas"], whole).sets
    assert [file.name for file in files if file.role == "ratings"] == [ratings]
    assert {file.role for file in files} == {"movies", "credits", "keywords", "links", "ratings"}


def test_every_file_is_known_to_the_etl_by_its_name() -> None:
    for whole in (True, False):
        files = [file for files in plan(Path("raw"), (), whole).sets for file in files]
        assert len(files) == 9 and all(file.name in ROLES[file.role] for file in files)


def test_a_set_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(DataError, match=r"no set 'hbo': peliculas, amazon, disney, hulu, netflix"):
        plan(Path("raw"), ["netflix", "hbo"], whole=False)
