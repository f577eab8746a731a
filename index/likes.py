"""What a rating says of liking: shared by what learns from ratings and what serves users."""

import numpy as np
from numpy.typing import NDArray

from index.store import Floats

LIKED = 4.0
"""A rating from here up says that the user likes the film."""

MOST_LIKED = 100
"""Films that speak for what a user likes: beyond so many, the best rated; more change little."""


def liked_of(rows: NDArray[np.int32], values: Floats) -> NDArray[np.int64]:
    """Rows of the films that speak for what one user likes, best rated first, at most MOST_LIKED.

    Those rated LIKED or more; where there are none, those that the user rated no lower than his
    or her own mean.
    """
    least = LIKED if (values >= LIKED).any() else values.mean() if len(values) else LIKED
    order = np.argsort(-values, kind="stable")
    return rows[order[values[order] >= least]][:MOST_LIKED].astype(np.int64)
