"""Every view with its title and description. Reading the catalog imports no code that computes.

Window, report and command line take titles from here, so that a view has one name everywhere.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import MappingProxyType
from typing import Literal, cast

import msgspec

from mnist_studio.analysis.groups import of_other_dataset
from mnist_studio.analysis.view import Chart, Lines, View, ViewContent
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.spec.recipes import unknown

Compute = Callable[[RunData, ViewOptions], ViewContent]

Option = Literal["axis", "smoothing", "log", "target", "threshold", "model", "pair", "own"]
"""A field of ``ViewOptions``; ``pair`` restricts the runs to two of them."""

Group = Literal["Curves", "Speed", "Significance", "Predictions", "Robustness", "Settings"]


@dataclass(frozen=True)
class ViewEntry:
    """A view before it is computed.

    Attributes:
        name: on the command line and in file names.
        group: heading in the list of views.
        title: the same in the window, the report and on the command line.
        description: one or two sentences that are shown above the view.
        module: of ``comparison.views`` that computes it; empty for a view that only the window has.
        function: in that module.
        options: what the user can set for it.
        least_runs: the smallest number of runs it needs.
    """

    name: str
    group: Group
    title: str
    description: str
    module: str = ""
    function: str = ""
    options: tuple[Option, ...] = ()
    least_runs: int = 1


ENTRIES: Mapping[str, ViewEntry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            ViewEntry(
                "live", "Curves", "Live curves",
                "Test accuracy or loss of each run, updated after every epoch.",
            ),
            ViewEntry(
                "curves-accuracy", "Curves", "Accuracy curves",
                "Accuracy over training. Thin lines are single seeds. Bold lines are their mean "
                "with a pointwise 95 % CI.",
                "curves", "accuracies", ("axis", "smoothing"),
            ),
            ViewEntry(
                "curves-loss", "Curves", "Loss curves",
                "Loss over training. Thin lines are single seeds. Bold lines are their mean "
                "with a pointwise 95 % CI.",
                "curves", "losses", ("axis", "smoothing", "log"),
            ),
            ViewEntry(
                "time-to-accuracy", "Speed", "Time to accuracy",
                "Training time until the test accuracy first reaches the target. It includes "
                "building, compiling, and data.",
                "timing", "time_to_accuracy", ("target",),
            ),
            ViewEntry(
                "time-breakdown", "Speed", "Time breakdown",
                "The wall time of each run, split into startup, building, data, training steps, "
                "evaluation, and saving. Training time is building, data, and training steps.",
                "timing", "breakdown",
            ),
            ViewEntry(
                "batch-size", "Speed", "Batch size",
                "Training time and accuracy of runs that differ only in their batch size.",
                "timing", "batch_size",
            ),
            ViewEntry(
                "latency", "Speed", "Latency",
                "The time to classify one image, and the throughput with many images at once.",
                "latency_and_size", "latency",
            ),
            ViewEntry(
                "memory", "Speed", "Memory",
                "The peak memory of each training process.", "latency_and_size", "memory",
            ),
            ViewEntry(
                "networks-and-frameworks", "Speed", "Networks and frameworks",
                "How much of the differences in accuracy and time is due to the network, and how "
                "much to the framework.",
                "factors", "networks_and_frameworks",
            ),
            ViewEntry(
                "shared-native", "Speed", "Native script or shared loop",
                "The same network trained by the framework's native script and by the loop that "
                "all frameworks share.",
                "factors", "shared_native",
            ),
            ViewEntry(
                "final-accuracy", "Significance", "Final accuracy",
                "Test accuracy of the final weights, with a 95 % CI.",
                "accuracy", "final_accuracy",
            ),
            ViewEntry(
                "significance", "Significance", "Paired comparison",
                "Two models at a time, compared image by image on the same test set.",
                "significance", "paired_models", ("pair", "threshold", "own"), 2,
            ),
            ViewEntry(
                "over-seeds", "Significance", "Comparison across seeds",
                "Recipes and frameworks that were trained with several seeds, compared by their "
                "mean accuracy.",
                "significance", "over_seeds", ("threshold",), 2,
            ),
            ViewEntry(
                "known-bugs", "Significance", "Known bugs' cost",
                "How much accuracy each known bug costs, from runs with and without it.",
            ),
            ViewEntry(
                "confusion", "Predictions", "Confusion matrix",
                "Test images by true label and prediction.",
                "predictions", "confusion", ("model", "own"),
            ),
            ViewEntry(
                "per-class", "Predictions", "Per-class metrics",
                "Precision, recall, and F1 score for each class.",
                "predictions", "per_class", ("own",),
            ),
            ViewEntry(
                "calibration", "Predictions", "Calibration",
                "Whether a model's confidence matches how often it is right.",
                "predictions", "reliability", ("own",),
            ),
            ViewEntry(
                "confident-errors", "Predictions", "Most confident errors",
                "Misclassified images, ordered by the confidence of the wrong prediction.",
                "predictions", "most_confident_errors", ("model", "own"),
            ),
            ViewEntry(
                "disagreements", "Predictions", "Disagreements",
                "Images on which the models predict different classes, with the most disagreement "
                "first.",
                "predictions", "disagreeing_models", ("own",), 2,
            ),
            ViewEntry(
                "samples", "Predictions", "Sample predictions",
                "Twenty test images with the prediction of every model.",
            ),
            ViewEntry(
                "single-image", "Predictions", "Single image",
                "The class probabilities of every model for one test image.",
            ),
            ViewEntry(
                "drawing", "Predictions", "Your drawing",
                "The prediction of every model for the drawing on the Draw page.",
            ),
            ViewEntry(
                "robustness", "Robustness", "Robustness to corruptions",
                "Accuracy on test images that are shifted, rotated, scaled, noisy, or drawn with "
                "a thinner or thicker pen.",
                "robustness", "robustness_curves",
            ),
            ViewEntry(
                "settings", "Settings", "Settings that differ",
                "The settings in which the selected models differ.", "settings", "settings",
            ),
            ViewEntry(
                "parallel-coordinates", "Settings", "Parallel coordinates",
                "One line for each run across the settings that vary, colored by its validation "
                "accuracy.",
                "searches", "parallel_coordinates", (), 2,
            ),
            ViewEntry(
                "importance", "Settings", "Importance of settings",
                "How much each setting decides the validation accuracy.",
                "searches", "importance", (), 2,
            ),
            ViewEntry(
                "parameters", "Settings", "Parameters",
                "The number of trainable parameters, layer by layer.",
                "latency_and_size", "parameters",
            ),
        )
    }
)  # fmt: skip
"""All views of the window, in the order of its list."""

BRIEF = (
    "final-accuracy", "time-to-accuracy", "time-breakdown", "networks-and-frameworks",
    "significance", "over-seeds",
)  # fmt: skip
"""The views that answer most questions: the default of the command line, first in a report."""

VIEWS: tuple[str, ...] = tuple(
    dict.fromkeys((*BRIEF, *(entry.name for entry in ENTRIES.values() if entry.module)))
)
"""The views that are computed from runs, which report and command line have too."""


def view_entry(name: str) -> ViewEntry:
    """The entry of a computed view.

    Raises:
        UnknownName: there is no view of that name; suggests the nearest.
    """
    if name not in VIEWS:
        raise unknown("view", name, VIEWS)
    return ENTRIES[name]


def title_of(name: str, subject: str = "") -> str:
    """The title of a view; ``subject`` is what it is limited to, such as one model."""
    return f"{ENTRIES[name].title}: {subject}" if subject else ENTRIES[name].title


def show_own_images(names: Iterable[str]) -> bool:
    """Whether one of these views can be computed on the user's own images."""
    return any("own" in ENTRIES[name].options for name in names)


def compute(name: str, run_data: RunData, options: ViewOptions) -> View:
    """Computes a view of these runs.

    Raises:
        UnknownName: there is no view of that name.
        NotComparable: the runs lack the data that the view needs.
    """
    entry = view_entry(name)
    if options.own and show_own_images((name,)):
        run_data = replace(run_data, own_images=options.own)
    module = import_module(f"mnist_studio.comparison.views.{entry.module}")
    from mnist_studio.comparison.views import notes  # Not for who only reads the catalog.

    content = cast(Compute, getattr(module, entry.function))(run_data, options)
    charts, texts = _with_datasets(content, run_data)
    return View(
        name, title_of(name, content.subject), content.sentence, charts,
        notes.with_timing_marks(run_data, content.table), texts, entry.description,
    )  # fmt: skip


def _with_datasets(
    content: ViewContent, run_data: RunData
) -> tuple[tuple[Chart, ...], tuple[str, ...]]:
    """Charts and notes that show which runs were tested on another dataset than most.

    No view may mix datasets without a word, whatever its own notes are.
    """
    others = of_other_dataset({run.id: run.spec for run in run_data.runs})
    if not others or run_data.own_images:
        return content.charts, content.notes
    charts = tuple(
        msgspec.structs.replace(chart, other_dataset=others) if isinstance(chart, Lines) else chart
        for chart in content.charts
    )
    from mnist_studio.comparison.views.notes import PALER, of_datasets

    curves = any(isinstance(chart, Lines) for chart in charts)
    found = (of_datasets(run_data.runs), *((PALER,) if curves else ()))
    return charts, tuple(dict.fromkeys((*found, *content.notes)))
