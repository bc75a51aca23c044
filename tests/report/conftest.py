"""The small study, and what is gathered of it."""

import shutil
from pathlib import Path

import pytest

from mnist_studio.studies.views.gather import Gathered
from tests import studied


@pytest.fixture(scope="session")
def studied_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be copied, not changed."""
    return studied.trained_home(tmp_path_factory.mktemp("studied"))


@pytest.fixture
def gathered(studied_home: Path, home: Path) -> Gathered:
    """The study in this test's home."""
    shutil.copytree(studied_home, home, dirs_exist_ok=True)
    return Gathered(studied.chosen())
