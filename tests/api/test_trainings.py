"""Training from scripts and notebooks, in this process."""

import threading
from collections.abc import Generator
from pathlib import Path

import pytest

import mnist_studio as studio
from mnist_studio.api.trainings import RunTraining
from mnist_studio.errors import (
    CancelledByUser,
    DataError,
    FrameworkMissing,
    SpecError,
    StoreError,
    TrainingFailed,
    UnknownName,
    UsageError,
)
from mnist_studio.events import AnyEvent, Failed, Finished, Progress, Started, Stopped
from mnist_studio.frameworks import registry
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec import files
from tests.trained_runs import endless, small


def tiny(epochs: int = 1) -> RunTraining:
    return studio.train("tiny-10", "numpy", dataset="builtin", epochs=epochs, threads=1)


def test_a_training_iterates_typed_events_and_gives_its_run() -> None:
    training = tiny()
    assert "not started" in repr(training)
    events = []
    for event in training:
        events.append(event)
        if isinstance(event, Progress):
            assert training.run.id == event.run
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert training.run == training.result()
    assert training.run.accuracy == events[-1].test_accuracy
    assert list(training) == []
    lines = [line for event in events if (line := studio.describe(event))]
    assert lines[0].startswith("epoch 1: training loss")


def test_a_training_is_logged_for_other_tools(tmp_path: Path) -> None:
    logged = studio.train(
        "tiny-10", "numpy", dataset="builtin", epochs=1, log=tmp_path, log_formats=("csv",)
    )
    run = logged.result()
    (table,) = tmp_path.glob(f"*{run.id}/epochs.csv")
    assert len(table.read_text("utf-8").splitlines()) == 2
    with pytest.raises(UnknownName, match="excel"):
        studio.train("tiny-10", "numpy", log=tmp_path, log_formats=("excel",))


def test_leaving_the_loop_stops_and_keeps_the_weights_to_resume() -> None:
    training = RunTraining(endless(), TrainingJob(endless()))
    for event in training:
        if isinstance(event, Progress):
            break
    assert threading.active_count() == 1
    run = training.result()
    assert (run.state, run.trained) == ("Stopped", True)
    assert run.predict(studio.dataset("builtin").test.images[:2]).probabilities.shape == (2, 10)
    resumed = studio.resume(run)
    for event in resumed:
        if isinstance(event, Progress):
            resumed.stop()
    assert isinstance(event, Stopped)
    assert resumed.run == run


def test_only_one_loop_gets_the_events() -> None:
    training = tiny()
    first, second = iter(training), iter(training)
    assert isinstance(next(first), Started)
    with pytest.raises(UsageError, match="Another loop"):
        next(second)
    assert isinstance([*first][-1], Finished)


def test_an_error_in_the_loop_stops_it_too() -> None:
    training = RunTraining(endless(), TrainingJob(endless()))
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the loop is what is tested
        for event in training:
            if isinstance(event, Progress):
                raise ZeroDivisionError
    assert not training.running
    assert training.result().trained


def test_what_is_canceled_gives_no_run() -> None:
    canceled = RunTraining(endless(), TrainingJob(endless()))
    for event in canceled:
        if isinstance(event, Progress):
            canceled.cancel()
    with pytest.raises(CancelledByUser, match="Discarded"):
        canceled.result()


def test_a_failure_is_raised_with_its_reason() -> None:
    class FailingJob(TrainingJob):
        def events(self) -> Generator[AnyEvent, None, None]:
            yield Failed(run="a", framework="numpy", reason="Its loss became NaN or infinite.")

    with pytest.raises(TrainingFailed, match="NaN or infinite"):
        RunTraining(small(), FailingJob(small())).result()


def test_names_and_settings_that_cannot_work_are_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UnknownName, match="Did you mean compact-cnn"):
        studio.train("compact-cn")
    with pytest.raises(UnknownName, match="Did you mean pytorch"):
        studio.train("mlp-128", "pytorh")
    with pytest.raises(SpecError, match="must be 1"):
        studio.train("mlp-128", "numpy", dataset="builtin", epochs=0)
    with pytest.raises(SpecError, match="9"):
        studio.train("mlp-128", "numpy", dataset="builtin", changes={"layers.9.units": 3})
    with pytest.raises(DataError, match="mnist"):
        studio.train("mlp-128", "numpy", data="/nowhere/mnist")
    with pytest.raises(StoreError, match="cannot be resumed"):
        studio.resume(tiny().result())
    monkeypatch.setattr(registry, "version", lambda name: None)
    with pytest.raises(FrameworkMissing, match="not installed"):
        studio.train("mlp-128", "pytorch", dataset="builtin")


def test_a_settings_file_is_trained_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(files.write([small()]))
    assert studio.train(file).settings == small()
    with pytest.raises(UsageError, match="contains all settings"):
        studio.train(str(file), epochs=3)


def test_the_same_words_give_the_same_run_as_the_command_line() -> None:
    from mnist_studio.cli import commands, train

    words = ["--framework", "numpy", "--epochs", "3", "--set", "layers.2.units=64", "--seed", "5"]
    words += ["--dataset", "builtin"]
    (spec,) = train.run_specs(commands.parse(["train", "mlp-128", *words]))
    changes = {"layers.2.units": 64}
    settings = studio.train(
        "mlp-128", "numpy", dataset="builtin", epochs=3, seed=5, changes=changes
    ).settings
    assert settings == spec
