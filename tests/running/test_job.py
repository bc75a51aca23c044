import pytest
from msgspec.structs import replace

from mnist_studio.events import Epoch, Finished, Log, Phase, Started
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.model import UNIT
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.run import KnownBugName
from mnist_studio.store import artifacts, epoch_records, epoch_weights, step_curve
from mnist_studio.store.runs import RunStore
from tests.running.watched import Watched
from tests.trained_runs import small, trained


def test_a_run_reports_everything_and_finishes() -> None:
    watched = Watched(small(epochs=2))
    end = watched.run(lambda *_: None)

    assert isinstance(watched.events[0], Started)
    assert watched.events[0].parameters == 101_770
    phases = [event.phase for event in watched.events if isinstance(event, Phase)]
    assert phases[:5] == ["import", "data", "build", "compile", "train"]
    assert {event.run for event in watched.events} == {watched.job.id}
    assert isinstance(end, Finished)
    assert (end.epochs, end.step) == (2, 42)
    assert end.test_accuracy > 0.85
    assert {"start", "import", "data", "build", "train"} <= end.seconds.keys()
    assert all(seconds >= 0 for seconds in end.seconds.values())
    with RunStore() as store:
        run = store.runs()[0]
        assert run.trained
        told = [event for event in watched.events if isinstance(event, Epoch)]
        assert list(store.epochs(run.id)) == told
    assert len(step_curve.load(run.folder).losses) == 42
    assert epoch_weights.epochs_kept(run.folder) == (1, 2)
    assert epoch_records.FILES.epochs(run.folder) == ()


def test_equal_specs_train_equal_bits() -> None:
    for _ in range(2):
        trained(small())
    with RunStore() as store:
        one, other = store.runs()
    for name in (artifacts.WEIGHTS, step_curve.STEPS, artifacts.TEST_LOGITS):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()


def test_a_run_on_augmented_digits_repeats_bit_by_bit() -> None:
    moved = Augmentation(rotation=10, zoom=0.1, shift=2, elastic=2)
    for augmentation in (None, moved, moved):
        assert isinstance(trained(small(augmentation=augmentation))[-1], Finished)
    with RunStore() as store:
        one, other, plain = store.runs()
    for name in (artifacts.WEIGHTS, step_curve.STEPS, artifacts.TEST_LOGITS):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()
        assert (one.folder / name).read_bytes() != (plain.folder / name).read_bytes()


@pytest.mark.parametrize(
    ("bug", "model", "training"),
    [
        ("own-scaling", {"scaling": UNIT}, {}),
        ("unshuffled", {}, {"sampling": "stored"}),
        ("own-constants", {}, {"optimizer": Adam(1e-3, epsilon=1e-8)}),
    ],
)
def test_a_known_bug_is_trained_reported_and_stored_by_name(
    bug: KnownBugName, model: dict[str, object], training: dict[str, object]
) -> None:
    plain = small(optimizer=Adam(1e-3, epsilon=1e-3))
    told = trained(replace(plain, known_bugs=(bug,)))
    changed = replace(plain.training, **training)
    trained(replace(plain, model=replace(plain.model, **model), training=changed))
    with RunStore() as store:
        wanted, run = store.runs()
    for name in (artifacts.WEIGHTS, step_curve.STEPS, artifacts.TEST_LOGITS):
        assert (run.folder / name).read_bytes() == (wanted.folder / name).read_bytes()
    assert run.spec == replace(plain, known_bugs=(bug,))
    warnings = [event.text for event in told if isinstance(event, Log)]
    assert warnings == [f"Known bug turned on: {KNOWN_BUGS[bug].title}."]


def test_a_double_softmax_says_of_which_kind_its_losses_are() -> None:
    told = trained(replace(small(), known_bugs=("double-softmax",)))
    _, kind = [event.text for event in told if isinstance(event, Log)]
    assert "training loss applies softmax twice" in kind
    assert "test losses are plain cross-entropy" in kind
