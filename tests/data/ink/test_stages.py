"""Stages of a drawing, with known places and sizes."""

import numpy as np
import pytest

from mnist_studio.data.ink.rendering import WHOLE, Fitting, Ink, InkArea, InkPoint, digit_image
from mnist_studio.data.ink.stages import LARGE, STEPS, stages
from tests.data.pictures.test_normalize import box, center

PAD = InkArea(0, 0, 280, 20)
SMALL_SEVEN: Ink = ((InkPoint(20, 20), InkPoint(70, 20), InkPoint(40, 100)),)
"""In the upper left of the pad."""


def test_a_canvas_that_is_only_shrunk_preserves_size_and_position() -> None:
    image = digit_image(SMALL_SEVEN, fitting=Fitting(False, False, False), pad=PAD)
    rows, columns = np.nonzero(image)
    # 20 of 280 points are pixel 2; the pen of 20 points is 2 pixels wide.
    assert (rows.min(), columns.min()) == (0, 0) or (rows.min(), columns.min()) == (1, 1)
    assert rows.max() in (10, 11)
    assert columns.max() in (7, 8)


def test_the_box_makes_it_large_and_leaves_its_middle() -> None:
    image = digit_image(SMALL_SEVEN, fitting=Fitting(mass=False, pen=False), pad=PAD)
    rows, columns = np.nonzero(image)
    assert rows.max() - rows.min() + 1 in (20, 21)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(13.5, abs=0.6)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(13.5, abs=0.6)


def test_the_mass_centres_it() -> None:
    boxed = digit_image(SMALL_SEVEN, fitting=Fitting(mass=False, pen=False), pad=PAD)
    centered = digit_image(SMALL_SEVEN, fitting=Fitting(pen=False), pad=PAD)
    assert center(boxed) != pytest.approx((14, 14), abs=0.5)
    assert center(centered) == pytest.approx((14, 14), abs=0.1)


def test_only_the_mass_can_be_centered_too() -> None:
    image = digit_image(SMALL_SEVEN, fitting=Fitting(box=False, pen=False), pad=PAD)
    assert center(image) == pytest.approx((14, 14), abs=0.1)
    assert max(box(image)) < 14


def test_the_pads_pen_is_scaled_with_the_drawing() -> None:
    line: Ink = ((InkPoint(140, 40), InkPoint(140, 240)),)
    thin = digit_image(line, fitting=Fitting(pen=False), pad=InkArea(0, 0, 280, 11))
    # 211 points become 20 pixels, so 11 of them 1.04; the brightest is brought to 255.
    assert thin[14].sum() / 255 < digit_image(line)[14].sum() / 255 - 0.8


def test_off_the_pad_nothing_is_left_of_it() -> None:
    image = digit_image(((InkPoint(500, 500),),), fitting=Fitting(False, False, False), pad=PAD)
    assert not image.any()


def test_all_stages_are_the_whole_recipe() -> None:
    assert STEPS[-1][2] == WHOLE
    np.testing.assert_array_equal(
        digit_image(SMALL_SEVEN, fitting=WHOLE, pad=PAD), digit_image(SMALL_SEVEN)
    )


def test_the_pictures_show_the_way() -> None:
    pictures = stages(SMALL_SEVEN, pad=PAD)
    assert [picture.name for picture in pictures] == ["drawn", "boxed", "scaled", "centered", "fed"]
    drawn, boxed, scaled, centered, fed = (picture.image for picture in pictures)
    assert drawn.shape == boxed.shape == (LARGE, LARGE)
    assert box(drawn)[0] < 40
    assert box(boxed)[0] >= LARGE - 1
    assert scaled.shape == centered.shape == fed.shape == (28, 28)
    np.testing.assert_array_equal(fed, digit_image(SMALL_SEVEN))


def test_without_the_box_its_picture_is_the_pad() -> None:
    drawn, boxed, *_ = stages(SMALL_SEVEN, Fitting(box=False), PAD)
    np.testing.assert_array_equal(drawn.image, boxed.image)


@pytest.mark.parametrize("stroke", [(InkPoint(0, 0),), (InkPoint(1e9, -1e9), InkPoint(-1e9, 1e9))])
def test_a_dot_and_the_enormous_pass_every_stage(stroke: tuple[InkPoint, ...]) -> None:
    for _, _, fitting in STEPS:
        assert digit_image((stroke,), fitting=fitting, pad=PAD).shape == (28, 28)
    assert len(stages((stroke,), pad=PAD)) == 5
