"""The pages of the API say what a stack on the sample answers."""

import re

import pytest

from docs.answers.pages import regenerate
from tests.conftest import ROOT
from tests.stack import Stack

pytestmark = pytest.mark.slow

DECIMALS = re.compile(r"\d+[.,]\d+")
"""Figures with decimals: other processors round the encoders' sums in other ways."""
CLOSE = 0.02


def test_every_endpoint_has_its_place_and_every_answer_is_the_one_shown(
    sample_stack: Stack,
) -> None:
    pages = regenerate(sample_stack.address)
    assert len(pages) > 3
    for path, text in pages.items():
        shown = path.read_text()
        advice = f"{path.name} shows other answers: run `make docs-answers`"
        assert DECIMALS.sub("0,0", text) == DECIMALS.sub("0,0", shown), advice
        assert figures(text) == pytest.approx(figures(shown), abs=CLOSE), advice


def test_what_curl_is_shown_to_ask_is_what_was_asked(sample_stack: Stack) -> None:
    shown = "\n".join(path.read_text() for path in regenerate(sample_stack.address))
    asked = re.findall(r"^curl 'localhost:8000([^']+)'$", shown, re.MULTILINE)
    assert len(asked) > 40
    faults = [path for path in asked if sample_stack.get(path).status_code >= 500]
    assert not faults


def test_the_start_page_shows_what_is_answered(sample_stack: Stack) -> None:
    start = (ROOT / "docs" / "index.md").read_text()
    assert sample_stack.get("/recomendacion/toy%20story").text in start


def figures(text: str) -> list[float]:
    return [float(one.replace(",", ".")) for one in DECIMALS.findall(text)]
