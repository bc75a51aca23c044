"""Where curves come near a way: looked at in pieces, and none that matters is left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_studio.data.ink import curve_proximity
from mnist_studio.data.ink import eraser as erase
from mnist_studio.data.ink.eraser import Eraser
from mnist_studio.data.ink.rendering import Ink, InkPoint

WILD = np.random.default_rng(5)


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1), st.floats(0, 3), st.floats(0, 5))
def test_a_piece_that_is_left_out_is_nowhere_near(seed: int, reach: float, speed: float) -> None:
    random = np.random.default_rng(seed)
    curves = random.normal(size=(4, 20, 2)) * np.array([1, 1, speed, speed])[:, None, None]
    way = random.normal(size=(random.integers(2, 5), 2))
    pieces = curve_proximity.near(curves, way, reach)
    parts = np.linspace(0, 1, 8 * 25)
    fine = [curve_proximity.along(curves[:, at], parts) for at in range(20)]
    apart = curve_proximity.distances(np.stack(fine), way).reshape(20, 8, 25).min(axis=2)
    assert not (~pieces & (apart < reach - 1e-9)).any()


def test_places_inside_all_pieces_are_evenly_spread() -> None:
    curves = np.array([[[0, 0], [0, 0]], [[1, 0], [0, 0.05]], [[1, 0], [0, 0]], [[1, 0], [0, 0]]])
    of, part = curve_proximity.inside(curves, np.ones((2, 8), dtype=np.bool_), 0.1)
    assert of.tolist() == [0] * 9
    assert part == pytest.approx(np.arange(1, 10) / 10)


def test_what_is_cut_is_the_same_as_if_every_piece_were_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut() -> Ink:
        eraser = Eraser(ink, 0.08)
        for x in np.linspace(0.2, 0.6, 5).tolist():
            eraser.move(InkPoint(x, 0.3), InkPoint(x + 0.1, 0.35))
        return eraser.ink

    points = [InkPoint(x, y, t, p) for x, y, t, p in WILD.random((600, 4)).tolist()]
    ink: Ink = tuple(tuple(points[at : at + 40]) for at in range(0, 600, 40))
    quick = cut()
    monkeypatch.setattr(erase, "near", lambda curves, *_: np.ones((curves.shape[1], 8), np.bool_))
    assert cut() == quick
    assert len(quick) > 50
