"""The blocks a film's vector is made of: what each is, its weight, and where it lies.

Inner product on the whole vector is the sum of the blocks' similarities, each times its weight.
Stored vectors are unweighted, of length 1 at most in every block; the weights are on the query's
side, so that a query may weigh differently or leave blocks out. There are two sets of weights:
for a film that nobody rated, and for one that many did; in between they are blended.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

INDEX_FORMAT = 3
"""Format of an index version; readers refuse another one."""

INDEX_KIND = "index"

DENSE, SPARSE = "dense", "sparse"


@dataclass(frozen=True)
class Block:
    """One block: `dim` numbers of the vector, and its weights in the score.

    `weight` is for films like one that nobody rated, `rated_weight` for films like one that many
    rated. A sparse block (sets of names) has no numbers in the vector: it lies beside it, exact.
    """

    name: str
    kind: str
    dim: int
    weight: float
    rated_weight: float = 0.0


TEXT_DIM = 128
"""Principal components kept of each encoder's vectors."""

BLOCKS = (
    Block("texto", DENSE, TEXT_DIM, 0.015, 0.042),
    Block("texto_multilingue", DENSE, TEXT_DIM, 0.025, 0.006),
    Block("temas_multilingue", DENSE, TEXT_DIM, 0.027, 0.041),
    Block("titulo_multilingue", DENSE, TEXT_DIM, 0.051, 0.041),
    Block("palabras_clave", SPARSE, 0, 0.053, 0.043),
    Block("generos", SPARSE, 0, 0.02, 0.035),
    Block("reparto", SPARSE, 0, 0.023, 0.004),
    Block("direccion", SPARSE, 0, 0.05, 0.038),
    Block("productoras", SPARSE, 0, 0.015, 0.009),
    Block("titulo", SPARSE, 0, 0.101, 0.083),
    Block("anio", DENSE, 20, 0.122, 0.07),
    Block("idioma", SPARSE, 0, 0.065, 0.07),
    Block("renombre", DENSE, 12, 0.257, 0.1),
    Block("valoracion", DENSE, 12, 0.176, 0.112),
    Block("asociacion", DENSE, 64, 0, 0.33),
)
"""Every block, with default weights. Names are API words: they stand in the reasons of a
recommendation. Decision 0009 says how the weights were found."""

ASSOCIATION = BLOCKS[-1]
"""The only block that users' ratings make; it is absent where there are none."""


@dataclass(frozen=True)
class Layout:
    """Blocks laid side by side, in this order."""

    blocks: tuple[Block, ...]

    @property
    def dim(self) -> int:
        """Length of the whole vector."""
        return sum(block.dim for block in self.blocks)

    def weights(self, evidence: float = 0.0) -> dict[str, float]:
        """Share of the score that each block can give at most; they add up to 1.

        `evidence`, from 0 to 1, is how much users' ratings say of the film asked about.
        """
        row = self.weight_rows(np.array([evidence]))[0]
        return {block.name: float(weight) for block, weight in zip(self.blocks, row, strict=True)}

    def weight_rows(self, evidence: NDArray[Any]) -> NDArray[np.float64]:
        """As `weights`, for many films: shape (films, blocks), blocks in order."""
        alone = _shares([block.weight for block in self.blocks])
        rated = _shares([block.rated_weight for block in self.blocks])
        known = evidence.astype(np.float64)[:, None]
        return np.asarray((1 - known) * alone + known * rated)

    def across(self, weights: NDArray[Any]) -> NDArray[np.float32]:
        """Weights of blocks, in order along the last axis, repeated for each number of a block."""
        dims = [block.dim for block in self.blocks]
        return np.repeat(weights, dims, axis=-1).astype(np.float32)

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

    def weighing(self, alone: dict[str, float], rated: dict[str, float]) -> "Layout":
        """The same blocks with other weights: `alone` for unrated films, `rated` for others."""
        return Layout(
            tuple(
                replace(
                    block,
                    weight=alone.get(block.name, 0.0),
                    rated_weight=rated.get(block.name, 0.0),
                )
                for block in self.blocks
            )
        )

    def as_settings(self) -> list[dict[str, Any]]:
        """As it stands in a manifest."""
        return [asdict(block) for block in self.blocks]

    @classmethod
    def from_settings(cls, settings: list[dict[str, Any]]) -> "Layout":
        """The layout a manifest names."""
        return cls(tuple(Block(**entry) for entry in settings))


def default_layout(rated: bool = False) -> Layout:
    """The blocks with their default weights; `rated`: with the block of users' likes."""
    return Layout(BLOCKS if rated else BLOCKS[:-1])


def _shares(weights: list[float]) -> NDArray[np.float64]:
    shares = np.asarray(weights, dtype=np.float64)
    return np.asarray(shares / (shares.sum() or 1.0))
