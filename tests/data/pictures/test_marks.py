"""Decimal points, signs, and slashes in pictures of numbers."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_studio.data.pictures.files import number_from_levels, picture_from_levels
from mnist_studio.errors import PictureError


def picture(text: str) -> np.ndarray:
    """Numbers of bars and rings: ``1`` is a bar, ``0`` is a ring."""
    made = Image.new("L", (60 + 90 * len(text), 240), 245)
    draw = ImageDraw.Draw(made)
    for place, sign in enumerate(text):
        left = 40 + 90 * place
        match sign:
            case "1":
                draw.line((left + 30, 60, left + 26, 180), 20, 12)
            case "0":
                draw.ellipse((left, 60, left + 70, 180), outline=20, width=12)
            case ".":
                draw.ellipse((left + 25, 162, left + 43, 180), fill=20)
            case ",":
                draw.line((left + 40, 165, left + 30, 200), 20, 10)
            case "-":
                draw.line((left + 5, 120, left + 65, 124), 20, 12)
            case "+":
                draw.line((left + 5, 120, left + 65, 120), 20, 12)
                draw.line((left + 35, 90, left + 35, 150), 20, 12)
            case "/":
                draw.line((left + 60, 45, left + 8, 195), 20, 12)
    return np.asarray(made)


@pytest.mark.parametrize(
    "text", ["10", "1.0", "0.01", "1,0", "-10", "+1", "1-0", "0+1", "1/0", "10/1", "-0.1"]
)
def test_marks_are_read_where_they_were_written(text: str) -> None:
    found = number_from_levels(picture(text))
    assert found.pattern == "".join("#" if sign in "01" else sign for sign in text)
    assert len(found.images) == sum(sign in "01" for sign in text)


def test_a_dot_far_from_the_digits_is_a_speck() -> None:
    levels = picture("10  ").copy()
    levels[20:34, 340:354] = 20
    assert number_from_levels(levels).pattern == "##"


def test_where_one_digit_is_expected_a_sign_is_named() -> None:
    assert picture_from_levels(picture("0")).shape == (28, 28)
    with pytest.raises(PictureError, match="it also shows “-”"):
        picture_from_levels(picture("-0"))
