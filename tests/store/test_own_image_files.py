from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.own_images import of_picture
from mnist_studio.errors import DataError
from mnist_studio.store import own_image_files
from tests.store.example_own_images import written

HEAD = '{"format": "mnist-studio-digits", "version": 1, "digits": ['


def test_a_file_holds_strokes_and_pictures(tmp_path: Path) -> None:
    digits = (written(1, 7), of_picture(np.eye(28, dtype=np.uint8) * 9, 3, 2.0))
    own_image_files.write(digits, tmp_path / "mine.json")
    assert own_image_files.read(tmp_path / "mine.json") == digits


def test_a_file_written_by_hand_needs_label_time_and_strokes() -> None:
    (digit,) = own_image_files.decode(
        (HEAD + '{"label": 1, "created": 1, "strokes": [[[0, 0, 0, 0.5], [0, 1, 1, 0.5]]]}]}')
        .encode()
    )  # fmt: skip
    assert digit.image.any()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not a file of exported images"),
        (b"\xff\xd8\xff", "is not a file of exported images"),
        (b'{"format": "other", "version": 1, "digits": []}', "is not a file of exported images"),
        (b'{"format": "mnist-studio-digits", "version": 2, "digits": []}', "has version 2"),
        (HEAD.encode() + b'{"label": 1, "created": 1}]}', "image 1 has neither"),
        (HEAD.encode() + b'{"label": 11, "created": 1, "strokes": [[[0,0,0,0]]]}]}', "got 11"),
        (
            HEAD.encode() + b'{"label": 1, "created": 1, "strokes": [[[1e99,0,0,0]]]}]}',
            "outside the canvas",
        ),
        (HEAD.encode() + b'{"label": 1, "created": 1, "strokes": [[]]}]}', "Image 1 of the file"),
        (HEAD.encode() + b'{"label": 1, "created": 1e18, "strokes": [[[0,0,0,0]]]}]}', "created"),
        (HEAD.encode() + b'{"label": 1, "created": 1, "pen": -1, "strokes": []}]}', "pen"),
        (b"[" * 100_000, "is not a file of exported images"),
    ],
)
def test_an_invalid_file_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(DataError, match=told):
        own_image_files.decode(content)


def test_every_complaint_about_a_file_names_it(tmp_path: Path) -> None:
    for content, told in (
        (b"<html><title>Sign in</title>", "it is a web page"),
        (b"\x89PNG\r\n", "it is a PNG image"),
        (HEAD.encode() + b'{"label": "x", "created": 1}]}', "image 1: Expected `int`"),
    ):
        (tmp_path / "mine.json").write_bytes(content)
        with pytest.raises(DataError, match=rf"mine\.json: .*{told}"):
            own_image_files.read(tmp_path / "mine.json")


def test_what_could_not_be_read_again_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = own_image_files.decode(
        HEAD.encode() + b'{"label": 1, "created": 1, "strokes": [[[0,0,0,0]]]}]}'
    )
    monkeypatch.setattr(own_image_files, "MOST_BYTES", 10)
    with pytest.raises(DataError, match="Export fewer images"):
        own_image_files.write(image, tmp_path / "mine.json")
    (tmp_path / "mine.json").write_bytes(b" " * 11)
    with pytest.raises(DataError, match="it has 0 MB, more than"):
        own_image_files.read(tmp_path / "mine.json")
