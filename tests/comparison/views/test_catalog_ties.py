"""Values that look equal are named as equal: no view announces a winner among them."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from mnist_studio.analysis.predictions import Calibration, ClassMetrics, ImagePrediction
from mnist_studio.analysis.view import Bar
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import catalog, predictions
from mnist_studio.comparison.views.latency_and_size import extremes_sentence
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS
from mnist_studio.events import Finished
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.store import robustness
from mnist_studio.store.robustness import Robustness, RobustnessCurve


def ended(run_data: RunData, change: Callable[[int, Finished], Finished]) -> RunData:
    """The same runs with other ends, by the number of the run."""
    runs = tuple(
        replace(run, terminal=change(number, run.finished))
        for number, run in enumerate(run_data.runs)
        if run.finished
    )
    return RunData(replace(run_data.selection, runs=runs))


def with_accuracies(run_data: RunData, *accuracies: float) -> RunData:
    """The models of the experiment with these accuracies, the same for both seeds."""
    return ended(
        run_data,
        lambda number, end: msgspec.structs.replace(
            end, test_accuracy=accuracies[number % len(accuracies)]
        ),
    )


@pytest.mark.parametrize(
    ("accuracies", "start"),
    [
        ((0.9, 0.9, 0.9, 0.9), "All four models have the same mean, 90.00 %."),
        # They differ by less than is shown.
        ((0.9, 0.90001, 0.89999, 0.9), "All four models have the same mean, 90.00 %."),
        (
            (0.9, 0.8, 0.9, 0.7),
            "MLP 10 with Adam · NumPy · batch 32 and MLP 128 · NumPy · batch 32 share the highest "
            "mean, 90.00 %.",
        ),
        ((0.9, 0.8, 0.7, 0.6), "MLP 10 with Adam · NumPy · batch 32 has the highest mean"),
    ],
)
def test_the_highest_mean(accuracies: tuple[float, ...], start: str, run_data: RunData) -> None:
    made = catalog.compute("final-accuracy", with_accuracies(run_data, *accuracies), ViewOptions())
    assert made.sentence.startswith(start)


def test_equal_memory_has_no_extremes(run_data: RunData) -> None:
    def same(number: int, end: Finished) -> Finished:
        assert end.measures
        measures = msgspec.structs.replace(end.measures, peak_memory_bytes=10**8 + number)
        return msgspec.structs.replace(end, measures=measures)

    made = catalog.compute("memory", ended(run_data, same), ViewOptions())
    assert made.sentence == "Peak memory: 100.0 MB for all four models."


def test_extremes_name_all_models_that_have_them() -> None:
    bars = [
        Bar(name, name, value) for name, value in zip("abcd", (1.0, 2.0, 1.0, 2.0), strict=True)
    ]
    assert extremes_sentence("Latency", bars, "milliseconds") == (
        "Latency: from 1.00 ms (a and c) to 2.00 ms (b and d), a factor of 2.0."
    )
    assert extremes_sentence("Latency", bars[:1], "milliseconds") == "Latency: 1.00 ms for a."
    assert extremes_sentence("Latency", [], "milliseconds") == ""


def test_the_most_robust_models(run_data: RunData) -> None:
    for run in run_data.runs[:2]:
        assert run.finished
        curves = tuple(
            RobustnessCurve(kind, change.strengths, (0.9, 0.8, 0.7, 0.6, 0.5))
            for kind, change in CORRUPTIONS.items()
        )
        stored = Robustness(run.finished.step, 500, "numpy", 0.95, curves)
        robustness.save(run.folder, stored)
    made = catalog.compute("robustness", run_data, ViewOptions())
    assert made.sentence == (
        "At the greatest strength of each corruption, both models have the same mean accuracy: "
        "50.00 %."
    )


def metrics(*recalls: float | None) -> tuple[ClassMetrics, ...]:
    return tuple(ClassMetrics(digit, 10, 0.9, recall, 0.9) for digit, recall in enumerate(recalls))


def test_the_hardest_digits() -> None:
    sentence = predictions._class_sentence({"a": metrics(*[0.9] * 10)})
    assert sentence == "Every digit has a recall of 90.00 %."
    sentence = predictions._class_sentence({"a": metrics(0.7, 0.7, *[0.9] * 7, 1.0)})
    assert sentence == (
        "The 0 and the 1 are the hardest digits, with a recall of 70.00 %. The 9 is the easiest "
        "digit, with 100.00 %."
    )
    # A digit of which there is no image is not the hardest.
    sentence = predictions._class_sentence({"a": metrics(None, 0.8, *[0.9] * 8)})
    assert sentence.startswith("The 1 is the hardest digit, with a recall of 80.00 %.")


def calibration(error: float, confidence: float = 0.9, accuracy: float = 0.8) -> Calibration:
    return Calibration((), error, confidence, accuracy)


def test_the_best_calibrated_models() -> None:
    titles = {"a": "A", "b": "B", "c": "C"}
    found = {"a": calibration(0.01), "b": calibration(0.01), "c": calibration(0.02)}
    assert predictions._calibration_sentence(titles, found) == (
        "A and B have the lowest calibration error, 1.00 %."
    )
    found["c"] = calibration(0.010001)
    assert predictions._calibration_sentence(titles, found) == (
        "All three models have the same calibration error, 1.00 %."
    )
    found["c"] = calibration(0.005, 0.9, 0.9)
    assert predictions._calibration_sentence(titles, found) == (
        "C is best calibrated: its calibration error is 0.50 %, and it is neither overconfident "
        "nor underconfident."
    )


def test_the_most_confident_error() -> None:
    errors = [ImagePrediction(at, 1, 7, 0.99999) for at in range(3)]
    assert predictions._wrong_sentence("A", [*errors, ImagePrediction(9, 1, 7, 0.5)]) == (
        "Three errors of A share the highest confidence, >99.9 %."
    )
    listed = [ImagePrediction(at, 1, 7, 1.0) for at in range(predictions.MAX_ERRORS)]
    assert predictions._wrong_sentence("A", listed).startswith("30 errors or more of A share")
    assert "test image 9: a 1 predicted as a 7" in predictions._wrong_sentence(
        "A", [ImagePrediction(9, 1, 7, 0.5)]
    )


def test_networks_of_the_same_size(run_data: RunData) -> None:
    recipe = RECIPES["sgd-mlp-sigmoid"]
    changes = {"recipe": recipe.name, "model": recipe.model}
    other = tuple(
        replace(run, id=f"{run.id}-s", spec=msgspec.structs.replace(run.spec, **changes))
        for run in run_data.runs
        if run.spec.recipe == "mlp-128"
    )
    both = RunData(replace(run_data.selection, runs=(*run_data.runs, *other)))
    sentence = catalog.compute("parameters", both, ViewOptions()).sentence
    assert sentence == (
        "MLP 128 and MLP 128 with SGD, sigmoid have 101,770 parameters, 12.8 times as many as "
        "MLP 10 with Adam with 7,960."
    )
    large = RunData(replace(both.selection, runs=(*other, both.by_id[other[0].id[:-2]])))
    sentence = catalog.compute("parameters", large, ViewOptions()).sentence
    assert sentence == "Both networks have 101,770 parameters."


def with_training_times(run_data: RunData, *seconds: float) -> RunData:
    """Runs that reach every accuracy in their first epoch, after these seconds."""
    made = ended(
        run_data,
        lambda number, end: msgspec.structs.replace(
            end, seconds={"train": seconds[number % len(seconds)]}
        ),
    )
    epochs = {
        run.id: tuple(
            msgspec.structs.replace(
                epoch, test_accuracy=0.99, train_seconds=seconds[number % len(seconds)],
                preparation_seconds=0.0,
            )
            for epoch in run_data.epochs(run)
        )
        for number, run in enumerate(run_data.runs)
    }  # fmt: skip
    return RunData(replace(made.selection, epochs=epochs))


def test_the_fastest_models(run_data: RunData) -> None:
    def sentence(*seconds: float) -> str:
        made = with_training_times(run_data, *seconds)
        return catalog.compute("time-to-accuracy", made, ViewOptions(target=0.9)).sentence

    reached = "Eight of eight runs reached 90.00 %."
    assert sentence(1.0, 1.001, 1.0, 1.0).startswith(
        f"{reached} All four models had a training time of 1.00 s until then."
    )
    assert sentence(1.0, 2.0, 1.0, 3.0).startswith(
        f"{reached} MLP 10 with Adam · NumPy · batch 32 and MLP 128 · NumPy · batch 32 were "
        "fastest, with a training time of 1.00 s until then."
    )
    assert sentence(3.0, 2.0, 4.0, 5.0).startswith(
        f"{reached} MLP 10 with Adam · NumPy · batch 64 was fastest, with a training time of "
        "2.00 s until then."
    )


def test_the_shortest_and_the_longest_training_time(run_data: RunData) -> None:
    def sentence(*seconds: float) -> str:
        made = with_training_times(run_data, *seconds)
        return catalog.compute("time-breakdown", made, ViewOptions()).sentence

    assert sentence(1.0).startswith("All eight runs have a training time of 1.00 s. ")
    several = sentence(1.0, 2.0)
    assert ", one of the four shortest. " in several
    assert ", one of the four longest. " in several
    single = sentence(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
    assert ", the shortest. " in single
    assert ", the longest. " in single
