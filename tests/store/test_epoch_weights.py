from pathlib import Path

import numpy as np
import pytest

from mnist_studio.errors import StoreError
from mnist_studio.frameworks.base import Weights
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, epoch_weights, trash


@pytest.fixture
def weights(spec: RunSpec) -> Weights:
    return initial_weights(spec.model, 7, spec.training.precision)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "run"
    made.mkdir()
    return made


def test_what_was_saved_is_loaded_with_its_epoch(
    folder: Path, spec: RunSpec, weights: Weights
) -> None:
    assert epoch_weights.epochs_kept(folder) == ()
    epoch_weights.save(folder, 12, weights)
    size = trash.size_of(folder)
    epoch_weights.save(folder, 3, weights)
    assert epoch_weights.epochs_kept(folder) == (3, 12)
    assert trash.size_of(folder) == 2 * size
    loaded = epoch_weights.load(folder, spec, 12)
    assert all(np.array_equal(loaded[name], weights[name]) for name in weights)


def test_files_that_are_not_the_weights_of_that_epoch_are_refused(
    folder: Path, spec: RunSpec, weights: Weights
) -> None:
    epoch_weights.save(folder, 1, weights)
    epoch_weights.FILES.path_of(folder, 1).replace(epoch_weights.FILES.path_of(folder, 2))
    with pytest.raises(StoreError, match="weights of epoch 2"):
        epoch_weights.load(folder, spec, 2)
    with pytest.raises(StoreError, match="missing"):
        epoch_weights.load(folder, spec, 1)
    epoch_weights.save(folder, 3, {"other": np.zeros(3, np.float32)})
    with pytest.raises(StoreError, match="unknown arrays"):
        epoch_weights.load(folder, spec, 3)
    path = epoch_weights.FILES.path_of(folder, 2)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match="hash"):
        epoch_weights.load(folder, spec, 2)


def test_the_budget_holds_after_every_epoch(folder: Path, weights: Weights) -> None:
    epoch_weights.save(folder, 1, weights)
    size = trash.size_of(folder)
    for epoch in range(2, 30):
        epoch_weights.save(folder, epoch, weights)
        epoch_weights.FILES.thin_out(folder, 6 * size, best=5)
        assert trash.size_of(folder) <= 6 * size
        assert {1, epoch} <= {*epoch_weights.epochs_kept(folder)}
    assert 5 in epoch_weights.epochs_kept(folder)


def test_later_epochs_and_discarded_runs_leave_nothing(folder: Path, weights: Weights) -> None:
    for epoch in (1, 2, 3):
        epoch_weights.save(folder, epoch, weights)
    epoch_weights.FILES.remove_after(folder, 1)
    assert epoch_weights.epochs_kept(folder) == (1,)
    artifacts.discard(folder)
    assert list(folder.iterdir()) == []
