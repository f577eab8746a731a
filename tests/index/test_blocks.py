import json
from itertools import pairwise

import pytest

from index.blocks import BLOCKS, DENSE, SPARSE, Block, Layout, default_layout

ODD = Layout((Block("a", DENSE, 3, 2.0), Block("b", SPARSE, 5, 0.5), Block("c", DENSE, 1, 7.0)))


@pytest.fixture(params=[default_layout(16), default_layout(384), ODD], ids=["16", "384", "odd"])
def layout(request: pytest.FixtureRequest) -> Layout:
    return request.param


def test_weights_add_up_to_one(layout: Layout) -> None:
    assert sum(layout.weight(block.name) for block in layout.blocks) == pytest.approx(1, abs=1e-12)


def test_weights_keep_their_proportions() -> None:
    assert [ODD.weight(name) for name in "abc"] == [2 / 9.5, 0.5 / 9.5, 7 / 9.5]


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


def test_the_text_block_is_as_wide_as_the_encoder_and_the_others_are_not_touched() -> None:
    layout = default_layout(77)
    assert layout.span("texto") == slice(0, 77)
    assert layout.blocks[0].weight == BLOCKS[0].weight
    assert layout.blocks[1:] == BLOCKS[1:]


def test_with_ratings_there_is_the_block_of_likes_and_every_block_weighs() -> None:
    layout = default_layout(77, rated=True)
    assert [block.name for block in layout.blocks] == [*(b.name for b in BLOCKS), "asociacion"]
    assert sum(layout.weight(block.name) for block in layout.blocks) == pytest.approx(1)
    assert all(block.weight > 0 for block in layout.blocks)
