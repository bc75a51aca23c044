from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore
from tests.error_sentences import errors_are_sentences, without_remedy

__all__ = ["errors_are_sentences"]

COMPLETED = {"mnist_studio.store.run_import", "mnist_studio.store.own_recipes"}
"""Modules some of whose errors get a remedy from the code that catches them."""


@pytest.fixture(autouse=True)
def errors_say_what_to_do(errors_are_sentences: None) -> Iterator[None]:
    """Fails a test in which the store raises an error without a remedy."""
    yield
    stores = [each for each in without_remedy if each[0].startswith("mnist_studio.store.")]
    assert [each for each in stores if each[0] not in COMPLETED] == []


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
