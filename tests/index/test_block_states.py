"""What is told of blocks that films lack."""

import json

import pytest

from index.block_states import BlockState, block_states
from index.blocks import BLOCKS, DENSE, Block, Layout, default_layout

RATED = default_layout(rated=True)


def counts(films: int, having: int, **others: int) -> dict[str, int]:
    """A manifest's counts: each block is in `having` films, save for `others`."""
    blocks = {f"block.{block.name}": having for block in BLOCKS}
    return {"movies": films} | blocks | {f"block.{name}": n for name, n in others.items()}


def states_by_name(states: list[BlockState]) -> dict[str, str]:
    return {state.name: state.state for state in states}


def test_where_all_films_have_all_blocks_every_one_is_complete() -> None:
    states = block_states(RATED, counts(40, 40), free_text=True)
    assert {(state.films, state.state) for state in states} == {(40, "completo")}
    assert [state.name for state in states] == [block.name for block in BLOCKS] + ["busqueda_libre"]


def test_without_ratings_the_block_of_likes_is_absent() -> None:
    told = block_states(default_layout(), counts(40, 40), free_text=True)
    assert BlockState("asociacion", 0, "ausente") in told
    assert [state.name for state in told if state.state != "completo"] == ["asociacion"]


def test_a_block_that_no_film_has_is_empty() -> None:
    told = block_states(RATED, counts(40, 40, palabras_clave=0))
    assert BlockState("palabras_clave", 0, "vacio") in told


@pytest.mark.parametrize(
    ("having", "state"),
    [(0, "vacio"), (1, "parcial"), (94, "parcial"), (95, "completo"), (100, "completo")],
)
def test_a_block_is_complete_from_95_films_of_a_hundred(having: int, state: str) -> None:
    told = states_by_name(block_states(RATED, counts(100, 100, reparto=having)))
    assert told["reparto"] == state


def test_of_one_film_a_block_is_complete_or_empty() -> None:
    told = states_by_name(block_states(RATED, counts(1, 1, reparto=0)))
    assert (told["titulo"], told["reparto"]) == ("completo", "vacio")


def test_free_text_is_absent_where_the_version_has_none() -> None:
    assert block_states(RATED, counts(9, 9))[-1] == BlockState("busqueda_libre", 0, "ausente")


def test_free_text_is_of_all_films_unless_a_count_says_otherwise() -> None:
    of_all = block_states(RATED, counts(9, 9), free_text=True)[-1]
    of_some = block_states(RATED, counts(9, 9, busqueda_libre=4), free_text=True)[-1]
    assert of_all == BlockState("busqueda_libre", 9, "completo")
    assert of_some == BlockState("busqueda_libre", 4, "parcial")


def test_blocks_of_an_older_version_are_told_by_the_names_it_has() -> None:
    older = Layout((Block("sonido", DENSE, 3, 1.0), BLOCKS[0]))
    told = block_states(older, {"movies": 2, "block.sonido": 2, "block.texto": 1})
    assert told[:2] == [BlockState("sonido", 2, "completo"), BlockState("texto", 1, "parcial")]
    assert {state.state for state in told[2:]} == {"ausente"}


def test_a_block_that_was_never_counted_is_empty() -> None:
    assert states_by_name(block_states(RATED, {"movies": 3}))["texto"] == "vacio"


def test_states_can_stand_in_a_manifest() -> None:
    settings = [state.as_settings() for state in block_states(RATED, counts(2, 1))]
    assert json.loads(json.dumps(settings)) == settings
    assert settings[0] == {"name": "texto", "films": 1, "state": "parcial"}
