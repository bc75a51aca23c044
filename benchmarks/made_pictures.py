"""Made picture files of digits, in the kinds that people have, from a seed.

The digits are test images of MNIST at odd positions and strokes of the pen digits. Those at even
positions calibrate “no digit”, so they are not used here.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks.made_ink import Levels, Random, Source, with_margins, written

Color = tuple[float, float, float]


@dataclass(frozen=True)
class MadePicture:
    """A picture file and what it shows.

    Attributes:
        content: of the file.
        text: what was written, such as ``7`` or ``3.14``.
    """

    content: bytes
    text: str


def _noise(random: Random, shape: Sequence[int], grain: float) -> Levels:
    """Fine noise and coarse blotches with the standard deviation ``grain`` each."""
    coarse = random.normal(0, 1, (shape[0] // 12 + 2, shape[1] // 12 + 2))
    blotches = Image.fromarray(coarse.astype(np.float32)).resize(
        (shape[1], shape[0]), Image.Resampling.BICUBIC
    )
    return random.normal(0, grain, shape) + grain * np.asarray(blotches, np.float64)


def _gray_sheet(random: Random, ink: Levels, grain: float = 2.0) -> Levels:
    paper, pen = random.uniform(195, 250), random.uniform(20, 110)
    return paper + (pen - paper) * ink + _noise(random, ink.shape, grain)


def _saved(levels: Levels, kind: str = "PNG", **options: object) -> bytes:
    return _file(Image.fromarray(levels.clip(0, 255).astype(np.uint8)), kind, **options)


def _file(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def screenshot(random: Random, ink: Levels) -> bytes:
    """Dark ink on plain white."""
    return _saved(255 * (1 - random.uniform(0.6, 1) * with_margins(random, ink)))


def scan(random: Random, ink: Levels) -> bytes:
    """Paper with grain, saved as JPEG."""
    return _saved(_gray_sheet(random, with_margins(random, ink), random.uniform(1, 5)), "JPEG")


def uneven_light(random: Random, ink: Levels) -> bytes:
    """A photo with a slope of light and a soft shadow."""
    ink = with_margins(random, ink)
    y, x = np.mgrid[0 : ink.shape[0], 0 : ink.shape[1]] / max(ink.shape)
    turn = random.uniform(0, 2 * np.pi)
    light = 1 + random.uniform(0.1, 0.35) * (np.cos(turn) * (x - 0.5) + np.sin(turn) * (y - 0.5))
    light *= 1 - random.uniform(0, 0.4) / (1 + np.exp(-12 * (x - random.uniform(0.1, 0.9))))
    return _saved(_gray_sheet(random, ink) * light, "JPEG", quality=85)


def under_a_lamp(random: Random, ink: Levels) -> bytes:
    """A photo whose corners are dark."""
    ink = with_margins(random, ink)
    y, x = np.mgrid[-1 : 1 : 1j * ink.shape[0], -1 : 1 : 1j * ink.shape[1]]
    dark = random.uniform(0.2, 0.5) * ((x - random.uniform(-0.3, 0.3)) ** 2 + y**2) / 2
    return _saved(_gray_sheet(random, ink) * (1 - dark), "JPEG", quality=85)


def ruled(random: Random, ink: Levels) -> bytes:
    """Paper with horizontal lines, lighter than the ink."""
    return _lined(random, ink, rows=True, columns=False)


def squared(random: Random, ink: Levels) -> bytes:
    """Paper with squares."""
    return _lined(random, ink, rows=True, columns=True)


def _lined(random: Random, ink: Levels, rows: bool, columns: bool) -> bytes:
    ink = with_margins(random, ink, 0.3)
    step, width = int(random.integers(30, 110)), int(random.integers(1, 4))
    lines = np.zeros(ink.shape)
    if rows:
        for top in range(int(random.integers(step)), ink.shape[0], step):
            lines[top : top + width] = 1
    if columns:
        for left in range(int(random.integers(step)), ink.shape[1], step):
            lines[:, left : left + width] = 1
    seen = np.maximum(ink, random.uniform(0.15, 0.4) * lines)
    return _saved(_gray_sheet(random, seen, 1.5), "JPEG", quality=90)


def thin_frame(random: Random, ink: Levels) -> bytes:
    """A line around the picture, at its edge."""
    ink = with_margins(random, ink, 0.2, 0.6)
    width, shade = int(random.integers(1, 5)), random.uniform(0.4, 1)
    framed = np.full(ink.shape, shade)
    framed[width:-width, width:-width] = ink[width:-width, width:-width]
    return _saved(_gray_sheet(random, framed, random.choice([0.0, 2.0])))


def box(random: Random, ink: Levels) -> bytes:
    """A box around the digit, as on a form, with paper outside it."""
    ink = with_margins(random, ink, 0.15, 0.4)
    width, shade = int(random.integers(2, 7)), random.uniform(0.4, 1)
    framed = np.full(ink.shape, shade)
    framed[width:-width, width:-width] = ink[width:-width, width:-width]
    return _saved(_gray_sheet(random, with_margins(random, framed, 0.1, 0.6), 1.5), "JPEG")


def sticky(random: Random, ink: Levels) -> bytes:
    """A sticky note on a desk, slightly rotated."""
    note = random.choice([(250, 235, 120), (255, 170, 190), (170, 225, 250), (190, 235, 150)])
    dark = random.uniform(20, 70)
    inner = with_margins(random, ink, 0.25, 0.6)
    colors = np.stack([shade + (dark - shade) * inner for shade in note], axis=-1)
    desk = random.choice([(110, 80, 55), (60, 60, 65), (200, 190, 180), (150, 115, 80)])
    return _on_desk(random, colors, desk)


def sheet_on_desk(random: Random, ink: Levels) -> bytes:
    """A white sheet on a dark desk, all edges in view."""
    inner = with_margins(random, ink, 0.25, 0.7)
    white, dark = random.uniform(215, 250), random.uniform(20, 90)
    colors = np.repeat((white + (dark - white) * inner)[..., None], 3, axis=2)
    return _on_desk(random, colors, (random.uniform(20, 110),) * 3)


def _on_desk(random: Random, sheet: Levels, desk: Sequence[float]) -> bytes:
    rgba = np.dstack([sheet, np.full(sheet.shape[:2], 255)]).clip(0, 255).astype(np.uint8)
    turned = Image.fromarray(rgba, "RGBA").rotate(
        random.uniform(-6, 6), Image.Resampling.BICUBIC, expand=True
    )
    border = int(random.uniform(0.1, 0.4) * max(turned.size))
    size = (turned.width + 2 * border, turned.height + 2 * border)
    picture = Image.new("RGB", size, tuple(map(int, desk)))
    picture.paste(turned, (border, border), turned)
    noisy = np.asarray(picture, np.float64) + _noise(random, (size[1], size[0]), 3)[..., None]
    return _saved(noisy, "JPEG", quality=88)


def plot(random: Random, ink: Levels) -> bytes:
    """A figure of a plotting library: the image inside white margins, often with ticks."""
    side = int(random.integers(220, 380))
    image = _square(ink).resize((28, 28), Image.Resampling.BOX).resize((side, side), 0)
    if random.random() < 0.4:
        image = Image.eval(image, lambda level: 255 - level)
    left, top, right, bottom = (int(random.uniform(0.1, 0.35) * side) for _ in range(4))
    figure = Image.new("RGB", (left + side + right, top + side + bottom), "white")
    figure.paste(image, (left, top))
    pen = ImageDraw.Draw(figure)
    if random.random() < 0.6:
        _axes(pen, left, top, side)
    if random.random() < 0.4:
        pen.text((left + side / 2 - 20, max(2, top - 22)), "sample", "black", _font(14))
    return _file(figure)


def _axes(pen: ImageDraw.ImageDraw, left: int, top: int, side: int) -> None:
    pen.rectangle((left - 1, top - 1, left + side, top + side), outline="black")
    for tick in range(0, 28, 5):
        at = (tick + 0.5) * side / 28
        pen.line((left + at, top + side, left + at, top + side + 4), "black")
        pen.line((left - 5, top + at, left - 1, top + at), "black")
        pen.text((left + at - 4, top + side + 6), str(tick), "black", _font(11))
        pen.text((left - 20, top + at - 6), str(tick), "black", _font(11))


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _square(ink: Levels) -> Image.Image:
    """White on black with MNIST's margins."""
    side = round(max(ink.shape) * 1.4)
    top, left = ((side - size) // 2 for size in ink.shape)
    canvas = np.zeros((side, side))
    canvas[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return Image.fromarray((255 * canvas).astype(np.uint8))


def colored_ink(random: Random, ink: Levels) -> bytes:
    """Colored ink on colored paper, both equally bright in gray."""
    ink = with_margins(random, ink)[..., None]
    weights = np.array([0.299, 0.587, 0.114])
    hue = random.normal(0, 1, 3)
    hue -= weights @ hue / weights.sum()
    shift = 60 * hue / np.abs(hue).max()
    gray = random.uniform(100, 150)
    colors = gray + shift * (1 - 2 * ink) + _noise(random, ink.shape[:2], 1.5)[..., None]
    return _saved(colors, str(random.choice(["PNG", "JPEG"])))


def _deep(random: Random, ink: Levels, bits: int) -> bytes:
    full = 2**bits - 1
    ink = with_margins(random, ink)
    paper, pen = random.uniform(0.65, 0.95), random.uniform(0.05, 0.35)
    levels = full * (paper + (pen - paper) * ink) + _noise(random, ink.shape, full / 200)
    picture = Image.fromarray(levels.clip(0, full).astype(np.uint16))
    return _file(picture, str(random.choice(["PNG", "TIFF"])))


def ten_bits(random: Random, ink: Levels) -> bytes:
    """A scan with levels 0-1,023 in 16 bits."""
    return _deep(random, ink, 10)


def twelve_bits(random: Random, ink: Levels) -> bytes:
    """A scan with levels 0-4,095 in 16 bits."""
    return _deep(random, ink, 12)


def sixteen_bits(random: Random, ink: Levels) -> bytes:
    """A scan with levels 0-65,535."""
    return _deep(random, ink, 16)


def strong_jpeg(random: Random, ink: Levels) -> bytes:
    """JPEG of low quality."""
    return _saved(_gray_sheet(random, with_margins(random, ink)), "JPEG", quality=int(
        random.integers(5, 20)
    ))  # fmt: skip


def rotated_by_exif(random: Random, ink: Levels) -> bytes:
    """A photo that only its EXIF orientation makes upright."""
    picture = Image.fromarray(
        _gray_sheet(random, with_margins(random, ink)).clip(0, 255).astype(np.uint8)
    )
    orientation, turn = ((3, 180), (6, 90), (8, 270))[int(random.integers(3))]
    exif = Image.Exif()
    exif[274] = orientation
    return _file(picture.rotate(turn, expand=True), "JPEG", exif=exif)


def cropped(random: Random, ink: Levels) -> bytes:
    """Cropped to the ink, without a margin."""
    return _saved(_gray_sheet(random, ink, random.choice([0.0, 2.0])))


def bold(random: Random, ink: Levels) -> bytes:
    """A marker's thick strokes with a small margin."""
    return _saved(_gray_sheet(random, with_margins(random, ink, 0.02, 0.3)))


def bold_cropped(random: Random, ink: Levels) -> bytes:
    """A marker's thick strokes, cropped to the ink."""
    return cropped(random, ink)


def blocky(random: Random, ink: Levels) -> bytes:
    """Of few pixels, enlarged without smoothing."""
    side = int(random.integers(11, 20))
    picture = _square(ink).resize((side, side), Image.Resampling.BOX)
    large = picture.resize((side * 16, side * 16), Image.Resampling.NEAREST)
    return _saved(255 - np.asarray(large, np.float64))


def stretched(random: Random, ink: Levels) -> bytes:
    """Wider or narrower than it was written."""
    factor = float(np.exp(random.choice([-1, 1]) * random.uniform(0.25, 0.6)))
    size = (max(8, round(ink.shape[1] * factor)), ink.shape[0])
    wide = Image.fromarray((255 * ink).astype(np.uint8)).resize(size)
    return _saved(_gray_sheet(random, with_margins(random, np.asarray(wide, np.float64) / 255)))


def board(random: Random, ink: Levels) -> bytes:
    """Chalk on a dark board."""
    ink = with_margins(random, ink)
    chalk = ink * (0.75 + 0.25 * random.random(ink.shape))
    return _saved(random.uniform(20, 70) + 170 * chalk + _noise(random, ink.shape, 4), "JPEG")


def transparent(random: Random, ink: Levels) -> bytes:
    """Ink on nothing."""
    ink = with_margins(random, ink, 0.0, 0.5)
    color = np.full((*ink.shape, 3), random.choice([0, 255, 60]))
    return _saved(np.dstack([color, 255 * ink]))


def blurred(random: Random, ink: Levels) -> bytes:
    """A photo out of focus."""
    levels = _gray_sheet(random, with_margins(random, ink), 0.0)
    picture = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    soft = picture.filter(ImageFilter.GaussianBlur(random.uniform(4, 10)))
    return _saved(np.asarray(soft, np.float64) + _noise(random, ink_shape(soft), 2), "JPEG")


def ink_shape(picture: Image.Image) -> tuple[int, int]:
    """Rows and columns of a picture."""
    return picture.height, picture.width


def small(random: Random, ink: Levels) -> bytes:
    """A digit of 14 to 24 pixels with a margin."""
    scale = random.integers(14, 25) / max(ink.shape)
    size = [max(2, round(side * scale)) for side in reversed(ink.shape)]
    tiny = Image.fromarray((255 * ink).astype(np.uint8)).resize(size, Image.Resampling.BOX)
    return _saved(
        _gray_sheet(random, with_margins(random, np.asarray(tiny) / 255.0, 0.1, 0.5), 0.5)
    )


def pencil(random: Random, ink: Levels) -> bytes:
    """A hard pencil: faint gray on paper with grain."""
    ink = with_margins(random, ink)
    paper = random.uniform(215, 245)
    faint = paper - random.uniform(40, 70) * ink * (0.7 + 0.3 * random.random(ink.shape))
    return _saved(faint + _noise(random, ink.shape, 2), "JPEG", quality=92)


Make = Callable[[Random, Levels], bytes]

KINDS: Mapping[str, Make] = MappingProxyType(
    {
        "screenshot": screenshot,
        "scan": scan,
        "uneven light": uneven_light,
        "under a lamp": under_a_lamp,
        "ruled paper": ruled,
        "squared paper": squared,
        "thin frame": thin_frame,
        "box around the digit": box,
        "sticky note": sticky,
        "sheet on a desk": sheet_on_desk,
        "plot with margins": plot,
        "colored ink, equally bright": colored_ink,
        "10 bits": ten_bits,
        "12 bits": twelve_bits,
        "16 bits": sixteen_bits,
        "strong JPEG": strong_jpeg,
        "rotated by EXIF": rotated_by_exif,
        "cropped to the ink": cropped,
        "bold": bold,
        "bold and cropped": bold_cropped,
        "blocky": blocky,
        "stretched": stretched,
        "chalk on a board": board,
        "transparent": transparent,
        "out of focus": blurred,
        "small": small,
        "faint pencil": pencil,
    }
)
"""Kinds of pictures of one digit."""

BOLD = {"bold": (1.8, 2.6), "bold and cropped": (1.8, 2.6)}
"""How much thicker the strokes of a kind are."""


def single(kind: str, random: Random, source: Source) -> MadePicture:
    """A picture of one digit."""
    ink = written(source, random, random.uniform(*BOLD.get(kind, (1.0, 1.0))))
    return MadePicture(KINDS[kind](random, ink), str(source.label))
