"""A digit as a table of numbers: where there is neither pad nor picture, this is a drawing, too."""

import numpy as np
from numpy.typing import NDArray

FOUR = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.0, 0.0, 0.7, 0.0, 0.6, 0.0, 0.0),
    (0.0, 0.2, 0.9, 0.0, 1.0, 0.0, 0.0),
    (0.0, 0.8, 0.5, 0.1, 1.0, 0.1, 0.0),
    (0.0, 0.9, 1.0, 1.0, 1.0, 0.9, 0.0),
    (0.0, 0.0, 0.0, 0.2, 1.0, 0.0, 0.0),
    (0.0, 0.0, 0.0, 0.3, 0.9, 0.0, 0.0),
)
"""A four: 7x7 amounts of ink, 0-1."""


def four() -> NDArray[np.float32]:
    """(7, 7) amounts of ink, 0-1, of a four."""
    return np.array(FOUR, dtype=np.float32)
