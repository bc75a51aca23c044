from mnist_studio.analysis import summary
from mnist_studio.analysis.summary import RunSummary
from mnist_studio.events import Failed, Finished, Stopped
from mnist_studio.spec.recipes import RECIPES, run_spec
from tests.analysis.example_epochs import epochs

SPEC = run_spec(RECIPES["mlp-128"])


def finished(accuracy: float) -> Finished:
    return Finished(
        run="r",
        framework="keras",
        epochs=3,
        step=30,
        test_accuracy=accuracy,
        test_loss=0.1,
        seconds={"start": 3.0, "build": 0.5, "data": 1.0, "train": 6.0, "evaluate": 2.0},
        device="cpu",
        latency_ms=0.25,
    )


def test_the_row_of_a_finished_run() -> None:
    found = summary.summarize("mine", SPEC, epochs(0.9, 0.97, 0.98), finished(0.98))
    assert found == RunSummary(
        title="mine",
        framework="keras",
        recipe="mlp-128",
        accuracy=0.98,
        training_time=7.5,
        epochs=3,
        epochs_to_target=2,
        parameters=101_770,
        latency_ms=0.25,
    )


def test_a_running_run_has_the_metrics_of_its_epochs() -> None:
    found = summary.summarize("mine", SPEC, epochs(0.9, 0.91), None)
    assert (found.accuracy, found.training_time, found.epochs) == (0.91, 5.0, 2)
    assert (found.epochs_to_target, found.latency_ms) == (None, None)


def test_a_run_without_epochs_has_no_figures() -> None:
    found = summary.summarize("mine", SPEC, (), None)
    assert (found.accuracy, found.training_time, found.epochs) == (None, None, 0)
    assert found.parameters == 101_770


def test_a_stopped_run_has_the_accuracy_of_its_saved_weights() -> None:
    stopped = Stopped(
        run="r",
        framework="keras",
        epochs=1,
        step=15,
        test_accuracy=0.93,
        test_loss=0.2,
        seconds={},
        device="cpu",
    )
    assert summary.summarize("mine", SPEC, epochs(0.9), stopped).accuracy == 0.93


def test_a_run_that_failed_keeps_the_figures_of_its_last_epoch() -> None:
    failed = Failed(run="r", framework="keras", reason="The loss is not a number.")
    assert summary.summarize("mine", SPEC, epochs(0.9), failed).accuracy == 0.9
