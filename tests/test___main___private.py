"""Whatever a program stores for its user, nobody else can read, from the moment it exists."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.frameworks import registry
from mnist_studio.workers.probe import probe

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the rights of POSIX")

TRAIN = ("train", "tiny-10", "--framework", "numpy", "--dataset", "builtin", "--epochs", "1")
COMMANDS = (
    (*TRAIN, "--threads", "1"),
    ("runs", "list"),
    ("store", "backup"),
    ("store", "rebuild"),
    ("recipes", "save", "mine", "--from", "tiny-10"),
    ("own-images", "list"),
    ("--until-usable",),
)
"""What makes the folders and files of a home; the last one is the window."""


@pytest.fixture
def usual_rights() -> Iterator[None]:
    """New files can be read by everyone, unless their program says otherwise."""
    former = os.umask(0o022)
    yield
    os.umask(former)


@pytest.mark.usefixtures("usual_rights")
def test_everything_in_a_home_is_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, paths.HOME_VARIABLE: str(home), "QT_QPA_PLATFORM": "offscreen"}
    for words in COMMANDS:
        done = subprocess.run(
            [*paths.program(), *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, (words, done.stderr)
    assert (home / "studio.log").exists()
    assert list((home / "backups").glob("*.sqlite"))
    open_to_others = [path for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]
    assert open_to_others == []


@pytest.mark.usefixtures("usual_rights")
def test_what_keras_writes_is_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if registry.missing("keras"):
        pytest.skip("needs Keras")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))
    probe("keras")
    # Nobody else gets into the folder, so what Keras puts into it can have any mode.
    assert paths.keras_home().is_dir()
    for folder in (paths.keras_home(), paths.cache(), paths.home()):
        assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("usual_rights")
def test_what_is_written_elsewhere_has_the_usual_rights(tmp_path: Path) -> None:
    environment = {**os.environ, paths.HOME_VARIABLE: str(tmp_path / "home")}
    target = tmp_path / "exported" / "script.py"
    words = [*paths.program(), "code", "tiny-10", "--output", str(target)]
    subprocess.run(words, env=environment, check=True, capture_output=True, timeout=120)
    assert target.stat().st_mode & 0o777 == 0o644
    assert target.parent.stat().st_mode & 0o777 == 0o755
