"""A small record of an epoch."""

import numpy as np

from mnist_studio.store.epoch_records import (
    ConfidentError,
    EpochRecord,
    LayerNorms,
    LayerOutputs,
)


def record(epoch: int) -> EpochRecord:
    """A record whose numbers grow with the epoch."""
    update = None if epoch == 1 else epoch / 10
    return EpochRecord(
        epoch=epoch,
        sample=250,
        kernels=np.linspace(-1, 1, 12 * 25).reshape(12, 5, 5).astype(np.float16),
        norms=(
            LayerNorms("conv1", float(epoch), 0.5 / epoch, update),
            LayerNorms("dense1", 2.0 * epoch, 0.05 / epoch, update),
        ),
        outputs=(
            LayerOutputs("relu1", 0.0, 3.0, 12, 2 if epoch > 1 else 0),
            LayerOutputs("dense1", -4.0, 5.0, 10, None),
        ),
        histograms={"relu1": np.arange(60)[::-1] ** 2, "dense1": np.full(60, 7)},
        confusion=np.diag(np.arange(10, 20)) + 3 * np.eye(10, k=1, dtype=np.int64),
        errors=tuple(
            ConfidentError(place, place % 10, (place + 1) % 10, 0.99 - place / 50)
            for place in range(8)
        ),
        images=np.tile(np.arange(28, dtype=np.uint8) * 9, (8, 28, 1)),
    )
