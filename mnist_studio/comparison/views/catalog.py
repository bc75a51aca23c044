"""Every view by its name. Knowing them imports none of what computes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import MappingProxyType
from typing import cast

from mnist_studio.analysis.view import View
from mnist_studio.comparison import own_images
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.spec.recipes import unknown

Compute = Callable[[RunData, ViewOptions], View]


@dataclass(frozen=True)
class ViewEntry:
    """A view before it is computed.

    Attributes:
        name: on the command line and in file names.
        title: for people.
        module: of ``comparison.views``, that computes it.
        function: in that module.
    """

    name: str
    title: str
    module: str
    function: str


VIEWS: Mapping[str, ViewEntry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            ViewEntry("final-accuracy", "Final accuracy", "accuracy", "final_accuracy"),
            ViewEntry(
                "over-seeds", "Recipes and frameworks over seeds", "significance", "over_seeds"
            ),
            ViewEntry("significance", "Models, paired", "significance", "paired_models"),
            ViewEntry("curves-accuracy", "Accuracy", "curves", "accuracies"),
            ViewEntry("curves-loss", "Loss", "curves", "losses"),
            ViewEntry("time-to-accuracy", "Time to accuracy", "timing", "time_to_accuracy"),
            ViewEntry("clocks", "Clocks", "timing", "clocks"),
            ViewEntry("batch-size", "Batch size", "timing", "batch_size"),
            ViewEntry("latency", "Latency", "costs", "latency"),
            ViewEntry("memory", "Memory", "costs", "memory"),
            ViewEntry(
                "networks-and-frameworks", "Networks and frameworks", "factors",
                "networks_and_frameworks",
            ),
            ViewEntry("shared-native", "Studio or own loop", "factors", "shared_native"),
            ViewEntry("confusion", "Confusion", "predictions", "confusion"),
            ViewEntry("per-class", "Every digit", "predictions", "per_class"),
            ViewEntry("calibration", "Calibration", "predictions", "reliability"),
            ViewEntry("wrong", "Surely wrong", "predictions", "wrong"),
            ViewEntry("disagreements", "Disagreements", "predictions", "split_opinions"),
            ViewEntry("robustness", "Disturbed digits", "robustness", "robustness_curves"),
            ViewEntry("settings", "Settings that differ", "settings", "settings"),
            ViewEntry("parameters", "Parameters", "costs", "parameters"),
        )
    }
)  # fmt: skip

BRIEF = (
    "final-accuracy", "time-to-accuracy", "clocks", "networks-and-frameworks", "significance",
    "over-seeds",
)  # fmt: skip
"""What most want to see first."""


def view_entry(name: str) -> ViewEntry:
    """What is known of a view.

    Raises:
        UnknownName: there is none of that name; suggests the nearest.
    """
    try:
        return VIEWS[name]
    except KeyError:
        raise unknown("view", name, tuple(VIEWS)) from None


def compute(name: str, run_data: RunData, options: ViewOptions) -> View:
    """A view of these runs. Imports SciPy for some.

    Raises:
        UnknownName: there is none of that name.
        NotComparable: the runs do not have what it shows.
    """
    known = view_entry(name)
    if options.own and name in own_images.VIEWS:
        run_data = replace(run_data, own_images=options.own)
    module = import_module(f"mnist_studio.comparison.views.{known.module}")
    return cast(Compute, getattr(module, known.function))(run_data, options)
