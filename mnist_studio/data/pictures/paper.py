"""What is ink in a gray picture: scans, screenshots, and photos of paper in uneven light."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnist_studio.data.images import SIDE
from mnist_studio.data.pictures.lines import without_lines
from mnist_studio.data.pictures.normalize import Levels, blank
from mnist_studio.data.pictures.tones import two_tones

_FAINTEST = 0.08
"""Contrast, of the full range, below which nothing was drawn."""

_EDGE = 0.15
"""In a picture of many pixels, what is fainter than this part of the ink is not ink."""

_LOOK = 96
"""The paper is estimated on a picture whose longer side has about this many pixels."""

_WINDOW = 25
"""Of those pixels: strokes are narrower than this, shadows wider."""

_UNEVEN = 0.04
"""Of the full range: a border that differs more than this is paper in uneven light."""


_DIM = 0.2
"""Light of the paper, of the full range, below which a part of it is mostly noise."""


def ink_of(levels: Levels) -> Levels:
    """The contrast of every pixel with its background; 0 where there is no ink.

    The levels farther from the border decide between dark and light ink. Where the border is
    uneven, the picture has two tones, or else the background is what surrounds every pixel.

    Args:
        levels: (h, w) of 0-1.

    Raises:
        PictureError: there is no contrast.
    """
    border = _border(levels)
    background = float(np.median(border))
    unevenness = float(np.quantile(np.abs(border - background), 0.9))
    large = max(levels.shape) > 2 * SIDE
    if unevenness > _UNEVEN:
        tones = two_tones(levels)
        if tones:
            background, unevenness = tones
        elif large:
            return without_lines(_of_photo(levels))
    dark_on_light = background - float(levels.min()) > float(levels.max()) - background
    ink = background - levels if dark_on_light else levels - background
    strongest = float(ink.max())
    if strongest < _FAINTEST:
        raise blank()
    # The border's own unevenness is paper, and a picture of many pixels loses nothing when the
    # faint rim of its strokes goes; in one of 28x28 that rim is part of the digit.
    rim = _EDGE * strongest if large else 0.0
    floor = min(max(2 * unevenness, rim), strongest / 2)
    found = np.where(ink > floor, ink, np.float32(0))
    return without_lines(found) if large else found


def _border(levels: Levels) -> Levels:
    return np.concatenate([levels[0], levels[-1], levels[1:-1, 0], levels[1:-1, -1]])


def _of_photo(levels: Levels) -> Levels:
    """Ink over a background that is estimated around every pixel.

    A closing, the lowest of the highest levels around (Serra 1982), fills dark strokes with the
    paper beside them and leaves shadows that are wider as they are; an opening does so for light
    strokes. The skewness decides which of the two is ink.
    """
    step = max(1, round(max(levels.shape) / _LOOK))
    soft = _blurred(levels, max(1, step // 3))
    small = _shrunk(soft, step)
    # Ink is a small area of high contrast: levels around the local mean are skewed towards it.
    skew = float(((small - _blurred(small, _WINDOW // 2)) ** 3).mean())
    ink = _darkening(soft, small) if skew <= 0 else _darkening(1 - soft, 1 - small)
    strongest = float(np.quantile(ink, 0.998))
    noise = 1.4826 * float(np.median(np.abs(ink - np.median(ink))))
    if strongest < max(_FAINTEST, 3 * noise):
        raise blank()
    floor = min(max(0.3 * strongest, 3 * noise), 0.5 * strongest)
    return np.where(ink > floor, np.minimum(ink, np.float32(strongest)), np.float32(0))


def _darkening(levels: Levels, small: Levels) -> Levels:
    """Which part of the light of the paper is missing at every pixel: shadows do not change it."""
    paper = _grown(_closed(small), levels.shape)
    return np.maximum((paper - levels) / np.maximum(paper, np.float32(_DIM)), np.float32(0))


def _closed(levels: Levels) -> Levels:
    """A closing with a square window: the highest around, then the lowest of those around."""
    closed = -_highest(-_highest(levels))
    for axis in (0, 1):
        closed = np.minimum(closed, _continued(closed, axis))
    return closed


def _continued(closed: Levels, axis: int) -> Levels:
    """As its inner part goes on towards the frame.

    Half a window from the frame a closing falls no further, since what lies beyond is not known:
    light that falls evenly would leave a dark bar there, which reads as a 1.
    """
    edge = _WINDOW // 2
    if closed.shape[axis] < 2 * _WINDOW:
        return closed
    width = [(0, 0), (0, 0)]
    width[axis] = (edge, edge)
    inner = np.take(closed, range(edge, closed.shape[axis] - edge), axis)
    return np.pad(inner, width, mode="reflect", reflect_type="odd")


def _highest(levels: Levels) -> Levels:
    """Of the window around every pixel; beyond the frame is what lies at its edge."""
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (_WINDOW // 2, _WINDOW // 2)
        around = np.pad(levels, width, mode="edge")
        levels = sliding_window_view(around, _WINDOW, axis=axis).max(axis=-1)
    return levels


def _blurred(levels: Levels, radius: int) -> Levels:
    """Means over a square around every pixel: noise is not the highest level of paper."""
    size = 2 * radius + 1
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(levels, width, mode="edge"), axis=axis, dtype=np.float64)
        upper, lower = np.moveaxis(sums, axis, 0)[size:], np.moveaxis(sums, axis, 0)[:-size]
        levels = np.moveaxis((upper - lower) / size, 0, axis).astype(np.float32)
    return levels


def _shrunk(levels: Levels, step: int) -> Levels:
    """Means over blocks; what is left over at the right and below is repeated."""
    rows, columns = (-(-size // step) for size in levels.shape)
    height, width = levels.shape
    whole = np.pad(levels, ((0, rows * step - height), (0, columns * step - width)), mode="edge")
    return np.asarray(whole.reshape(rows, step, columns, step).mean(axis=(1, 3)))


def _grown(levels: Levels, shape: tuple[int, ...]) -> Levels:
    """Back to a larger shape, linear between the pixels."""
    for axis, size in enumerate(shape):
        count = levels.shape[axis]
        places = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
        before = np.minimum(places.astype(np.int64), max(count - 2, 0))
        after = np.minimum(before + 1, count - 1)
        part = (places - before).reshape((-1, 1) if axis == 0 else (1, -1))
        first, second = np.take(levels, before, axis), np.take(levels, after, axis)
        levels = first + (second - first) * part
    return levels.astype(np.float32)
