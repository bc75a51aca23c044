"""Made picture files of numbers: several digits, a sign, a point."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.made_ink import HEIGHT, Levels, Random, Source, written
from benchmarks.made_pictures import MadePicture, scan

NUMBERS = ("number", "decimal", "negative", "fraction")
"""Kinds of pictures with several digits."""


def number(kind: str, random: Random, sources: Sequence[Source]) -> MadePicture:
    """A picture of a number of several digits, with a sign where the kind has one."""
    parts = [written(source, random) for source in sources]
    labels = [str(source.label) for source in sources]
    text, row = _with_sign(kind, random, parts, labels)
    return MadePicture(scan(random, _beside(random, row)), text)


def _with_sign(
    kind: str, random: Random, parts: list[Levels], labels: list[str]
) -> tuple[str, list[Levels]]:
    at = int(random.integers(1, len(parts)))
    match kind:
        case "decimal":
            mark, text = _point(random), "."
        case "negative":
            mark, text, at = _minus(random), "-", 0
        case "fraction":
            mark, text = _slash(random), "/"
        case _:
            return "".join(labels), parts
    return "".join([*labels[:at], text, *labels[at:]]), [*parts[:at], mark, *parts[at:]]


def _point(random: Random) -> Levels:
    side = int(random.integers(14, 24))
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    dot = (x**2 + y**2 < 1).astype(float)
    return np.vstack([np.zeros((HEIGHT - side, side)), dot])


def _minus(random: Random) -> Levels:
    bar = np.zeros((HEIGHT, int(random.integers(60, 110))))
    top = HEIGHT // 2 + int(random.integers(-12, 12))
    bar[top : top + int(random.integers(10, 18))] = 1
    return bar


def _slash(random: Random) -> Levels:
    width = int(random.integers(60, 100))
    canvas = Image.new("L", (width + 20, HEIGHT + 30))
    ImageDraw.Draw(canvas).line((width + 8, 4, 10, HEIGHT + 26), 255, int(random.integers(10, 18)))
    return np.asarray(canvas, np.float64) / 255


def _beside(random: Random, parts: Sequence[Levels]) -> Levels:
    height = max(len(part) for part in parts)
    gap = np.zeros((height, int(random.integers(18, 45))))
    columns: list[Levels] = []
    for part in parts:
        columns += [np.pad(part, ((height - len(part), 0), (0, 0))), gap]
    return np.hstack(columns[:-1])
