from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def spec() -> RunSpec:
    return run_spec(RECIPES["tiny-10"])


@pytest.fixture
def store(home: Path) -> Iterator[RunStore]:
    with RunStore(home) as store:
        yield store
