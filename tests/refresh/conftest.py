"""What tests of refreshes share."""

from pathlib import Path

import pytest

from tests.refresh.hashed import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Raw files of five films, of which nothing is built yet."""
    return Place(tmp_path).have(5)


@pytest.fixture
def fresh(place: Place) -> Place:
    """The same, refreshed once."""
    place.refresh()
    return place
