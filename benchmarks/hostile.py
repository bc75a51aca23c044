"""Drawings and pictures that are no digit, made by chance: what a studio must not take for one."""

import math
import string
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.letters import LETTERS as STROKES
from mnist_studio.data.ink.rendering import Ink, InkPoint, Stroke, digit_image
from mnist_studio.data.pictures.normalize import normalize

Image8 = NDArray[np.uint8]
Random = np.random.Generator

LIKE_DIGITS = frozenset("BDGIJOQSZabdglqsz")
"""Letters that may be a digit in somebody's hand."""

LETTERS = "".join(c for c in string.ascii_letters + "&%@#?" if c not in LIKE_DIGITS)


def _line(*points: tuple[float, float]) -> Stroke:
    return tuple(InkPoint(x, y) for x, y in points)


def _near(random: Random, *points: tuple[float, float], by: float = 0.03) -> Stroke:
    return _line(*((x + random.normal(0, by), y + random.normal(0, by)) for x, y in points))


def scribble(random: Random) -> Ink:
    """A few wandering strokes."""
    strokes = []
    for _ in range(random.integers(1, 4)):
        steps = random.integers(40, 120)
        angle = random.uniform(0, 2 * math.pi) + np.cumsum(random.normal(0, 0.8, steps))
        way = 0.06 * np.cumsum(np.stack([np.cos(angle), np.sin(angle)], axis=1), axis=0)
        strokes.append(_line(*np.clip(random.uniform(0.1, 0.9, 2) + way, 0, 1).tolist()))
    return tuple(strokes)


def lines(random: Random) -> Ink:
    """Short straight strokes anywhere."""
    return tuple(
        _line(*random.uniform(0, 1, (random.integers(2, 6), 2)).tolist())
        for _ in range(random.integers(2, 5))
    )


def zigzag(random: Random) -> Ink:
    """To and fro, as something is crossed out."""
    turns = int(random.integers(6, 16))
    along = np.linspace(0.2, 0.8, turns) + random.normal(0, 0.02, turns)
    across = np.where(np.arange(turns) % 2, 0.8, 0.2) + random.normal(0, 0.05, turns)
    pairs = (
        zip(along, across, strict=True)
        if random.random() < 0.5
        else zip(across, along, strict=True)
    )
    return (_line(*((float(x), float(y)) for x, y in pairs)),)


def cross(random: Random) -> Ink:
    """Two crossing strokes."""
    return _near(random, (0.1, 0.1), (0.9, 0.9)), _near(random, (0.9, 0.1), (0.1, 0.9))


def hash_sign(random: Random) -> Ink:
    """Two strokes down, two across."""
    return tuple(
        stroke
        for at in (0.35, 0.65)
        for stroke in (_near(random, (at, 0.1), (at, 0.9)), _near(random, (0.1, at), (0.9, at)))
    )


def star(random: Random) -> Ink:
    """Strokes through one point."""
    count = int(random.integers(3, 8))
    turn = random.uniform(0, 0.3) + np.arange(count) * math.pi / count
    ends = 0.4 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return tuple(_line(*(0.5 + np.stack([-end, end])).tolist()) for end in ends)


def wave(random: Random) -> Ink:
    """Like the sea."""
    x = np.linspace(0.05, 0.95, 80)
    y = 0.5 + random.uniform(0.08, 0.15) * np.sin(x * random.uniform(20, 30))
    return (_line(*zip(x.tolist(), y.tolist(), strict=True)),)


def house(random: Random) -> Ink:
    """In one stroke."""
    corners = (0.2, 0.9), (0.2, 0.45), (0.5, 0.1), (0.8, 0.45), (0.8, 0.9)
    return (_near(random, *corners, (0.2, 0.9), (0.8, 0.45), (0.2, 0.45), (0.8, 0.9), by=0.02),)


def dot(random: Random) -> Ink:
    """A tap."""
    return (_line(tuple(random.uniform(0, 1, 2).tolist())),)


def _ring(wide: float = 0.4) -> Stroke:
    turn = np.linspace(0, 2 * math.pi, 30)
    return _line(*((0.5 + wide * math.cos(a), 0.5 + 0.4 * math.sin(a)) for a in turn))


def face(random: Random) -> Ink:
    """A ring with a face in it."""
    mouth = _near(random, (0.32, 0.62), (0.5, 0.75), (0.68, 0.62), by=0.02)
    return _ring(), _near(random, (0.35, 0.4)), _near(random, (0.65, 0.4)), mouth


def crossed_ring(random: Random) -> Ink:
    """As things are forbidden."""
    return _ring(random.uniform(0.32, 0.48)), *cross(random)


def square(random: Random) -> Ink:
    """In one stroke."""
    wide, high = random.uniform(0.25, 0.45), random.uniform(0.3, 0.45)
    corners = [(-wide, -high), (wide, -high), (wide, high), (-wide, high), (-wide, -high)]
    return (_near(random, *((0.5 + x, 0.5 + y) for x, y in corners), by=0.02),)


def polygon(random: Random, *corners: tuple[float, float]) -> Ink:
    """Straight sides of many points, so that smoothing keeps the corners."""
    moved = np.array(corners) + random.normal(0, 0.025, (len(corners), 2))
    parts = np.linspace(0, 1, 12, endpoint=False)[:, None]
    sides = [a + (b - a) * parts for a, b in zip(moved, np.roll(moved, -1, axis=0), strict=True)]
    points = np.concatenate([*sides, moved[:1]])
    return (_near(random, *map(tuple, points.tolist()), by=0.006),)


def angular_square(random: Random) -> Ink:
    """A square or rectangle with corners."""
    wide, high = 0.5 - random.uniform(0.05, 0.25), 0.5 - random.uniform(0.05, 0.2)
    left, top, right, bottom = 0.5 - wide, 0.5 - high, 0.5 + wide, 0.5 + high
    return polygon(random, (left, top), (right, top), (right, bottom), (left, bottom))


def diamond(random: Random) -> Ink:
    """A square on its corner."""
    return polygon(random, (0.5, 0.05), (0.9, 0.5), (0.5, 0.95), (0.1, 0.5))


def triangle(random: Random) -> Ink:
    """On one of its sides."""
    return polygon(random, (0.5, 0.1), (0.9, 0.85), (0.1, 0.85))


def ring(random: Random) -> Ink:
    """A circle or nearly one."""
    turn = np.linspace(0, 2 * math.pi, 40) + random.uniform(0, 6)
    x, y = 0.4 * random.uniform(0.8, 1.2) * np.cos(turn), 0.4 * np.sin(turn)
    return (_near(random, *zip((0.5 + x).tolist(), (0.5 + y).tolist(), strict=True), by=0.006),)


def heart(random: Random) -> Ink:
    """In one stroke."""
    t = np.linspace(0, 2 * math.pi, 50)
    x = random.uniform(0.8, 1.2) * 0.4 * np.sin(t) ** 3
    y = (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 40
    return (_near(random, *zip((0.5 + x).tolist(), (0.5 - y).tolist(), strict=True), by=0.006),)


def written_letter(random: Random) -> Ink:
    """A letter by hand, slanted, broad or narrow."""
    strokes = STROKES[list(STROKES)[random.integers(len(STROKES))]]
    slant, width = random.normal(0, 0.1), random.uniform(0.6, 1.0)
    return tuple(
        _near(random, *((0.5 + (x - 0.5) * width - slant * (y - 0.5), y) for x, y in one), by=0.02)
        for one in strokes
    )


DRAWINGS: Mapping[str, Callable[[Random], Ink]] = MappingProxyType(
    {
        "scribble": scribble, "lines": lines, "zigzag": zigzag, "cross": cross,
        "hash sign": hash_sign, "star": star, "wave": wave, "house": house, "dot": dot,
        "face": face, "crossed ring": crossed_ring, "written letter": written_letter,
        "square": square, "heart": heart, "angular square": angular_square, "diamond": diamond,
        "triangle": triangle, "ring": ring,
    }
)  # fmt: skip


def noise(random: Random) -> Image8:
    """Uniform."""
    return random.integers(0, 256, (28, 28)).astype(np.uint8)


def specks(random: Random) -> Image8:
    """Few white pixels."""
    return np.where(random.random((28, 28)) < random.uniform(0.05, 0.3), 255, 0).astype(np.uint8)


def full(_: Random) -> Image8:
    """All ink."""
    return np.full((28, 28), 255, np.uint8)


def box(_: Random) -> Image8:
    """All ink where digits are."""
    return np.pad(np.full((20, 20), 255, np.uint8), 4)


def letter(random: Random) -> Image8:
    """A letter in print that is like no digit."""
    page = Image.new("L", (160, 160))
    font = ImageFont.load_default(int(random.integers(60, 110)))
    sign = LETTERS[random.integers(len(LETTERS))]
    ImageDraw.Draw(page).text((80, 80), sign, font=font, fill=255, anchor="mm")
    turned = page.rotate(float(random.normal(0, 5)))
    return normalize(np.asarray(turned))


PICTURES: Mapping[str, Callable[[Random], Image8]] = MappingProxyType(
    {"noise": noise, "specks": specks, "full": full, "box": box, "letter": letter}
)


def images(kind: str, count: int, seed: int = 1) -> Image8:
    """(count, 28, 28): digit images of a kind of drawing or picture."""
    random = np.random.default_rng([seed, sum(kind.encode())])
    if kind in PICTURES:
        return np.stack([PICTURES[kind](random) for _ in range(count)])
    return np.stack([digit_image(DRAWINGS[kind](random)) for _ in range(count)])
