"""JSON files with a hash: each kind of damage is named, with what to do."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.store import hashed_json


class Note(msgspec.Struct):
    text: str


CHECK = "Check your data: mnist-studio store check"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "note.json"
    hashed_json.write(made, Note("größe"))
    return made


def test_the_file_is_as_documented(path: Path) -> None:
    assert hashed_json.read(path, Note) == Note("größe")
    text = path.read_bytes()
    assert text.endswith(b"}\n")
    content = '{"text":"größe"}'.encode()
    assert msgspec.json.decode(text) == {
        "version": 1,
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": {"text": "größe"},
    }


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Input data was truncated"),
        (b'{"content":' + b"[" * 100_000, "recursion"),
        (b'{"version":1,"sha256":"0","content":{}}', "the hash of its content does not match"),
        (b'{"version":0,"sha256":"0","content":{}}', "Expected `int` >= 1"),
        (b'{"version":1,"sha256":"0"}', "missing required field `content`"),
        (b'{"version":1,"sha256":"\xff","content":{}}', "Invalid UTF-8|utf-8"),
    ],
)
def test_damage_is_named(path: Path, content: bytes, why: str) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match=rf"(?i)note\.json is damaged: .*({why})") as raised:
        hashed_json.read(path, Note)
    assert str(path) in raised.value.problem
    assert raised.value.remedy == CHECK


def test_content_of_another_kind_is_damage(tmp_path: Path) -> None:
    class Other(msgspec.Struct):
        number: int

    hashed_json.write(tmp_path / "other.json", Other(7))
    with pytest.raises(StoreDamaged, match="missing required field `text`"):
        hashed_json.read(tmp_path / "other.json", Note)


def test_a_newer_version_asks_for_an_update(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":2'))
    with pytest.raises(StoreError) as raised:
        hashed_json.read(path, Note)
    assert not isinstance(raised.value, StoreDamaged)
    assert raised.value.problem == (
        f"{path} has version 2, but this MNIST Studio reads versions up to 1."
    )
    assert raised.value.remedy == "Update MNIST Studio."


def test_the_limit_is_a_size_that_is_still_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = path.stat().st_size
    monkeypatch.setattr(hashed_json, "LARGEST", size)
    assert hashed_json.read(path, Note) == Note("größe")
    monkeypatch.setattr(hashed_json, "LARGEST", size - 1)
    with pytest.raises(StoreDamaged, match=f"it has more than {size - 1:,} bytes") as raised:
        hashed_json.read(path, Note)
    assert raised.value.remedy == CHECK


def test_a_deleted_folder_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        hashed_json.write(tmp_path / "gone" / "note.json", Note("x"))
    assert raised.value.problem == f"The folder {tmp_path / 'gone'} no longer exists."
    assert raised.value.remedy == "Select another run."
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.json is missing"):
        hashed_json.read(tmp_path / "gone.json", Note)
