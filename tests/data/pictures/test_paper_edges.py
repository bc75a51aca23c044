"""Digits that reach the edges of their picture, lines of the paper, and colors."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_studio.data.pictures.files import number_from_levels, picture_from_levels

SEVEN = (((20, 20), (180, 20), (90, 230)),)
NINE_TAIL = (((150, 110), (140, 230)),)


def drawn(width: int, ink: int = 30, paper: int = 240, margin: int = 0) -> Image.Image:
    """A 7, cropped to its ink or with a margin."""
    picture = Image.new("L", (600, 600), paper)
    for line in SEVEN:
        moved = [(x + 200, y + 200) for x, y in line]
        ImageDraw.Draw(picture).line(moved, fill=ink, width=width, joint="curve")
    rows, columns = np.nonzero(np.asarray(picture) != paper)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return picture.crop((box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin))


@pytest.mark.parametrize("width", [14, 40, 70])
@pytest.mark.parametrize(("ink", "paper"), [(30, 240), (240, 30), (90, 150)])
def test_a_digit_cropped_to_its_ink_is_read_as_with_a_margin(
    width: int, ink: int, paper: int
) -> None:
    expected = picture_from_levels(np.asarray(drawn(width, ink, paper, 80))).astype(int)
    for margin in (0, 1, 12):
        found = picture_from_levels(np.asarray(drawn(width, ink, paper, margin)))
        assert np.abs(found - expected).mean() < 3, margin


@pytest.mark.parametrize("squared", [True, False])
def test_lines_of_the_paper_are_not_ink(squared: bool) -> None:
    plain = drawn(20, margin=90)
    expected = picture_from_levels(np.asarray(plain)).astype(int)
    lined = np.asarray(plain).copy()
    for at in range(17, 500, 45):
        for line in (lined[at : at + 2], lined[:, at : at + 2])[: 1 + squared]:
            line[line > 180] = 180
    found = number_from_levels(lined)
    assert found.pattern == "#"
    assert np.abs(found.images[0] - expected).mean() < 6


@pytest.mark.parametrize(
    ("ink", "paper"), [((150, 60, 60), (60, 104, 70)), ((40, 90, 200), (140, 80, 44))]
)
def test_colored_ink_on_paper_of_equal_brightness_is_found(
    ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    mask = np.asarray(drawn(20, 255, 0, 60)) > 128
    colors = np.where(mask[..., None], np.array(ink), np.array(paper)).astype(np.uint8)
    brightness = colors @ np.array([0.299, 0.587, 0.114])
    assert np.ptp(brightness) < 8
    expected = picture_from_levels(255 * mask.astype(np.uint8)).astype(int)
    assert np.abs(picture_from_levels(colors) - expected).mean() < 2
