"""The blocks a film's vector is made of: what each is, its weight, and where it lies.

Inner product on the whole vector is the sum of the blocks' similarities, each times its weight.
Stored vectors are unweighted, unit length in every block; the weights are on the query's side,
so that a query may weigh differently or leave blocks out, and `renown` is 1 times the candidate's
value: it favours well-known films rather than films that are known alike.
"""

from dataclasses import asdict, dataclass
from typing import Any

INDEX_FORMAT = 1
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
    Block("texto", DENSE, 384, 0.4),
    Block("palabras_clave", SPARSE, 128, 0.5),
    Block("generos", SPARSE, 32, 0.3),
    Block("reparto", SPARSE, 128, 0.3),
    Block("direccion", SPARSE, 64, 0.2),
    Block("titulo", SPARSE, 64, 0.3),
    Block("anio", DENSE, 20, 0.4),
    Block("renombre", DENSE, 1, 0.4),
)
"""The default blocks; weights as measured to rank well before any were learnt. Names are API
words: they stand in the reasons of a recommendation."""


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


def default_layout(text_dim: int) -> Layout:
    """The default blocks, the text block as wide as the encoder's vectors."""
    text, *others = BLOCKS
    return Layout((Block(text.name, DENSE, text_dim, text.weight), *others))
