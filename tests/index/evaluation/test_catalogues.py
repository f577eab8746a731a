import pytest

from index.evaluation.catalogues import NONE, Catalogues

TOLD = {
    "platforms": {
        "netflix": {"titles": 2000, "movies": 1200, "matched": 300, "snapshot": "2021-09-25"},
        "disney": {"titles": 10, "movies": 0, "matched": 0, "snapshot": None},
    },
    "scores": "match",
    "simulated_ratings": False,
}


def test_each_catalogue_has_a_line_in_the_order_of_the_platforms_and_all_one() -> None:
    rows = Catalogues.of(TOLD).section().grids[0].rows
    assert rows == [
        ["Disney+", "10", "0", "0", "–", "–"],
        ["Netflix", "2,000", "1,200", "300", "25.0%", "2021-09-25"],
        ["All", "2,010", "1,200", "300", "25.0%", "–"],
    ]


def test_one_catalogue_needs_no_sum() -> None:
    one = {"platforms": {"netflix": TOLD["platforms"]["netflix"]}}
    assert len(Catalogues.of(one).section().grids[0].rows) == 1


@pytest.mark.parametrize(
    ("scores", "words"),
    [("match", "they are matched with"), ("platform", "own ratings"), (None, "No title")],
)
def test_where_scores_come_from_is_told(scores: str | None, words: str) -> None:
    found = Catalogues.of(TOLD | {"scores": scores})
    assert words in found.section().as_markdown()
    assert found.as_data()["scores"] == scores


@pytest.mark.parametrize("settings", [{}, {"platforms": {}}, {"platforms": None, "scores": None}])
def test_a_version_without_catalogues_says_so(settings: dict[str, object]) -> None:
    found = Catalogues.of(settings)
    assert not found.simulated and found.section().as_markdown().endswith(NONE)


def test_the_json_has_numbers() -> None:
    netflix = Catalogues.of(TOLD).as_data()["platforms"][1]
    assert netflix == {
        "name": "Netflix",
        "titles": 2000,
        "movies": 1200,
        "matched": 300,
        "rate": 0.25,
        "snapshot": "2021-09-25",
    }
