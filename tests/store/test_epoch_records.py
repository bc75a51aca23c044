from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.errors import StoreError
from mnist_studio.store import artifacts, epoch_records
from mnist_studio.store.epoch_records import (
    ConfidentError,
    EpochRecord,
    LayerNorms,
    LayerOutputs,
)

RECORD = EpochRecord(
    epoch=2,
    sample=250,
    kernels=np.arange(18, dtype=np.float16).reshape(2, 3, 3),
    norms=(LayerNorms("conv1", 1.5, 0.25, None), LayerNorms("dense1", 3.0, 0.5, 0.125)),
    outputs=(LayerOutputs("relu1", 0.0, 4.5, 32, 3), LayerOutputs("dense1", -2.0, 2.0, 10, None)),
    histograms={"relu1": np.arange(60), "dense1": np.arange(60) ** 2},
    confusion=np.arange(100).reshape(10, 10),
    errors=(ConfidentError(17, 4, 9, 0.98),),
    images=np.full((1, 28, 28), 7, np.uint8),
)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    epoch_records.save(tmp_path, RECORD)
    found = epoch_records.load(tmp_path, 2)
    for field in fields(EpochRecord):
        np.testing.assert_equal(getattr(found, field.name), getattr(RECORD, field.name))
    assert epoch_records.FILES.epochs(tmp_path) == (2,)
    assert epoch_records.FILES.path_of(tmp_path, 2).stat().st_size < 60_000


def test_damaged_records_and_those_of_other_epochs_are_refused(tmp_path: Path) -> None:
    epoch_records.save(tmp_path, replace(RECORD, epoch=3))
    path = epoch_records.FILES.path_of(tmp_path, 3)
    path.rename(epoch_records.FILES.path_of(tmp_path, 4))
    with pytest.raises(StoreError, match="not the record of epoch 4"):
        epoch_records.load(tmp_path, 4)
    for shape in ((10, 9), (0, 0), (100,)):
        epoch_records.save(tmp_path, replace(RECORD, epoch=3, confusion=np.zeros(shape, np.int64)))
        with pytest.raises(StoreError, match="not the record of epoch 3"):
            epoch_records.load(tmp_path, 3)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(StoreError, match="damaged"):
        epoch_records.load(tmp_path, 3)
    artifacts.save_test_logits(tmp_path, np.zeros((3, 10)))
    (tmp_path / artifacts.TEST_LOGITS).replace(path)
    with pytest.raises(StoreError, match="its record cannot be read"):
        epoch_records.load(tmp_path, 3)
    artifacts.discard(tmp_path)
    assert list(tmp_path.iterdir()) == []
