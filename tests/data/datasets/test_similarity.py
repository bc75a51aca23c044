"""Which images a model should not be judged by, on the real MNIST and on made ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_studio.data.datasets import builtin, pen_digits
from mnist_studio.data.datasets.similarity import correlation, problems, unlike
from mnist_studio.data.datasets.sources import read_test_folder
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.ink.rendering import PEN, WHOLE, digit_image

Images = NDArray[np.uint8]

BUILTIN = builtin.load().test


def large(images: Images) -> Images:
    twice = np.repeat(np.repeat(images, 2, axis=1), 2, axis=2)
    return twice[:, 14:42, 14:42]


def small(images: Images) -> Images:
    half = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype(np.uint8)
    return np.pad(half, ((0, 0), (7, 7), (7, 7)))


CHANGES: dict[str, tuple[Callable[[Images], Images], str]] = {
    "transposed": (lambda images: images.transpose(0, 2, 1), "transposed"),
    "mirrored": (lambda images: images[:, :, ::-1], "mirrored from left to right"),
    "flipped": (lambda images: images[:, ::-1], "mirrored from top to bottom"),
    "upside down": (lambda images: images[:, ::-1, ::-1], "rotated by 180°"),
    "counterclockwise": (lambda images: np.rot90(images, 1, (1, 2)), "90° counterclockwise"),
    "clockwise": (lambda images: np.rot90(images, -1, (1, 2)), "90° clockwise"),
    "diagonal": (lambda images: np.rot90(images, 2, (1, 2)).transpose(0, 2, 1), "rising diagonal"),
    "inverted": (lambda images: 255 - images, "dark on a light background"),
    "blank": (lambda images: images * 0, "images (100.00 %) are blank"),
    "scaled": (lambda images: images // 255, "brightest pixel is 1 of 255"),
    "shifted": (
        lambda images: np.roll(images, (4, 4), (1, 2)),
        "do not resemble handwritten digits",
    ),
    "large": (large, "unusually much ink"),
    "small": (small, "unusually little ink"),
}


@pytest.fixture(scope="module")
def mnist(shared_mnist: Path) -> LabeledImages:
    return read_test_folder(shared_mnist)


def changed(given: LabeledImages, change: Callable[[Images], Images]) -> LabeledImages:
    return LabeledImages(np.ascontiguousarray(change(given.images)).astype(np.uint8), given.labels)


def samples(given: LabeledImages, size: int, number: int = 20) -> list[LabeledImages]:
    rng = np.random.default_rng(size)
    return [given.take(rng.choice(len(given), size, replace=False)) for _ in range(number)]


def test_the_built_in_digits_are_like_digits() -> None:
    assert problems(BUILTIN) == ()
    for size in (1, 10, 20, 50, 100, 400):
        assert [problems(sample) for sample in samples(BUILTIN, size)] == [()] * 20


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_built_in_digits_is_reported(name: str) -> None:
    change, words = CHANGES[name]
    assert any(words in sentence for sentence in problems(changed(BUILTIN, change)))


def test_mnist_is_like_digits_also_in_small_parts(mnist: LabeledImages) -> None:
    assert problems(mnist) == ()
    assert correlation(mnist) == pytest.approx(0.58, abs=0.005)
    for size in (1, 10, 20, 50, 100, 1000):
        assert [problems(sample) for sample in samples(mnist, size)] == [()] * 20


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_mnist_is_reported(mnist: LabeledImages, name: str) -> None:
    change, words = CHANGES[name]
    other = changed(mnist.take(np.arange(2000)), change)
    for given in (other, *samples(other, 200, 5)):
        assert any(words in sentence for sentence in problems(given))


def test_the_exact_inverse_has_one_problem_only(mnist: LabeledImages) -> None:
    (sentence,) = problems(changed(mnist, lambda images: 255 - images))
    assert "MNIST has light digits on black" in sentence


def test_pen_strokes_are_like_digits(shared_pen_digits: Path) -> None:
    strokes = pen_digits.read(shared_pen_digits)[::10]
    images = [digit_image(digit.ink, PEN, WHOLE, pen_digits.TABLET) for digit in strokes]
    labels = np.array([digit.label for digit in strokes], np.uint8)
    digits = LabeledImages(np.array(images, np.uint8), labels)
    assert problems(digits) == ()
    assert correlation(digits) == pytest.approx(0.69, abs=0.02)


def test_harder_digits_are_still_digits(mnist: LabeledImages) -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 40, mnist.images.shape)

    def noisy(images: Images) -> Images:
        return np.clip(images + noise, 0, 255).astype(np.uint8)

    assert problems(changed(mnist, noisy)) == ()
    assert problems(changed(mnist, lambda images: (images > 127) * np.uint8(255))) == ()


@pytest.mark.parametrize("shift", [1, 5])
def test_labels_of_other_images_are_reported(mnist: LabeledImages, shift: int) -> None:
    later = LabeledImages(mnist.images, np.roll(mnist.labels, shift))
    moved = LabeledImages(mnist.images, (mnist.labels + shift).astype(np.uint8) % np.uint8(10))
    for given in (later, moved):
        (sentence,) = problems(given)
        assert "labels may belong to other images" in sentence


def clothes(count: int) -> LabeledImages:
    """Filled shapes of ten kinds, as large as clothes are in Fashion-MNIST."""
    rng = np.random.default_rng(0)
    labels = np.arange(count, dtype=np.uint8) % 10
    y, x = np.mgrid[0:28, 0:28]
    images = []
    for label in labels:
        width, height = 6 + label % 4 + rng.normal(), 10 + label // 3 + rng.normal()
        body = (abs(x - 14) < width) & (abs(y - 14) < height)
        if label % 2:
            body |= (abs(x - 14) < 12) & (abs(y - 8) < 3)  # sleeves
        if label > 6:
            body = (abs(y - 18) < 5) & (abs(x - 14) < 12) | ((x < 8) & (abs(y - 14) < 8))  # shoes
        images.append(body * rng.integers(90, 240, (28, 28)))
    return LabeledImages(np.array(images, np.uint8), labels)


def test_clothes_and_noise_are_reported() -> None:
    sentences = problems(clothes(1000))
    assert any("do not resemble handwritten digits" in sentence for sentence in sentences)
    assert any("much ink" in sentence for sentence in sentences)
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (500, 28, 28), dtype=np.uint8)
    given = LabeledImages(noise, rng.integers(0, 10, 500).astype(np.uint8))
    assert any("do not resemble handwritten" in sentence for sentence in problems(given))


def test_no_image_and_one_class_have_no_problem() -> None:
    nothing = LabeledImages(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
    assert problems(nothing) == ()
    sevens = BUILTIN.take(np.flatnonzero(BUILTIN.labels == 7))
    assert problems(sevens) == ()
    assert correlation(sevens) == 0.0


def test_some_blank_images_are_counted() -> None:
    images = BUILTIN.images.copy()
    images[:5] = 0
    assert problems(LabeledImages(images, BUILTIN.labels)) == ()
    images[:6] = 9
    (sentence,) = problems(LabeledImages(images, BUILTIN.labels))
    assert sentence == "6 of 500 images (1.20 %) are blank."


def known_letters() -> LabeledImages:
    """Eight kinds of strokes, each at another place, with a little noise."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 2, (8, 7, 7)).repeat(4, 1).repeat(4, 2) * 200
    labels = np.arange(400).astype(np.uint8) % 8
    noise = rng.integers(0, 50, (400, 28, 28))
    return LabeledImages((kinds[labels] + noise).astype(np.uint8), labels)


LETTERS = known_letters()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda images: images.transpose(0, 2, 1), "transposed, so rows and columns"),
        (lambda images: images[:, :, ::-1], "mirrored from left to right"),
        (lambda images: images * np.uint8(0), "400 of 400 images"),
    ],
)
def test_images_are_compared_with_any_dataset_that_is_known(
    change: Callable[[Images], Images], words: str
) -> None:
    assert unlike(LETTERS, LETTERS, "letters") == ()
    assert any(words in one for one in unlike(changed(LETTERS, change), LETTERS, "letters"))


@pytest.mark.parametrize(("shift", "word"), [(1, "higher"), (-1, "lower")])
def test_labels_that_begin_at_another_number_are_reported(shift: int, word: str) -> None:
    inside = np.flatnonzero(LETTERS.labels.astype(int) + shift >= 0)
    part = LETTERS.take(inside)
    moved = LabeledImages(part.images, (part.labels.astype(int) + shift).astype(np.uint8))
    found = unlike(moved, LETTERS, "letters")
    assert any(f"labels seem to be {word} by one" in sentence for sentence in found)
    if shift == 1:
        assert "The labels go up to 8, but there are 8 classes" in found[0]


def test_mnist_whose_labels_begin_at_1_is_reported(mnist: LabeledImages) -> None:
    moved = LabeledImages(mnist.images, mnist.labels + np.uint8(1))
    sentences = " ".join(problems(moved))
    assert "The labels go up to 10, but there are 10 classes" in sentences
    assert "labels seem to be higher by one" in sentences


def test_another_dataset_under_the_same_name_is_reported() -> None:
    rng = np.random.default_rng(9)
    other = LabeledImages(np.roll(LETTERS.images, 3, 0)[rng.permutation(400)], LETTERS.labels)
    (sentence,) = unlike(other, LETTERS, "letters")
    assert "do not resemble the images of letters" in sentence
