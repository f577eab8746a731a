"""A stack that a module may treat as it likes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack, running


@pytest.fixture(scope="module")
def stack(sample_raw: Path, real_var: Path) -> Iterator[Stack]:
    with running(sample_raw, real_var) as started:
        yield started
