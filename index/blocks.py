"""The blocks a film's vector is made of: what each is, its weight, and where it lies.

Inner product on the whole vector is the sum of the blocks' similarities, each times its weight.
Stored vectors are unweighted, of length 1 at most in every block; the weights are on the query's
side, so that a query may weigh differently or leave blocks out.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

INDEX_FORMAT = 2
"""Format of an index version; readers refuse another one."""

INDEX_KIND = "index"

DENSE, SPARSE = "dense", "sparse"


@dataclass(frozen=True)
class Block:
    """One block: `dim` numbers of the vector, and its weight in the score.

    A sparse block (sets of names) is compared exactly when films are ranked; in the FAISS vector
    it lies in `dim` numbers, hashed where its vocabulary has more names than that.
    """

    name: str
    kind: str
    dim: int
    weight: float


BLOCKS = (
    Block("texto", DENSE, 384, 0.03),
    Block("palabras_clave", SPARSE, 128, 0.09),
    Block("generos", SPARSE, 32, 0.04),
    Block("reparto", SPARSE, 128, 0.02),
    Block("direccion", SPARSE, 64, 0.06),
    Block("titulo", SPARSE, 64, 0.17),
    Block("anio", DENSE, 20, 0.13),
    Block("renombre", DENSE, 12, 0.46),
)
"""The blocks made of the films alone, with default weights; they rank where there are no ratings.
Names are API words: they stand in the reasons of a recommendation. Decision 0009 says how the
weights were found."""

ASSOCIATION = Block("asociacion", DENSE, 64, 0.31)
HYBRID_WEIGHTS = {
    "texto": 0.02,
    "palabras_clave": 0.08,
    "generos": 0.02,
    "reparto": 0.01,
    "direccion": 0.04,
    "titulo": 0.15,
    "anio": 0.09,
    "renombre": 0.28,
}
"""Weights of the same blocks beside ASSOCIATION, which takes over part of what they say."""


@dataclass(frozen=True)
class Layout:
    """Blocks laid side by side, in this order; weights are scaled to add up to 1."""

    blocks: tuple[Block, ...]

    @property
    def dim(self) -> int:
        """Length of the whole vector."""
        return sum(block.dim for block in self.blocks)

    def weight(self, name: str) -> float:
        """Share of the score that this block can give at most."""
        total = sum(block.weight for block in self.blocks)
        return next(block.weight for block in self.blocks if block.name == name) / total

    def span(self, name: str) -> slice:
        """Where the block lies in the vector."""
        start = 0
        for block in self.blocks:
            if block.name == name:
                return slice(start, start + block.dim)
            start += block.dim
        raise KeyError(name)

    def names(self, kind: str) -> list[str]:
        """Names of the blocks of one kind, in order."""
        return [block.name for block in self.blocks if block.kind == kind]

    def as_settings(self) -> list[dict[str, Any]]:
        """As it stands in a manifest."""
        return [asdict(block) for block in self.blocks]

    @classmethod
    def from_settings(cls, settings: list[dict[str, Any]]) -> "Layout":
        """The layout a manifest names."""
        return cls(tuple(Block(**entry) for entry in settings))


def default_layout(text_dim: int, rated: bool = False) -> Layout:
    """The default blocks, the text block as wide as the encoder's vectors.

    `rated`: with the block of users' likes, and the weights found beside it.
    """
    text, *others = BLOCKS
    blocks = (replace(text, dim=text_dim), *others)
    if not rated:
        return Layout(blocks)
    return Layout(
        (*(replace(block, weight=HYBRID_WEIGHTS[block.name]) for block in blocks), ASSOCIATION)
    )
