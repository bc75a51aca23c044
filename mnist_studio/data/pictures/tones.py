"""Pictures of two tones: digits that reach the edges, as where a picture is cropped to its ink."""

import numpy as np

from mnist_studio.data.pictures.components import labeled
from mnist_studio.data.pictures.normalize import Levels

_BINS = 64

_CLEAR = 0.88
"""Of the variance, at least this much lies between the two tones."""

_SOFT = 0.12
"""At most this part of the pixels lies in the middle between them."""

_PIECE = 0.002
"""Of the picture: smaller pieces of a tone do not count."""

_LOOK = 160
"""Pieces are counted on a picture whose longer side has at most this many pixels."""


def two_tones(levels: Levels) -> tuple[float, float] | None:
    """The level of the paper of a picture (h, w), and how uneven the paper is.

    Ink is connected, and paper is what it cuts into pieces. So paper is the tone of all four
    corners, or otherwise the one in more pieces.

    Returns:
        None if the picture does not have two clear tones.
    """
    threshold = _threshold(levels)
    if threshold is None:
        return None
    light = levels > threshold
    paper = levels[light == _paper_is_light(light)]
    level = float(np.median(paper))
    return level, float(np.quantile(np.abs(paper - level), 0.7))


def _threshold(levels: Levels) -> float | None:
    """Otsu's threshold (1979); None if the tones are not clearly apart."""
    low, high = float(levels.min()), float(levels.max())
    if high - low < 0.08:
        return None
    counts, edges = np.histogram(levels, _BINS, (low, high))
    middles, share = (edges[1:] + edges[:-1]) / 2, counts / counts.sum()
    below, mean = np.cumsum(share), np.cumsum(share * middles)
    apart = (mean[-1] * below - mean) ** 2 / np.maximum(below * (1 - below), 1e-9)
    at = int(apart[:-1].argmax())
    variance = float(share @ (middles - mean[-1]) ** 2)
    dark, light = mean[at] / below[at], (mean[-1] - mean[at]) / max(1 - below[at], 1e-9)
    between = np.abs(levels - (dark + light) / 2) < 0.2 * (light - dark)
    clear = apart[at] >= _CLEAR * variance and float(between.mean()) <= _SOFT
    return float((dark + light) / 2) if clear else None


def _paper_is_light(light: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    corners = [bool(light[row, column]) for row in (0, -1) for column in (0, -1)]
    if len(set(corners)) == 1:
        return corners[0]
    step = max(1, -(-max(light.shape) // _LOOK))
    small = light[::step, ::step]
    pieces = [
        sum(part.height * part.width > _PIECE * small.size for part in labeled(tone)[1])
        for tone in (small, ~small)
    ]
    if pieces[0] != pieces[1]:
        return pieces[0] > pieces[1]
    border = np.concatenate([light[0], light[-1], light[1:-1, 0], light[1:-1, -1]])
    return float(border.mean()) > 0.5
