"""Drawings as nobody should make them: tiny, enormous, off the pad, of one point or thousands."""

import os
from math import inf, nan

import numpy as np
from hypothesis import strategies as st

from mnist_studio.data.ink.rendering import FARTHEST, Ink, InkPoint, Stroke

EXAMPLES = int(os.environ.get("MNIST_STUDIO_HOSTILE", "200"))
"""How many drawings are tried; for more, set MNIST_STUDIO_HOSTILE=5000."""

SCALES = st.sampled_from([0.0, 1e-300, 1e-9, 1e-3, 1.0, 40.0, 1e4, FARTHEST / 4])
PRESSURES = st.floats(0, 1) | st.sampled_from([nan, inf, -inf, -1.0, 1e308])
TIMES = st.floats() | st.floats(0, 60)


@st.composite
def scribbles(draw: st.DrawFn) -> Stroke:
    """A stroke of up to 10,000 points: a random walk, jumps, or one point many times."""
    count = draw(st.sampled_from([1, 2, 3, 50, 1000, 10_000]))
    scale, aside = draw(SCALES), draw(SCALES)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = random.normal(size=(count, 2))
    if draw(st.booleans()):
        steps = np.cumsum(steps, axis=0)
    points = (steps / 400 * scale + aside).clip(-FARTHEST, FARTHEST)
    pressure, time = draw(PRESSURES), draw(TIMES)
    return tuple(InkPoint(x, y, time, pressure) for x, y in points.tolist())


@st.composite
def loose_points(draw: st.DrawFn) -> Stroke:
    """A few points anywhere, each found by hypothesis."""
    places = st.floats(-FARTHEST, FARTHEST) | st.floats(-1, 2) | st.sampled_from([0.0, -0.0, 1.0])
    return tuple(draw(st.lists(st.builds(InkPoint, places, places, TIMES, PRESSURES), max_size=8)))


def drawings() -> st.SearchStrategy[Ink]:
    """Any number of strokes, none of them more than 10,000 points long."""
    return st.lists(loose_points() | scribbles(), max_size=4).map(tuple)
