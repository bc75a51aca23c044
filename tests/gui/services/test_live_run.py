from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs

from mnist_studio import events, formatting
from mnist_studio.analysis.curves import smooth
from mnist_studio.analysis.interpretation import Vote, consensus
from mnist_studio.data.images import LabeledImages
from mnist_studio.errors import SpecError
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.common.plots.run_lines import live_lines, shades
from mnist_studio.gui.compare.samples import common_dataset, samples
from mnist_studio.gui.services.live_run import LiveRun, Series, SmoothedSeries
from mnist_studio.gui.train.form import Form, recipe_form, run_specs, with_recipe
from mnist_studio.gui.train.live_runs import log_line, speed_of
from mnist_studio.spec.recipes import RECIPES, run_spec

ALL = FRAMEWORKS


def test_form_makes_one_run_a_framework() -> None:
    runs = run_specs(recipe_form("mlp-128", ALL, "builtin"))
    assert [run.framework for run in runs] == list(ALL)
    assert {run.training for run in runs} == {RECIPES["mlp-128"].training}


def test_form_hands_every_setting_on() -> None:
    form = replace(
        recipe_form("wide-cnn", ("numpy",), "mnist"),
        device="cpu", epochs=3, batch_size=32, learning_rate=0.5,
        seed=7, validation=5000, threads=2,
    )  # fmt: skip
    (run,) = run_specs(form)
    training = run.training
    assert (run.device, run.threads, run.dataset) == ("cpu", 2, "mnist")
    assert (training.epochs, training.batch_size, training.seed) == (3, 32, 7)
    assert training.validation == 5000
    assert training.optimizer.learning_rate == 0.5
    assert training.schedule == RECIPES["wide-cnn"].training.schedule


FORM = recipe_form("tiny-10", ("numpy",), "builtin")


@pytest.mark.parametrize(
    "form",
    [
        replace(FORM, epochs=0),
        replace(FORM, batch_size=0),
        replace(FORM, learning_rate=0.0),
        replace(FORM, seed=-1),
    ],
)
def test_form_refuses_what_cannot_work(form: Form) -> None:
    with pytest.raises(SpecError):
        run_specs(form)


def test_form_refuses_no_framework() -> None:
    with pytest.raises(SpecError, match="No framework"):
        run_specs(recipe_form("tiny-10", (), "builtin"))


def test_a_framework_that_cannot_have_the_device_takes_the_cpu_among_others() -> None:
    form = replace(recipe_form("tiny-10", ALL, "builtin"), device="mps")
    assert {run.framework: run.device for run in run_specs(form)} == {
        "numpy": "cpu", "pytorch": "mps", "keras": "cpu",
    }  # fmt: skip
    # Alone it says why it cannot.
    (run,) = run_specs(replace(form, frameworks=("keras",)))
    assert run.device == "mps"


def test_another_recipe_keeps_digits_frameworks_and_device() -> None:
    form = replace(recipe_form("tiny-10", ("keras",), "mnist"), device="cpu", threads=3)
    other = with_recipe(form, "wide-cnn")
    assert (other.frameworks, other.dataset, other.device, other.threads) == (
        ("keras",), "mnist", "cpu", 3,
    )  # fmt: skip
    assert other.learning_rate == 1.0


def test_series_grows_past_its_room() -> None:
    series = Series()
    series.extend(tuple(float(value) for value in range(1500)))
    series.extend((7.0,))
    assert len(series.values) == 1501
    assert series.values[-1] == 7.0


def test_smoothing_goes_on_where_it_stopped() -> None:
    values = np.random.default_rng(0).normal(size=300)
    curve = SmoothedSeries()
    for at in range(0, 300, 50):
        curve.extend(tuple(values[at : at + 50]))
        curve.smoothed(0.9)
    np.testing.assert_allclose(curve.smoothed(0.9), smooth(values, 0.9))
    np.testing.assert_allclose(curve.smoothed(0.5), smooth(values, 0.5))
    np.testing.assert_allclose(curve.smoothed(0), values)


def test_two_weights_in_turn_do_not_restart() -> None:
    values = np.random.default_rng(0).normal(size=300)
    curve = SmoothedSeries()
    curve.extend(tuple(values))
    first = [curve.smoothed(weight) for weight in (0.9, 0.5)]
    for at in range(5):
        curve.extend((float(at),))
        again = [curve.smoothed(weight) for weight in (0.9, 0.5)]
        assert all(np.shares_memory(*pair) for pair in zip(first, again, strict=True))
    np.testing.assert_allclose(again[1], smooth(curve.values, 0.5))


def live() -> LiveRun:
    (spec,) = run_specs(recipe_form("tiny-10", ("numpy",), "builtin"))
    return LiveRun(spec)


def progress(step: int) -> events.Progress:
    return events.Progress(
        run="a", framework="numpy", epoch=1, step=step, steps=20, losses=(2.0, 1.0),
        accuracies=(0.1, 0.5), train_seconds=step / 10, images_per_second=100.0,
        preparation_seconds=1.0,
    )  # fmt: skip


def epoch(number: int) -> events.Epoch:
    return events.Epoch(
        run="a", framework="numpy", epoch=number, step=number * 2, train_loss=1.0,
        train_accuracy=0.5, validation_loss=None, validation_accuracy=None, test_loss=0.9,
        test_accuracy=0.6, learning_rate=0.1, train_seconds=0.2 * number, preparation_seconds=1.0,
    )  # fmt: skip


def test_live_run_folds_its_events() -> None:
    run = live()
    assert run.title == "MLP 10 with Adam · NumPy · built-in digits"
    run.take(
        events.Started(
            run="a",
            framework="numpy",
            title="MLP 10 with Adam · NumPy · 14:03",
            dataset="builtin",
            recipe="tiny-10",
            epochs=10,
            parameters=7,
        )
    )
    assert run.active
    assert run.title == "MLP 10 with Adam · NumPy · 14:03"
    run.take(events.Phase(run="a", framework="numpy", phase="train"))
    run.take(progress(2))
    run.take(progress(4))
    assert run.fraction == 0.2
    assert run.state_text == "Training"
    np.testing.assert_allclose(run.batch_seconds(), [0.6, 1.2, 1.3, 1.4])
    np.testing.assert_allclose(run.batch_epochs(), [0.5, 1.0, 1.5, 2.0])
    run.take(events.Failed(run="a", framework="numpy", reason="The loss is not a number."))
    assert (run.state, run.note) == ("failed", "The loss is not a number.")
    assert run.state_text == "Failed"


def test_lines_have_names_and_leave_out_what_is_missing() -> None:
    run = live()
    run.take(progress(2))
    run.take(epoch(1))
    lines = live_lines(
        (run,), "loss", {"batch", "training", "validation", "test"}, "epochs", 0.9
    ).lines
    title = "MLP 10 with Adam · NumPy · built-in digits"
    assert [line.title for line in lines] == [
        f"{title} · batches", f"{title} · training", f"{title} · test",
    ]  # fmt: skip
    (test,) = live_lines((run,), "accuracy", {"test"}, "seconds", 0.0).lines
    assert (list(test.x), list(test.y)) == ([1.2], [0.6])


def test_every_run_of_a_framework_has_its_own_shade() -> None:
    plain = run_spec(RECIPES["tiny-10"])
    seeded = structs.replace(plain, training=structs.replace(plain.training, seed=7))
    with_bugs = structs.replace(plain, known_bugs=("double-softmax",))
    other = structs.replace(plain, framework="numpy")
    assert shades([plain, with_bugs, seeded, other]) == [0, 1, 2, 0]
    assert shades([plain, plain]) == [0, 1]
    lines = live_lines([LiveRun(plain), LiveRun(with_bugs)], "loss", {"batch"}, "epochs", 0.0).lines
    assert lines == ()  # Nothing is known yet.
    runs = [LiveRun(plain), LiveRun(with_bugs)]
    for run in runs:
        run.take(progress(2))
    lines = live_lines(runs, "loss", {"batch"}, "epochs", 0.0).lines
    assert [line.key for line in lines] == ["keras/0/batch/0", "keras/1/batch/1"]


def test_log_lines_say_what_happened() -> None:
    assert "60.00 %" in log_line(epoch(1))
    assert log_line(progress(2)) == ""
    assert log_line(events.Failed(run="a", framework="numpy", reason="Why.")) == "failed: Why."


def vote(name: str, digit: int, sure: float = 0.9) -> Vote:
    rest = (1 - sure) / 9
    return Vote(name, tuple(sure if place == digit else rest for place in range(10)))


def test_consensus() -> None:
    assert consensus(()) is None
    one = consensus((vote("a", 3),))
    assert one is not None
    assert one.headline == "a predicts 3"
    two = consensus((vote("a", 3), vote("b", 3, 0.5)))
    assert two is not None
    assert two.headline == "Both models agree"
    assert two.detail.startswith("Lowest confidence: b, 50.0 %.")
    split = consensus((vote("a", 3), vote("b", 8), vote("c", 3)))
    assert split is not None
    assert (split.label, split.agreed, split.headline) == (
        3,
        False,
        "Two of three models predict 3",
    )
    assert split.detail == "b predicts 8."
    tie = consensus((vote("a", 3, 0.6), vote("b", 8, 0.9)))
    assert tie is not None
    assert (tie.label, tie.headline) == (8, "One of two models predicts 8")


def test_samples_are_the_same_and_wrong_ones_can_come_first() -> None:
    labels = np.arange(50, dtype=np.uint8) % 10
    images = np.zeros((50, 28, 28), np.uint8)
    logits = np.eye(10, dtype=np.float32)[labels]
    bad = logits.copy()
    bad[17] = np.roll(bad[17], 1)
    said = {"good": logits, "bad": bad}
    test = LabeledImages(images, labels)
    mixed = samples(test, said, wrong_first=False)
    assert mixed.places.tolist() == samples(test, said, wrong_first=False).places.tolist()
    assert mixed.correct("good") == 20
    first = samples(test, said, wrong_first=True)
    assert first.places[0] == 17
    assert first.correct("bad") == 19


def test_common_dataset() -> None:
    assert common_dataset(["mnist", "mnist"]) == "mnist"
    assert common_dataset(["mnist", "builtin"]) == ""
    assert common_dataset([]) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.406, "0.41 s"), (9.996, "10.0 s"), (59.94, "59.9 s"), (83, "1:23"),
     (3723, "1:02:03")],
)  # fmt: skip
def test_durations(seconds: float | None, text: str) -> None:
    assert formatting.duration(seconds) == text


def test_numbers() -> None:
    assert formatting.percent(0.991) == "99.10 %"
    assert formatting.percent(None) == "–"
    assert formatting.milliseconds(0.4123) == "0.41 ms"
    assert formatting.milliseconds(12.3) == "12 ms"
    assert formatting.counted(1, "run") == "one run"
    assert formatting.counted(12, "run") == "12 runs"
    assert formatting.count(101770) == "101,770"


def test_speed_is_the_one_of_the_whole_run_at_its_end() -> None:
    run = LiveRun(run_spec(RECIPES["tiny-10"]))
    assert speed_of(run) is None
    run.take(
        events.Progress(
            run="a", framework="keras", epoch=1, step=1, steps=2, losses=(1.0,), accuracies=(0.5,),
            train_seconds=1.0, images_per_second=900.0,
        )
    )  # fmt: skip
    assert speed_of(run) == 900.0
    measures = events.Measures(
        wall_seconds=1, earlier_seconds=0, train_images_per_second=41_234.0,
        peak_memory_bytes=None, machine=events.Machine(processors=2),
    )  # fmt: skip
    run.take(
        events.Finished(
            run="a", framework="keras", epochs=1, step=2, test_accuracy=0.9, test_loss=0.3,
            seconds={}, device="CPU", latency_ms=0.1, measures=measures,
        )
    )  # fmt: skip
    assert speed_of(run) == 41_234.0
    assert formatting.images_per_second(speed_of(run)) == "41,234 images/s"


def test_diverged_run_is_called_so() -> None:
    run = LiveRun(run_spec(RECIPES["tiny-10"]))
    reason = "The loss became NaN or infinite in step 12. The learning rate 50 is too high."
    run.take(events.Failed(run="a", framework="keras", reason=reason))
    assert run.state_text == "Diverged"
    assert log_line(events.Failed(run="a", framework="keras", reason=reason)) == (
        f"diverged: {reason}"
    )
    run.take(events.Failed(run="a", framework="keras", reason="The disk is full."))
    assert run.state_text == "Failed"
