from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore
from tests.error_sentences import errors_are_sentences

__all__ = ["errors_are_sentences"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that does not exist yet; the user's own is never touched."""
    folder = tmp_path / "home"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def spec() -> RunSpec:
    return run_spec(RECIPES["tiny-10"])


@pytest.fixture
def store(home: Path) -> Iterator[RunStore]:
    with RunStore(home) as store:
        yield store
