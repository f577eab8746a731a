from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import VersionError
from index.users.biases import facts_table
from index.users.files import FILE, UserFiles
from index.users.model import fit
from index.users.taste import ContentLikeness
from tests.index.users.worlds import PARAMETERS, divided, features_of, films, rated_of

NAMES = [field.name for field in fields(UserFiles)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that was written."""
    likeness = ContentLikeness.of(features_of(films()))
    fit(rated_of(divided(users=4)), facts_table(films()), likeness, PARAMETERS).save(tmp_path)
    return tmp_path


def test_every_array_has_a_file_of_its_name(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {FILE.format(name=name) for name in NAMES}


def test_arrays_have_the_shapes_that_are_promised(folder: Path) -> None:
    files = UserFiles.map(folder)
    ratings = len(divided(users=4))
    rated = len({row for _, row, _ in divided(users=4)})
    assert {name: getattr(files, name).shape for name in NAMES} == {
        "ids": (4,),
        "starts": (5,),
        "rows": (ratings,),
        "values": (ratings,),
        "taste": (ratings,),
        "bias": (4,),
        "factors": (4, 4),
        "film_bias": (40,),
        "factor_rows": (rated,),
        "film_factors": (rated, 4),
    }
    assert files.starts[-1] == ratings and 0 < rated < 40
    types = {name: getattr(files, name).dtype for name in NAMES}
    assert {name for name, kind in types.items() if kind == np.float16} == {"factors"}


def test_the_same_ratings_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = tmp_path / "again"
    again.mkdir()
    likeness = ContentLikeness.of(features_of(films()))
    fit(rated_of(divided(users=4)), facts_table(films()), likeness, PARAMETERS).save(again)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == before


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "other"])
def test_a_file_that_cannot_be_read_is_a_version_error(
    folder: Path, name: str, damage: str
) -> None:
    path = folder / FILE.format(name=name)
    whole = path.read_bytes()
    left = {"empty": b"", "cut": whole[:-1], "other": b"not numpy's"}
    path.unlink()
    if damage in left:
        path.write_bytes(left[damage])
    with pytest.raises(VersionError, match="lacks a part of the model of users"):
        UserFiles.map(folder)
