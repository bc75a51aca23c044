"""Digits are known from other drawings."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.datasets import builtin
from mnist_studio.data.ink.rendering import Ink, InkPoint, digit_image
from mnist_studio.data.pictures.files import picture_from_levels
from mnist_studio.prediction.novelty_detector import NoveltyDetector
from mnist_studio.store.known_digits import FILE

CROSS: Ink = (
    (InkPoint(0.1, 0.1), InkPoint(0.9, 0.9)),
    (InkPoint(0.9, 0.1), InkPoint(0.1, 0.9)),
)
STAR: Ink = (*CROSS, (InkPoint(0.5, 0), InkPoint(0.5, 1)), (InkPoint(0, 0.5), InkPoint(1, 0.5)))
TURN = np.linspace(0, 2 * np.pi, 30)
RING: Ink = (tuple(InkPoint(0.5 + 0.4 * c, 0.5 + 0.4 * s) for c, s in
                   zip(np.cos(TURN).tolist(), np.sin(TURN).tolist(), strict=True)),)  # fmt: skip
EYES: Ink = (
    *RING,
    (InkPoint(0.35, 0.4),),
    (InkPoint(0.65, 0.4),),
    (InkPoint(0.32, 0.62), InkPoint(0.5, 0.75), InkPoint(0.68, 0.62)),
)
ONE: Ink = ((InkPoint(0.55, 0.1), InkPoint(0.5, 0.9)),)


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models that really come with the studio."""
    models = paths.resources() / "models"
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(models))
    return models


def test_strange_drawings_have_small_shares() -> None:
    black = np.full((28, 28), 255, np.uint8)
    noise = np.random.default_rng(1).integers(0, 256, (28, 28)).astype(np.uint8)
    dot = digit_image(((InkPoint(0.5, 0.5),),))
    strange = np.stack([black, noise, dot, digit_image(STAR), digit_image(CROSS)])
    shares = NoveltyDetector().p_values(strange)
    assert shares is not None
    assert (shares < 0.01).all()


def test_a_ring_is_a_zero_and_one_with_a_face_is_none() -> None:
    shares = NoveltyDetector().p_values(np.stack([digit_image(RING), digit_image(EYES)]))
    assert shares is not None
    ring, face = shares.tolist()
    assert ring > 0.05
    assert face < 0.01


def shape(*corners: tuple[float, float]) -> Ink:
    """Straight sides of many points."""
    ends = zip(corners, (*corners[1:], corners[0]), strict=True)
    points = [
        InkPoint(a + (c - a) * part / 12, b + (d - b) * part / 12)
        for (a, b), (c, d) in ends
        for part in range(12)
    ]
    return ((*points, points[0]),)


def heart() -> Ink:
    x = 0.5 + 0.42 * np.sin(TURN) ** 3
    y = 13 * np.cos(TURN) - 5 * np.cos(2 * TURN) - 2 * np.cos(3 * TURN) - np.cos(4 * TURN)
    return (tuple(map(InkPoint, x.tolist(), (0.5 - y / 38).tolist())),)


def test_hearts_squares_and_triangles_are_not_zeros() -> None:
    drawings = [
        shape((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)),
        shape((0.5, 0.05), (0.9, 0.5), (0.5, 0.95), (0.1, 0.5)),
        shape((0.5, 0.1), (0.95, 0.9), (0.05, 0.9)),
        heart(),
    ]
    shares = NoveltyDetector().p_values(np.stack([digit_image(one) for one in drawings]))
    assert shares is not None
    assert (shares < 0.01).all()


def test_coarse_and_stretched_digits_are_not_strange() -> None:
    digits = builtin.load().test.images[:100]
    coarse = [
        picture_from_levels(np.kron(digit[1::2, 1::2], np.ones((12, 12), np.uint8)))
        for digit in digits
    ]
    wide = [picture_from_levels(np.repeat(digit, 3, axis=1).repeat(2, axis=0)) for digit in digits]
    shares = NoveltyDetector().p_values(np.stack(coarse + wide))
    assert shares is not None
    assert (shares < 0.01).mean() < 0.05


def test_digits_that_people_wrote_are_not_strange() -> None:
    digits = builtin.load().test.images[:300]
    shares = NoveltyDetector().p_values(digits)
    assert shares is not None
    assert (shares < 0.01).mean() < 0.05
    one = NoveltyDetector().p_values(digit_image(ONE)[None])
    assert one is not None
    assert one[0] > 0.05


@pytest.mark.parametrize("damaged", [FILE, "robust/weights.safetensors"])
def test_where_a_file_is_damaged_nothing_is_said_and_it_is_logged(
    damaged: str,
    tmp_path: Path,
    shipped: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    models = tmp_path / "copy"
    shutil.copytree(shipped, models)
    content = bytearray((models / damaged).read_bytes())
    content[-1] ^= 1
    (models / damaged).write_bytes(content)
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(models))
    examiner = NoveltyDetector()
    assert examiner.p_values(np.zeros((1, 28, 28), np.uint8)) is None
    assert examiner.p_values(np.zeros((1, 28, 28), np.uint8)) is None
    (told,) = caplog.records
    assert "Reinstall MNIST Studio." in told.getMessage()
    assert str(examiner.problem).endswith("Reinstall MNIST Studio.")
