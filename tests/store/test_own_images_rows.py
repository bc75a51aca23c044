"""Rows of own images at their limits, and what changes of images report."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.own_images import MOST_POINTS, of_picture
from mnist_studio.errors import DataError, StoreDamaged, UnknownName
from mnist_studio.store import own_images, tensors
from mnist_studio.store.own_images import image_of, row_of
from mnist_studio.store.rows import Row
from mnist_studio.store.runs import RunStore
from tests.store.example_own_images import written

ROW = row_of(written(1))
PICTURE = row_of(of_picture(np.full((28, 28), 7, np.uint8), 3, 1.0))
SET_ASIDE = "To set it aside, run: mnist-studio store check --set-aside"
KEY, LABEL, CREATED, PEN, STROKES, PIXELS = range(6)


def changed(place: int, value: object, row: Row = ROW) -> Row:
    return (*row[:place], value, *row[place + 1 :])


def strokes(*points: tuple[float, ...]) -> str:
    return msgspec.json.encode([points]).decode()


def test_rows_are_images() -> None:
    assert image_of(ROW) == written(1)
    assert image_of(PICTURE) == of_picture(np.full((28, 28), 7, np.uint8), 3, 1.0)
    assert (ROW[PIXELS], PICTURE[STROKES]) == (None, "[]")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (LABEL, 0), (LABEL, 9), (CREATED, 0.0), (CREATED, 32_503_680_000.0), (PEN, 1.0),
        (PEN, 1e-9), (STROKES, strokes((1e4, -1e4, 0.0, 0.5))),
        (STROKES, strokes(*[(0.5, 0.5, 0.0, 0.5)] * MOST_POINTS)),
        (STROKES, strokes((0.5, 0.5, 1e9, 1e9))),
    ],
)  # fmt: skip
def test_what_is_at_a_limit_is_read(place: int, value: object) -> None:
    row = changed(place, value)
    assert row_of(image_of(row))[place] == value or place == STROKES


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (KEY, "x", "Expected `str` matching regex"),
        (LABEL, -1, "Expected `int` >= 0"),
        (LABEL, 10, "Expected `int` <= 9"),
        (CREATED, -0.5, "Expected `float` >= 0"),
        (CREATED, 32_503_680_001.0, "Expected `float` <= 32503680000"),
        (PEN, 0.0, "Expected `float` > 0"),
        (PEN, 1.5, "Expected `float` <= 1"),
        (PIXELS, b"x" * 783, "Expected `bytes` of length >= 784"),
        (PIXELS, b"x" * 785, "Expected `bytes` of length <= 784"),
        (STROKES, "[", "Input data was truncated"),
        (STROKES, "[" * 100_000, ""),
        (STROKES, strokes((10_001, 0.5, 0.0, 0.5)), "its strokes are not valid."),
        (STROKES, strokes((0.5, -10_001, 0.0, 0.5)), "its strokes are not valid."),
        (STROKES, strokes(*[(0.5, 0.5, 0.0, 0.5)] * (MOST_POINTS + 1)), "its strokes are not"),
        (STROKES, "[]", "it has neither strokes nor pixels."),
        (STROKES, "[[]]", "it has neither strokes nor pixels."),
    ],
)
def test_what_is_beyond_a_limit_is_named(place: int, value: object, why: str) -> None:
    with pytest.raises(StoreDamaged) as raised:
        image_of(changed(place, value))
    shown = "'x'" if place == KEY else f"{ROW[KEY]!r}"
    assert raised.value.problem.startswith(f"The own image {shown} cannot be read: {why}")
    assert raised.value.remedy == SET_ASIDE


def test_content_that_does_not_match_the_key_is_named() -> None:
    with pytest.raises(StoreDamaged, match="its content does not match its key"):
        own_images.confirmed_image_of(changed(PEN, 0.5, row_of(written(2)))[:KEY] + ROW[:1]
                                      + row_of(written(2))[1:])  # fmt: skip
    assert own_images.confirmed_image_of(ROW) == written(1)


def test_changes_report_how_many_images_are_new(store: RunStore) -> None:
    assert store.own_images.add([written(1), written(1), written(2)]) == 2
    assert store.own_images.change([written(1).key], [written(2), written(3)]) == 1
    assert {key for key, _ in store.own_images.summary()} == {written(2).key, written(3).key}
    # What is deleted and added at once is new.
    assert store.own_images.change([written(2).key], [written(2, 8)]) == 1
    assert dict(store.own_images.summary())[written(2).key] == 8


def test_images_come_oldest_first(store: RunStore) -> None:
    store.own_images.add([written(3), written(1), written(2)])
    assert store.own_images.all() == (written(1), written(2), written(3))


def test_a_label_of_an_image_that_is_gone_is_refused(store: RunStore) -> None:
    with pytest.raises(UnknownName) as raised:
        store.own_images.relabel("0" * 32, 3)
    assert (raised.value.problem, raised.value.remedy) == (
        "This image no longer exists.", "Choose another image.",
    )  # fmt: skip


def test_a_set_belongs_to_the_home_that_is_named(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    kept = own_images.freeze([written(1)], elsewhere)
    assert own_images.load(kept.fingerprint, elsewhere).keys == kept.keys
    with pytest.raises(DataError):
        own_images.load(kept.fingerprint, home)
    assert not home.exists()
    path = paths.own_image_sets(elsewhere) / f"{kept.fingerprint}.safetensors"
    before = path.stat().st_mtime_ns
    own_images.freeze([written(1)], elsewhere)
    assert path.stat().st_mtime_ns == before


def test_each_problem_of_a_set_says_what_to_do(home: Path) -> None:
    def problem(fingerprint: str) -> tuple[str, str]:
        with pytest.raises(DataError) as raised:
            own_images.load(fingerprint, home)
        return raised.value.problem, raised.value.remedy

    for name in ("0" * 32, "x" * 32, "0" * 31):
        assert problem(name) == (
            f"The image set {name[:8]} is not on this computer.",
            "Train without your images, or with those on this computer.",
        )
    kept = own_images.freeze([written(1), written(2)], home)
    path = paths.own_image_sets(home) / f"{kept.fingerprint}.safetensors"
    arrays = tensors.load(path).arrays
    damaged = (
        f"The image set {kept.fingerprint[:8]} is damaged.",
        "Train without your images, or select them again.",
    )
    for lacking in arrays:
        tensors.save(path, {name: array for name, array in arrays.items() if name != lacking})
        assert problem(kept.fingerprint) == damaged
    tensors.save(path, arrays | {"keys": np.frombuffer(b"\xff", np.uint8)})
    assert problem(kept.fingerprint) == damaged
    tensors.save(path, arrays | {"labels": arrays["labels"][::-1].copy()})
    if arrays["labels"][0] != arrays["labels"][1]:
        assert problem(kept.fingerprint) == damaged
    path.write_bytes(b"x")
    assert problem(kept.fingerprint) == damaged
    with pytest.raises(DataError) as raised:
        own_images.freeze([], home)
    assert raised.value.remedy == "Draw digits on the Draw page and label them."
