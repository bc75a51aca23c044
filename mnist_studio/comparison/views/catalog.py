"""Every view by its name. Knowing them imports none of what computes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import MappingProxyType
from typing import cast

from mnist_studio.analysis.view import View
from mnist_studio.comparison import own_images
from mnist_studio.comparison.options import Options
from mnist_studio.comparison.run_data import Gathered
from mnist_studio.spec.recipes import unknown

Compute = Callable[[Gathered, Options], View]


@dataclass(frozen=True)
class Entry:
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


VIEWS: Mapping[str, Entry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            Entry("final-accuracy", "Final accuracy", "accuracy", "final_accuracy"),
            Entry("over-seeds", "Recipes and frameworks over seeds", "significance", "over_seeds"),
            Entry("significance", "Models, paired", "significance", "paired_models"),
            Entry("curves-accuracy", "Accuracy", "curves", "accuracies"),
            Entry("curves-loss", "Loss", "curves", "losses"),
            Entry("time-to-accuracy", "Time to accuracy", "timing", "time_to_accuracy"),
            Entry("clocks", "Clocks", "timing", "clocks"),
            Entry("batch-size", "Batch size", "timing", "batch_size"),
            Entry("latency", "Latency", "costs", "latency"),
            Entry("memory", "Memory", "costs", "memory"),
            Entry(
                "networks-and-frameworks", "Networks and frameworks", "factors",
                "networks_and_frameworks",
            ),
            Entry("neutral-idiomatic", "Studio or own loop", "factors", "neutral_idiomatic"),
            Entry("confusion", "Confusion", "predictions", "confusion"),
            Entry("per-class", "Every digit", "predictions", "per_class"),
            Entry("calibration", "Calibration", "predictions", "reliability"),
            Entry("wrong", "Surely wrong", "predictions", "wrong"),
            Entry("disagreements", "Disagreements", "predictions", "split_opinions"),
            Entry("robustness", "Disturbed digits", "robustness", "robustness_curves"),
            Entry("settings", "Settings that differ", "settings", "settings"),
            Entry("parameters", "Parameters", "costs", "parameters"),
        )
    }
)  # fmt: skip

BRIEF = (
    "final-accuracy", "time-to-accuracy", "clocks", "networks-and-frameworks", "significance",
    "over-seeds",
)  # fmt: skip
"""What most want to see first."""


def entry(name: str) -> Entry:
    """What is known of a view.

    Raises:
        UnknownName: there is none of that name; suggests the nearest.
    """
    try:
        return VIEWS[name]
    except KeyError:
        raise unknown("view", name, tuple(VIEWS)) from None


def compute(name: str, gathered: Gathered, options: Options) -> View:
    """A view of these runs. Imports SciPy for some.

    Raises:
        UnknownName: there is none of that name.
        NotComparable: the runs do not have what it shows.
    """
    known = entry(name)
    if options.own and name in own_images.VIEWS:
        gathered = replace(gathered, personal=options.own)
    module = import_module(f"mnist_studio.comparison.views.{known.module}")
    return cast(Compute, getattr(module, known.function))(gathered, options)
