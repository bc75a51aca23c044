"""What settings typically reach, and where the figures are from."""

from dataclasses import replace as with_fields
from pathlib import Path

from msgspec.structs import replace

from mnist_studio.events import Finished
from mnist_studio.gui.train import typical
from mnist_studio.gui.train.typical import UNKNOWN, Evidence
from mnist_studio.running import speed
from mnist_studio.running.speed import TrainingSpeed
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import BUNDLED, Run

ALL: tuple[FrameworkName, ...] = ("numpy", "pytorch", "keras")


def specs(
    recipe: str = "mlp-128", frameworks: tuple[FrameworkName, ...] = ("numpy",)
) -> list[RunSpec]:
    plain = run_spec(RECIPES[recipe])
    return [replace(plain, framework=name) for name in frameworks]


def run(spec: RunSpec, accuracy: float, seconds: float, name: str = "a", seed: int = 42) -> Run:
    end = Finished(
        run=name, framework=spec.framework, epochs=5, step=1, test_accuracy=accuracy, test_loss=0,
        seconds={"train": seconds, "paused": 50.0}, device="CPU", latency_ms=1,
    )  # fmt: skip
    spec = replace(spec, training=replace(spec.training, seed=seed))
    return Run(name, "A run", spec, "finished", 0.0, Path(), end)


def test_own_runs_come_first() -> None:
    (spec,) = specs()
    runs = [
        run(spec, 0.97, 10, "a"), run(spec, 0.98, 30, "b", seed=7), run(spec, 0.96, 14, "c", seed=8)
    ]  # fmt: skip
    evidence = Evidence(runs)
    accuracy, time = typical.accuracy([spec], evidence), typical.duration([spec], evidence)
    assert (accuracy.text, accuracy.source) == ("97.00 %", "your three runs")
    assert (time.text, time.source, time.exact) == ("14 s", "your three runs", True)
    assert typical.both(accuracy, time) == "97.00 % · 14 s"


def test_a_seed_trained_twice_counts_once_in_the_accuracy() -> None:
    (spec,) = specs()
    again = [run(spec, 0.97, 10, "a"), run(spec, 0.98, 30, "b", seed=7), run(spec, 0.5, 14, "c")]
    accuracy = typical.accuracy([spec], Evidence(again))
    assert (accuracy.text, accuracy.source) == ("97.50 %", "your two runs")
    assert typical.duration([spec], Evidence(again)).source == "your three runs"
    longer = replace(spec, recipe="Mine", training=replace(spec.training, epochs=99))
    other = [replace_recipe(one) for one in again]
    assert typical.accuracy([longer], Evidence(other)).source == "your two runs with five epochs"


def replace_recipe(of: Run) -> Run:
    return with_fields(of, spec=replace(of.spec, recipe="Mine"))


def test_only_runs_with_these_settings_count() -> None:
    (spec,) = specs()
    others = [
        run(replace(spec, training=replace(spec.training, epochs=1)), 0.5, 1, "a"),
        run(replace(spec, dataset="builtin"), 0.5, 1, "b"),
        run(replace(spec, framework="pytorch"), 0.5, 1, "c"),
        run(replace(spec, known_bugs=("unshuffled",)), 0.5, 1, "d"),
        run(spec, 0.5, 1, f"{BUNDLED}e"),
    ]
    accuracy = typical.accuracy([spec], Evidence(others))
    assert (accuracy.text, accuracy.source) == ("97.50 %", "bundled results")
    assert "five runs in NumPy on MNIST" in accuracy.explanation
    # Runs that were trained concurrently took longer than one alone.
    together = Evidence([run(spec, 0.9, 99)], {"a": Membership("x", 2)})
    assert typical.duration([spec], together).text == UNKNOWN


def test_without_own_runs_the_time_is_measured() -> None:
    wanted = specs(frameworks=ALL)
    slow = TrainingSpeed(step=0.001, image=0.0, preparation=1.0, start=2.0)
    speeds = {speed.kind(spec): slow for spec in wanted[:2]}
    assert typical.duration(wanted, Evidence(speeds=speeds)).text == UNKNOWN
    own = [run(wanted[2], 0.97, 22.3)]
    # 5 epochs of 938 steps, and 3 s before.
    time = typical.duration(wanted, Evidence(own, speeds=speeds))
    assert (time.text, time.source) == ("38 s", "your run, measured")
    assert not time.exact
    busy = {kind: replace(found, others=1.5, processors=2) for kind, found in speeds.items()}
    time = typical.duration(wanted[:1], Evidence(speeds=busy))
    assert time.source == "while busy"
    assert "Other programs used 1.5 of 2 processors" in time.explanation


def test_another_framework_stands_for_one_that_takes_hours() -> None:
    accuracy = typical.accuracy(specs("record"), Evidence())
    assert accuracy.text == "99.66 %"
    assert "one run in PyTorch" in accuracy.explanation


def test_no_figure_is_invented() -> None:
    (spec,) = specs()
    changed = replace(spec, training=replace(spec.training, batch_size=7))
    accuracy = typical.accuracy([changed], Evidence())
    assert (accuracy.text, accuracy.source) == (UNKNOWN, "")
    assert "these settings" in accuracy.explanation
    plain, time = typical.accuracy([spec], Evidence()), typical.duration([spec], Evidence())
    assert typical.both(plain, time) == "97.50 % · time not yet known"
    (spec,) = specs("deep-cnn")
    builtin = typical.accuracy([replace(spec, dataset="builtin")], Evidence())
    assert "no result of this network on the built-in digits" in builtin.explanation
    assert typical.both(builtin, time) == UNKNOWN


def test_results_with_other_epochs_say_so() -> None:
    deep = specs("deep-cnn")
    accuracy, time = typical.accuracy(deep, Evidence()), typical.duration(deep, Evidence())
    assert (accuracy.text, accuracy.source) == ("99.42 %", "with three epochs")
    assert "Test accuracy of one run in PyTorch on MNIST, with three epochs." in (
        accuracy.explanation
    )
    assert typical.both(accuracy, time) == "99.42 % with three epochs · time not yet known"
    (spec,) = specs()
    short = replace(spec, training=replace(spec.training, epochs=1))
    assert typical.accuracy([short], Evidence()).source == "with five epochs"


def test_the_built_in_digits_have_results_of_their_own() -> None:
    (spec,) = specs("fnn-3", ("keras",))
    accuracy = typical.accuracy([replace(spec, dataset="builtin")], Evidence())
    assert accuracy.text == "93.53 %"
    assert "three runs in NumPy on the built-in digits" in accuracy.explanation


def test_a_measured_known_bug_has_its_accuracy() -> None:
    (spec,) = specs("sgd-mlp")
    with_bug = typical.accuracy([replace(spec, known_bugs=("full-batch",))], Evidence())
    assert with_bug.text == "48.43 %"


def test_runs_of_another_length_say_what_a_recipe_without_results_reaches() -> None:
    (spec,) = specs()
    own = replace(spec, recipe="Mine")
    short = replace(own, training=replace(own.training, epochs=1))
    accuracy = typical.accuracy([own], Evidence([run(short, 0.94, 1)]))
    assert (accuracy.text, accuracy.length) == ("94.00 %", "with one epoch")
    assert not accuracy.exact
    assert typical.accuracy([own], Evidence([run(own, 0.97, 1), run(short, 0.94, 1)])).exact
