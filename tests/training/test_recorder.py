"""Recorded epochs change no result, survive kills, and stay within their budget."""

from dataclasses import replace

import msgspec
import pytest

from mnist_studio.errors import StoreError
from mnist_studio.events import Epoch, Event, Log, Phase
from mnist_studio.store import artifacts, epoch_records, epoch_weights, trash
from mnist_studio.training.recorder import best_epoch
from mnist_studio.training.session import Control, RecordingOptions
from tests.training.conftest import Bench, Benches, same_weights

PLENTY = RecordingOptions(weights_bytes=10_000_000, observe=True)


class Killed(Exception):
    """The process is gone."""


def _recording(one: Bench, options: RecordingOptions = PLENTY) -> Bench:
    one.session = replace(one.session, recording=options)
    return one


def _validated(epoch: Epoch, accuracy: float | None) -> Epoch:
    return msgspec.structs.replace(epoch, validation_accuracy=accuracy)


def _warnings(one: Bench) -> list[str]:
    return [event.text for event in one.of(Log)]


def test_every_epoch_is_stored_and_no_result_differs(bench: Benches) -> None:
    without, recorded = bench("without"), _recording(bench("with"))
    plain, end = without.train(), recorded.train()
    assert epoch_weights.epochs_kept(without.folder) == ()
    assert epoch_weights.epochs_kept(recorded.folder) == (1, 2, 3)
    last = epoch_weights.load(recorded.folder, recorded.spec, 3)
    final = artifacts.load_weights(recorded.folder, recorded.spec)
    assert all((last[name] == final[name]).all() for name in final)
    assert same_weights(without.learner, recorded.learner)
    assert "record" not in plain.seconds
    assert end.seconds["record"] > 0
    assert "record" not in [event.phase for event in without.of(Phase)]


@pytest.mark.parametrize(
    ("kind", "count"), [("phase", 6), ("epoch", 2), ("checkpoint", 2), ("checkpoint", 3)]
)
def test_a_run_killed_anywhere_resumes_with_the_same_records(
    bench: Benches, kind: str, count: int
) -> None:
    seen: list[Event] = []

    def kill(event: Event, _: Control) -> None:
        seen.extend([event] if type(event).__name__.lower() == kind else [])
        if len(seen) == count:
            raise Killed

    whole, killed = _recording(bench("whole")), _recording(bench("killed", on_event=kill))
    whole.train()
    with pytest.raises(Killed):
        killed.train()
    resumed = _recording(bench("killed", folder=killed.folder))
    # Of a later epoch than the checkpoint, as a power failure may leave it.
    epoch_weights.save(killed.folder, 4, resumed.learner.weights())
    epoch_records.save(killed.folder, replace(epoch_records.load(whole.folder, 3), epoch=4))
    resumed.events += killed.of(Epoch)
    resumed.train(resume=True)
    assert epoch_weights.epochs_kept(killed.folder) == (1, 2, 3)
    assert epoch_records.FILES.epochs(killed.folder) == (1, 2, 3)
    for epoch in (1, 2, 3):
        one = epoch_weights.load(whole.folder, whole.spec, epoch)
        other = epoch_weights.load(killed.folder, whole.spec, epoch)
        assert all((one[name] == other[name]).all() for name in one)
        expected = epoch_records.load(whole.folder, epoch)
        found = epoch_records.load(killed.folder, epoch)
        assert (found.norms, found.outputs) == (expected.norms, expected.outputs)
        assert found.errors == expected.errors


def test_the_budget_is_announced_once_when_it_is_full_or_too_small(bench: Benches) -> None:
    full = _recording(bench("full", epochs=9))
    epoch_weights.save(full.folder, 1, full.learner.weights())
    size = trash.size_of(full.folder)
    _recording(full, RecordingOptions(weights_bytes=4 * size)).train()
    assert len(epoch_weights.epochs_kept(full.folder)) <= 4
    assert sum("the first, last, best, and evenly spaced" in text for text in _warnings(full)) == 1
    small = _recording(bench("small"), RecordingOptions(weights_bytes=10))
    small.train()
    assert epoch_weights.epochs_kept(small.folder) == ()
    assert sum("too small" in text for text in _warnings(small)) == 1


def test_records_that_cannot_be_written_end_no_run(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise StoreError("The disk is full.", "Free some space.")

    monkeypatch.setattr(epoch_weights, "save", full)
    one = _recording(bench())
    one.train()
    assert [text for text in _warnings(one) if "disk is full" in text] == [
        "An epoch was not recorded, and the training continues. The disk is full. Free some space."
    ]


def test_the_best_epoch_is_that_of_the_validation_set(bench: Benches) -> None:
    one = bench(validation=10)
    one.train()
    epochs = one.of(Epoch)
    known = [
        _validated(epoch, accuracy) for epoch, accuracy in zip(epochs, (0.5, 0.7, 0.7), strict=True)
    ]
    assert best_epoch(known) == 2
    assert (
        best_epoch([_validated(epoch, None) for epoch in epochs])
        == max(epochs, key=lambda epoch: epoch.train_accuracy).epoch
    )
