from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.own_images import of_picture
from mnist_studio.errors import DataError, StoreError
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


def problem_of(content: bytes) -> tuple[str, str]:
    with pytest.raises(DataError) as raised:
        own_image_files.decode(content)
    return raised.value.problem, raised.value.remedy


SELECT = "Select a file that MNIST Studio exported."


def test_each_refusal_says_what_to_do() -> None:
    good = b'{"label": 1, "created": 1, "strokes": [[[0,0,0,0]]]}'
    head = HEAD.encode()
    assert problem_of(b"\x89PNG\r\n") == (
        "This is not a file of exported images: it is a PNG image.", SELECT,
    )  # fmt: skip
    assert problem_of(head + good + b',{"label": 1, "created": 1}]}') == (
        "This is not a file of exported images: image 2 has neither strokes nor 784 bytes of "
        "pixels.",
        SELECT,
    )
    problem, remedy = problem_of(head + good + b"," + good + b',{"label": "x", "created": 1}]}')
    assert problem.startswith("This is not a file of exported images: image 3: Expected `int`")
    assert remedy == SELECT
    problem, remedy = problem_of(head + good + b"," + good.replace(b'"label": 1', b'"label": 11')
                                 + b"]}")  # fmt: skip
    assert problem.startswith("Image 2 of the file is not valid: ")
    assert remedy == "Correct it or remove it."
    assert problem_of(HEAD.replace('"version": 1', '"version": 2').encode() + b"]}") == (
        "The file has version 2, but this MNIST Studio reads versions up to 1.",
        "Update MNIST Studio.",
    )


@pytest.mark.parametrize(
    ("values", "right"),
    [
        ('"created": 0', True), ('"created": -1', False), ('"created": 32503680000', True),
        ('"created": 32503680001', False), ('"created": 1, "pen": 1', True),
        ('"created": 1, "pen": 1.01', False), ('"created": 1, "pen": 0', False),
    ],
)  # fmt: skip
def test_values_have_limits(values: str, right: bool) -> None:
    content = f'{HEAD}{{"label": 1, {values}, "strokes": [[[0, 0, 0, 0]]]}}]}}'.encode()
    if right:
        assert len(own_image_files.decode(content)) == 1
    else:
        assert problem_of(content)[1] == SELECT


def test_a_picture_has_784_bytes() -> None:
    for size, right in ((783, False), (784, True), (785, False)):
        picture = b64encode(b"\1" * size).decode()
        content = f'{HEAD}{{"label": 1, "created": 1, "picture": "{picture}"}}]}}'.encode()
        if right:
            assert own_image_files.decode(content)[0].picture == b"\1" * 784
        else:
            assert "784 bytes" in problem_of(content)[0]


def test_a_file_may_be_as_large_as_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own_image_files.MOST_BYTES == 100_000_000
    path = tmp_path / "mine.json"
    images = (written(1),)
    size = len(own_image_files.encode(images))
    monkeypatch.setattr(own_image_files, "MOST_BYTES", size)
    own_image_files.write(images, path)
    assert own_image_files.read(path) == images
    assert path.read_bytes().endswith(b"}\n")
    monkeypatch.setattr(own_image_files, "MOST_BYTES", size - 1)
    with pytest.raises(DataError) as raised:
        own_image_files.read(path)
    assert raised.value.problem == (
        f"{path}: This is not a file of exported images: it has 0 MB, more than 0 MB."
    )
    assert raised.value.remedy == SELECT
    with pytest.raises(DataError) as raised:
        own_image_files.write(images, tmp_path / "other.json")
    assert raised.value.problem == "The images take 0 MB, but a file can have at most 0 MB."
    assert raised.value.remedy == "Export fewer images."
    assert not (tmp_path / "other.json").exists()


def test_sizes_are_named_in_megabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_image_files, "MOST_BYTES", 2_500_001)
    (tmp_path / "mine.json").write_bytes(bytes(3_500_001))
    with pytest.raises(DataError, match="it has 4 MB, more than 3 MB"):
        own_image_files.read(tmp_path / "mine.json")
    monkeypatch.setattr(own_image_files, "encode", lambda images: bytes(3_500_001))
    with pytest.raises(DataError, match="take 4 MB, but a file can have at most 3 MB"):
        own_image_files.write((), tmp_path / "other.json")


def test_a_missing_file_may_be_misspelled(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.json does not exist") as raised:
        own_image_files.read(tmp_path / "gone.json")
    assert raised.value.remedy == "Check the spelling."
