"""Records are read once, and shown on common scales."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.gui.train.watch import records
from mnist_studio.gui.train.watch.records import RecordReader, RunRecords, WatchedRun
from mnist_studio.store import epoch_records
from tests.gui.train.watch.recorded import record


@pytest.fixture
def run(tmp_path: Path) -> WatchedRun:
    for epoch in (1, 2, 4):
        epoch_records.save(tmp_path, record(epoch))
    return WatchedRun("NumPy", "numpy", tmp_path)


def _never() -> bool:
    return False


def test_every_file_is_read_once_and_new_ones_are_added(
    run: WatchedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[int] = []
    load = epoch_records.load

    def counted(folder: Path, epoch: int) -> epoch_records.EpochRecord:
        loaded.append(epoch)
        return load(folder, epoch)

    monkeypatch.setattr(epoch_records, "load", counted)
    reader = RecordReader()
    reader((run,), _never)
    epoch_records.save(run.folder, record(5))
    (found,) = reader((run,), _never)
    assert loaded == [1, 2, 4, 5]
    assert [one.epoch for one in found.epochs] == [1, 2, 4, 5]
    assert found.at(3) == found.epochs[1]
    assert found.at(0) is None
    assert reader((run,), lambda: True) == ()
    assert reader((WatchedRun("", "numpy", run.folder / "gone"),), _never)[0].epochs == ()


def test_norms_leave_out_what_is_unknown(run: WatchedRun) -> None:
    (found,) = RecordReader()((run,), _never)
    assert found.layers == ("conv1", "dense1")
    assert found.curves["weights", "conv1"] == ((1, 2, 4), (1.0, 2.0, 4.0))
    assert found.curves["update", "conv1"] == ((2, 4), (0.2, 0.4))


def test_all_runs_share_their_scales(run: WatchedRun) -> None:
    (one,) = RecordReader()((run,), _never)
    last = one.epochs[-1]
    outputs = tuple(replace_high(each, 9.0) for each in last.outputs)
    other = RunRecords(run, (replace(last, kernels=last.kernels * 3, outputs=outputs),))
    first, second = records.drawn((one, other))
    assert first.kernel_scale == second.kernel_scale == 3 * one.kernel_scale
    assert first.spans["relu1"] == second.spans["relu1"] == (0.0, 9.0)
    strip = first.strips["relu1"]
    assert strip.shape == (records.BINS, 3)
    assert strip[: records.BINS // 3].max() == 0.0
    assert strip.max() == 1.0


def replace_high(one: epoch_records.LayerOutputs, high: float) -> epoch_records.LayerOutputs:
    return epoch_records.LayerOutputs(one.layer, one.low, high, one.units, one.dead)


def test_kernels_are_tiled_with_gaps() -> None:
    kernels = np.stack([np.full((2, 2), value, np.float16) for value in (1, -2, 3)])
    whole = records.tiled(kernels, 4.0)
    assert whole.shape == (5, 5)
    assert (whole[:2, 3:] == -0.5).all()
    assert np.isnan(whole[2]).all()
    assert (whole[3:, 3:] == 0).all()
