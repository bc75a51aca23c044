import os
from pathlib import Path
from typing import get_args

import pytest

from mnist_studio import paths, settings
from mnist_studio.errors import StoreError
from mnist_studio.settings import Interpreter, Settings, Theme


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(folder))
    return folder


def test_without_a_file_the_defaults_are_used_and_nothing_is_written(home: Path) -> None:
    assert settings.load() == (Settings(theme="system", data_folder=""), "")
    assert not home.exists()


@pytest.mark.parametrize("theme", get_args(Theme))
def test_what_is_saved_is_loaded(theme: Theme) -> None:
    kept = Settings(theme=theme, data_folder="/mnt/Ziffern „MNIST“")
    settings.save(kept)
    assert settings.load() == (kept, "")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"theme": "pink"}', b'{"data_folder": 3}', b'{"data_folder": "\xff"}'],
)
def test_a_damaged_file_is_kept_aside_and_the_user_told(home: Path, content: bytes) -> None:
    home.mkdir()
    paths.settings_file().write_bytes(content)

    loaded, message = settings.load()

    bad = home / "settings.json.bad"
    assert loaded == Settings()
    assert str(bad) in message
    assert bad.read_bytes() == content
    assert settings.load() == (Settings(), "")


DAMAGED = b"""{
 "theme": "dark",
 "pinned": ["20260102-030405-abcd", "\xff\xfe"],
 "interpreters": {
  "keras": {"python": "/opt/keras/bin/python", "version": "3.5"},
  "pytorch": {"python": "/opt/torch/bin/python", "ver\x00sion": 3},
  "numpy": {"python": "/opt/num"""


def test_what_a_damaged_file_still_says_is_recovered(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home.mkdir()
    paths.settings_file().write_bytes(DAMAGED)
    wanted = Settings(
        theme="dark", interpreters={"keras": Interpreter("/opt/keras/bin/python", "3.5")}
    )
    loaded, message = settings.load()
    assert loaded == wanted
    assert "Recovered: theme, interpreters" in message
    assert message in caplog.text
    assert (home / "settings.json.bad").read_bytes() == DAMAGED
    assert settings.load() == (wanted, "")


def test_half_a_character_cannot_be_recovered(home: Path) -> None:
    """JSON can name one half of a pair of surrogates, and no file can store it."""
    home.mkdir()
    content = rb'{"theme": "dark", "page": "runs", "runs_page": {"columns": ["\ud800"]}, '
    paths.settings_file().write_bytes(content)
    loaded, message = settings.load()
    assert loaded == Settings(theme="dark", page="runs")
    assert "Recovered: theme, page. The rest is the default." in message
    assert settings.load() == (loaded, "")


def test_every_cut_of_the_file_recovers_what_is_whole(home: Path) -> None:
    full = Settings(
        theme="dark", interpreters={"keras": Interpreter("/opt/keras/bin/python", "3.5")}
    )
    settings.save(full)
    content = paths.settings_file().read_bytes()
    for size in range(len(content)):
        paths.settings_file().write_bytes(content[:size])
        loaded, message = settings.load()
        assert message
        assert loaded.theme == ("dark" if b'"dark"' in content[:size] else "system")
        assert loaded.interpreters in ({}, full.interpreters)
    assert loaded == full


@pytest.mark.skipif(os.name != "posix", reason="the rights of POSIX")
def test_only_the_owner_can_read_the_settings(home: Path) -> None:
    settings.save(Settings())
    assert home.stat().st_mode & 0o777 == 0o700
    assert paths.settings_file().stat().st_mode & 0o777 == 0o600


def test_settings_of_a_newer_studio_are_passed_over(home: Path) -> None:
    home.mkdir()
    paths.settings_file().write_text('{"theme": "dark", "language": "de"}')
    assert settings.load() == (Settings(theme="dark"), "")


def test_a_file_that_cannot_be_opened_is_told_and_stays(home: Path) -> None:
    paths.settings_file().mkdir(parents=True)
    loaded, message = settings.load()
    assert loaded == Settings()
    assert "cannot be opened" in message
    assert paths.settings_file().is_dir()


def test_saving_leaves_nothing_beside_the_file(home: Path) -> None:
    settings.save(Settings())
    settings.save(Settings(theme="dark"))
    assert [file.name for file in home.iterdir()] == ["settings.json"]


def test_saving_to_an_unwritable_folder_is_an_error(home: Path) -> None:
    home.write_text("a file, no folder")
    with pytest.raises(StoreError, match="cannot be saved") as raised:
        settings.save(Settings())
    assert str(home) in raised.value.remedy


def test_saving_onto_a_folder_says_so_and_leaves_nothing(home: Path) -> None:
    (paths.settings_file() / "full").mkdir(parents=True)
    with pytest.raises(StoreError):
        settings.save(Settings())
    assert [file.name for file in home.iterdir()] == ["settings.json"]


def test_a_huge_file_is_not_parsed(home: Path) -> None:
    home.mkdir(exist_ok=True)
    content = b'{"data_folder": "' + b"x" * settings.MOST_BYTES + b'"}'
    (home / "settings.json").write_bytes(content)
    found, message = settings.load()
    assert found == settings.Settings()
    assert "more than 1,000,000 bytes" in message
    assert (home / "settings.json.bad").read_bytes() == content
