"""Which blocks a version's films have: whole, in part, not at all, or not even a place for them.

A block that is missing changes every answer and shows in none, so it is told: in the manifest,
in the service's health, in its log and in its metrics. Pure; used while building and serving.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from index.blocks import BLOCKS, Layout

COMPLETE, PARTIAL, EMPTY, ABSENT = "completo", "parcial", "vacio", "ausente"

COMPLETE_FROM = 0.95
"""The share of films from which on a block counts as complete: some films always lack something."""

FREE_TEXT = "busqueda_libre"
"""Told like a block: whether films can be found by a description."""

FILMS_COUNT, BLOCK_COUNT = "movies", "block.{name}"
"""Names of a manifest's counts."""


@dataclass(frozen=True)
class BlockState:
    """How many films have a block, and in a word what that means."""

    name: str
    films: int
    state: str

    def as_settings(self) -> dict[str, str | int]:
        """As it stands in a manifest."""
        return asdict(self)


def block_states(
    layout: Layout, counts: Mapping[str, int], free_text: bool = False
) -> list[BlockState]:
    """The state of every block there can be, from the counts of a manifest; free text is last.

    Blocks of the layout come in its order, absent ones after them. Where `free_text`, all films
    are taken to have it unless a count says otherwise.
    """
    films = counts.get(FILMS_COUNT, 0)
    held = [block.name for block in layout.blocks]
    lacking = [block.name for block in BLOCKS if block.name not in held]
    unless_counted = dict.fromkeys(held, 0)
    if free_text:
        unless_counted[FREE_TEXT] = films
    states = []
    for name in [*held, *lacking, FREE_TEXT]:
        if name in unless_counted:
            having = counts.get(BLOCK_COUNT.format(name=name), unless_counted[name])
            states.append(BlockState(name, having, _state(having, films)))
        else:
            states.append(BlockState(name, 0, ABSENT))
    return states


def _state(having: int, films: int) -> str:
    if not having:
        return EMPTY
    return COMPLETE if having >= COMPLETE_FROM * films else PARTIAL
