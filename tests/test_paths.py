import os
import sys
from pathlib import Path

import platformdirs
import pytest

from mnist_studio import paths


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    return tmp_path


def test_everything_of_the_user_moves_with_the_variable(home: Path) -> None:
    assert paths.home() == home
    assert paths.cache() == home / "cache"
    built = (
        paths.database(),
        paths.runs(),
        paths.backups(),
        paths.settings_file(),
        paths.mnist_cache(),
        paths.keras_home(),
    )
    assert all(path.is_relative_to(home) for path in built)
    assert len(set(built)) == len(built)


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(paths.HOME_VARIABLE, "here")
    assert paths.home() == tmp_path / "here"


def test_a_tilde_is_the_users_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, "~/studio")
    assert paths.home() == Path.home() / "studio"


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_the_systems_places_are_used(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None:
        monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(paths.HOME_VARIABLE, value)
    assert paths.home().name == paths.APPLICATION
    assert paths.home().is_absolute()
    assert paths.cache().is_absolute()


def test_another_base_moves_what_the_store_keeps(home: Path, tmp_path: Path) -> None:
    base = tmp_path / "elsewhere"
    assert paths.database(base) == base / "studio.sqlite"
    assert paths.runs(base) == base / "runs"
    assert paths.backups(base) == base / "backups"


def test_other_models_than_those_of_the_studio_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(tmp_path))
    assert paths.models() == tmp_path
    monkeypatch.delenv(paths.MODELS_VARIABLE)
    assert paths.models() == paths.resources() / "models"


def test_asking_makes_nothing(home: Path) -> None:
    paths.database()
    paths.keras_home()
    assert list(home.iterdir()) == []


def test_the_resources_are_there() -> None:
    assert paths.resources().name == "resources"
    assert paths.resources().is_dir()


@pytest.mark.parametrize(("value", "expected"), [(None, None), ("", None), ("/digits", "/digits")])
def test_data_folder(
    value: str | None, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(paths.DATA_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(paths.DATA_VARIABLE, value)
    assert paths.data_folder() == (Path(expected).absolute() if expected else None)


def test_what_can_be_made_again_lies_in_the_home_where_there_is_no_other_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    for variable in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: tmp_path / "cache")
    assert paths.cache() == tmp_path / "cache"
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert paths.cache() == paths.home() / "cache"


def test_fonts_are_in_the_folders_of_the_system_and_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_DATA_DIRS", "/one::/two")
    monkeypatch.setattr(sys, "platform", "linux")
    folders = [path.as_posix() for path in paths.font_folders()]
    assert folders[:2] == ["/one/fonts", "/two/fonts"]
    assert any(folder.endswith(".fonts") for folder in folders)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "/Library/Fonts" in [path.as_posix() for path in paths.font_folders()]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("WINDIR", "C:/Windows")
    monkeypatch.setenv("LOCALAPPDATA", "C:/Local")
    assert [path.as_posix() for path in paths.font_folders()] == [
        "C:/Windows/Fonts", "C:/Local/Microsoft/Windows/Fonts",
    ]  # fmt: skip
