"""Hostile drawings: always a digit image, or a sentence; never a warning, never NaN."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_studio.data.ink.eraser import Eraser
from mnist_studio.data.ink.rendering import (
    UNIT_PAD,
    WHOLE,
    Fitting,
    Ink,
    InkArea,
    InkPoint,
    digit_image,
)
from mnist_studio.data.ink.stages import stages
from mnist_studio.errors import PictureError
from tests.data.ink.hostile_ink import EXAMPLES, drawings

FITTINGS = [Fitting(*on) for on in product((True, False), repeat=3)]

hostile = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@hostile
@given(drawings(), st.sampled_from(FITTINGS), st.sampled_from([0.02, UNIT_PAD.pen, 0.16]))
def test_every_drawing_becomes_a_digit_image_or_is_empty(
    ink: Ink, fitting: Fitting, pen: float
) -> None:
    pad = InkArea(0.0, 0.0, 1.0, pen)
    if not any(ink):
        with pytest.raises(PictureError, match="The canvas is empty"):
            digit_image(ink, fitting=fitting, pad=pad)
        return
    image = digit_image(ink, fitting=fitting, pad=pad)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    # Off the pad nothing is left of a drawing, unless it is brought into the box.
    assert image.max() == 255 or not fitting.box
    assert (digit_image(ink, fitting=WHOLE) > 0).any()


@settings(hostile, max_examples=max(EXAMPLES // 10, 20))
@given(drawings().filter(any), st.sampled_from(FITTINGS))
def test_every_drawing_has_its_stages(ink: Ink, fitting: Fitting) -> None:
    pictures = stages(ink, fitting)
    assert [picture.image.dtype for picture in pictures] == [np.uint8] * 5
    assert (pictures[-1].image == digit_image(ink, fitting=fitting)).all()


places = st.floats(-2, 3) | st.sampled_from([0.0, 0.5, 1.0])


@settings(hostile, max_examples=max(EXAMPLES // 10, 20))
@given(
    drawings(),
    st.lists(st.builds(InkPoint, places, places), min_size=2, max_size=6),
    st.floats(0.03, 0.3),
)
def test_every_drawing_can_be_erased(ink: Ink, way: list[InkPoint], radius: float) -> None:
    eraser = Eraser(ink, radius)
    for start, end in pairwise(way):
        eraser.move(start, end)
    assert all(eraser.ink) or eraser.ink is ink
    if any(eraser.ink):
        assert digit_image(eraser.ink).any()
