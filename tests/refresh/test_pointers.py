"""Both pointers move, or neither."""

import os
import shutil
from pathlib import Path

import pytest

from contracts.errors import DataError
from contracts.versions import PREVIOUS, current_version
from refresh.pointers import point_both
from refresh.publication import Built, Pair, published
from tests.refresh.hashed import Place


def pointers(var: Path) -> dict[str, str]:
    names = ("data/current", "data/previous", "index/current", "index/previous")
    return {name: (var / name).read_text() for name in names if (var / name).exists()}


@pytest.fixture
def two(fresh: Place) -> tuple[Place, Pair, Built]:
    """What is published, and what stands ready."""
    before = fresh.served()
    with pytest.raises(DataError):
        fresh.have_another().refresh(_stop)
    last = fresh.last()
    return fresh, before, Built(str(last.data_built), str(last.index_built))


def _stop(*_: object) -> None:
    raise DataError("not yet")


def test_both_move_and_both_are_remembered(two: tuple[Place, Pair, Built]) -> None:
    place, before, after = two
    point_both(place.var, before, after)
    assert published(place.var) == Pair(after.data, after.index) == place.served()
    told = pointers(place.var)
    assert (told["data/previous"], told["index/previous"]) == (
        f"{before.data}\n",
        f"{before.index}\n",
    )


@pytest.mark.parametrize("root", ["data", "index"])
def test_a_pointer_that_cannot_move_holds_the_other_back(
    two: tuple[Place, Pair, Built], root: str
) -> None:
    place, before, after = two
    told = pointers(place.var)
    (place.var / root / ".current").mkdir()  # where the new name would be written first
    with pytest.raises(DataError, match="cannot publish"):
        point_both(place.var, before, after)
    assert pointers(place.var) == told
    assert not list(place.var.rglob(".before-*"))


def test_an_index_that_is_gone_holds_the_data_back(two: tuple[Place, Pair, Built]) -> None:
    place, before, after = two
    told = pointers(place.var)
    shutil.rmtree(place.var / "index" / after.index)
    with pytest.raises(DataError):
        point_both(place.var, before, after)
    assert pointers(place.var) == told


def test_copies_of_a_run_that_was_killed_are_not_put_back(two: tuple[Place, Pair, Built]) -> None:
    place, before, after = two
    for root in ("data", "index"):
        (place.var / root / ".before-current").write_text("older\n")
        (place.var / root / f".before-{PREVIOUS}").write_text("older still\n")
    point_both(place.var, before, after)
    assert "older" not in "".join(pointers(place.var).values())
    assert not list(place.var.rglob(".before-*"))


def test_the_first_publication_leaves_nothing_if_it_fails(two: tuple[Place, Pair, Built]) -> None:
    place, _, after = two
    for name in pointers(place.var):
        os.unlink(place.var / name)
    (place.var / "index" / ".current").mkdir()
    with pytest.raises(DataError):
        point_both(place.var, Pair(None, None), after)
    assert pointers(place.var) == {} and current_version(place.var / "data") is None
