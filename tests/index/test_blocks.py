import json
from itertools import pairwise

import numpy as np
import pytest

from index.blocks import BLOCKS, DENSE, SPARSE, Block, Layout, default_layout

ODD = Layout(
    (
        Block("a", DENSE, 3, 2.0, 1.0),
        Block("b", SPARSE, 5, 0.5, 3.0),
        Block("c", DENSE, 1, 7.0),
    )
)


@pytest.fixture(
    params=[default_layout(), default_layout(rated=True), ODD], ids=["plain", "rated", "odd"]
)
def layout(request: pytest.FixtureRequest) -> Layout:
    return request.param


@pytest.mark.parametrize("evidence", [0.0, 0.3, 1.0])
def test_weights_add_up_to_one(layout: Layout, evidence: float) -> None:
    assert sum(layout.weights(evidence).values()) == pytest.approx(1, abs=1e-12)


def test_weights_keep_their_proportions_and_are_blended_by_evidence() -> None:
    assert ODD.weights() == pytest.approx({"a": 2 / 9.5, "b": 0.5 / 9.5, "c": 7 / 9.5})
    assert ODD.weights(1.0) == pytest.approx({"a": 1 / 4, "b": 3 / 4, "c": 0})
    assert ODD.weights(0.5)["b"] == pytest.approx((0.5 / 9.5 + 3 / 4) / 2)


def test_weights_of_many_films_are_those_of_each() -> None:
    rows = ODD.weight_rows(np.array([0.0, 0.25, 1.0]))
    assert [list(ODD.weights(e).values()) for e in (0.0, 0.25, 1.0)] == rows.tolist()
    assert ODD.across(rows)[1].tolist() == pytest.approx(np.repeat(rows[1], [3, 5, 1]).tolist())


def test_spans_tile_the_vector(layout: Layout) -> None:
    spans = [layout.span(block.name) for block in layout.blocks]
    assert [span.stop - span.start for span in spans] == [block.dim for block in layout.blocks]
    assert (spans[0].start, spans[-1].stop) == (0, layout.dim)
    assert all(left.stop == right.start for left, right in pairwise(spans))


def test_a_block_that_is_not_there_has_no_span() -> None:
    with pytest.raises(KeyError, match="sonido"):
        ODD.span("sonido")


def test_settings_make_the_same_layout_again(layout: Layout) -> None:
    assert Layout.from_settings(json.loads(json.dumps(layout.as_settings()))) == layout


def test_names_come_by_kind_and_in_order() -> None:
    assert (ODD.names(DENSE), ODD.names(SPARSE)) == (["a", "c"], ["b"])


def test_without_ratings_there_is_no_block_of_likes() -> None:
    assert default_layout().blocks == BLOCKS[:-1]


def test_with_ratings_every_block_weighs_and_likes_say_nothing_of_unrated_films() -> None:
    layout = default_layout(rated=True)
    assert layout.blocks == BLOCKS
    assert all(weight > 0 for weight in layout.weights(1.0).values())
    assert [name for name, weight in layout.weights(0.0).items() if not weight] == ["asociacion"]


def test_other_weights_leave_the_blocks_as_they_are() -> None:
    other = ODD.weighing({"a": 1.0}, {"b": 1.0})
    assert other.dim == ODD.dim
    assert (other.weights(), other.weights(1.0)) == (
        {"a": 1.0, "b": 0.0, "c": 0.0},
        {"a": 0.0, "b": 1.0, "c": 0.0},
    )
