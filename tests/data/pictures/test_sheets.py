"""Sheets on a desk, notes, plots in margins, boxes, and frames around what was written."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_studio.data.pictures.files import number_from_levels, picture_from_levels
from mnist_studio.data.pictures.sheets import sheet_of

Color = tuple[int, int, int]


def four(color: Color = (20, 20, 20), paper: Color = (255, 255, 255)) -> Image.Image:
    """A 4, which looks like itself only if it is upright and nothing is missing."""
    picture = Image.new("RGB", (200, 200), paper)
    draw = ImageDraw.Draw(picture)
    for line in (((60, 40), (50, 110), (140, 100)), ((120, 40), (120, 170))):
        draw.line(line, fill=color, width=18, joint="curve")
    return picture


PLAIN = picture_from_levels(np.asarray(four())).astype(int)


def difference(picture: Image.Image) -> float:
    return float(np.abs(picture_from_levels(np.asarray(picture)) - PLAIN).mean())


@pytest.mark.parametrize("turn", [0, 5, -5])
@pytest.mark.parametrize(
    ("paper", "desk"),
    [((250, 235, 120), (110, 80, 55)), ((250, 235, 120), (200, 190, 180)), ((250,) * 3, (30,) * 3)],
)
def test_a_note_on_a_desk_is_the_paper(paper: Color, desk: Color, turn: int) -> None:
    note = four(paper=paper).convert("RGBA").rotate(turn, Image.Resampling.BICUBIC, expand=True)
    picture = Image.new("RGB", (330, 340), desk)
    picture.paste(note, (60, 50), note)
    assert difference(picture) < (4 if turn == 0 else 30)


@pytest.mark.parametrize("inverted", [True, False])
def test_an_image_in_the_margins_of_a_plot_is_found(inverted: bool) -> None:
    image = four((255,) * 3, (0,) * 3) if inverted else four()
    picture = Image.new("RGB", (300, 290), "white")
    picture.paste(image, (50, 40))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((49, 39, 250, 240), outline="black")
    draw.text((130, 250), "10", "black")
    assert difference(picture) < 4


@pytest.mark.parametrize("width", [1, 3, 8])
@pytest.mark.parametrize("shade", [0, 90])
def test_a_frame_is_not_the_paper(width: int, shade: int) -> None:
    framed = four()
    ImageDraw.Draw(framed).rectangle((0, 0, 199, 199), outline=(shade,) * 3, width=width)
    assert difference(framed) < 4


@pytest.mark.parametrize("width", [2, 6])
def test_a_box_around_the_digit_is_left_out(width: int) -> None:
    picture = Image.new("RGB", (320, 300), "white")
    picture.paste(four(), (60, 50))
    ImageDraw.Draw(picture).rectangle((55, 45, 265, 255), outline=(60,) * 3, width=width)
    assert difference(picture) < 4


def test_a_box_on_a_sheet_on_a_desk_is_opened() -> None:
    sheet = Image.new("RGB", (280, 280), "white")
    sheet.paste(four(), (40, 40))
    ImageDraw.Draw(sheet).rectangle((30, 30, 250, 250), outline=(60,) * 3, width=4)
    desk = Image.new("RGB", (400, 400), (90, 70, 50))
    desk.paste(sheet, (60, 60))
    assert difference(desk) < 4


def test_a_digit_is_not_a_sheet() -> None:
    zero, bar, eight = (Image.new("RGB", (200, 200), "white") for _ in range(3))
    ImageDraw.Draw(zero).ellipse((40, 20, 160, 180), outline="black", width=16)
    ImageDraw.Draw(bar).rectangle((80, 20, 120, 180), fill="black")
    ImageDraw.Draw(eight).rounded_rectangle((40, 20, 160, 180), 30, fill="black")
    ImageDraw.Draw(eight).ellipse((85, 40, 115, 80), fill="white")
    for digit in (zero, bar):
        levels = np.asarray(digit, np.float32) / 255
        assert sheet_of(levels) is levels
    assert picture_from_levels(np.asarray(eight)).max() == 255


def test_digits_in_boxes_of_their_own_stay() -> None:
    picture = Image.new("RGB", (520, 300), "white")
    for left in (20, 280):
        picture.paste(four(), (left, 50))
        ImageDraw.Draw(picture).line((left, 40, left, 260), fill="white")
    assert number_from_levels(np.asarray(picture)).pattern == "##"
