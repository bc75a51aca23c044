"""The outlines of rings: ellipses, and shapes with corners."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_studio.analysis import outline
from mnist_studio.store.known_digits import KnownOutlines

Corners = tuple[tuple[float, float], ...]
SQUARE: Corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
TRIANGLE: Corners = ((0, -1), (0.87, 0.5), (-0.87, 0.5))


def image(draw_on: Image.Image) -> np.ndarray:
    return np.asarray(draw_on.resize((28, 28), Image.Resampling.BOX))


def ellipse(wide: float, high: float, turn: float = 0) -> np.ndarray:
    large = Image.new("L", (280, 280))
    box = (140 - 100 * wide, 140 - 100 * high, 140 + 100 * wide, 140 + 100 * high)
    ImageDraw.Draw(large).ellipse(box, outline=255, width=25)
    return image(large.rotate(turn))


def polygon(corners: Corners, turn: float = 0) -> np.ndarray:
    large = Image.new("L", (280, 280))
    points = [(140 + 85 * x, 140 + 85 * y) for x, y in corners]
    ImageDraw.Draw(large).line([*points, points[0], points[1]], 255, 25, "curve")
    return image(large.rotate(turn))


@pytest.fixture(scope="module")
def known() -> KnownOutlines:
    """Ellipses of every width, a little uneven."""
    random = np.random.default_rng(1)
    return outline.known_outlines(np.stack([uneven(random) for _ in range(200)]))


def uneven(random: np.random.Generator) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 60)
    radius = 0.8 + sum(
        random.normal(0, 0.02) * np.cos(times * turn + random.uniform(0, 6)) for times in (2, 3, 4)
    )
    wide, high = random.uniform(0.6, 1, 2)
    x, y = (wide * radius * np.cos(turn)).tolist(), (high * radius * np.sin(turn)).tolist()
    return polygon(tuple(zip(x, y, strict=True)), random.uniform(0, 180))


@pytest.mark.parametrize("turn", [0, 30, 77])
def test_ellipses_have_no_moments_and_corners_do(turn: int) -> None:
    shapes = [ellipse(1, 0.6, turn), polygon(TRIANGLE, turn), polygon(SQUARE, turn)]
    found = outline.moments(np.stack(shapes))
    third, fourth = (np.hypot(found[:, at], found[:, at + 1]) for at in (0, 2))
    assert third[0] < 0.15 < 1 < third[1]
    assert fourth[0] < 0.35 < 0.8 < fourth[2]


def test_corners_are_rarer_than_any_ellipse(known: KnownOutlines) -> None:
    shapes = np.stack([polygon(SQUARE), polygon(SQUARE, 45), polygon(TRIANGLE), ellipse(0.8, 1)])
    *corners, zero = outline.shares(known, shapes).tolist()
    assert max(corners) < 0.02
    assert zero > 0.05


def test_the_inside_of_a_ring_is_filled_and_a_gap_opens_it() -> None:
    ring = ellipse(1, 1)
    open_ring = ring.copy()
    open_ring[14, :14] = 0
    area = outline.filled(np.stack([ring, open_ring]))
    assert area[0, 14, 14]
    assert not area[1, 14, 14]
    assert not area[:, 0].any()


def test_an_empty_image_has_an_outline_without_moments() -> None:
    assert (outline.moments(np.zeros((1, 28, 28), np.uint8)) == 0).all()
