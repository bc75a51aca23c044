"""A home that the version before the known bugs were renamed has written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mnist_studio import paths, settings
from mnist_studio.events import Finished
from mnist_studio.settings import Interpreter, Settings
from mnist_studio.spec.experiment import RecipePair
from mnist_studio.store.runs import RunStore

VERSION_3_HOME = Path(__file__).with_name("version_3_home.sql")
SETTINGS = """{"theme": "dark", "data_folder": "", "pinned": ["a"],
 "interpreters": {"keras": {"python": "/usr/bin/python3", "version": "3.10"}}}"""


@pytest.fixture
def old_home(tmp_path: Path) -> Path:
    home = tmp_path / "old"
    home.mkdir()
    with closing(sqlite3.connect(paths.database(home))) as connection:
        connection.executescript(VERSION_3_HOME.read_text("utf-8"))
    return home


def test_runs_experiments_and_own_images_of_version_3_open(old_home: Path) -> None:
    with RunStore(old_home) as store:
        plain, buggy = (run for run in store.runs() if not run.bundled)
        (experiment,) = store.experiments.all()
        (member,) = store.experiments.members(experiment.id)
        (image,) = store.own_images.all()
        epochs = store.epochs(plain.id)
    assert (plain.title, buggy.title) == ("tiny-gd · NumPy 2", "tiny-gd · NumPy")
    assert (plain.spec.known_bugs, buggy.spec.known_bugs) == ((), ("bias-gradients",))
    assert plain.spec.style == buggy.spec.style == "shared"
    assert isinstance(plain.terminal, Finished)
    assert epochs[-1].test_accuracy == plain.terminal.test_accuracy
    assert experiment.spec.pairs == (RecipePair("tiny-gd", "numpy", ("bias-gradients",)),)
    assert member.run == buggy
    assert (image.label, image.image.shape) == (1, (28, 28))


def test_settings_of_that_version_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    paths.settings_file().write_text(SETTINGS, "utf-8")
    assert settings.load() == (
        Settings(
            theme="dark",
            pinned=("a",),
            interpreters={"keras": Interpreter("/usr/bin/python3", "3.10")},
        ),
        "",
    )
